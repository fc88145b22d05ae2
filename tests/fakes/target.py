"""A system to be changed, in a process of its own, that counts what really happened to it.

    python -m tests.fakes.target EFFECTS_FILE

Prints its address. It offers the three shapes of a target:

    GET  /things/ID              the state (a JSON object)
    PUT  /things/ID  {…}         set: reach this state; the same state again is no second effect
    POST /keyed/ID   {…}         keyed: deduplicated by the Idempotency-Key header
    POST /blind/ID   {…}         blind: every arrival is an effect, and nothing can be read

and controls for tests: POST /control/fault {"kind", "times", "seconds"}, POST /control/drift
{"id", "state"}, GET /control/count. Kinds of fault, for the next `times` changes: `refuse`
(409, nothing applied), `fail` (500, nothing applied), `fail_after` (applied, then 500),
`drop` (connection closed, nothing applied), `drop_after` (applied, then closed), `slow` (waits,
then applies), `slow_after` (applies, then waits), `garbage` (applied, then no JSON).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
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
        self.sent = 0
        self._effects = effects
        self._effects.touch()

    def arrive(self) -> dict[str, Any]:
        """Count a change that arrived; the fault that befalls it."""
        with self.lock:
            self.sent += 1
            return self.faults.pop(0) if self.faults else {"kind": ""}

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
            with self._effects.open("a") as file:
                file.write(json.dumps({"id": id, "key": key, "shape": shape, "state": state}))
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())

    def count(self) -> dict[str, Any]:
        """How many changes arrived, and the effects they had."""
        with self.lock:
            lines = self._effects.read_text().splitlines()
            return {"sent": self.sent, "effects": [json.loads(line) for line in lines]}


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
                self.world.faults += [asked] * int(asked.get("times", 1))
            elif what == "drift":
                self.world.things.setdefault(asked["id"], {}).update(asked["state"])
        self._answer(200, {})

    def _change(self, shape: str) -> None:
        id = self.path.strip("/").partition("/")[2]
        state, key = self._body(), self.headers.get("Idempotency-Key", "")
        fault = self.world.arrive()
        kind = fault["kind"]
        if kind == "slow":
            time.sleep(fault["seconds"])
        if kind not in ("refuse", "fail", "drop"):
            self.world.change(shape, id, key, state)
        if kind == "slow_after":
            time.sleep(fault["seconds"])
        self._reply(kind)

    def _reply(self, kind: str) -> None:
        if kind.startswith("drop"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif kind == "garbage":
            self._send(200, b"<html>all went well</html>")
        else:
            status = 409 if kind == "refuse" else 500 if kind.startswith("fail") else 200
            self._answer(status, {})

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
