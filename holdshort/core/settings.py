"""How this desk asks, from the policy document's `routing`: working hours, times, limits.

People wrote the document, so it may be wrong anywhere: what cannot be read is as by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from holdshort.core.hours import WEEK, Hours, later

DELEGATION_DAYS = 30
DELEGATION_DAYS_AT_MOST = 90
ANSWER_WITHIN_HOURS = 24
OPEN_REVIEWS = 20
TARGET_HOURS = 16
PAGES = ("idp.suspend", "idp.revoke_sessions")
"""Protective and easily undone: whoever waits for them is under attack, at any hour."""


@dataclass(frozen=True, slots=True)
class Times:
    """When those who were asked are reminded, when somebody else is asked, and when it closes."""

    remind: datetime
    escalate: datetime
    close: datetime


def times(
    document: Mapping[str, Any], action_type: str, at: datetime, *, emergency: bool = False
) -> Times:
    """When what happens if nobody answers what was asked at that moment.

    The clock stands still outside working hours, unless the type may page people, or a person
    said that this cannot wait.
    """
    within = timedelta(hours=_number(document, "answer_within_hours", ANSWER_WITHIN_HOURS))
    paged = emergency or action_type in pages(document)
    hours = None if paged else working_hours(document)
    return Times(*(later(at, share, hours) for share in (within / 3, within * 2 / 3, within)))


def pages(document: Mapping[str, Any]) -> frozenset[str]:
    """The types that people are told of at any hour, urgently."""
    said = section(document).get("pages", PAGES)
    return frozenset(map(str, said if isinstance(said, list | tuple) else PAGES))


def working_hours(document: Mapping[str, Any]) -> Hours:
    """When people work here; what cannot be read is Monday to Friday, nine to five."""
    said, zone = section(document), zone_of(document)
    try:
        days = frozenset(WEEK.index(day) for day in said["days"])
        opens, closes = time.fromisoformat(said["from"]), time.fromisoformat(said["to"])
    except (KeyError, TypeError, ValueError):
        return Hours(zone)
    return Hours(zone, days, opens, closes) if days and opens < closes else Hours(zone)


def zone_of(document: Mapping[str, Any]) -> ZoneInfo:
    about = document.get("company")
    try:
        return ZoneInfo(about["timezone"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError, OSError):
        return ZoneInfo("UTC")


def on_its_clock(document: Mapping[str, Any], at: datetime) -> datetime:
    """The same moment on the company's own clock, since days begin and end there."""
    return at.astimezone(zone_of(document))


@dataclass(frozen=True, slots=True)
class Alone:
    """For which types somebody who is alone may answer for themselves, and who looks at it."""

    types: frozenset[str] = frozenset()
    reviewed_by: str = ""


def alone(document: Mapping[str, Any]) -> Alone:
    """What the rules let somebody decide who is alone: nothing, unless they say so."""
    said = section(document).get("alone")
    if not isinstance(said, Mapping) or not isinstance(said.get("reviewed_by"), str):
        return Alone()
    types = said.get("types")
    named = types if isinstance(types, list | tuple) else ()
    return Alone(frozenset(map(str, named)), said["reviewed_by"])


def currency(document: Mapping[str, Any]) -> str:
    """The company's currency."""
    about = document.get("company")
    return str(about.get("currency", "")) if isinstance(about, Mapping) else ""


def open_reviews(document: Mapping[str, Any]) -> int:
    """With how many open reviews somebody is asked after the others."""
    return _number(document, "open_reviews", OPEN_REVIEWS)


def delegation_days(document: Mapping[str, Any]) -> int:
    """How many days somebody may decide for another at a stretch."""
    return min(_number(document, "delegation_days", DELEGATION_DAYS), DELEGATION_DAYS_AT_MOST)


def target_hours(document: Mapping[str, Any], label: str) -> int:
    """Working hours until a ticket with that label is to be done."""
    said = section(document).get("targets")
    own = said.get(label) if isinstance(said, Mapping) else None
    good = isinstance(own, int) and not isinstance(own, bool) and own > 0
    return own if good else _number(document, "target_hours", TARGET_HOURS)  # type: ignore[return-value]


def due(document: Mapping[str, Any], label: str, opened_at: datetime) -> datetime:
    """By when a ticket is to be done; the clock stands still outside working hours."""
    hours = timedelta(hours=target_hours(document, label))
    return later(opened_at, hours, working_hours(document))


def warned_at(document: Mapping[str, Any], label: str, opened_at: datetime) -> datetime:
    """When whoever has it is told that its time is running out: a quarter of it is left."""
    hours = timedelta(hours=target_hours(document, label)) * 3 / 4
    return later(opened_at, hours, working_hours(document))


def _number(document: Mapping[str, Any], name: str, default: int) -> int:
    value = section(document).get(name)
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if good else default  # type: ignore[return-value]


def section(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of the policy that says how this desk asks."""
    found = document.get("routing")
    return found if isinstance(found, Mapping) else {}
