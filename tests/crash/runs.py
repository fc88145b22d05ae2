"""Running cells: several executors side by side on one desk, each cell with its own action."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psycopg
from psycopg.rows import dict_row

from holdshort import flow
from tests.crash.cells import Cell
from tests.crash.executor import Executor, has_stopped
from tests.crash.scene import Scene, scene
from tests.crash.truths import ATTEMPTS, ATTEMPTS_WHEN_SLOW, Seen
from tests.desk import PASSWORDS, Server
from tests.fakes.connector import CREDENTIAL

LANES = 3
"""How many executors work side by side; they wait for slow replies more than they work."""

CHUNK = 120
TIMEOUT = 5.0
TIMEOUT_WHEN_SLOW, SLOW = 0.4, 0.8
"""How long executors wait for a reply, in seconds, and how late a slow one comes."""

SECRETS = (CREDENTIAL, *PASSWORDS.values())
"""What may be neither in a log nor in a row."""

RECORDS = """
SELECT a.id::text AS action, a.ticket, s.state, f.kind AS fate, x.id::text AS execution,
       to_jsonb(o) AS outcome,
       ARRAY(SELECT t.fence FROM kernel.attempt t WHERE t.execution = x.id
              ORDER BY t.fence) AS fences,
       (SELECT extract(epoch FROM l.sequenced_at)::float FROM kernel."authorization" z
          JOIN kernel.log l ON l.event = z.event WHERE z.action = a.id) AS logged_at,
       (SELECT jsonb_object_agg(e.name, e.times) FROM (SELECT name, count(*) AS times
          FROM kernel.event WHERE action = a.id GROUP BY name) e) AS events,
       (SELECT kind FROM public.turn WHERE ticket = a.ticket ORDER BY id DESC LIMIT 1) AS stands,
       ARRAY(SELECT body FROM public.message WHERE ticket = a.ticket AND kind <> 'words'
              ORDER BY id) AS told,
       (SELECT n.state FROM kernel.action v JOIN kernel.action_state n ON n.action = v.id
         WHERE v.root = a.root AND v.version = 2) AS next_state
  FROM kernel.action a
  JOIN kernel.action_state s ON s.action = a.id
  LEFT JOIN kernel.fate f ON f.action = a.id
  LEFT JOIN kernel.execution x ON x.action = a.id
  LEFT JOIN kernel.outcome o ON o.action = a.id
 WHERE a.id = ANY(%s)
"""

LEAKS = """
SELECT ticket, text FROM (
  SELECT e.ticket, to_jsonb(e)::text AS text FROM kernel.event e
  UNION ALL SELECT a.ticket, to_jsonb(o)::text
              FROM kernel.outcome o JOIN kernel.action a ON a.id = o.action
  UNION ALL SELECT m.ticket, to_jsonb(m)::text FROM public.message m
  UNION ALL SELECT u.ticket, to_jsonb(u)::text FROM public.turn u) kept
 WHERE text LIKE ANY(%s)
