"""`python -m bench`: prints a table, writes bench/results.json and docs/performance.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import http, large, many, page, processes, waiting, weight
from bench.engine import cycles
from bench.figures import Figure, Part
from bench.ground import Ground, ground
from holdshort.records.queue import PAGE
from tests.desk import Desk

ROOT = Path(__file__).resolve().parent.parent
RESULTS, DOCUMENT = ROOT / "bench" / "results.json", ROOT / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: actions of each kind, repetitions, and starts of the processes."""

    staged: int
    cycles: int
    waiting: int
    settled: int
    times: int
    starts: int
    over_http: int


WHOLE = Size(
    staged=400, cycles=200, waiting=10_000, settled=200_000, times=100, starts=3, over_http=1500
)
QUICK = Size(staged=42, cycles=34, waiting=60, settled=40, times=4, starts=1, over_http=0)


def main() -> None:
    """Measure everything and tell it."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a short run that writes no document")
    asked.add_argument("--waiting", type=int, help="actions that wait for a review")
    asked.add_argument("--settled", type=int, help="actions of the history")
    asked.add_argument("--into", type=Path, help="a folder for both files, instead of their places")
    given = asked.parse_args()
    size = QUICK if given.quick else WHOLE
    size = Size(**asdict(size) | {k: v for k in ("waiting", "settled") if (v := getattr(given, k))})
    with ground() as here:
        parts = measure(here, size)
        about = circumstances(here, size)
    print(page.table(parts))
    if given.into or not given.quick:
        results, document = (
            (given.into / name.name if given.into else name) for name in (RESULTS, DOCUMENT)
        )
        results.write_text(json.dumps(as_data(parts), indent=1) + "\n")
        document.write_text(page.document(parts, about))


def measure(here: Ground, size: Size) -> list[Part]:
    """Every part, on one ground that fills up as they go."""
    many.make_room(here)
    arriving, staged = waiting.fill(here, size.staged)
    settling, left = staged[: size.cycles], staged[size.cycles :]
    engine = cycles(here, settling)
    bytes_of = weight.weigh(here, left, size.waiting - len(left))
    beside_nothing = waiting.lists(here, size.times)
    many.settled(here, settling, size.settled)
    beside_much = waiting.lists(here, size.times)
    upkeep = waiting.upkeep(here, size.times)
    starting = started(here, size)
    assessing = waiting.assessments(here, size.times)
    many.prove(here)
    among_many = large.measure(here, size.times * 10)
    over_http = served(size) if size.over_http else []
    return [
        Part("Coming to wait", "One client, each stop as its own login role.", arriving),
        Part("Gated cycles", "Decide, authorize, log, claim, apply, read back, settle.", engine),
        Part("The weight of what waits", f"{size.waiting:,} actions, on disk.", bytes_of),
        Part("The queue", "As the web process asks for it.", beside_nothing),
        Part("The queue beside a long history", f"{size.settled:,} are settled.", beside_much),
        Part("By the clock and at staging", "Beside the same history.", upkeep + assessing),
        Part("The gate in a large company", large.ABOUT, among_many),
        *over_http,
        Part(
            "Starting and memory",
            "All four processes, started together, in turn on a small desk and on this one.",
            starting,
        ),
    ]


def served(size: Size) -> list[Part]:
    """Gated cycles through the processes as they run, on a ground of their own."""
    with ground() as other:
        figures = http.measure(other, cycles=size.over_http, whole=size.over_http // 4, clients=12)
    about = (
        "Twelve clients. The best peer was measured by others to do 35 to 53 cycles in a second."
    )
    return [Part("Gated cycles over HTTP", about, figures)]


def started(here: Ground, size: Size) -> list[Figure]:
    """The processes on this ground, and on one beside it where one page of reviews waits."""
    with tempfile.TemporaryDirectory(prefix="holdshort-bench-") as folder:
        small = Ground(Desk(here.desk.server, Path(folder)))
        try:
            waiting.fill(small, PAGE)
            return processes.starts(
                small.desk, here.desk, Path(folder), waiting=size.waiting, times=size.starts
            )
        finally:
            small.close()
            small.desk.close()


def circumstances(here: Ground, size: Size) -> dict[str, str]:
    """When, on what, and with how much this was measured."""
    version = str(here.desk.sql("SHOW server_version")[0][0]).split()[0]
    machine = (
        f"PostgreSQL {version}, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[2]:.1f} over the last 15 minutes"
    )
    return {
        "at": f" on {datetime.now(UTC):%d %B %Y}",
        "machine": machine,
        "waiting": f"{size.waiting:,}",
        "settled": f"{size.settled:,}",
    }


def as_data(parts: list[Part]) -> list[dict[str, object]]:
    """Figures for other programs: name, value, unit, floor, ratio, target and whether reached."""
    return [
        {"part": part.title, **asdict(one), "reached": one.reached}
        for part in parts
        for one in part.figures
    ]


if __name__ == "__main__":
    main()
