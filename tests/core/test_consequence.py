"""The tier follows from the worst that an action can do. Exhaustive over all 256 vectors."""

from __future__ import annotations

from itertools import pairwise, product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.consequence import strictest, tier, unknown, worst
from holdshort.core.terms import Consequence, Fact, Level, Reason, Tier

Vector = tuple[int, int, int, int]
VECTORS: list[Vector] = [(b, i, g, c) for b, i, g, c in product(range(4), repeat=4)]


def of(vector: Vector) -> Consequence:
    return Consequence(*(Level(value, (Fact(f"level {value}", "test"),)) for value in vector))


def tier_of(vector: Vector) -> Tier:
    return tier(of(vector))


def test_the_rule_of_the_design_holds_for_every_vector() -> None:
    for vector in VECTORS:
        grave = 3 in vector or vector.count(2) >= 2
        middling = 2 in vector or sum(level >= 1 for level in vector) >= 3
        expected = Tier.HUMAN if grave else Tier.POLICY if middling else Tier.AUTOMATIC
        assert tier_of(vector) is expected, vector


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ((0, 0, 0, 0), Tier.AUTOMATIC),
        ((1, 1, 0, 0), Tier.AUTOMATIC),
        ((1, 1, 1, 0), Tier.POLICY),
        ((2, 1, 1, 1), Tier.POLICY),
        ((2, 0, 0, 2), Tier.HUMAN),
        ((0, 0, 3, 0), Tier.HUMAN),
    ],
)
def test_the_edges_of_the_tiers(vector: Vector, expected: Tier) -> None:
    assert tier_of(vector) is expected


def test_more_harm_in_any_dimension_never_lowers_the_tier() -> None:
    for vector in VECTORS:
        for dimension in range(4):
            if vector[dimension] < 3:
                worse = list(vector)
                worse[dimension] += 1
                assert tier_of((worse[0], worse[1], worse[2], worse[3])) >= tier_of(vector)


def test_the_worst_dimension_dominates_and_nothing_compensates_for_it() -> None:
    for vector in VECTORS:
        alone = [tuple(v if n == kept else 0 for n, v in enumerate(vector)) for kept in range(4)]
        assert tier_of(vector) >= max(tier_of((a, b, c, d)) for a, b, c, d in alone)
        assert (max(vector) == 3) <= (tier_of(vector) is Tier.HUMAN)


def test_it_does_not_matter_which_dimension_is_bad() -> None:
    for vector in VECTORS:
        one, two, three, four = sorted(vector)
        assert tier_of((one, two, three, four)) is tier_of(vector)


def test_not_knowing_never_lowers_the_tier() -> None:
    for vector in VECTORS:
        for dimension in range(4):
            levels = [Level(value, ()) for value in vector]
            levels[dimension] = unknown("Nobody knows.", "directory")
            assert tier(Consequence(*levels)) is Tier.HUMAN


def test_a_declared_minimum_only_ever_raises() -> None:
    for vector in VECTORS:
        by_minimum = [tier(of(vector), min_tier=least) for least in Tier]
        assert all(lower <= higher for lower, higher in pairwise(by_minimum))
        assert by_minimum == [max(tier_of(vector), least) for least in Tier]


def test_any_named_reason_needs_a_human_however_harmless_the_levels() -> None:
    for vector in VECTORS:
        assert tier(of(vector), raises=[Reason("emergency", "A person says so.")]) is Tier.HUMAN


def test_a_product_rule_would_invert_orderings_and_is_not_what_we_do() -> None:
    fatal, mild = (3, 0, 0, 0), (1, 1, 1, 1)
    assert prod(fatal) < prod(mild)
    assert sum((3, 0, 0, 0)) < sum(mild)
    assert tier_of(fatal) > tier_of(mild)


@given(st.lists(st.sampled_from(VECTORS), min_size=1, max_size=8), st.data())
def test_splitting_a_batch_keeps_its_strictest_tier(
    batch: list[Vector], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(batch)))
    parts = [part for part in (batch[:cut], batch[cut:]) if part]
    whole = strictest(map(tier_of, batch))
    assert strictest(strictest(map(tier_of, part)) for part in parts) is whole


def test_nothing_at_all_counts_as_the_strictest() -> None:
    assert strictest([]) is Tier.HUMAN
    assert worst([]).value == 3


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_several_findings_make_the_highest_level_and_keep_every_fact(found: list[int]) -> None:
    facts = [Fact(f"finding {n}", "test") for n, _ in enumerate(found)]
    levels = [Level(value, (fact,)) for value, fact in zip(found, facts, strict=True)]
    assert worst(levels) == Level(max(found), tuple(facts))


def test_what_is_unknown_says_what_and_where_we_looked() -> None:
    assert unknown("The owner is not known.", "inventory") == Level(
        3, (Fact("The owner is not known.", "inventory"),)
    )
