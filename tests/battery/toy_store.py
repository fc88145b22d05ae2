"""The toy's rows, and the mistakes it can be made to make."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

SECRET = b"held by the toy, not by its database"
RUNS_WITHIN = 3600.0

TABLES = """
CREATE TABLE action (id TEXT PRIMARY KEY, payload TEXT, by TEXT, state TEXT, decide_by REAL,
                     run_by REAL, worker INTEGER, key TEXT);
CREATE TABLE approval (action TEXT, person TEXT, mac TEXT);
CREATE TABLE job (number INTEGER PRIMARY KEY, action TEXT);
CREATE TABLE audit (number INTEGER PRIMARY KEY, line TEXT, mac TEXT);
"""
TRIGGERS = """
CREATE TRIGGER no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'kept'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'kept'); END;
"""


class Mistake(StrEnum):
    """What is usually forgotten."""

    RUNS_THE_ROW_AS_IT_IS = "runs whatever the row says now"
    BELIEVES_ANY_ROW = "believes any row that says yes"
    CHECKS_THEN_ACTS = "looks first and acts later"
    ANYBODY_APPROVES = "does not ask who says yes"
    NO_CLOCK = "does not look at the clock"
    LAST_ANSWER_WINS = "lets a yes follow a no"
    SAYS_DONE_FIRST = "says done before it is"
    SENDS_AGAIN = "sends again after a crash"
    REMEMBERS_A_YES = "lets an old yes stand for the same request"
    ONLY_NOTES_A_STOP = "notes a stop and runs all the same"
    AUDIT_IS_A_TABLE = "lets its own processes rewrite the audit"
    UNSIGNED_AUDIT = "cannot tell whether its audit is whole"


def mac(text: str) -> str:
    """A code that only the holder of the secret can make."""
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()


class Store:
    """The toy's SQLite file; the last code of its audit is kept beside it."""

    def __init__(self, path: Path, mistake: Mistake | None) -> None:
        self._path = path
        self._head = path.with_suffix(".head")
        self.mistake = mistake

    def create(self) -> None:
        """Make the tables; those of the careful toy keep their audit from its own processes."""
        rows = self.connect()
        rows.executescript(TABLES)
        rows.execute("PRAGMA journal_mode = WAL")
        if self.mistake is not Mistake.AUDIT_IS_A_TABLE:
            rows.executescript(TRIGGERS)
        rows.close()

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=30, isolation_level=None)

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """One writer at a time; everything or nothing."""
        rows = self.connect()
        rows.execute("BEGIN IMMEDIATE")
        try:
            yield rows
            rows.execute("COMMIT")
        finally:
            rows.close()

    def grant(self, rows: sqlite3.Connection, action: str, person: str) -> None:
        """A yes, to the payload as it is now; a worker is woken."""
        payload = rows.execute("SELECT payload FROM action WHERE id = ?", (action,)).fetchone()[0]
        rows.execute("INSERT INTO approval VALUES (?, ?, ?)", (action, person, mac(payload)))
        run_by = time.time() + RUNS_WITHIN
        rows.execute(
            "UPDATE action SET state = 'approved', run_by = ? WHERE id = ?", (run_by, action)
        )
        rows.execute("INSERT INTO job (action) VALUES (?)", (action,))
        self.note(rows, f"approved {action} by {person}")

    def may_run(self, rows: sqlite3.Connection, action: str) -> bool:
        """Whether somebody approved exactly this payload and there is still time."""
        state, payload, run_by = rows.execute(
            "SELECT state, payload, run_by FROM action WHERE id = ?", (action,)
        ).fetchone()
        codes = rows.execute("SELECT mac FROM approval WHERE action = ?", (action,)).fetchall()
        if self.mistake is Mistake.BELIEVES_ANY_ROW:
            return bool(codes) and state in ("waiting", "approved")
        if self.mistake is Mistake.CHECKS_THEN_ACTS:
            return bool(codes)
        true = self.mistake is Mistake.RUNS_THE_ROW_AS_IT_IS or (mac(payload),) in codes
        in_time = self.mistake is Mistake.NO_CLOCK or (run_by or 0) > time.time()
        return bool(state == "approved" and codes and true and in_time)

    def note(self, rows: sqlite3.Connection, line: str) -> None:
        """A line of the audit, bound to all before it."""
        last = rows.execute("SELECT mac FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        code = mac((last[0] if last else "") + line)
        rows.execute("INSERT INTO audit (line, mac) VALUES (?, ?)", (line, code))
        self._head.write_text(code)

    def is_whole(self, rows: sqlite3.Connection) -> bool:
        """Whether every line is as it was written, up to the last one."""
        code = ""
        for line, stated in rows.execute("SELECT line, mac FROM audit ORDER BY number"):
            code = mac(code + line)
            if code != stated:
                return False
        return code == self._head.read_text()
