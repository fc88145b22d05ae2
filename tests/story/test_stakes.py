"""Whether a reviewer's change puts more at stake: each dimension against itself, and no other."""

from __future__ import annotations

from dataclasses import fields
from itertools import product
from types import SimpleNamespace as Some

import pytest

from holdshort.core.terms import Consequence, Level
from holdshort.records import grounds
from holdshort.stops.stakes import more_is_at_stake

NAMES = [field.name for field in fields(Consequence)]
Vector = tuple[int, ...]


def at_stake(before: Vector, after: Vector) -> bool:
    """The answer for these levels, with the earlier ones as a record gives them back."""
    levels = {name: {"value": value} for name, value in zip(NAMES, before, strict=True)}
    packed = grounds.pack({"consequence": levels, "rights": []}, [], beside=b"")
    kept = grounds.unpack(packed, beside=b"")["findings"]
    target = Some(id="t")
    story = Some(
        assessment={"findings": kept},
        action=Some(target=target, beneficiary="dana", params={}),
        gate={"emergency": False},
    )
    one = Some(
        findings=Some(consequence=Consequence(*(Level(v, ()) for v in after)), rights=()),
        action=Some(target=target, beneficiary="dana", params={}),
    )
    return more_is_at_stake(story, one)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", product((0, 1), repeat=4))
def test_a_level_that_rises_in_any_dimension_is_more_and_equal_ones_are_not(
    before: Vector,
) -> None:
    for after in product((0, 1), repeat=4):
        rose = any(new > old for new, old in zip(after, before, strict=True))
        assert at_stake(before, after) is rose, (before, after)
