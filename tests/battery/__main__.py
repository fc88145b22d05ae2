"""`python -m tests.battery`: run every case against Holdshort and write docs/integrity.md."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
django.setup()

from tests.battery.cases import CASES  # noqa: E402
from tests.battery.holdshort_system import Holdshort, own_server  # noqa: E402
from tests.battery.system import Case, Outcome, Result, System, run  # noqa: E402
from tests.fakes.running import ROOT, Target, running_target  # noqa: E402

PAGE = ROOT / "docs" / "integrity.md"


@dataclass(frozen=True, slots=True)
class Line:
    """One case with its result and how long it took."""

    case: Case
    result: Result
    seconds: float


def run_all(
    system: System, target: Target, tell: Callable[[Line], None] = lambda line: None
) -> list[Line]:
    """Every case in order, on a system that runs."""
    lines = []
    for case in CASES:
        start = time.monotonic()
        result = run(case, system, target)
        lines.append(Line(case, result, time.monotonic() - start))
        tell(lines[-1])
    return lines


def as_markdown(name: str, lines: Iterable[Line]) -> str:
    """The page that is published."""
    rows = [
        f"| {line.case.title} | {result.outcome} | {result.evidence} | {line.seconds:.1f} |"
        for line in lines
        if (result := line.result)
    ]
    return "\n".join([HEAD.format(name=name), *rows, FOOT])


HEAD = """# Integrity battery

`make battery` attacks a really running {name} (two web processes, two desks, executors,
PostgreSQL), kills it at work, and writes this page. Effects are counted at the target, a process
of its own, and never taken from the system's own words.

| case | result | evidence | seconds |
| --- | --- | --- | --- |"""

FOOT = """
*Not covered* means that the attack succeeded and that nothing could prove it yet: the signed log
is not in this version. Whoever controls the database as its administrator, or the web process,
could also write a yes in a reviewer's name; [security.md](security.md) says what rests on whom.

People and agents use the public HTTP API. Only clocks (the time to decide, the time to run) and
forgeries are written as the database's administrator or as a process's own login, and a worker
waits 3 seconds, not 60, before it takes over from a dead one.

The cases (`tests/battery/cases.py`) know a system by the protocol in `tests/battery/system.py`
alone, so that another system which holds actions for approval can be driven by the same cases:
write one adapter. `tests/battery/toy_system.py` is the smallest one. It holds every case, and with
one of its mistakes switched on, the case about that mistake comes out as broken.
"""


def main() -> int:
    """Print the table as it grows, write the page; the number of broken cases."""
    with (
        tempfile.TemporaryDirectory() as name,
        own_server(Path(name) / "data") as server,
        running_target(Path(name) / "effects") as target,
    ):
        system = Holdshort(server, Path(name))
        try:
            system.start(target)
            lines = run_all(system, target, _print)
        finally:
            system.stop()
    PAGE.write_text(as_markdown(system.name, lines), "utf-8")
    print(f"\nWritten to {PAGE.relative_to(ROOT)}.")
    return sum(line.result.outcome is Outcome.BROKEN for line in lines)


def _print(line: Line) -> None:
    print(f"{line.result.outcome:<12}{line.seconds:6.1f} s  {line.case.title}", flush=True)
    print(f"{'':<22}{line.result.evidence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
