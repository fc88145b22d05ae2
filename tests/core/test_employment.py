"""HR's record decides about accounts only with a date, and only under a policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from holdshort.core.employment import hr_end_date, hr_start_date
from holdshort.core.terms import Employment, Kind, Person, PolicyVerdict

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LENA = Person("lena", Kind.HUMAN, "Lena Vogt")
BERLIN = {"company": {"timezone": "Europe/Berlin"}}
PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE


def who(status: str, start: date | None = None, end: date | None = None) -> Person:
    return replace(LENA, employment=Employment(status, start, end))


@pytest.mark.parametrize(
    ("person", "verdict"),
    [
        (who("future", date(2027, 1, 4)), PASSES),
        (who("active", date(2020, 1, 1)), PASSES),
        (who("future"), FAILS),
        (who("unknown", date(2027, 1, 4)), FAILS),
        (who("active", date(2027, 1, 4)), FAILS),
        (who("ended", date(2020, 1, 1), date(2026, 11, 30)), FAILS),
        (replace(who("future", date(2027, 1, 4)), kind=Kind.SERVICE), FAILS),
    ],
)
def test_an_account_follows_a_record_that_says_from_when(
    person: Person, verdict: PolicyVerdict
) -> None:
    assert hr_start_date(BERLIN, 7, person, NOON).verdict is verdict
    assert hr_start_date(BERLIN, None, person, NOON).verdict is NONE


@pytest.mark.parametrize(
    ("person", "verdict"),
    [
        (who("ended", end=date(2026, 11, 30)), PASSES),
        (who("active", end=date(2026, 11, 30)), PASSES),
        (who("active", end=date(2026, 12, 1)), FAILS),
        (who("active"), FAILS),
        (who("ended"), FAILS),
        (who("unknown"), FAILS),
    ],
)
def test_somebody_has_left_once_the_last_day_of_the_record_is_over(
    person: Person, verdict: PolicyVerdict
) -> None:
    found = hr_end_date(BERLIN, 7, person, NOON)
    assert found.verdict is verdict
    assert found.reason is not None and found.reason.policy_version == 7
    assert hr_end_date(BERLIN, None, person, NOON).verdict is NONE


def test_the_last_day_ends_on_the_companys_clock() -> None:
    person = who("active", end=date(2026, 12, 1))
    late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert hr_end_date(BERLIN, 7, person, late).verdict is PASSES
    assert hr_end_date({}, 7, person, late).verdict is FAILS


@pytest.mark.parametrize("document", [{"company": {"timezone": "Mars/Dune"}}, [], None])
def test_a_policy_that_cannot_be_read_lets_nothing_pass(document: Any) -> None:
    for rule in (hr_start_date, hr_end_date):
        person = who("active", end=date(2026, 11, 30))
        assert rule(document, 7, person, NOON).verdict is FAILS
