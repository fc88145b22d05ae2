"""Shares with their bounds: Wilson's interval, widened by what nobody could tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.shares import share


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Figures of Wilson's formula with z = 1.96, by hand.
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilsons_interval(count: int, of: int, low: float, high: float) -> None:
    found = share(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_of_nothing_nothing_is_known() -> None:
    found = share(0, 0)
    assert (found.low, found.high) == (0.0, 1.0)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_what_is_unknown_only_widens_and_the_truth_stays_inside(
    count: int, unknown: int, others: int
) -> None:
    of = count + unknown + others
    found = share(count, of, unknown)
    for turned_out in range(unknown + 1):
        told = share(count + turned_out, of)
        assert found.low <= told.low <= told.high <= found.high


@pytest.mark.parametrize(("count", "unknown"), [(-1, 0), (3, -1), (2, 2)])
def test_counts_that_do_not_fit_are_an_error(count: int, unknown: int) -> None:
    with pytest.raises(ValueError, match="do not fit into 3"):
        share(count, 3, unknown)
