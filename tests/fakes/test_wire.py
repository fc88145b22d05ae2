"""The wire disturbs what it is told to and nothing else, or no test on it would prove anything."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .wire import Fate, Hook, Wire, vanishing


class Echo:
    """A target that answers every piece with the same in capitals, and remembers what came."""

    def __init__(self) -> None:
        self.came = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while piece := connection.recv(100):
                self.came += piece
                connection.sendall(piece.upper())

    def wait_for(self, words: bytes) -> None:
        """Wait until exactly that has come."""
        end = time.monotonic() + 2
        while self.came != words and time.monotonic() < end:
            time.sleep(0.01)
        assert self.came == words

    def close(self) -> None:
        if self._listener.fileno() >= 0:
            # Closing alone would not wake the thread that waits in accept.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def wire(echo: Echo) -> Iterator[Wire]:
    wire = Wire(echo.address)
    yield wire
    wire.close()


@contextmanager
def connected(wire: Wire) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=2) as connection:
        yield connection


def say(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return connection.recv(100)


def at(number: int, fate: Fate) -> Hook:
    return lambda piece: fate if piece == number else Fate.PASS


def test_bytes_pass_both_ways_and_are_counted(wire: Wire, echo: Echo) -> None:
    with connected(wire) as connection:
        assert [say(connection, b"one"), say(connection, b"two")] == [b"ONE", b"TWO"]
    assert wire.passed == {"requests": 2, "replies": 2}


@pytest.mark.parametrize(
    ("way", "fate", "came", "answered"),
    [
        ("requests", Fate.CUT, b"", b""),
        ("requests", Fate.HALF, b"wo", b""),
        ("replies", Fate.CUT, b"word", b""),
        ("replies", Fate.HALF, b"word", b"WO"),
    ],
)
def test_each_cut_loses_what_it_says_and_ends_the_connection(
    wire: Wire, echo: Echo, way: str, fate: Fate, came: bytes, answered: bytes
) -> None:
    with connected(wire) as connection:
        assert say(connection, b"first") == b"FIRST"
        wire.disturb(**{way: at(0, fate)})
        assert say(connection, b"word") == answered
        assert connection.recv(100) == b""
    echo.wait_for(b"first" + came)
    with connected(wire) as connection:
        assert say(connection, b"again") == b"AGAIN"


@pytest.mark.parametrize(("way", "came"), [("requests", b""), ("replies", b"word")])
def test_what_vanishes_is_waited_for_in_vain(wire: Wire, echo: Echo, way: str, came: bytes) -> None:
    wire.disturb(**{way: vanishing})
    with connected(wire) as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            say(connection, b"word")
    assert echo.came == came


def test_a_wire_that_is_down_refuses_and_comes_back_on_its_port(wire: Wire) -> None:
    with connected(wire) as connection:
        say(connection, b"word")
        wire.down()
        assert connection.recv(100) == b""
    with pytest.raises(ConnectionRefusedError), connected(wire):
        pass
    wire.up()
    with connected(wire) as connection:
        assert say(connection, b"again") == b"AGAIN"


def test_a_target_that_is_away_ends_the_connection(wire: Wire, echo: Echo) -> None:
    echo.close()
    with connected(wire) as connection:
        assert connection.recv(100) == b""
