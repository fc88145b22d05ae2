"""`python -m tests.battery.toy_worker FILE URL MISTAKE DYING`: carries out what was approved."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
import time
import urllib.request
from pathlib import Path

from tests.battery.toy_store import Mistake, Store


class Worker:
    """Takes jobs until it is killed."""

    def __init__(self, store: Store, url: str, *, dying: bool) -> None:
        self._store = store
        self._url = url
        self._dying = dying

    def work(self) -> None:
        """Forever."""
        while True:
            if not self._recover() and not self._next():
                time.sleep(0.02)

    def _next(self) -> bool:
        """Do one job; whether there was one."""
        with self._store.turn() as rows:
            job = rows.execute("SELECT number, action FROM job ORDER BY number LIMIT 1").fetchone()
            if job is None:
                return False
            due = self._store.may_run(rows, job[1])
            if due:
                first = self._store.mistake is Mistake.SAYS_DONE_FIRST
                self._set(rows, job[1], "done" if first else "sending")
            else:
                rows.execute("DELETE FROM job WHERE number = ?", (job[0],))
        if due:
            self._send(job[1])
        return True

    def _recover(self) -> bool:
        """Go on where a worker died: again where that is safe, else nobody knows."""
        with self._store.turn() as rows:
            found = rows.execute("SELECT id, worker, payload FROM action WHERE state = 'sending'")
            dead = [row for row in found if not _alive(row[1])]
            if not dead:
                return False
            action, _, payload = dead[0]
            again = json.loads(payload)["shape"] == "set"
            again |= self._store.mistake is Mistake.SENDS_AGAIN
            self._set(rows, action, "sending" if again else "unknown")
        if again:
            self._send(action)
        return True

    def _send(self, action: str) -> None:
        if self._dying:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = self._store.connect()
        payload = rows.execute("SELECT payload FROM action WHERE id = ?", (action,)).fetchone()[0]
        rows.close()
        wish = json.loads(payload)
        method, area = ("PUT", "things") if wish["shape"] == "set" else ("POST", "blind")
        request = urllib.request.Request(
            f"{self._url}/{area}/{wish['thing']}", b'{"done": true}', method=method
        )
        urllib.request.urlopen(request).read()
        with self._store.turn() as rows:
            self._set(rows, action, "done")
            if self._store.mistake is Mistake.CHECKS_THEN_ACTS:
                last = "SELECT min(number) FROM job WHERE action = ?"
                rows.execute(f"DELETE FROM job WHERE number = ({last})", (action,))

    def _set(self, rows: sqlite3.Connection, action: str, state: str) -> None:
        rows.execute(
            "UPDATE action SET state = ?, worker = ? WHERE id = ?", (state, os.getpid(), action)
        )
        self._store.note(rows, f"{state} {action}")


def _alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def main() -> None:
    """Work until killed."""
    file, url, mistake, dying = sys.argv[1:]
    known = None if mistake == "none" else Mistake(mistake)
    Worker(Store(Path(file), known), url, dying=dying == "1").work()


if __name__ == "__main__":
    main()
