"""The smallest system with an approval in it, careful or with one of the usual mistakes.

It proves that the cases can fail, and shows how small an adapter is. SQLite, no web server; its
workers (toy_worker.py) are real processes that can be killed.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.battery.system import (
    Edited,
    Proposed,
    Record,
    Role,
    Said,
    Shape,
    Stands,
    Try,
)
from tests.battery.toy_store import Mistake, Store
from tests.fakes.running import ROOT, Target

FOR_AN_HOUR = 3600.0


class Toy:
    """Approve, then run."""

    name = "toy"

    def __init__(self, folder: Path, mistake: Mistake | None = None) -> None:
        self._folder = folder
        self._mistake = mistake
        self._store = Store(folder / "toy.sqlite", mistake)
        self._workers: list[subprocess.Popen[bytes]] = []

    def start(self, target: Target) -> None:
        self._target = target
        self._store.create()

    def stop(self) -> None:
        self.kill_workers()

    # -------------------------------------------------------------- people and agents

    def propose(
        self,
        *,
        by: Role = Role.AGENT,
        shape: Shape = Shape.BLIND,
        like: Proposed | None = None,
        key: str = "",
    ) -> Proposed:
        with self._store.turn() as rows:
            if key and (found := _by_key(rows, key)):
                return found
            one = Proposed(str(uuid.uuid4()), like.thing if like else f"thing-{uuid.uuid4()}")
            payload = json.dumps({"thing": one.thing, "shape": shape})
            rows.execute(
                "INSERT INTO action (id, payload, by, state, decide_by, key) "
                "VALUES (?, ?, ?, 'waiting', ?, ?)",
                (one.id, payload, by, time.time() + FOR_AN_HOUR, key or None),
            )
            self._store.note(rows, f"proposed {one.id}")
            if self._mistake is Mistake.REMEMBERS_A_YES and like:
                self._store.grant(rows, one.id, Role.APPROVER)
        return one

    def approve(
        self, one: Proposed, who: Role, *, front: int = 0, yes_to: Proposed | None = None
    ) -> Said:
        with self._looking() as rows:
            no = self._why_not(rows, one, who, yes_to)
        if self._mistake is Mistake.CHECKS_THEN_ACTS:
            time.sleep(0.2)
        with self._store.turn() as rows:
            if self._mistake is not Mistake.CHECKS_THEN_ACTS:
                no = self._why_not(rows, one, who, yes_to)
            if no:
                return Said(False, no)
            self._store.grant(rows, one.id, who)
        return Said(True)

    def reject(self, one: Proposed, who: Role) -> Said:
        return self._turn_away(one, who, "waiting", "rejected")

    def call_off(self, one: Proposed, who: Role) -> Said:
        return self._turn_away(one, who, "approved", "stopped")

    def _turn_away(self, one: Proposed, who: Role, state: str, end: str) -> Said:
        with self._store.turn() as rows:
            if _value(rows, "state", one) != state:
                return Said(False, f"It is not {state} any more.")
            if not (end == "stopped" and self._mistake is Mistake.ONLY_NOTES_A_STOP):
                rows.execute("UPDATE action SET state = ? WHERE id = ?", (end, one.id))
            self._store.note(rows, f"{end} {one.id} by {who}")
        return Said(True)

    def _why_not(
        self, rows: sqlite3.Connection, one: Proposed, who: Role, yes_to: Proposed | None
    ) -> str:
        state, decide_by, by = rows.execute(
            "SELECT state, decide_by, by FROM action WHERE id = ?", (one.id,)
        ).fetchone()
        parties = {Role.AGENT, Role.ASKER, by}
        if who in parties and self._mistake is not Mistake.ANYBODY_APPROVES:
            return "Somebody else must decide."
        if time.time() > decide_by and self._mistake is not Mistake.NO_CLOCK:
            return "The time to decide is over."
        if yes_to and yes_to.id != one.id:
            return "That was a yes to something else."
        if state != "waiting" and self._mistake is not Mistake.LAST_ANSWER_WINS:
            return "It was decided already."
        return ""

    # -------------------------------------------------------------- workers

    def start_workers(self, count: int = 1, *, dying: bool = False) -> None:
        options = [str(self._folder / "toy.sqlite"), self._target.url, self._mistake or "none"]
        for _ in range(count):
            self._workers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.battery.toy_worker", *options, str(int(dying))],
                    cwd=ROOT,
                    env=dict(os.environ),
                )
            )

    def wait_for_death(self) -> None:
        for worker in self._workers:
            worker.wait(30)
        self._workers = []

    def kill_workers(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._workers = []

    def wake(self, one: Proposed, times: int = 1) -> None:
        with self._store.turn() as rows:
            rows.executemany("INSERT INTO job (action) VALUES (?)", [(one.id,)] * times)

    def rest(self) -> None:
        ends = time.monotonic() + 30
        while self._workers and self._jobs():
            assert time.monotonic() < ends, "the toy never comes to rest"
            time.sleep(0.02)

    def _jobs(self) -> int:
        with self._looking() as rows:
            found: int = rows.execute("SELECT count(*) FROM job").fetchone()[0]
        return found

    # -------------------------------------------------------------- time and attacks

    def end_review(self, one: Proposed) -> None:
        self._write("UPDATE action SET decide_by = 0 WHERE id = ?", one.id)

    def end_permission(self, one: Proposed) -> None:
        self._write("UPDATE action SET run_by = 0 WHERE id = ?", one.id)

    def edit_payload(self, one: Proposed) -> Edited:
        thing = f"edited-{one.thing}"
        payload = json.dumps({"thing": thing, "shape": Shape.BLIND})
        self._write("UPDATE action SET payload = ? WHERE id = ?", payload, one.id)
        return Edited(thing, (Try("edited in the file", True),))

    def forge_approval(self, one: Proposed) -> tuple[Try, ...]:
        self._write(
            "INSERT INTO approval (action, person, mac) VALUES (?, 'the approver', 'forged')",
            one.id,
        )
        self._write("UPDATE action SET run_by = 1e12 WHERE id = ?", one.id)
        return (Try("written into the file", True),)

    def edit_audit_as_processes(self, one: Proposed) -> tuple[Try, ...]:
        found = []
        for statement in ("UPDATE audit SET line = 'nothing'", "DELETE FROM audit"):
            try:
                with self._store.turn() as rows:
                    rows.execute(statement)
                    raise InterruptedError("the attack stood; it is not kept")
            except InterruptedError:
                found.append(Try(statement, True))
            except sqlite3.IntegrityError:
                found.append(Try(statement, False))
        return tuple(found)

    def edit_audit(self, one: Proposed) -> tuple[Try, ...]:
        self._as_administrator("UPDATE audit SET line = 'nothing' WHERE number = 1")
        return (Try("one changed", True),)

    def cut_audit(self, one: Proposed) -> tuple[Try, ...]:
        self._as_administrator("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
        return (Try("the newest removed", True),)

    def _as_administrator(self, statement: str) -> None:
        self._write("DROP TRIGGER IF EXISTS no_update")
        self._write("DROP TRIGGER IF EXISTS no_delete")
        self._write(statement)

    def _write(self, statement: str, *given: object) -> None:
        with self._store.turn() as rows:
            rows.execute(statement, given)

    # -------------------------------------------------------------- looking

    def stands(self, one: Proposed) -> Stands:
        with self._looking() as rows:
            state = _value(rows, "state", one)
        known = {"waiting": Stands.WAITING, "done": Stands.DONE, "unknown": Stands.UNKNOWN}
        known |= {"approved": Stands.APPROVED, "sending": Stands.APPROVED}
        return known.get(state, Stands.ENDED)

    def record(self, one: Proposed) -> Record:
        with self._looking() as rows:
            found = rows.execute("SELECT person FROM approval WHERE action = ?", (one.id,))
            people = tuple(person for (person,) in found)
        return Record(people, len(people))

    def audit_is_intact(self) -> bool:
        if self._mistake is Mistake.UNSIGNED_AUDIT:
            return True
        with self._looking() as rows:
            return self._store.is_whole(rows)

    @contextmanager
    def _looking(self) -> Iterator[sqlite3.Connection]:
        rows = self._store.connect()
        try:
            yield rows
        finally:
            rows.close()


def _value(rows: sqlite3.Connection, column: str, one: Proposed) -> str:
    return str(rows.execute(f"SELECT {column} FROM action WHERE id = ?", (one.id,)).fetchone()[0])


def _by_key(rows: sqlite3.Connection, key: str) -> Proposed | None:
    found = rows.execute("SELECT id, payload FROM action WHERE key = ?", (key,)).fetchone()
    return Proposed(found[0], json.loads(found[1])["thing"]) if found else None
