"""What people said yes to, in a company whose rules or records have changed since.

Their yes is to these bytes and does not end with the rules of that day. But where today's facts
would stop more than those they saw, it is put to them again, with the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.catalogue.kind import nothing_to_ask
from holdshort.core.terms import Findings, PolicyVerdict
from holdshort.records import offers, people, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops.circumstances import circumstances_of, here

DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")


def graver(story: Story, at: datetime) -> bool:
    """Whether people or rules permitted it, and what is known today would stop more of it.

    Looked at where rules were adopted since, or where somebody left whom it concerns. Types whose
    facts only the target knows are compared with it live instead.
    """
    basis = story.authorization["basis"] if story.authorization else ""
    kind = catalogue.REGISTRY.get(story.action.type)
    if basis not in ("decisions", "policy") or kind is None or kind.inquiry is not nothing_to_ask:
        return False
    by_other_rules = basis == "decisions" and story.rules_are_newer
    if not by_other_rules and not _somebody_left(story):
        return False
    try:
        found = _today(kind, story, at)
    except catalogue.CatalogueError:
        return True
    return _stops_more(story.assessment["findings"], found)


def _somebody_left(story: Story) -> bool:
    """Whether the requester or the beneficiary does not work here any more, by HR's record."""
    return any(
        one.employment.status == "ended" or people.has_left(one.employment.end)
        for one in story.concerned
    )


def _today(kind: catalogue.ActionType[Any], story: Story, at: datetime) -> Findings:
    assert story.action.ticket is not None
    ticket = tickets.ticket(story.action.ticket)
    proposal = offers.proposal(str(story.proposed["id"]))
    assert ticket is not None and proposal is not None
    params = catalogue.parse(kind.id, story.action.params)
    world, asked = World(), circumstances_of(ticket, proposal, at)
    return kind.findings(params, here(asked, world.policy()), world)


def _stops_more(before: Mapping[str, Any], now: Findings) -> bool:
    """Whether a reason, a level, an amount or a verdict is worse than what the approvers saw."""
    found = asdict(now)
    rules = {one["rule"] for name in ("raises", "refusals") for one in before[name]}
    fresh = {one["rule"] for name in ("raises", "refusals") for one in found[name]} - rules
    higher = any(
        found["consequence"][name]["value"] > before["consequence"][name]["value"]
        for name in DIMENSIONS
    )
    spent = before.get("spends", 0)
    dearer = spent is not None and (now.spends is None or now.spends > spent)
    passed = before["policy"]["verdict"] == PolicyVerdict.PASSES
    fails = passed and now.policy.verdict is not PolicyVerdict.PASSES
    return bool(fresh) or higher or dearer or fails
