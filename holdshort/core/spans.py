"""Windows as the policy document holds them, read strictly, and when each of them is open.

A window is an unbroken stretch of real time: its start belongs to it, its end does not. Where the
clocks are put back, a maintenance window begins and ends the first time that they show the time of
day, and a blackout ends the last time. An hour that the clocks skip is in no window; one that would
begin or end in it does so at the jump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holdshort.core.listed import Document
from holdshort.core.templates import Unreadable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True, slots=True)
class Span:
    """One unbroken stretch of time; the end does not belong to it."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether that moment is in it."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Weekly:
    """A stretch that returns on days of the week (0 is Monday), between two times of day."""

    days: frozenset[int]
    opens: timedelta
    closes: timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """A window as the company wrote it: once, or weekly on the clocks of its time zone."""

    name: str
    blackout: bool
    zone: ZoneInfo
    targets: frozenset[str]
    when: Span | Weekly

    def around(self, at: datetime) -> Iterator[Span]:
        """Its stretches from the day before until a week after `at`, in their order."""
        if isinstance(self.when, Span):
            yield self.when
            return
        today = at.astimezone(self.zone).date()
        for day in (today + timedelta(days=n) for n in range(-1, 9)):
            if day.weekday() in self.when.days:
                start = _moment(day, self.when.opens, self.zone)
                end = _moment(day, self.when.closes, self.zone, last=self.blackout)
                if start < end:
                    yield Span(start, end)

    def open_at(self, at: datetime) -> Span | None:
        """The stretch that holds this moment."""
        return next((span for span in self.around(at) if span.holds(at)), None)

    def said(self, at: datetime) -> str:
        """A moment on the window's own clocks."""
        local = at.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b %Y %H:%M} ({self.zone.key})"


def _moment(day: date, clock: timedelta, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """When the clocks show that time of day, for the first or the last time on that day."""
    wall = datetime.combine(day, time()) + clock
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if second < first:
        return _jump(wall, second, first, zone)
    return second if last else first


def _jump(wall: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks jump over that time of day, to the second."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


# ------------------------------------------------------------------ reading


def read_windows(document: Document) -> tuple[Window, ...]:
    """All windows of the document. Raises Unreadable: a missing blackout would let things pass."""
    if not isinstance(document, Mapping):
        raise Unreadable("the policy document is not a mapping")
    rows = document.get("windows", [])
    if not isinstance(rows, list | tuple):
        raise Unreadable("windows is not a list")
    return tuple(_window(row, f"windows[{n}]") for n, row in enumerate(rows))


def _window(row: object, place: str) -> Window:
    if not isinstance(row, Mapping):
        raise Unreadable(f"{place} is not a mapping")
    if row.get("kind") not in ("maintenance", "blackout"):
        raise Unreadable(f"{place}.kind is neither maintenance nor blackout")
    weekly = row.get("days") or row.get("from") is not None or row.get("to") is not None
    return Window(
        name=_text(row.get("name"), f"{place}.name"),
        blackout=row["kind"] == "blackout",
        zone=_zone(row.get("timezone"), f"{place}.timezone"),
        targets=frozenset(_texts(row.get("targets"), f"{place}.targets")),
        when=_weekly(row, place) if weekly else _once(row, place),
    )


def _weekly(row: Mapping[str, object], place: str) -> Weekly:
    days = _texts(row.get("days"), f"{place}.days")
    if not set(days) <= set(DAYS):
        raise Unreadable(f"{place}.days holds a day that there is not")
    if row.get("start") is not None or row.get("end") is not None:
        raise Unreadable(f"{place} is both weekly and once")
    opens, closes = (_clock(row.get(name), f"{place}.{name}") for name in ("from", "to"))
    if closes <= opens:
        raise Unreadable(f"{place} ends before it begins")
    return Weekly(frozenset(map(DAYS.index, days)), opens, closes)


def _once(row: Mapping[str, object], place: str) -> Span:
    start, end = (_at(row.get(name), f"{place}.{name}") for name in ("start", "end"))
    if end <= start:
        raise Unreadable(f"{place} ends before it begins")
    return Span(start, end)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{place} is missing or not text")
    return value


def _texts(value: object, place: str) -> list[str]:
    if not isinstance(value, list | tuple) or not value:
        raise Unreadable(f"{place} is not a list, or empty")
    return [_text(entry, place) for entry in value]


def _zone(value: object, place: str) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value, place))
    except (ValueError, KeyError, OSError):
        raise Unreadable(f"{place} is not a time zone such as Europe/Berlin") from None


def _clock(value: object, place: str) -> timedelta:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Unreadable(f'{place} is not a time of day such as "20:00"')
    hours, minutes = (found[1], found[2]) if found[1] else ("24", "0")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _at(value: object, place: str) -> datetime:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value, place))
    except ValueError:
        raise Unreadable(f"{place} is not a moment such as 2026-12-20T00:00:00+01:00") from None
    if at.utcoffset() is None:
        raise Unreadable(f"{place} has no offset from UTC")
    return at.astimezone(UTC)
