"""Emergencies as rows: what one human permitted alone, or made before anybody permitted it, or
people said yes to in a hurry, and who has looked at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdshort.core.terms import Sender
from holdshort.records import db
from holdshort.records.actions import Story


@dataclass(frozen=True, slots=True)
class Override:
    """One that nobody else has looked at; that is due 48 hours after it was used, or began.

    `kind` is `override`; `emergency` for a change that people called one and others permitted:
    `person`, and the `second` where two had to; `made` for one that `person` made by hand, at
    `made_at`, before anybody permitted it; or `outdated` for what `person` did by hand under a yes
    to something else than it had become, with the `reason` that it had.
    """

    kind: str
    action: str
    ticket: int
    person: str
    name: str
    second: str | None
    reason: str
    made_at: datetime | None
    invoked_at: datetime
    due_at: datetime
    overdue: bool
    looker: str | None
    """Who is named to look over it besides those who work here, where whoever made it is alone."""


def open_ones() -> list[Override]:
    """All of them, the oldest first."""
    return [Override(**{**row, "action": str(row["action"])}) for row in db.rows("open_overrides")]


def past() -> list[db.Row]:
    """Those that somebody has looked at, the latest first."""
    return db.rows("overrides_looked_over")


def add(story: Story, reason: str, *, sender: Sender) -> None:
    """One human permits one change alone. The database refuses who may not."""
    db.run(
        "add_override",
        action=story.action.id,
        person=sender.person.id,
        account=sender.account,
        channel=sender.channel,
        reason=reason,
    )


def add_look(story: Story, verdict: str, note: str, *, sender: Sender) -> None:
    """Another human looked at it."""
    db.run(
        "add_look",
        action=story.action.id,
        person=sender.person.id,
        account=sender.account,
        verdict=verdict,
        note=note,
    )


def add_look_at_emergency(action: str, verdict: str, note: str, *, sender: Sender) -> None:
    """Somebody else looked at an emergency, or at what was made before anybody permitted it."""
    db.run(
        "add_look_at_emergency",
        action=action,
        person=sender.person.id,
        account=sender.account,
        verdict=verdict,
        note=note,
    )


def add_made(
    proposal: str,
    ticket: int,
    reason: str,
    made_at: datetime,
    *,
    looker: str | None,
    sender: Sender,
) -> None:
    """Somebody says that they made what they offer already. The database refuses who may not."""
    db.run(
        "add_made_already",
        proposal=proposal,
        ticket=ticket,
        person=sender.person.id,
        account=sender.account,
        channel=sender.channel,
        reason=reason,
        made_at=made_at,
        looker=looker,
    )


def emergency(action: str) -> Override | None:
    """The open one of that action, unless somebody permitted it alone."""
    found = (one for one in open_ones() if one.action == action and one.kind != "override")
    return next(found, None)
