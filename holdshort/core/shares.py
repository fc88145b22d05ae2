"""How sure one may be of a share that was counted: Wilson's interval, and what was not counted."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, and between which shares (0 to 1) the truth lies with 95% confidence."""

    count: int
    of: int
    low: float
    high: float


def share(count: int, of: int, unknown: int = 0) -> Share:
    """A share of `of` cases, of which `unknown` could not be told.

    Each of those counts as the one at the lower bound and as the other at the upper, so that
    what is missing only ever widens the interval. Raises ValueError for counts that do not fit.
    """
    if min(count, unknown) < 0 or count + unknown > of:
        raise ValueError(f"{count} and {unknown} unknown do not fit into {of}")
    return Share(count, of, _wilson(count, of)[0], _wilson(count + unknown, of)[1])


def _wilson(count: int, of: int) -> tuple[float, float]:
    """Wilson's score interval; nothing counted says nothing."""
    if not of:
        return 0.0, 1.0
    part, z2 = count / of, _Z * _Z
    middle = (part + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(part * (1 - part) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == of else min(1.0, middle + half)
    return low, high
