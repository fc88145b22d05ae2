"""For how long access may last: the shortest limit that fits, and none that only looks like one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdshort.core.grants import LONGEST, in_words, longest, told_before
from holdshort.core.terms import Right, Tier

READ = Right("crm:read", "Read", "crm", "CRM", "office", False)
ADMIN = replace(READ, id="crm:admin", privileged=True)
TWO: dict[str, Any] = {"budgets": {"longest_hours": {"crm": 2, "badge.set_zones": 9}}}


@pytest.mark.parametrize(
    ("document", "rights", "named", "hours"),
    [
        ({}, (ADMIN,), (), 4),
        ({}, None, (), 4),
        ({}, (READ,), ("crm",), LONGEST),
        ({}, (), (), LONGEST),
        ({"budgets": {"grave_hours": 720}}, (READ,), (), 720),
        ({"budgets": {"grave_hours": 720}}, (ADMIN,), (), 4),
        ({"budgets": {"grave_hours": 2}}, (ADMIN,), (), 2),
        ({"budgets": {"grave_hours": 9999}}, (READ,), (), LONGEST),
        ({"budgets": {"grave_hours": "a year"}}, (READ,), (), 1),
        ({"budgets": {"privileged_hours": 3}}, (ADMIN,), (), 3),
        ({"budgets": {"privileged_hours": 9}}, (ADMIN,), (), 4),
        (TWO, (READ,), ("crm",), 2),
        (TWO, (ADMIN,), ("crm", "badge.set_zones"), 2),
        (TWO, (ADMIN,), ("badge.set_zones",), 4),
        (TWO, (READ,), ("badge.set_zones",), 9),
        ({"budgets": {"longest_hours": {"crm": "two"}}}, (READ,), ("crm",), 1),
        ({"budgets": {"longest_hours": ["crm"]}}, (ADMIN,), ("crm",), 4),
        ({"budgets": []}, (ADMIN,), (), 1),
    ],
)
def test_the_shortest_limit_that_fits_counts(
    document: dict[str, Any],
    rights: tuple[Right, ...] | None,
    named: tuple[str, ...],
    hours: int,
) -> None:
    assert longest(document, Tier.HUMAN, rights, named) == hours
    assert longest(document, Tier.POLICY, rights, named) is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (24, "24 hours"), (30, "30 hours"), (720, "30 days"), (LONGEST, "a year")],
)
def test_a_time_is_said_as_people_say_it(hours: int, words: str) -> None:
    assert in_words(hours) == words


@pytest.mark.parametrize(
    ("hours", "before"), [(4, 0), (72, 0), (96, 24), (336, 84), (720, 168), (LONGEST, 168)]
)
def test_the_end_of_more_than_a_few_days_is_told_before(hours: int, before: int) -> None:
    assert told_before(hours) == before
