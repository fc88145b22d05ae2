"""Letters: what people read outside the console, in words and times of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from holdshort.core import letters

ROW = {
    "kind": "reminder",
    "key": "7",
    "private": False,
    "urgent": False,
    "ticket": 12,
    "review": 7,
    "expires_at": datetime(2026, 11, 27, 17, 0, tzinfo=UTC),
    "found_at": datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
}


def test_a_reminder_names_its_end_in_the_zone_of_those_who_read_it() -> None:
    told = letters.told(ROW, title="Add Dana to Sales", scope="", zone=ZoneInfo("Europe/Berlin"))
    assert told.line == (
        "‘Add Dana to Sales’ still waits for your answer (ticket 12); "
        "at 18:00 CET on Friday, 27 November, it closes as not approved."
    )
    assert told.path == "/reviews/7"
