"""Many accounts as one decision, and what its being open, or its end, means for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdshort.core.leavers import Doubt
from holdshort.records import db


@dataclass(frozen=True, slots=True)
class Batch:
    """A decision about many leavers of HR's record that nobody has made yet."""

    action: str
    ticket: int
    people: int
    review: int | None
    staged_at: datetime


def undecided() -> Batch | None:
    """The oldest one; while there is any, nothing happens because of HR's record alone."""
    found = db.row("undecided_batch")
    return Batch(**found) if found else None


def doubt(person: str) -> Doubt | None:
    """Why HR's record does not count for this person now, if so."""
    found = db.row("doubt_about_record", person=person)
    return Doubt(**found) if found else None


def released(asking: str) -> frozenset[str]:
    """Whom a decision on the same ticket has let go, so that they need no other decision as many.

    `asking` is the proposal or the action that is asked about.
    """
    return frozenset(row["person"] for row in db.rows("released", asking=asking))
