"""`python -m bench`: prints a table and writes bench/results.json. One client at a time."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bench.engine import cycles
from bench.ground import ground
from bench.measures import Figure, assessments, fill, lists

RESULTS = Path(__file__).resolve().parent / "results.json"


def main() -> None:
    """Measure everything and tell it."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--waiting", type=int, default=1000, help="actions that wait for a review")
    asked.add_argument("--cycles", type=int, default=300, help="how many of them are carried out")
    numbers = asked.parse_args()
    with ground() as here:
        figures, waiting = fill(here, numbers.waiting)
        figures += lists(here)
        figures += assessments(here)
        figures += cycles(here, waiting[: numbers.cycles])
    RESULTS.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
    print(table(figures))


def table(figures: list[Figure]) -> str:
    """The figures in columns, with the floor of the same run where there is one."""
    lines = [f"{'':<42}{'value':>12} {'unit':<11}{'floor':>10}{'ratio':>8}"]
    for one in figures:
        floor = "" if one.floor is None else f"{one.floor:,.2f}"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        lines.append(f"{one.name:<42}{one.value:>12,.2f} {one.unit:<11}{floor:>10}{ratio:>8}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
