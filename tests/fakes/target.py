"""A system to be changed, in a process of its own, that counts what really happened to it.

    python -m tests.fakes.target EFFECTS_FILE

Prints its address. It offers the three shapes of a target:

    GET  /things/ID              the state (a JSON object)
    PUT  /things/ID  {…}         set: reach this state; the same state again is no second effect
    POST /keyed/ID   {…}         keyed: deduplicated by the Idempotency-Key header
    POST /blind/ID   {…}         blind: every arrival is an effect, and nothing can be read

and controls for tests: POST /control/fault {"kind", "times", "seconds", "id"}, POST /control/drift
{"id", "state"}, GET /control/count. Kinds of fault, for the next `times` changes (of that id, if
one is given): `refuse` (409, nothing applied), `fail` (500, nothing applied), `fail_after`
(applied, then 500), `drop` (connection closed, nothing applied), `drop_after` (applied, then
closed), `slow` (waits, then applies), `slow_after` (applies, then waits), `garbage` (applied, then
no JSON), `duplicate` (the wire delivers it twice). Errors repeat the caller's credential, as a
chatty system does.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class World:
    """The state, the effects and the faults to come."""

    def __init__(self, effects: Path) -> None:
        self.lock = threading.Lock()
        self.things: dict[str, dict[str, Any]] = {}
        self.keys: set[str] = set()
        self.faults: list[dict[str, Any]] = []
        self.sent: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self._effects = effects
        self._effects.touch()

    def arrive(self, id: str) -> dict[str, Any]:
        """Count a change that arrived; the fault that befalls it."""
        with self.lock:
            self.sent[id] += 1
            self.under_way[id] += 1
            for fault in self.faults:
                if fault.get("id", "") in ("", id):
                    self.faults.remove(fault)
                    return fault
            return {"kind": ""}

    def leave(self, id: str) -> None:
        """The change of that thing was answered."""
        with self.lock:
            self.under_way[id] -= 1

    def change(self, shape: str, id: str, key: str, state: dict[str, Any]) -> None:
        """Let the change happen as the shape promises, and write the effect down at once."""
        with self.lock:
            thing = self.things.setdefault(id, {})
            if shape == "keyed" and key in self.keys:
                return
            if shape == "things" and all(thing.get(name) == state[name] for name in state):
                return
            self.keys.add(key)
            thing.update(state)
            thing["_version"] = str(int(thing.get("_version", "0")) + 1)
            effect = {"id": id, "key": key, "shape": shape, "state": state, "at": time.time()}
            with self._effects.open("a") as file:
                file.write(json.dumps(effect))
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())

    def count(self) -> dict[str, Any]:
        """How many changes arrived, for which things, and the effects they had."""
        with self.lock:
            lines = self._effects.read_text().splitlines()
            return {
                "sent": self.sent.total(),
                "sent_to": self.sent,
                "under_way": {id: number for id, number in self.under_way.items() if number},
                "effects": [json.loads(line) for line in lines],
            }


class Handler(BaseHTTPRequestHandler):
    """One request to the world."""

    world: World

    def do_GET(self) -> None:
        """Read the state of a thing, or the count."""
        area, _, id = self.path.strip("/").partition("/")
        if (area, id) == ("control", "count"):
            self._answer(200, self.world.count())
        elif area == "things":
            with self.world.lock:
                state = dict(self.world.things.get(id, {}))
            self._answer(200, state)
        else:
            self._answer(405, {})

    def do_PUT(self) -> None:
        """Reach a state."""
        self._change("things")

    def do_POST(self) -> None:
        """Change something keyed or blind, or control the world."""
        area, _, id = self.path.strip("/").partition("/")
        if area in ("keyed", "blind"):
            self._change(area)
        elif area == "control":
            self._control(id, self._body())
        else:
            self._answer(405, {})

    def _control(self, what: str, asked: dict[str, Any]) -> None:
        with self.world.lock:
            if what == "fault":
                self.world.faults += [dict(asked) for _ in range(int(asked.get("times", 1)))]
            elif what == "drift":
                self.world.things.setdefault(asked["id"], {}).update(asked["state"])
        self._answer(200, {})

    def _change(self, shape: str) -> None:
        id = self.path.strip("/").partition("/")[2]
        state, key = self._body(), self.headers.get("Idempotency-Key", "")
        fault = self.world.arrive(id)
        kind = fault["kind"]
        try:
            if kind == "slow":
                time.sleep(fault["seconds"])
            for _ in range({"refuse": 0, "fail": 0, "drop": 0, "duplicate": 2}.get(kind, 1)):
                self.world.change(shape, id, key, state)
            if kind == "slow_after":
                time.sleep(fault["seconds"])
        finally:
            self.world.leave(id)
        self._reply(kind)

    def _reply(self, kind: str) -> None:
        if kind.startswith("drop"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif kind == "garbage":
            self._send(200, f"<html>all went well, {self._credential()}</html>".encode())
        else:
            status = 409 if kind == "refuse" else 500 if kind.startswith("fail") else 200
            self._answer(status, {"said": self._credential()} if status != 200 else {})

    def _credential(self) -> str:
        return str(self.headers.get("Authorization", ""))

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # Whoever asked was killed; what happened here stays counted.
            self.close_connection = True

    def handle(self) -> None:
        """Serve one connection; a closed one is no news."""
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        """Close, even when the fault closed it already."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until stopped."""
    handler = type("Bound", (Handler,), {"world": World(Path(sys.argv[1]))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
