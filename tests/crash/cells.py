"""The matrix as data: where an executor dies, where the next one does, and what happens meanwhile.

A cell is written as its values with commas between them, as in
`apply:after,settle:before,drop_after,keyed,still`; `-` is where nobody is killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations, product

from tests.crash.executor import MOMENTS

NOWHERE = "-"
FACTORS: dict[str, tuple[str, ...]] = {
    # Where kill -9 hits the first executor, and where it hits the one that recovers.
    "first": (NOWHERE, *MOMENTS),
    "second": (NOWHERE, *MOMENTS),
    # What becomes of the first change on its way: lost, answered late or with an error before or
    # after it took effect, or delivered twice.
    "wire": ("fine", "drop", "drop_after", "fail", "fail_after", "slow", "duplicate"),
    # What the target promises about the same change sent twice.
    "shape": ("set", "keyed", "blind"),
    # Whether somebody else changes what the approval rests on, between the first and the second.
    "world": ("still", "drift"),
}


@dataclass(frozen=True)
class Cell:
    """One run of the matrix."""

    first: str
    second: str
    wire: str
    shape: str
    world: str

    def __str__(self) -> str:
        return ",".join(astuple(self))


def parse(text: str) -> Cell:
    """The cell of that name. Raises ValueError with what is possible."""
    values = text.split(",")
    if len(values) != len(FACTORS):
        raise ValueError(f"A cell has {len(FACTORS)} values: {', '.join(FACTORS)}.")
    for value, (factor, known) in zip(values, FACTORS.items(), strict=True):
        if value not in known:
            raise ValueError(f"{value!r} is no {factor}; there are: {', '.join(known)}.")
    return Cell(*values)


def every_cell() -> list[Cell]:
    """The whole product of the factors."""
    return [Cell(*values) for values in product(*FACTORS.values())]


def chosen_cells(strength: int = 2) -> list[Cell]:
    """Every single trouble alone, and cells in which every `strength` values meet at least once."""
    return list(dict.fromkeys([*_single_troubles(), *_covering(strength)]))


def _single_troubles() -> list[Cell]:
    quiet = {factor: values[0] for factor, values in FACTORS.items()}
    return [
        Cell(**{**quiet, factor: value, "shape": shape})
        for shape in FACTORS["shape"]
        for factor in ("first", "wire", "world")
        for value in FACTORS[factor]
    ]


def _covering(strength: int) -> list[Cell]:
    """Few cells in which every `strength` values of as many factors meet at least once.

    The product of the first factors, which are the longest ones, has to be there in full; the rest
    is chosen so that it meets as much as possible that has not met yet, and else takes turns.
    """
    missing = all_meetings(strength)
    factors = list(FACTORS.values())
    rest = list(product(*factors[strength:]))
    cells = []
    for turn, first in enumerate(product(*factors[:strength])):
        start = turn * 5 % len(rest)
        choices = [(*first, *other) for other in rest[start:] + rest[:start]]
        best = max(choices, key=lambda values: len(meetings(values, strength) & missing))
        missing -= meetings(best, strength)
        cells.append(Cell(*best))
    return cells


Meeting = tuple[tuple[int, str], ...]
"""Values that meet in a cell, each with the place of its factor."""


def meetings(values: Sequence[str], strength: int) -> set[Meeting]:
    """Every `strength` values of a cell."""
    return set(combinations(enumerate(values), strength))


def all_meetings(strength: int) -> set[Meeting]:
    """Every `strength` values of as many different factors."""
    numbered = [
        [(place, value) for value in values] for place, values in enumerate(FACTORS.values())
    ]
    return {
        meeting for factors in combinations(numbered, strength) for meeting in product(*factors)
    }


def met(cells: Iterable[Cell], strength: int) -> set[Meeting]:
    """Every `strength` values that meet in at least one of these cells."""
    return set().union(*(meetings(astuple(cell), strength) for cell in cells))
