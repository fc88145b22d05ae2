"""Whether a reviewer's change puts more at stake, so that somebody else has to approve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from holdshort.core.terms import Action, Consequence
from holdshort.records.actions import Story
from holdshort.stops.assess import Assessment


def more_is_at_stake(story: Story, one: Assessment) -> bool:
    """Whether a change raises a level, reaches another target, person or right, or takes away
    that somebody else looks at it afterwards.
    """
    before = story.assessment["findings"]
    # By name: what was kept comes back in the order of the alphabet.
    levels = [before["consequence"][level.name]["value"] for level in fields(Consequence)]
    rights = {right["id"] for right in before["rights"]}
    return (
        any(new > old for new, old in zip(one.findings.consequence.vector, levels, strict=True))
        or one.action.target.id != story.action.target.id
        or one.action.beneficiary != story.action.beneficiary
        or _hours(one.action) > _hours(story.action)
        or _covered(one.action) > _covered(story.action)
        or bool(story.gate["emergency"] and not one.emergency)
        or not set(_ends(one.action)) <= set(_ends(story.action))
        or not {right.id for right in one.findings.rights} <= rights
    )


def _ends(action: Action) -> Sequence[str]:
    """What of it is given for a time, where not all of it is."""
    found: Sequence[str] = action.params.get("ends", ())
    return found


def _covered(action: Action) -> int:
    """For how many hours its undo needs no other yes."""
    return int(action.params.get("rollback_hours", 0))


def _hours(action: Action) -> float:
    return int(action.params.get("hours", 0)) or float("inf")