"""


@dataclass(frozen=True)
class Ran:
    """A cell that was run with that action: how its executors ended, and what they wrote."""

    cell: Cell
    action: str
    exits: tuple[int, ...]
    log: str
    seconds: float


@dataclass(frozen=True)
class Frozen:
    """A cell whose first executor slept: whether it got there, how it ended once it was woken,
    and the outcome before and after that."""

    ran: Ran
    reached: bool
    woken: int
    before: Any
    after: Any


class Lane:
    """One executor at a time, with what is needed to let time pass for its action."""

    def __init__(self, on: Scene, number: int) -> None:
        self._on = on
        self._executor = Executor()
        self._sleeper = Executor()
        self._database = psycopg.connect(on.desk.url(), autocommit=True)
        self._log = on.log.with_name(f"lane-{number}.log")
        self._log.touch()

    def close(self) -> None:
        self._executor.close()
        self._sleeper.close()
        self._database.close()

    def attempt(self, action: str, shape: str, at: str, **more: Any) -> int:
        """One executor does what it can about the action; how it ended."""
        return self._executor.carry_out(self.order(action, shape, at, **more))

    def order(self, action: str, shape: str, at: str, **more: Any) -> Any:
        given = {"log": self._log, "apart": True, **more}
        return self._on.order(action, shape=shape, at="" if at == "-" else at, **given)

    def settled(self, action: str) -> bool:
        """Whether there is an outcome."""
        query = "SELECT FROM kernel.outcome WHERE action = %s"
        return self._database.execute(query, [action]).fetchone() is not None

    def end_lease(self, action: str) -> None:
        """Let the lease of the latest attempt run out, without waiting for it."""
        self._database.execute(
            "UPDATE kernel.attempt t SET lease_until = clock_timestamp() "
            "FROM kernel.execution x WHERE x.id = t.execution AND x.action = %s",
            [action],
        )

    def run(self, cell: Cell, action: str, **more: Any) -> Ran:
        """Everything that a cell says, and recovery to the end."""
        begun, started = self._log.stat().st_size, time.monotonic()
        slow = cell.wire == "slow"
        more = {"timeout": TIMEOUT_WHEN_SLOW if slow else TIMEOUT, **more}
        if cell.wire != "fine":
            self._on.target.fault(cell.wire, id=action, seconds=SLOW)
        exits = [self.attempt(action, cell.shape, cell.first, **more)]
        if cell.world == "drift":
            self._wait_quiet(cell, action)
            self._on.target.drift(action, {"active": False})
        attempts = ATTEMPTS_WHEN_SLOW if slow else ATTEMPTS
        for at in (cell.second, *["-"] * (attempts - 2)):
            self.end_lease(action)
            exits.append(self.attempt(action, cell.shape, at, **more))
            if self.settled(action):
                break
        self._wait_quiet(cell, action)
        log = self._log.read_bytes()[begun:].decode()
        return Ran(cell, action, tuple(exits), log, time.monotonic() - started)

    def freeze(self, cell: Cell, action: str, **more: Any) -> Frozen:
        """The first executor sleeps past its lease at its moment; another one ends it; it wakes."""
        begun, started = self._log.stat().st_size, time.monotonic()
        more = {"timeout": TIMEOUT, **more}
        if cell.wire != "fine":
            self._on.target.fault(cell.wire, id=action)
        order = self.order(action, cell.shape, cell.first, signal=signal.SIGSTOP, **more)
        sleeper = self._sleeper.begin(order)
        while not (reached := has_stopped(sleeper)) and not self._sleeper.has_finished():
            time.sleep(0.01)
        self.end_lease(action)
        exits = [self.attempt(action, cell.shape, "-", **more)]
        if not self.settled(action):
            self.end_lease(action)
            exits.append(self.attempt(action, cell.shape, "-", **more))
        before = self._on.outcome(action)
        if reached:
            os.kill(sleeper.pid or 0, signal.SIGCONT)
        woken = self._sleeper.finish()
        log = self._log.read_bytes()[begun:].decode()
        ran = Ran(cell, action, tuple(exits), log, time.monotonic() - started)
        return Frozen(ran, reached, woken, before, self._on.outcome(action))

    def _wait_quiet(self, cell: Cell, action: str) -> None:
        """What an executor sent and did not wait for has arrived by now."""
        if cell.wire == "slow":
            self._on.target.wait_quiet(action)


@contextmanager
def runs(server: Server, folder: Path, lanes: int = LANES) -> Iterator[Runs]:
    """A desk of its own with a crew of executors."""
    with scene(server, folder) as on:
        crew = Runs(on, lanes)
        try:
            yield crew
        finally:
            crew.close()


class Runs:
    """A crew of lanes on one desk."""

    def __init__(self, on: Scene, lanes: int = LANES) -> None:
        self.on = on
        self._numbers = count()
        self._lanes: SimpleQueue[Lane] = SimpleQueue()
        self._pool = ThreadPoolExecutor(lanes)
        for number in range(lanes):
            self._lanes.put(Lane(on, number))

    def close(self) -> None:
        self._pool.shutdown()
        while not self._lanes.empty():
            self._lanes.get().close()

    def each(self, work: Callable[[Lane, Any], Any], given: Iterable[Any]) -> list[Any]:
        """Do something for each, side by side, in lanes of their own."""

        def in_a_lane(one: Any) -> Any:
            lane = self._lanes.get()
            try:
                return work(lane, one)
            finally:
                self._lanes.put(lane)

        return list(self._pool.map(in_a_lane, given))

    def run(self, cells: Sequence[Cell], **more: Any) -> Iterator[Seen]:
        """Run cells, and look at what came of each."""
        for chunk in (cells[at : at + CHUNK] for at in range(0, len(cells), CHUNK)):
            actions = self.authorized(len(chunk))
            given = zip(chunk, actions, strict=True)
            ran = self.each(lambda lane, one: lane.run(*one, **more), given)
            self.stage_again()
            yield from self.look(ran)

    def look(self, ran: Sequence[Ran]) -> Iterator[Seen]:
        """What the rows, the target and the logs say about what was run."""
        counted = self.on.target.count()
        rows = self.records([one.action for one in ran])
        leaks = self._leaks()
        for one in ran:
            row = rows[one.action]
            written = one.log + leaks.get(row["ticket"], "")
            yield Seen(
                cell=one.cell,
                exits=one.exits,
                row=row,
                effects=tuple(e for e in counted["effects"] if e["id"] == one.action),
                sent=counted["sent_to"].get(one.action, 0),
                log=one.log,
                leaked=tuple(secret for secret in SECRETS if secret in written),
                seconds=one.seconds,
            )

    def authorized(self, number: int) -> list[str]:
        """So many actions that may run; each is the first version, and a ticket's only one."""
        return list(self.on.authorized_at_once(number))

    def records(self, actions: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The rows of actions, by their ids."""
        with psycopg.connect(self.on.desk.url(), row_factory=dict_row) as database:
            found = database.execute(RECORDS, [list(actions)]).fetchall()
        return {row["action"]: row for row in found}

    def stage_again(self) -> None:
        """The desk takes up what executors woke it for."""
        woken = self.on.desk.sql(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'restage' RETURNING args->>'id'"
        )
        with self.on.desk.role("desk"):
            for (action,) in woken:
                flow.restage(action)

    def _leaks(self) -> dict[int, str]:
        patterns = [f"%{secret}%" for secret in SECRETS]
        with psycopg.connect(self.on.desk.url()) as database:
            found = database.execute(LEAKS, [patterns]).fetchall()
        return dict(found)
