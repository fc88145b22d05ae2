"""Rights that nobody may hold together, for every way in which somebody can come to hold them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from holdshort.core import conflicts

PAY = {"id": "pay", "name": "Create and pay", "entitlements": ["n:create", "n:pay"], "reason": "R"}
SHIP = {"id": "ship", "name": "Order and ship", "entitlements": ["n:order", "n:ship"]}
DOCUMENT: dict[str, Any] = {"conflicts": [PAY, SHIP]}
RIGHTS = ("n:create", "n:pay", "n:order", "n:ship", "n:read")
SETS = [set(some) for size in range(4) for some in combinations(RIGHTS, size)]


def rules(held: set[str], gained: set[str]) -> set[str]:
    found = conflicts.arising(DOCUMENT, held, gained)
    assert all(reason.rule == conflicts.RULE for reason in found)
    return {reason.limit for reason in found}


def test_exactly_the_pairs_that_come_to_be_whole_are_named() -> None:
    """Every set of rights held with every set gained, 26 × 26."""
    for held in SETS:
        for gained in SETS:
            whole = {
                f"rule {pair['id']}"
                for pair in (PAY, SHIP)
                if set(pair["entitlements"]) <= held | gained and set(pair["entitlements"]) & gained
            }
            assert rules(held, gained) == whole, (held, gained)


def test_more_rights_never_break_fewer_rules() -> None:
    for held in SETS:
        for gained in SETS:
            assert rules(held, gained) <= rules(held | {"n:create"}, gained)


def test_the_reason_shows_the_rule_and_what_to_give_up() -> None:
    [reason] = conflicts.arising(DOCUMENT, ["n:create"], ["n:pay"])
    assert (reason.limit, reason.observed) == ("rule pay", "n:create and n:pay")
    assert "Create and pay. R" in reason.text and "other right" in reason.would_pass


@pytest.mark.parametrize(
    "unreadable", ["none", [{}], [None], [PAY, {"entitlements": "all"}], {"pay": PAY}]
)
def test_a_list_that_cannot_be_read_may_forbid_anything(unreadable: object) -> None:
    document = {"conflicts": unreadable}
    assert [one.rule for one in conflicts.arising(document, [], ["n:read"])] == [conflicts.RULE]
    assert conflicts.concern(document, ["n:read"])


def test_only_rights_of_a_rule_concern_it() -> None:
    assert conflicts.concern(DOCUMENT, ["n:read", "n:pay"])
    assert not conflicts.concern(DOCUMENT, ["n:read"])
    assert not conflicts.concern({}, ["n:pay"])
