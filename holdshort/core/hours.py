"""Working hours: clocks that run while people work, and stand still while they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_AHEAD = 400
"""Nobody waits longer; it also ends the search where working hours are hardly any."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when people work, on which days of the week (0 is Monday), in their zone."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(5))
    opens: time = time(9)
    closes: time = time(17)


def later(start: datetime, working: timedelta, hours: Hours | None) -> datetime:
    """The moment at which so much working time has gone by; without hours every minute counts.

    Each day is as long as it really is, so a day on which the clock is changed counts as it is.
    """
    if hours is None:
        return start + working
    # The clock of a zone adds hours that a day does not have.
    start, left = start.astimezone(UTC), working
    for opens, closes in _days(start, hours):
        begins = max(start, opens)
        if begins < closes:
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
    return start + timedelta(days=DAYS_AHEAD)


def _days(start: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """When people work from then on, day by day."""
    first = start.astimezone(hours.zone).date()
    for number in range(DAYS_AHEAD):
        day = first + timedelta(days=number)
        if day.weekday() in hours.days:
            yield _moment(day, hours.opens, hours), _moment(day, hours.closes, hours)


def _moment(day: object, at: time, hours: Hours) -> datetime:
    return datetime.combine(day, at, hours.zone).astimezone(UTC)  # type: ignore[arg-type]
