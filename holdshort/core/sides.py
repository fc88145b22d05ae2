"""One decision of several sides: a yes of HR and one of IT are not two of either."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import permutations

from holdshort.core.circles import COVERED_BY_GENERAL, GENERAL

Speaks = Collection[str]
"""The contexts that one person decides."""


def missing(sides: Sequence[str], yes: Sequence[Speaks]) -> tuple[str, ...]:
    """The sides for which nobody is left when each person speaks for one; the fewest there can be.

    A generalist speaks for any side that generalists cover.
    """
    least = tuple(sides)
    for order in permutations(sides):
        spoken = {
            side for side, one in zip(order, yes, strict=False) if side and _speaks(one, side)
        }
        left = tuple(side for side in sides if side not in spoken)
        least = min(least, left, key=len)
    return least


def _speaks(one: Speaks, side: str) -> bool:
    return side in one or (GENERAL in one and side in COVERED_BY_GENERAL)
