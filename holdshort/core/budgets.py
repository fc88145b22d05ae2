"""Cumulative blast: many small changes together are held as the one large change that they are.

Limits are absolute numbers of people, never percentages, and count across tickets. Whoever holds
a privileged right counts against a limit of a day as well, by whatever is theirs. Whoever splits
a large change into small ones reaches as many people with the last of them as with the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from holdshort.core.listed import Document, people_budget, privileged_budget
from holdshort.core.terms import Fact, Level, Reason

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = "earlier changes on record"


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whose account or access an earlier change reached, or will when it is decided; or a
    vendor or a party outside.

    `permitted_at` is when rules alone permitted it, and None where people decide.
    """

    action: str
    ticket: int | None
    title: str
    person: str
    name: str
    requester: str
    staged_at: datetime
    permitted_at: datetime | None


def rolling(
    document: Document,
    reached: Iterable[Reached],
    people: frozenset[str],
    requester: str,
    at: datetime,
    *,
    whom: str = "people",
) -> Level | None:
    """Blast radius of a day of one requester's changes, where it is more than few people.

    `whom` says what is counted.
    """
    day = [one for one in reached if one.requester == requester and one.staged_at > at - DAY]
    count = len(people | {one.person for one in day})
    if count <= max(1, people_budget(document)):
        return None
    text = f"{count} {whom} within a day, by what the same person asked for."
    return Level(3, (Fact(text, SOURCE),))


def too_many(
    document: Document,
    version: int | None,
    reached: Iterable[Reached],
    people: frozenset[str],
    at: datetime,
    *,
    whom: str = "people",
) -> Reason | None:
    """Raise: with these people, more than the budget would be reached in an hour without a person.

    A limit that cannot be read is none at all.
    """
    hour = within_the_hour(reached, at)
    count, limit = len(people | {one.person for one in hour}), people_budget(document)
    if count <= limit:
        return None
    names = ", ".join(sorted({one.name for one in hour})) or "nobody yet"
    ends = min((one.permitted_at for one in hour if one.permitted_at), default=None)
    later = f"Wait until {ends + HOUR:%H:%M} UTC, or have" if ends else "Have"
    return Reason(
        rule="raise.budget",
        text=f"{count} {whom} would be reached within an hour without anybody deciding; {limit} "
        f"may be. Before: {names}.",
        policy_version=version,
        observed=f"{count} {whom}",
        limit=f"{limit} {whom} an hour",
        would_pass=f"{later} a person decide.",
    )


def too_privileged(
    document: Document,
    version: int | None,
    reached: Iterable[Reached],
    people: Set[str],
    at: datetime,
) -> Reason | None:
    """Raise: with these people, more privileged ones than the budget would be reached in a day
    without a person deciding. `reached` and `people` are the privileged ones alone.
    """
    day = [one for one in reached if one.permitted_at and one.permitted_at > at - DAY]
    count, limit = len(people | {one.person for one in day}), privileged_budget(document)
    if not people or count <= limit:
        return None
    names = ", ".join(sorted({one.name for one in day})) or "nobody yet"
    ends = min((one.permitted_at for one in day if one.permitted_at), default=None)
    later = f"Wait until {ends + DAY:%H:%M} UTC on {ends + DAY:%d %B}, or have" if ends else "Have"
    return Reason(
        rule="raise.privileged_budget",
        text=f"The accounts, groups or devices of {_holders(count)} would be changed within a day "
        f"without anybody deciding. Before: {names}.",
        policy_version=version,
        observed=_holders(count),
        limit=f"{limit} a day",
        would_pass=f"{later} a person decide.",
    )


def _holders(count: int) -> str:
    return "1 privileged person" if count == 1 else f"{count} privileged people"


def within_the_hour(reached: Iterable[Reached], at: datetime) -> list[Reached]:
    """What rules alone permitted within the last hour."""
    return [one for one in reached if one.permitted_at and one.permitted_at > at - HOUR]


UNDONE = "It can be undone."


def to_undo(reached: Sequence[Reached], *, lasting: Set[str] = frozenset()) -> tuple[Reason, ...]:
    """A note for each earlier change that ran by rules alone, with the id that undo asks for.

    `lasting` are the types that have no undo.
    """
    return tuple(
        Reason(
            rule="note.earlier",
            text=f"Earlier, without anybody deciding: {one.title}, {one.name}, "
            f"ticket {one.ticket}. {'Nothing undoes it.' if one.title in lasting else UNDONE}",
            observed=one.action,
        )
        for one in reached
        if one.permitted_at is not None
    )
