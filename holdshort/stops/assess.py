"""From an offered action to the gate's answer: facts, consequence, tier, gate, reviewers.

Used by the road when an action is staged and by the dry run of the API; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdshort import __version__, catalogue
from holdshort.catalogue import contradictions, facts, vendors
from holdshort.core import consequence, gate, grants, policy, rollbacks, routing
from holdshort.core.terms import (
    Action,
    Circumstances,
    Findings,
    Gate,
    Kind,
    Mode,
    Offered,
    Phase,
    Right,
    Tier,
)
from holdshort.ports import Knows
from holdshort.records import db, switches
from holdshort.stops import alone, asking, budgets, doubting, leaving, renewing, switching
from holdshort.stops.circumstances import here


@dataclass(frozen=True, slots=True)
class Standing:
    """What a category has earned; `id` points at the row that says so."""

    id: int | None
    phase: Phase
    granted: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """The gate's answer about an action that has not been written yet."""

    type: catalogue.ActionType[Any]
    action: Action
    findings: Findings
    tier: Tier
    standing: Standing
    gate: Gate
    routing: routing.Routing | None
    policy_version: int | None
    leavers: frozenset[str]
    """Those whom it concerns who have left by HR's record."""

    @property
    def alone(self) -> bool:
        """Whether nobody but whoever asked for it could be asked."""
        asked = self.routing.reviewers if self.routing else ()
        return any(one.person == self.action.requester for one in asked)

    @property
    def call_back(self) -> bool:
        """Whether somebody must call the requester before a yes; an undo rests on the change."""
        unproven = any(one.rule == facts.UNPROVEN for one in self.findings.raises)
        return unproven and self.action.undoes is None

    @property
    def call_vendor(self) -> bool:
        """Whether somebody must call the vendor before a yes."""
        return any(one.rule == vendors.PAYMENTS_MOVE for one in self.findings.raises)

    @property
    def emergency(self) -> bool:
        """Whether a person called it an emergency: then somebody looks over it afterwards."""
        return any(one.rule == facts.EMERGENCY for one in self.findings.raises)

    @property
    def sides(self) -> list[str] | None:
        """The contexts of each of which somebody else must say yes, where there are several."""
        several = [self.findings.context, *self.findings.also]
        return several if self.findings.also and self.gate.needed else None

    @property
    def category(self) -> str:
        """Action type / tier."""
        return f"{self.type.id}/{int(self.tier)}"


def assess(
    offered: Offered,
    circumstances: Circumstances,
    world: Knows,
    *,
    draft: Mapping[str, Any],
    phase: Phase | None = None,
    people: frozenset[str] | None = None,
) -> Assessment:
    """Assess one offered action. Raises CatalogueError when it names what does not exist.

    `draft` has the other fields of the Action (id, root, version …); `phase` is asked about as if
    the category had earned it; `people` are those whom all that is offered together reaches.
    """
    kind, params = catalogue.find(offered.type), catalogue.parse(offered.type, offered.params)
    circumstances = here(circumstances, world.policy())
    findings = _findings(kind, offered, params, circumstances, world, people)
    tier = _tier(kind, findings)
    standing = _supposed(phase, tier) if phase else standing_of(f"{kind.id}/{int(tier)}")
    wanted, findings = _for_a_time(kind, offered.params, params, findings, tier, world)
    findings = _with_its_undo(kind, draft, wanted, findings, world)
    action = Action(
        type=kind.id,
        params=wanted,
        target=findings.target,
        requester=circumstances.requester.id,
        beneficiary=kind.beneficiary(offered.params, circumstances.requester.id),
        initiator=circumstances.initiator.id,
        seen=findings.seen,
        **{"changer": circumstances.initiator.id, **draft},
    )
    given = _gate_input(kind, findings, tier, standing, circumstances, world, bool(phase))
    given = replace(given, needed=max(kind.needed(action.params), 1 + len(findings.also)))
    answer = gate.gate(given)
    who = _whom(action, findings, tier, answer, circumstances.at) if _waits(answer) else None
    if who is not None and who.fault is not None:
        answer = gate.gate(replace(given, faults=(*given.faults, who.fault)))
    answer = _with_contradictions(answer, findings)
    rules, left = world.policy_version(), leaving.who_left(action, circumstances, world)
    return Assessment(kind, action, findings, tier, standing, answer, who, rules, left)


def _tier(kind: catalogue.ActionType[Any], findings: Findings) -> Tier:
    least = kind.min_tier[0] if kind.min_tier else Tier.AUTOMATIC
    return consequence.tier(findings.consequence, min_tier=least, raises=findings.raises)


def _findings(
    kind: catalogue.ActionType[Any],
    offered: Offered,
    params: catalogue.Params,
    circumstances: Circumstances,
    world: Knows,
    people: frozenset[str] | None,
) -> Findings:
    """What the world says about it, and what it adds up to with what was reached lately."""
    found = renewing.findings(kind, params, circumstances, world)
    found = leaving.behind_it(found, circumstances)
    alone = budgets.people_of([offered], circumstances.requester.id)
    together = alone if people is None else people
    whose = kind.beneficiary(offered.params, circumstances.requester.id)
    found = doubting.applied(found, world, whose)
    return budgets.applied(kind, found, circumstances, world, alone, together)


