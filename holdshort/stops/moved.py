"""What people said yes to, in a company whose rules or records have changed since.

Their yes is to these bytes and does not end with the rules of that day. But where today's facts
would stop more than those they saw, it is put to them again, with the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from holdshort import catalogue
from holdshort.catalogue.kind import nothing_to_ask
from holdshort.core.terms import Findings, Person, PolicyVerdict
from holdshort.ports import Knows
from holdshort.records import db, offers, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops import as_known, leaving
from holdshort.stops.circumstances import circumstances_of, here

DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")
_REASONS = ("raises", "refusals", "notes")


def graver(story: Story) -> bool:
    """Whether people or rules permitted it, and what is known today would stop more of it."""
    return bool(against_it(story))


def against_it(story: Story) -> tuple[str, ...]:
    """What speaks against it today, and was not known to people or rules when they permitted it.

    Looked at where rules were adopted since, or where HR's record has turned about somebody whom
    it concerns: they left, or have not left after all.
    """
    basis = story.authorization["basis"] if story.authorization else ""
    kind = catalogue.REGISTRY.get(story.action.type)
    if basis not in ("decisions", "policy") or kind is None:
        return ()
    then = as_known.people(story)
    by_other_rules = basis == "decisions" and story.rules_are_newer
    if not by_other_rules and not then:
        return ()
    before = story.assessment["findings"]
    try:
        found = _found(kind, story, World(), {})
        if kind.inquiry is not nothing_to_ask:
            # What only the target knows is compared live, so it is left out of both.
            world = as_known.world(story, then)
            before = _with_what_was_told(asdict(_found(kind, story, world, then)), before)
    except catalogue.CatalogueError as no:
        return (str(no),)
    return tuple(_worse(before, found))


def _found(
    kind: catalogue.ActionType[Any], story: Story, knows: Knows, then: Mapping[str, Person]
) -> Findings:
    """What that world says about it, asked for by the people whom it concerns, as they were."""
    assert story.action.ticket is not None
    ticket = tickets.ticket(story.action.ticket)
    proposal = offers.proposal(str(story.proposed["id"]))
    assert ticket is not None and proposal is not None
    params = catalogue.parse(kind.id, story.action.params)
    now = here(circumstances_of(ticket, proposal, db.now()), knows.policy())
    asked = as_known.asked(now, then)
    return leaving.behind_it(kind.findings(params, asked, knows), asked)


def _with_what_was_told(then: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same findings, with every reason that the approvers saw."""
    return {**then, **{name: (*then[name], *told[name]) for name in _REASONS}}


def _worse(before: Mapping[str, Any], now: Findings) -> Iterator[str]:
    """Each reason, level, amount or verdict that is worse than what the approvers saw."""
    found = asdict(now)
    rules = {one["rule"] for name in _REASONS for one in before[name]}
    for one in (one for name in _REASONS for one in found[name]):
        if one["rule"] not in rules:
            yield one["text"]
    for name in DIMENSIONS:
        level = found["consequence"][name]
        if level["value"] > before["consequence"][name]["value"]:
            yield " ".join(fact["text"] for fact in level["facts"])
    spent = before.get("spends", 0)
    if spent is not None and (now.spends is None or now.spends > spent):
        yield "It costs more, or nobody knows how much."
    passed = before["policy"]["verdict"] == PolicyVerdict.PASSES
    if passed and now.policy.verdict is not PolicyVerdict.PASSES:
        yield now.policy.reason.text if now.policy.reason else "No rule allows it now."
