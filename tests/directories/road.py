"""A road to an LDAP directory that counts what passes and is disturbed on demand."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

KINDS = {0x60: "bind", 0x63: "search", 0x66: "modify", 0x68: "add", 0x6C: "move", 0x77: "extended"}
CHANGES = ("modify", "add", "move", "extended")


@dataclass
class Road:
    """Between the connector and a directory's unencrypted port, message by message."""

    port: int
    seen: list[str] = field(default_factory=list)
    before_change: Callable[[], None] | None = None
    """Run when a change passes, before the directory gets it."""

    only: tuple[str, ...] = CHANGES
    """Disturb only requests of these kinds."""

    fault: str = ""
    """`drop`, `drop_after` (passed on, the answer is not), `late` (2 s), `garbage`, `drip`."""

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def changes(self) -> int:
        """How many changes passed."""
        return sum(1 for kind in self.seen if kind in CHANGES)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.port))
        with client, server:
            try:
                while client.recv(1, socket.MSG_PEEK) == b"\x30":
                    self._pass(_message(client), client, server)
                # Encrypted from here on: nothing can be told apart any more.
                threading.Thread(target=_pump, args=(server, client), daemon=True).start()
                _pump(client, server)
            except OSError:
                return

    def _pass(self, request: bytes, client: socket.socket, server: socket.socket) -> None:
        kind = _kind(request)
        self.seen.append(kind)
        if self.before_change and kind in CHANGES:
            self.before_change()
        fault = self.fault if kind in self.only else ""
        if fault == "drop":
            raise OSError
        server.sendall(request)
        while kind:
            answer = _message(server)
            if fault == "drop_after":
                raise OSError
            if fault == "late":
                time.sleep(2)
            _send(client, b"\x30\x04junk" if fault == "garbage" else answer, drip=fault == "drip")
            if not answer or _tag(answer) not in (0x64, 0x73):
                return


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)


def _send(client: socket.socket, answer: bytes, *, drip: bool) -> None:
    for start in range(len(answer)) if drip else ():
        client.sendall(answer[start : start + 1])
        time.sleep(0.05)
    client.sendall(b"" if drip else answer)


def _message(one: socket.socket) -> bytes:
    """One LDAP message, or nothing at the end."""
    head = _exactly(one, 2)
    if len(head) < 2:
        return b""
    if head[1] < 0x80:
        return head + _exactly(one, head[1])
    more = _exactly(one, head[1] & 0x7F)
    return head + more + _exactly(one, int.from_bytes(more))


def _exactly(one: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = one.recv(size - len(data))
        if not part:
            return data
        data += part
    return data


def _tag(message: bytes) -> int:
    """The kind of operation: behind the message's own head and its number."""
    start = 2 if message[1] < 0x80 else 2 + (message[1] & 0x7F)
    return message[start + 2 + message[start + 1]]


def _kind(message: bytes) -> str:
    return KINDS.get(_tag(message), "")
