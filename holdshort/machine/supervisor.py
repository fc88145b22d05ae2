"""Keep the processes of one machine running, and end all of them together.

A child that stops is started again, later each time. A child that cannot start ends the whole,
with its last words. Nothing is left behind: a stop reaches the children's own children, and if
we are killed the guard ends them.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Protocol, Self

from holdshort.machine.child import Child
from holdshort.machine.errors import MachineError
from holdshort.machine.guard import Guard

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_POLL = 0.05
_SECONDS_TO_END = 5.0


class Stopped(BaseException):
    """A person or the system asked us to stop; it passes every handler of failures."""


class Part(Protocol):
    """Something else that has to keep running, such as the database."""

    def start(self) -> object:
        """Start it, or do nothing if it runs."""

    def alive(self) -> bool:
        """Whether it runs."""

    def stop(self) -> None:
        """End it, or do nothing if it does not run."""


def say_on_stderr(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


class Supervisor:
    """Use as a context manager, from the main thread; leaving it ends everything.

    Inside it, Ctrl-C and SIGTERM leave the block quietly, wherever it is.
    """

    def __init__(self, logs: Path, say: Callable[[str], None] = say_on_stderr) -> None:
        self._logs = logs
        self._say = say
        self._parts: list[tuple[str, Part]] = []
        self._children: list[Child] = []
        self._former: dict[signal.Signals, Any] = {}
        self._guard = Guard()
        self._ending = False

    def __enter__(self) -> Self:
        self._guard.start()
        for number in STOP_SIGNALS:
            self._former[number] = signal.signal(number, self._asked_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        try:
            self.stop()
        except Stopped:
            self.stop()
        for number, former in self._former.items():
            signal.signal(number, former)
        return isinstance(error, Stopped)

    def keep(self, name: str, part: Part) -> None:
        """Start `part` now if needed, start it again if it ends, end it after all children.

        Raises what its `start` raises.
        """
        self._parts.append((name, part))
        part.start()

    def add(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Have `argv` run with exactly `env` from `start` on; its output goes to `name`.log."""
        self._children.append(Child(name, tuple(argv), dict(env), self._logs))

    def start(self) -> None:
        """Start the children that do not run. Raises MachineError when one has no program."""
        for child in self._children:
            if not child.alive():
                self._start(child)

    def wait(self) -> None:
        """Keep everything running until asked to stop.

        Raises MachineError when a part cannot be kept running.
        """
        while True:
            self._tend()
            time.sleep(_POLL)

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        """Keep everything running until `ready`.

        Raises MachineError, naming `what` we waited for, when that takes more than `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise MachineError(
                    f"Waited {seconds:.0f} s for {what}, in vain. The logs in {self._logs} say why."
                )
            self._tend()
            time.sleep(_POLL)

    def stop(self) -> None:
        """End all children within a few seconds, then the kept parts, the last one first."""
        self._ending = True
        running = [child for child in self._children if child.alive()]
        for child in running:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + _SECONDS_TO_END
        while any(child.alive() for child in running) and time.monotonic() < deadline:
            time.sleep(_POLL)
        for child in running:
            child.finish()
            self._guard.forget(child.group)
        for _, part in reversed(self._parts):
            part.stop()
        self._guard.stop()

    def _tend(self) -> None:
        for name, part in self._parts:
            if not part.alive():
                self._say(f"{name} stopped; starting it again.")
                part.start()
        for child in self._children:
            if not child.alive():
                self._revive(child)

    def _revive(self, child: Child) -> None:
        if end := child.take_end():
            self._guard.forget(child.group)
            if child.cannot_start():
                raise child.last_words(end)
            self._say(f"{child.name} stopped ({end}); starting it again.")
        if child.is_due():
            self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self._guard.watch(child.group)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self._ending:
            self._ending = True
            raise Stopped