def _for_a_time(
    kind: catalogue.ActionType[Any],
    asked: Mapping[str, Any],
    parsed: catalogue.Params,
    findings: Findings,
    tier: Tier,
    world: Knows,
) -> tuple[dict[str, Any], Findings]:
    """Access with its end: as short as asked for, and no longer than rules allow."""
    params = dict(asked)
    if not kind.timed:
        return params, findings
    wanted, more = int(params.pop("hours", 0)), dict(kind.ending(parsed, world))
    params = {name: value for name, value in params.items() if name not in more}
    rights = _rights_known(findings)
    named = {kind.id, *_names_in(params), *(right.system for right in rights or ())}
    hours = grants.agreed(wanted, grants.longest(world.policy(), tier, rights, named))
    if not hours or (more and not any(more.values())):
        return params, findings
    after = (*findings.after, grants.sentence(hours, wanted))
    return {**params, **more, "hours": hours}, replace(findings, after=after)


def _with_its_undo(
    kind: catalogue.ActionType[Any],
    draft: Mapping[str, Any],
    params: Mapping[str, Any],
    findings: Findings,
    world: Knows,
) -> Findings:
    """With the undo that a yes to it covers, where one is to be covered."""
    hours = int(params.get("rollback_hours", 0))
    undo = kind.inverse(str(draft["id"]), params) if hours and not draft.get("undoes") else None
    if undo is None:
        return findings
    title = catalogue.find(undo.type).render(undo.params, world).title
    said = rollbacks.sentence(title, hours)
    seen = {**findings.seen, rollbacks.BOUND: rollbacks.bound(undo, hours)}
    return replace(findings, seen=seen, after=(*findings.after, said))


def _names_in(params: Mapping[str, Any]) -> Iterator[str]:
    """Every id that parameters name."""
    for value in params.values():
        yield from (one for one in (value if isinstance(value, list) else [value]) if one)


def _rights_known(findings: Findings) -> tuple[Right, ...] | None:
    """The rights gained; None where nobody could confirm them, which counts as worst."""
    unknown = not findings.rights and findings.consequence.blast_radius.value == 3
    return None if unknown else findings.rights


def catalogue_version() -> str:
    """Which catalogue made an assessment."""
    return __version__


def standing_of(category: str) -> Standing:
    """What the category has earned; without a row it is in phase 1, ungranted."""
    found = db.row("standing", category=category)
    if found is None:
        return Standing(None, Phase.GATED, False)
    return Standing(found["id"], Phase(found["phase"]), found["granted"])


def _supposed(phase: Phase, tier: Tier) -> Standing:
    return Standing(None, phase, phase > Phase.GATED and tier < Tier.HUMAN)


def _with_contradictions(answer: Gate, findings: Findings) -> Gate:
    """Where the ticket's words say less than the facts: whoever decides must know that first.

    It is a reason to look, and no rule: words change no tier and no mode.
    """
    told = tuple(one for one in findings.notes if one.rule == contradictions.RULE)
    return replace(answer, reasons=(*told, *answer.reasons)) if _waits(answer) else answer


def _waits(answer: Gate) -> bool:
    return answer.mode in (Mode.HITL, Mode.SUGGEST)


def _whom(
    action: Action, findings: Findings, tier: Tier, answer: Gate, at: datetime
) -> routing.Routing:
    field = asking.field_of(findings)
    desk = asking.deciders(action, field, at=at)
    who = asking.route(desk, field, needed=answer.needed)
    return alone.instead(who, desk, findings, tier, answer)


def _gate_input(
    kind: catalogue.ActionType[Any],
    findings: Findings,
    tier: Tier,
    standing: Standing,
    circumstances: Circumstances,
    world: Knows,
    supposed: bool,
) -> gate.GateInput:
    category = f"{kind.id}/{int(tier)}"
    where = findings.target.connector
    precedent, off = db.together(
        ("precedent", {"category": category}), switching.asked_about(where, kind.id, tier)
    )
    return gate.GateInput(
        phase=standing.phase,
        granted=standing.granted,
        tier=tier,
        policy=findings.policy,
        policy_version=world.policy_version(),
        raises=findings.raises,
        refusals=findings.refusals,
        short_list=kind.id in policy.SHORT_LIST,
        manual="manual" in (kind.connector, findings.target.connector),
        desk_only=kind.connector == "desk",
        agent_initiated=circumstances.initiator.kind is Kind.AGENT,
        confidence=circumstances.confidence,
        threshold=policy.confidence_threshold(world.policy(), category),
        novel=not supposed and not any(precedent[0].values()),
        faults=(),
        sides=(findings.context, *findings.also) if findings.also else (),
        stopped=switching.reasons(switches.told(off)),
    )
