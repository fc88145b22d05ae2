"""How far somebody's authority reaches: up to which amount, and for which systems."""

from __future__ import annotations

import pytest

from holdshort.core.stakes import Stakes, beyond, money
from holdshort.core.terms import Authority

from .examples import action
from .test_routing import asked, who

FAY = Authority("fay", ("finance",), cost_limit=100_000)


@pytest.mark.parametrize(("spends", "fits"), [(0, True), (100_000, True), (100_001, False)])
def test_a_limit_is_the_largest_amount_somebody_may_approve(spends: int, fits: bool) -> None:
    assert (beyond(FAY, Stakes(spends=spends, currency="EUR")) == "") == fits


@pytest.mark.parametrize("limit", [None, 0])
def test_without_a_limit_nothing_that_costs_anything(limit: int | None) -> None:
    entry = Authority("bo", ("finance",), cost_limit=limit)
    assert beyond(entry, Stakes(spends=0)) == ""
    assert beyond(entry, Stakes(spends=1, currency="EUR")) == (
        "may approve no spending, and this costs 0.01 EUR"
    )
    assert beyond(entry, Stakes(spends=None)).endswith("nobody knows what this costs")


def test_an_unknown_amount_is_for_those_who_may_spend_at_all() -> None:
    assert beyond(FAY, Stakes(spends=None)) == ""


def test_amounts_are_said_in_the_digits_of_their_currency() -> None:
    assert money(240_000, "EUR") == "2,400.00 EUR"
    assert money(240_000, "JPY") == "240,000 JPY"
    assert money(240_000, "BHD") == "240.000 BHD"


@pytest.mark.parametrize(
    ("touches", "fits"),
    [({"aws"}, True), ({"aws", "crm"}, True), ({"aws", "erp"}, False), (set(), False)],
)
def test_somebody_of_some_systems_decides_about_nothing_else(touches: set[str], fits: bool) -> None:
    entry = Authority("bo", ("access",), scope=("aws", "crm"))
    assert (beyond(entry, Stakes(frozenset(touches))) == "") == fits


def test_whoever_may_not_spend_so_much_is_not_asked_and_the_fault_says_so() -> None:
    register = [FAY, Authority("sam", ("finance",), cost_limit=500)]
    dear = Stakes(spends=90_000, currency="EUR")
    assert who(asked(register, "finance", stakes=dear)) == ["fay"]
    found = asked(register, "finance", stakes=Stakes(spends=200_000, currency="EUR"))
    assert found.reviewers == () and found.fault is not None
    assert found.fault.observed == (
        "Fay may approve up to 1,000.00 EUR spending, and this costs 2,000.00 EUR. "
        "Sam may approve up to 5.00 EUR spending, and this costs 2,000.00 EUR."
    )


def test_a_backup_gets_no_further_than_their_own_limit() -> None:
    register = [
        Authority("bo", ("finance",), backup="sam"),
        Authority("sam", ("hr",), cost_limit=500),
        Authority("priya", ("legal",)),
    ]
    assert asked(register, "finance", stakes=Stakes(spends=501), action=action()).fault
    assert who(asked(register, "finance", stakes=Stakes(spends=500))) == ["sam"]
