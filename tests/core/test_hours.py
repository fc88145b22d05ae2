"""Clocks that stand still while nobody works, on days of 23, 24 and 25 hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core import settings
from holdshort.core.hours import Hours, later

BERLIN = Hours(ZoneInfo("Europe/Berlin"))
H = timedelta(hours=1)


def berlin(day: str, at: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=BERLIN.zone)


@pytest.mark.parametrize(
    ("start", "working", "end"),
    [
        (berlin("2026-12-01", "10:00"), 2, berlin("2026-12-01", "12:00")),
        (berlin("2026-12-01", "16:00"), 2, berlin("2026-12-02", "10:00")),
        (berlin("2026-12-01", "09:00"), 8, berlin("2026-12-01", "17:00")),
        (berlin("2026-12-04", "16:00"), 2, berlin("2026-12-07", "10:00")),
        (berlin("2026-12-05", "12:00"), 1, berlin("2026-12-07", "10:00")),
        (berlin("2026-12-01", "03:00"), 1, berlin("2026-12-01", "10:00")),
        (berlin("2026-12-01", "23:00"), 1, berlin("2026-12-02", "10:00")),
        # Clocks go forward on 29 March and back on 25 October, both Sundays.
        (berlin("2026-03-27", "16:00"), 2, berlin("2026-03-30", "10:00")),
        (berlin("2026-10-23", "16:00"), 2, berlin("2026-10-26", "10:00")),
    ],
)
def test_only_working_time_counts(start: datetime, working: int, end: datetime) -> None:
    assert later(start, working * H, BERLIN) == end


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clock_is_changed_is_as_long_as_it_is(day: str, hours: int) -> None:
    sundays = Hours(BERLIN.zone, frozenset({6}), time(0), time(23, 59))
    start = berlin(day)
    assert (
        later(start, (hours - 1) * H, sundays).astimezone(UTC)
        == start.astimezone(UTC) + (hours - 1) * H
    )


def test_without_hours_every_minute_counts() -> None:
    start = berlin("2026-12-05", "12:00")
    assert later(start, 30 * H, None) == start + 30 * H


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    st.integers(0, 80),
    st.integers(0, 80),
)
def test_more_time_never_ends_earlier_and_time_adds_up(start: datetime, one: int, two: int) -> None:
    at = start.replace(tzinfo=UTC)
    first = later(at, one * H, BERLIN)
    assert at <= first <= later(at, (one + two) * H, BERLIN)
    if one:
        assert later(first, two * H, BERLIN) == later(at, (one + two) * H, BERLIN) or not two


@pytest.mark.parametrize(
    "routing",
    [
        None,
        [],
        {"days": "x"},
        {"days": [], "from": "09:00", "to": "17:00"},
        {"days": ["mon"], "from": "17:00", "to": "09:00"},
        {"answer_within_hours": -1},
        {"answer_within_hours": True},
        {"open_reviews": "many", "delegation_days": 10_000},
    ],
)
def test_what_cannot_be_read_is_as_by_default(routing: object) -> None:
    document = {"company": {"timezone": "Europe/Berlin"}, "routing": routing}
    assert settings.working_hours(document) == BERLIN
    found = settings.times(document, "idp.add_to_group", berlin("2026-12-01", "09:00"))
    assert found.remind == berlin("2026-12-01", "17:00")
    assert found.escalate == berlin("2026-12-02", "17:00")
    assert found.close == berlin("2026-12-03", "17:00")
    assert settings.open_reviews(document) == 20
    assert settings.delegation_days(document) in (30, 90)


def test_what_may_page_runs_through_the_night() -> None:
    start = berlin("2026-12-05", "12:00")
    for protective in ("idp.suspend", "idp.revoke_sessions"):
        assert settings.times({}, protective, start).close == start + 24 * H
    assert settings.times({}, "fw.change", start, emergency=True).close == start + 24 * H


@pytest.mark.parametrize(
    ("label", "told", "ends"),
    [
        ("Phishing report", berlin("2026-12-07", "09:30"), berlin("2026-12-07", "10:00")),
        ("anything else", berlin("2026-12-08", "12:00"), berlin("2026-12-08", "16:00")),
    ],
)
def test_a_ticket_is_due_after_working_hours_of_its_label_and_told_of_before(
    label: str, told: datetime, ends: datetime
) -> None:
    """It came on a Friday, an hour before the end of work."""
    came = berlin("2026-12-04", "16:00")
    rules = {"target_hours": 16, "targets": {"Phishing report": 2, "wrong": "soon"}}
    document = {"company": {"timezone": "Europe/Berlin"}, "routing": rules}
    assert settings.warned_at(document, label, came) == told
    assert settings.due(document, label, came) == ends
    assert settings.target_hours(document, "wrong") == 16
    assert settings.target_hours({}, label) == settings.TARGET_HOURS
