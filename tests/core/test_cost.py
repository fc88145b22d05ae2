"""The cost of a purchase and its limits: whole commitments, sums that splitting does not lower."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from holdshort.core import cost
from holdshort.core.cost import Purchase
from holdshort.core.terms import PolicyVerdict

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE
ITEM = {"flow": "saas.renew", "limit": 100_000, "currency": "EUR", "per": "item", "owner": "fay"}
VENDOR = {**ITEM, "limit": 200_000, "per": "vendor", "period": "month"}
DOCUMENT: dict[str, Any] = {"company": {"currency": "EUR"}, "thresholds": [ITEM, VENDOR]}
YEARLY = {"amount": "900.00", "currency": "EUR", "period": "year", "cancellable": True}


def buying(total: int | None, lately: Mapping[str, int | None] | None = None) -> Purchase:
    before = {"month": 0} if lately is None else lately
    return Purchase("saas.renew", "Seats", "Vendor", total, "EUR", before)


def verdict(buys: Purchase, document: Mapping[str, Any] = DOCUMENT) -> PolicyVerdict:
    return cost.threshold(document, 4, buys).verdict


def level(buys: Purchase, document: Mapping[str, Any] = DOCUMENT, authority: int = 500_000) -> int:
    return cost.level(document, buys, authority, "test").value


# ------------------------------------------------------------------ the commitment


@pytest.mark.parametrize(
    ("contract", "total"),
    [
        (YEARLY, 90_000),
        ({**YEARLY, "term": 3}, 90_000),
        ({**YEARLY, "term": 3, "cancellable": False}, 270_000),
        ({**YEARLY, "term": 3, "cancellable": None}, 270_000),
        ({**YEARLY, "term": 3, "cancellable": "yes"}, 270_000),
        ({**YEARLY, "amount": 0}, 0),
        ({**YEARLY, "amount": None}, None),
        ({**YEARLY, "amount": "about 900"}, None),
        ({**YEARLY, "amount": "NaN"}, None),
        ({**YEARLY, "amount": -900}, None),
        ({**YEARLY, "amount": True}, None),
        ({**YEARLY, "currency": "USD"}, None),
        ({**YEARLY, "currency": None}, None),
        ({**YEARLY, "term": 0}, None),
        ({**YEARLY, "term": "long"}, None),
        ({**YEARLY, "term": True}, None),
    ],
)
def test_what_a_contract_costs_is_its_whole_term_unless_it_can_be_left(
    contract: dict[str, Any], total: int | None
) -> None:
    assert cost.commitment(contract, "EUR") == total


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("total", "month", "expected"),
    [
        (100_000, 0, PASSES),
        (100_001, 0, FAILS),
        (90_000, 110_000, PASSES),
        (90_000, 110_001, FAILS),
        (None, 0, FAILS),
        (90_000, None, FAILS),
    ],
)
def test_each_purchase_and_all_of_a_vendor_stay_below_their_limits(
    total: int | None, month: int | None, expected: PolicyVerdict
) -> None:
    assert verdict(buying(total, {"month": month})) is expected


@pytest.mark.parametrize("pieces", range(1, 12))
def test_a_purchase_that_is_cut_into_pieces_passes_no_further_than_whole(pieces: int) -> None:
    """The last piece sees all others, however many there are."""
    whole, piece = 270_000, 270_000 // pieces
    last = buying(whole - piece * (pieces - 1), {"month": piece * (pieces - 1)})
    assert verdict(last) is FAILS
    assert level(last) >= level(buying(whole))


def test_the_reason_says_the_amount_the_limit_and_the_version() -> None:
    reason = cost.threshold(DOCUMENT, 4, buying(1_240_000)).reason
    assert reason is not None
    assert (reason.observed, reason.limit) == ("12,400.00 EUR", "1,000.00 EUR an item")
    assert reason.policy_version == 4 and "12,400.00 EUR in all" in reason.text
    reason = cost.threshold(DOCUMENT, 4, buying(90_000, {"month": 180_000})).reason
    assert reason is not None
    assert reason.observed == "2,700.00 EUR"
    assert reason.limit == "2,000.00 EUR a vendor and month"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"company": {"currency": "EUR"}, "thresholds": []},
        {"company": {"currency": "EUR"}, "thresholds": [VENDOR]},
        {"company": {"currency": "EUR"}, "thresholds": "many"},
        {"company": {"currency": "EUR"}, "thresholds": [{**ITEM, "flow": "another"}]},
        {"company": {"currency": "EUR"}, "thresholds": [{**ITEM, "currency": "USD"}]},
        {"company": {"currency": "EUR"}, "thresholds": [{**ITEM, "limit": "1000"}]},
        {"company": {"currency": "EUR"}, "thresholds": [{**ITEM, "limit": True}]},
        {"company": {"currency": "EUR"}, "thresholds": [{**ITEM, "per": "whim"}]},
        {"company": {"currency": "EUR"}, "thresholds": [ITEM, {**VENDOR, "period": "eon"}]},
        {"company": {}, "thresholds": [ITEM]},
    ],
)
def test_without_a_readable_limit_nothing_passes(document: dict[str, Any]) -> None:
    assert verdict(buying(1), document) is FAILS
    assert level(buying(1), document) >= 2


def test_without_a_policy_in_force_there_is_no_verdict() -> None:
    assert cost.threshold(DOCUMENT, None, buying(1)).verdict is NONE


def test_the_lowest_of_several_limits_counts() -> None:
    document = {**DOCUMENT, "thresholds": [ITEM, {**ITEM, "limit": 5_000}, VENDOR]}
    assert verdict(buying(5_000), document) is PASSES
    assert verdict(buying(5_001), document) is FAILS


# ------------------------------------------------------------------ the level


@pytest.mark.parametrize(
    ("total", "month", "expected"),
    [
        (0, 0, 0),
        (48_000, 0, 1),
        (1_240_000 // 4, 0, 2),
        (90_000, 180_000, 2),
        (500_001, 0, 3),
        (90_000, 450_000, 3),
        (None, 0, 3),
        (90_000, None, 3),
    ],
)
def test_the_level_is_none_below_above_or_beyond_the_owners_authority(
    total: int | None, month: int | None, expected: int
) -> None:
    assert level(buying(total, {"month": month})) == expected


def test_an_owner_without_authority_to_spend_makes_everything_above_the_limit_worst() -> None:
    assert cost.level(DOCUMENT, buying(100_001), None, "test").value == 3


def test_more_money_is_never_a_lower_level() -> None:
    levels = [level(buying(total)) for total in range(0, 700_000, 7_000)]
    assert all(one <= other for one, other in pairwise(levels))
    assert set(levels) == {0, 1, 2, 3}


def test_the_facts_name_the_sum_that_the_vendor_gets() -> None:
    told = cost.level(DOCUMENT, buying(90_000, {"month": 180_000}), 0, "test").facts
    assert [fact.text for fact in told] == [
        "Costs 900.00 EUR in all.",
        "With it Vendor gets 2,700.00 EUR within a month.",
    ]
