"""For how long access may last: the shortest limit that fits, and none that only looks like one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdshort.core.grants import longest
from holdshort.core.terms import Right, Tier

READ = Right("crm:read", "Read", "crm", "CRM", "office", False)
ADMIN = replace(READ, id="crm:admin", privileged=True)
TWO: dict[str, Any] = {"budgets": {"longest_hours": {"crm": 2, "badge.set_zones": 9}}}


@pytest.mark.parametrize(
    ("document", "rights", "named", "hours"),
    [
        ({}, (ADMIN,), (), 4),
        ({}, None, (), 4),
        ({}, (READ,), ("crm",), None),
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
    hours: int | None,
) -> None:
    assert longest(document, Tier.HUMAN, rights, named) == hours
    assert longest(document, Tier.POLICY, rights, named) is None
