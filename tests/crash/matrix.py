"""`python -m tests.crash.matrix`: run the crash matrix, and print what it found.

Without options: cells in which every three values of any three factors meet. `--cells 2` runs those
of `make test`, `--cells all` every one there is, `--cell NAME` that one alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence

from tests.crash.cells import FACTORS, Cell, chosen_cells, every_cell, parse

CHOICES = {"2": lambda: chosen_cells(2), "3": lambda: chosen_cells(3), "all": every_cell}


def command(cell: Cell) -> str:
    """How to run a cell alone."""
    return f'python -m tests.crash.matrix --cell "{cell}"'


def main() -> int:
    """Run what was asked for; 1 when a promise was broken."""
    asked = _asked()
    cells = [parse(name) for name in asked.cell] or CHOICES[asked.cells]()
    started = time.monotonic()
    found = run(cells, asked.lanes)
    print(table(found))
    broken = {cell: wrong for cell, (wrong, _) in found.items() if wrong}
    for cell, wrong in broken.items():
        print(f"\n{cell}\n  " + "\n  ".join(wrong) + f"\n  {command(cell)}")
    seconds = time.monotonic() - started
    print(f"\n{len(found):,} cells, {len(broken):,} violations, {seconds:,.0f} s")
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", action="append", default=[], help=",".join(FACTORS))
    parser.add_argument("--cells", choices=CHOICES, default="3")
    parser.add_argument("--lanes", type=int, default=5, help="executors side by side")
    return parser.parse_args()


Found = dict[Cell, tuple[list[str], float]]
"""What was wrong in each cell, and how many seconds it took."""


def run(cells: Sequence[Cell], lanes: int) -> Found:
    """Run cells on a server of their own, telling how far it is."""
    from tests.conftest import quick_folder, quick_server
    from tests.crash.runs import CHUNK, runs
    from tests.crash.truths import violations

    found: Found = {}
    started = time.monotonic()
    with quick_folder() as home, quick_server(home / "data") as server:
        for at in range(0, len(cells), CHUNK):
            folder = home / str(at)
            folder.mkdir()
            with runs(server, folder, lanes) as crew:
                for seen in crew.run(cells[at : at + CHUNK]):
                    found[seen.cell] = (violations(seen), seen.seconds)
            broken = sum(bool(wrong) for wrong, _ in found.values())
            print(
                f"{len(found):>7,} of {len(cells):,} cells, {broken} violations, "
                f"{time.monotonic() - started:,.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return found


def table(found: Found) -> str:
    """Cells, violations and seconds, by what the wire did and what the target promises."""
    shapes = FACTORS["shape"]
    lines = ["wire        " + "".join(f"{shape:>27}" for shape in shapes)]
    lines.append(" " * 12 + "      cells broken  seconds" * len(shapes))
    for wire in (*FACTORS["wire"], "all"):
        parts = [_sum(found, shape, wire) for shape in shapes]
        lines.append(f"{wire:<12}" + "".join(parts))
    return "\n".join(lines)


def _sum(found: Found, shape: str, wire: str) -> str:
    these = [
        (wrong, seconds)
        for cell, (wrong, seconds) in found.items()
        if cell.shape == shape and wire in (cell.wire, "all")
    ]
    return f"{len(these):>11,} {_broken(these):>6} {sum(s for _, s in these):>8,.1f}"


def _broken(these: Iterable[tuple[list[str], float]]) -> int:
    return sum(bool(wrong) for wrong, _ in these)


if __name__ == "__main__":
    sys.exit(main())
