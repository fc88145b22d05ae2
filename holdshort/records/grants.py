"""Access for a time, as rows tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from holdshort.core.grants import in_words, told_before
from holdshort.records import db, ids

TAKING_BACK = ("authorized", "executing", "by_hand", "unknown", "mismatch")
"""States of a try to take access back that is under way, or that a person looks at."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Access for a time that was not taken back; `tried` is the latest try to.

    `overdue` says that it should have been for more than two minutes.
    """

    action: str
    ticket: int
    type: str
    beneficiary: str
    name: str
    hours: int
    since: datetime
    due_at: datetime
    due: bool
    overdue: bool
    tried: str | None
    tried_at: datetime | None
    taking_back: str | None

    @property
    def words(self) -> str:
        """For how long, as people say it."""
        return in_words(self.hours)

    @property
    def told_at(self) -> datetime:
        """When people are told that it is about to end; at its end where they need not be."""
        return self.due_at - timedelta(hours=told_before(self.hours))

    @property
    def under_way(self) -> bool:
        """Whether it is being taken back."""
        return self.taking_back in TAKING_BACK


def grants(*, ticket: int | None = None) -> list[Grant]:
    """All of them, or those of a ticket; what is due first comes first."""
    return [_grant(row) for row in db.rows("granted", action=None, ticket=ticket)]


def grant(action: str) -> Grant | None:
    """The one of that action, if it is access for a time that was not taken back."""
    found = db.row("granted", action=action, ticket=None)
    return _grant(found) if found else None


def overdue() -> int:
    """How much of it should have ended and has not."""
    return int(db.value("overdue_access"))


def _grant(row: dict[str, Any]) -> Grant:
    tried = str(row["tried"]) if row["tried"] else None
    return Grant(**{**row, "action": str(row["action"]), "tried": tried})


def held_before(change: str, person: str) -> str | None:
    """What somebody was at a connected app before that change, or one that it renewed."""
    known = ids.is_id(change)
    held: str | None = db.value("held_before", change=change, person=person) if known else None
    return held
