"""Whether a change, with all that was reached lately, is more than rules alone may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from holdshort import catalogue
from holdshort.core import budgets
from holdshort.core.budgets import Reached
from holdshort.core.terms import Circumstances, Consequence, Findings, Level, Offered
from holdshort.ports import Knows
from holdshort.records import actions


def people_of(offered: Iterable[Offered], requester: str) -> frozenset[str]:
    """Whom the offered changes reach that count against a budget."""
    counted = ((one, catalogue.find(one.type)) for one in offered)
    return frozenset(kind.reaches(o.params, requester) for o, kind in counted if kind.budget)


def applied(
    kind: catalogue.ActionType[Any],
    findings: Findings,
    circumstances: Circumstances,
    knows: Knows,
    own: frozenset[str],
    people: frozenset[str],
) -> Findings:
    """The same findings, as grave as what they add up to.

    `own` is whom this change reaches, `people` whom the proposal reaches altogether: a batch is
    held before its first. Whom people have let go as many at once counts no more.
    """
    if not kind.budget or not people:
        return findings
    if kind.outside:
        alike = frozenset(one for one in people if one.startswith(f"{kind.budget}:"))
        return _among_all(kind, findings, circumstances, knows, alike)
    people = frozenset(one for one in people if ":" not in one)
    released = knows.released()
    own, people = own - released, people - released
    if not own:
        return findings
    found = _among_the_privileged(findings, circumstances, knows, own, people)
    if found.consequence.blast_radius.value == 0:
        return found
    return _among_all(kind, found, circumstances, knows, people)


def _among_the_privileged(
    findings: Findings,
    circumstances: Circumstances,
    knows: Knows,
    own: frozenset[str],
    people: frozenset[str],
) -> Findings:
    """Whatever is of somebody who holds privileged rights counts, however little changes of it."""
    privileged = knows.privileged(own | people)
    if privileged is not None and not own & privileged:
        return findings
    alone = [one for one in knows.reached(list(_classes())) if one.permitted_at]
    strong = knows.privileged({one.person for one in alone})
    before = alone if strong is None else [one for one in alone if one.person in strong]
    raised = budgets.too_privileged(
        knows.policy(),
        knows.policy_version(),
        before,
        people if privileged is None else people & privileged,
        circumstances.at,
    )
    if raised is None:
        return findings
    notes = (*findings.notes, *budgets.to_undo(before))
    raises = (*findings.raises, raised)
    return replace(findings, raises=raises, notes=notes, context="security")


def _classes(outside: str = "") -> dict[str, str]:
    """The types that count together, each with its class: those that reach people here, or those
    of one class outside.
    """
    kinds = [one for one in catalogue.REGISTRY.values() if one.budget]
    return {
        one.id: one.budget
        for one in kinds
        if (one.budget == outside if outside else not one.outside)
    }


def _among_all(
    kind: catalogue.ActionType[Any],
    findings: Findings,
    circumstances: Circumstances,
    knows: Knows,
    people: frozenset[str],
) -> Findings:
    """Whatever changes somebody's access counts, whoever they are; or whoever is outside."""
    classes = _classes(kind.budget if kind.outside else "")
    whom = kind.budget if kind.outside else "people"
    policy, version, at = knows.policy(), knows.policy_version(), circumstances.at
    asker = circumstances.requester.id
    reached = list(knows.reached(list(classes), asker))

    def grave(counted: list[Reached]) -> tuple[Level | None, Any]:
        alike = [one for one in counted if classes[one.title] == kind.budget]
        return (
            budgets.rolling(policy, alike, people, asker, at, whom=whom),
            budgets.too_many(policy, version, counted, people, at, whom=whom),
        )

    if not any(grave(reached)):
        return findings
    reached = [one for one in reached if _changed_something(one)]
    level, raised = grave(reached)
    blast = findings.consequence.blast_radius
    notes = budgets.to_undo(reached, lasting=_lasting()) if level or raised else ()
    notes = tuple(one for one in notes if one not in findings.notes)
    return replace(
        findings,
        consequence=_as_far(findings.consequence, level) if level else findings.consequence,
        raises=(*findings.raises, *((raised,) if raised else ())),
        notes=(*findings.notes, *notes),
        context=_context(kind, findings, grave=bool(level or raised or blast.value == 3)),
    )


def _lasting() -> frozenset[str]:
    """The types that nothing undoes."""
    return frozenset(one.id for one in catalogue.REGISTRY.values() if not one.undo_possible)


def _context(kind: catalogue.ActionType[Any], findings: Findings, *, grave: bool) -> str:
    """Security decides about many people; those who know them about vendors and parties."""
    return "security" if grave and not kind.outside else findings.context


def _as_far(found: Consequence, level: Level) -> Consequence:
    """Blast radius as it rolls up; every fact is kept."""
    facts = (*level.facts, *found.blast_radius.facts)
    return replace(found, blast_radius=Level(max(level.value, found.blast_radius.value), facts))


def _changed_something(one: Reached) -> bool:
    """Whether it touched anybody's access: who joined the photo club reached nobody."""
    story = actions.story(one.action)
    if story is None:
        return True
    levels = story.assessment["findings"]["consequence"]
    return bool(levels["blast_radius"]["value"] > 0)
