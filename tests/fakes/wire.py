"""A wire between a connector and its target that can be disturbed: bytes go in and come out.

It knows no protocol, so it serves HTTP, LDAP and anything inside TLS alike. What passes are
pieces: whatever one end sent in one go. Two hooks, `requests` for pieces on their way to the
target and `replies` for those on their way back, say what becomes of each. A hook that sleeps
makes the wire slow; a hook that looks at the target knows whether it has acted already.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto

Hook = Callable[[int], "Fate"]
"""Given the number of the piece, counted from 0 since the hook was set, what becomes of it."""


class Fate(Enum):
    """What becomes of a piece."""

    PASS = auto()
    CUT = auto()
    """It is lost, and both ends see the connection end."""

    HALF = auto()
    """Its first half passes, then as with CUT."""

    VANISH = auto()
    """It is lost, and the connection stays open: whoever waits for it waits in vain."""


def passing(number: int) -> Fate:
    """Leave everything as it is."""
    return Fate.PASS


def vanishing(number: int) -> Fate:
    """Lose everything."""
    return Fate.VANISH


class Wire:
    """Listens on a port of 127.0.0.1 and passes on to `to`, until `close`."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.undisturbed()
        self.up()

    def undisturbed(self) -> None:
        """Pass everything from now on."""
        self.disturb()

    def disturb(self, *, requests: Hook = passing, replies: Hook = passing) -> None:
        """Ask these hooks about every piece from now on, and count from 0 again."""
        with self._lock:
            self._hooks = {"requests": requests, "replies": replies}
            self.passed = {"requests": 0, "replies": 0}

    @property
    def is_up(self) -> bool:
        """Whether connections are accepted."""
        return self._listener is not None

    def up(self) -> None:
        """Accept connections, on the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self._listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections and end those that are open."""
        assert self._listener is not None
        _end(self._listener)
        self._listener = None
        with self._lock:
            left = list(self._open)
        for end in left:
            _end(end)

    def close(self) -> None:
        """End everything."""
        if self._listener is not None:
            self.down()

    # -------------------------------------------------------------- passing

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._to, timeout=5)
        except OSError:
            _end(near)
            return
        far.settimeout(None)
        with self._lock:
            self._open |= {near, far}
        threading.Thread(target=self._pass, args=(far, near, "replies"), daemon=True).start()
        self._pass(near, far, "requests")

    def _pass(self, come: socket.socket, go: socket.socket, way: str) -> None:
        try:
            while piece := come.recv(65536):
                match self._fate(way):
                    case Fate.PASS:
                        go.sendall(piece)
                    case Fate.VANISH:
                        continue
                    case Fate.HALF:
                        # First this end: an answer to the half must find nobody.
                        _end(come)
                        go.sendall(piece[: len(piece) // 2])
                        break
                    case Fate.CUT:
                        break
        except OSError:
            pass
        _end(come)
        _end(go)
        with self._lock:
            self._open -= {come, go}

    def _fate(self, way: str) -> Fate:
        with self._lock:
            number, hook = self.passed[way], self._hooks[way]
            self.passed[way] += 1
        return hook(number)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
