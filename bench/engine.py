"""`python -m bench.engine`: gated cycles through the stops, each as its own login role, one client.

A cycle is what happens to an action that waits: decide, authorize, sequence, execute with verify
and settle. Its floor is as many plain durable one-row transactions, made in between on the same
server by the same process, so that a busy machine weighs on both.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.figures import TRANSACTIONS, Figure, Part, Times
from bench.ground import Ground, ground
from bench.waiting import fill
from holdshort import flow
from holdshort.core.terms import Sender
from holdshort.records import actions
from holdshort.records.crossing import Session
from holdshort.stops.deciding import Answer

FLOOR = 5
"""Plain transactions after each cycle."""

WARM = 30
"""Cycles before the measured ones, so that every connection has prepared its statements."""

COUNTED = 10
"""How many of those are counted; counting costs time."""

SECONDS_TO_RELOAD = 1.0

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Asked:
    """What a cycle begins with."""

    action: str
    review: int
    answer: Answer
    sender: Sender


def cycles(ground: Ground, waiting: list[str]) -> list[Figure]:
    """Actions that wait are approved, authorized, logged, carried out and read back, one by one."""
    asked = [_asked(ground, action) for action in waiting]
    for one in asked[: WARM - COUNTED]:
        _cycle(ground, one, Times())
    counted = _counts(ground, asked[WARM - COUNTED : WARM])
    quarter = (len(asked) - WARM + 3) // 4
    times, client, measured = Times(), 0.0, asked[WARM:-quarter]
    before = _used(ground)
    for one in measured:
        client += _beside_its_floor(ground, one, times)
    used = zip(_used(ground), before, strict=True)
    server, commits, syncs = ((after - then) / len(measured) for after, then in used)
    slower = _on_a_slower_disk(ground, asked[-quarter:])
    assert ground.app.effects == len(waiting)
    commits, syncs = commits - FLOOR, syncs - FLOOR
    floor = times.total("floor") / len(measured) / FLOOR * commits
    spent = times.total("a whole cycle") / len(measured)
    return [
        Figure(
            "gated cycles in a second",
            *_versus(1000 / spent, "1/s", 1000 / floor),
            at_least=round(500 / floor, 2),
        ),
        Figure("one gated cycle", *_versus(spent, "ms", floor)),
        slower,
        Figure("… processor time of the client", round(client / len(measured), 2), "ms"),
        Figure("… processor time of the server", round(server, 2), "ms"),
        Figure("durable commits in a cycle", round(commits, 2), "commits"),
        Figure("waits for the disk in a cycle", round(syncs, 2), "syncs"),
        *counted,
        *times.figures(),
    ]


def _beside_its_floor(ground: Ground, one: Asked, times: Times) -> float:
    """Milliseconds of this process that the cycle took."""
    start = time.process_time()
    _cycle(ground, one, times)
    used = (time.process_time() - start) * 1000
    with times.of("floor"):
        plain(ground, FLOOR)
    return used


def _on_a_slower_disk(ground: Ground, asked: list[Asked]) -> Figure:
    """The same where the server waits a millisecond longer at each wait for the disk.

    A virtual disk that keeps what it was given in memory answers within a tenth of one; then the
    processor decides. Solid state disks without that, and most in clouds, take one or more.
    """
    times = Times()
    _delay_commits(ground, "1000")
    try:
        for one in asked:
            _beside_its_floor(ground, one, times)
    finally:
        _delay_commits(ground, "0")
    spent, floor = (times.total(name) / len(asked) for name in ("a whole cycle", "floor"))
    return Figure(
        "… where the disk takes 1 ms more",
        *_versus(1000 / spent, "1/s", 1000 / floor),
    )


def _delay_commits(ground: Ground, microseconds: str) -> None:
    ground.desk.sql(f"ALTER SYSTEM SET commit_delay = {microseconds}")
    ground.desk.sql("ALTER SYSTEM SET commit_siblings = 0")
    ground.desk.sql("SELECT pg_reload_conf()")
    time.sleep(SECONDS_TO_RELOAD)


def _versus(value: float, unit: str, floor: float) -> tuple[float, str, float, float]:
    return round(value, 2), unit, round(floor, 2), round(value / floor, 2)


def _asked(ground: Ground, action: str) -> Asked:
    """What the cycle of this action begins with: its review, and somebody's yes to its bytes."""
    ground.as_role("desk")
    story = actions.story(action)
    assert story is not None and story.review is not None
    sender = ground.sender(story.assignments[0]["person"])
    answer = Answer(verdict="approve", digest=story.digest, shown="0" * 64)
    return Asked(action, story.review["number"], answer, sender)


def _cycle(ground: Ground, asked: Asked, times: Times) -> None:
    with times.of("a whole cycle"):
        ground.as_role("web")
        with times.of("decide"):
            flow.decide(asked.review, asked.answer, sender=asked.sender)
        ground.as_role("desk")
        with times.of("authorize"):
            flow.authorize(asked.action)
        with times.of("sequence"):
            flow.sequence()
        ground.as_role("executor")
        with times.of("execute, verify and settle"):
            connectors = {"directory": ground.app}
            flow.execute(asked.action, connectors=connectors, worker="bench", seal=str.encode)


def plain(ground: Ground, number: int) -> None:
    """As many plain transactions, each inserting one row and waiting for the disk."""
    with ground.plain.cursor() as cursor:
        for _ in range(number):
            cursor.execute("INSERT INTO bench_floor (said) VALUES ('one plain row')")


# ------------------------------------------------------------------ what a cycle uses


def _used(ground: Ground) -> tuple[float, int, int]:
    """Milliseconds of the roles' server processes, commits, waits for the disk; all so far."""
    for one in (*ground.connections.values(), ground.plain):
        with one.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
    server = sum(_processor(one.connection.info.backend_pid) for one in ground.connections.values())
    return server, ground.number(TRANSACTIONS), _syncs(ground)


def _processor(pid: int) -> float:
    """Milliseconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def _syncs(ground: Ground) -> int:
    """How often the server waited for its log to be on the disk; told elsewhere since 18."""
    if ground.number("SHOW server_version_num") >= 180000:
        return ground.number("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'")
    return ground.number("SELECT wal_sync FROM pg_stat_wal")


def _counts(ground: Ground, asked: list[Asked]) -> list[Figure]:
    """Statements, and how often the client crossed to the server with them, in these cycles."""
    seen = {"statements": 0, "crossings": 0}
    converse = Session.converse

    def counted(session: Session, bound: Sequence[Any]) -> Any:
        seen["crossings"] += 1
        seen["statements"] += len(bound)
        return converse(session, bound)

    with patch.object(Session, "converse", counted):
        for one in asked:
            _cycle(ground, one, Times())
    return [
        Figure(f"{name} in a cycle", round(number / len(asked), 1), name)
        for name, number in seen.items()
    ]


def main() -> None:
    """Measure the engine alone."""
    from bench.page import table

    asked = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    asked.add_argument("--cycles", type=int, default=300)
    with ground() as here:
        _, waiting = fill(here, asked.parse_args().cycles + WARM)
        print(table([Part("Gated cycles", "", cycles(here, waiting))]))


if __name__ == "__main__":
    main()
