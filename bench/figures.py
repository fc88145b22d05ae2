"""What a measure gives: figures, each with the floor or peer and the target that it has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

TRANSACTIONS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
"""Grows by one with every transaction that writes, so with every commit that waits for the disk."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `floor` is a plain measure of the same run, or what a peer reaches; `ratio` is value to floor.
    `at_most` or `at_least` is the target, in the unit of the value.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least


@dataclass(frozen=True, slots=True)
class Part:
    """Figures that belong together, under a title, with a sentence on how they were taken."""

    title: str
    about: str
    figures: list[Figure]


class Times:
    """Milliseconds of each named stop."""

    def __init__(self) -> None:
        self._of: dict[str, list[float]] = {}

    @contextmanager
    def of(self, stop: str) -> Iterator[None]:
        """Time what happens inside."""
        start = time.perf_counter()
        yield
        self._of.setdefault(stop, []).append((time.perf_counter() - start) * 1000)

    def total(self, *stops: str) -> float:
        """Milliseconds of these stops together."""
        return sum(sum(self._of[stop]) for stop in stops)

    def figures(self, *, at_most: float | None = None) -> list[Figure]:
        """The middle and the slowest hundredth of every stop; a target is for the middle."""
        return [
            figure
            for stop, found in self._of.items()
            for figure in (
                Figure(f"{stop}, p50", round(percentile(found, 50), 2), "ms", at_most=at_most),
                Figure(f"{stop}, p99", round(percentile(found, 99), 2), "ms"),
            )
        ]


def percentile(found: list[float], at: int) -> float:
    """The value below which `at` in a hundred of these lie; one value is its own."""
    return found[0] if len(found) == 1 else quantiles(found, n=100, method="inclusive")[at - 1]
