"""Who has left by HR's record: noticed once for each last day, and since when they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from holdshort.records import db


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody whose last day is over and who can still sign in."""

    person: str
    name: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class End:
    """The last day in HR's record, and since when that record is here, as far as we know."""

    ended_on: date
    recorded_at: datetime | None


def noticed(today: date) -> list[Leaver]:
    """For whom nothing was started yet, the longest gone first."""
    return [Leaver(**row) for row in db.rows("leavers_noticed", today=today)]


def add(leaver: Leaver, *, ended_at: datetime, ticket: int) -> None:
    """Their access ends on this ticket; a second one for the same last day is refused."""
    db.write(
        "add_leaver",
        person=leaver.person,
        ended_on=leaver.ended_on,
        ended_at=ended_at,
        ticket=ticket,
    )


def end_of(person: str) -> End | None:
    """When somebody's employment ends by HR's record; None where it says nothing of it."""
    found = db.row("end_by_record", person=person)
    return End(**found) if found else None


def late() -> int:
    """How many can sign in more than 24 hours after HR's record said that they had left."""
    return int(db.value("leavers_late"))
