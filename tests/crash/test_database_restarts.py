"""PostgreSQL crashes every few seconds under load: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort.machine.postgres import EmbeddedPostgres, embedded_postgres
from tests.conftest import COMPANY
from tests.crash.processes import Processes, until
from tests.crash.scene import Scene, scene
from tests.desk import Server

SECONDS = float(os.environ.get("RESTARTS_FOR_SECONDS", "15"))
SECONDS_BETWEEN = 2.0
LEAST = 5
"""How often it crashes at least, however long a busy machine takes to come back."""


class Loaded:
    """A desk whose processes worked for a while on a database that crashed again and again."""

    def __init__(self, on: Scene, postgres: EmbeddedPostgres, folder: Path) -> None:
        self.on = on
        self.acknowledged = folder / "acknowledged"
        processes = Processes(on, folder / "log", settings={"apart": True})
        try:
            self.running = [processes.start(name) for name in ("desk", "executor", "executor")]
            writer = processes.start("writer", str(self.acknowledged))
            until(lambda: len(self.noted("decision")) > 3, "the writer decides")
            self.crashes = self._crash_for(SECONDS, postgres)
            processes.kill(writer)
            self.noted_when_it_ended = self.noted("decision")
            self._let_it_come_to_rest()
            self.alive = [process.poll() is None for process in self.running]
        finally:
            processes.kill_all()
        self.said = processes.said()

    def noted(self, kind: str) -> set[str]:
        """What was acknowledged to people."""
        if not self.acknowledged.exists():
            return set()
        lines = [line.split() for line in self.acknowledged.read_text().splitlines()]
        return {line[1] for line in lines if len(line) == 2 and line[0] == kind}

    def _crash_for(self, seconds: float, postgres: EmbeddedPostgres) -> int:
        end, crashes = time.monotonic() + seconds, 0
        while time.monotonic() < end or crashes < LEAST:
            time.sleep(SECONDS_BETWEEN)
            crash(postgres)
            crashes += 1
            # As the supervisor does.
            postgres.start()
        return crashes

    def _let_it_come_to_rest(self) -> None:
        """Leases are ended rather than waited for."""

        def at_rest() -> bool:
            self.on.end_lease()
            return unlogged(self.on) == 0 and not self.on.desk.sql(
                "SELECT 1 FROM kernel.action_state "
                "WHERE state IN ('authorized', 'executing') UNION "
                "SELECT 1 FROM kernel.proposal p WHERE NOT EXISTS "
                "(SELECT FROM kernel.staging s WHERE s.proposal = p.id) UNION "
                "SELECT 1 FROM kernel.decision d WHERE NOT EXISTS "
                '(SELECT FROM kernel."authorization" z WHERE z.action = d.action)'
            )

        until(at_rest, "everything came to rest", seconds=120)


def crash(postgres: EmbeddedPostgres) -> None:
    """What `pg_ctl stop -m immediate` does: every server process ends where it stands."""
    server = postgres._server
    assert server is not None
    server.send_signal(signal.SIGQUIT)
    server.wait(20)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """On a server of its own, which keeps every promise of durability."""
    folder = tmp_path_factory.mktemp("restarts")
    postgres = embedded_postgres(folder / "data")
    server = Server(postgres.start())
    try:
        server.make_template(COMPANY)
        with scene(server, folder) as on:
            yield Loaded(on, postgres, folder)
    finally:
        postgres.stop()


def test_every_decision_that_was_acknowledged_is_there(loaded: Loaded) -> None:
    there = {str(row[0]) for row in loaded.on.desk.sql("SELECT id FROM kernel.decision")}
    assert loaded.crashes >= LEAST
    assert loaded.noted("decision") and loaded.noted("decision") <= there


def test_every_ticket_that_was_acknowledged_is_there_with_its_one_action(loaded: Loaded) -> None:
    found = loaded.on.desk.sql("SELECT ticket, count(*) FROM kernel.action GROUP BY ticket")
    counted = {str(ticket): number for ticket, number in found}
    assert {counted.get(ticket) for ticket in loaded.noted("ticket")} == {1}


def test_everything_permitted_has_one_effect_and_one_outcome(loaded: Loaded) -> None:
    found = loaded.on.desk.sql(
        'SELECT z.action::text, o.kind FROM kernel."authorization" z '
        "LEFT JOIN kernel.outcome o ON o.action = z.action"
    )
    assert {kind for _, kind in found} == {"verified"}
    effects = [effect["id"] for effect in loaded.on.target.effects()]
    assert sorted(effects) == sorted(action for action, _ in found)


def test_the_log_has_every_event_once_and_no_gap(loaded: Loaded) -> None:
    desk = loaded.on.desk
    assert unlogged(loaded.on) == 0
    [(last, count)] = desk.sql("SELECT max(position), count(*) FROM kernel.log")
    assert last == count - 1


def test_no_process_gave_up(loaded: Loaded) -> None:
    assert loaded.alive == [True] * len(loaded.running)


def unlogged(on: Scene) -> int:
    found = on.desk.sql(
        "SELECT count(*) FROM kernel.event e "
        "WHERE NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id)"
    )
    return int(found[0][0])
