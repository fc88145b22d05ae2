"""One supervised process: its log, its ends, and when to start it again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import last_lines, open_log
from holdshort.machine.processes import ends_with_parent

_QUICK_ENDS = 3
_QUICK_SECONDS = 10.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30.0
_SECONDS_OF_HEALTH = 60.0


class Child:
    """A command that leads a process group of its own, so that Ctrl-C reaches only us."""

    def __init__(self, name: str, argv: tuple[str, ...], env: dict[str, str], logs: Path) -> None:
        self.name = name
        self._argv = argv
        self._env = env
        self._logs = logs
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due = 0.0
        self._pause = _FIRST_PAUSE
        self._ends: list[float] = []
        self.group = 0

    def start(self) -> None:
        """Raises MachineError when the program does not exist or may not be run."""
        log = open_log(self._logs, self.name)
        try:
            self._process = subprocess.Popen(
                self._argv,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ends_with_parent(signal.SIGTERM),
            )
        except OSError as error:
            raise MachineError(
                f"{self.name} cannot be started: {self._argv[0]} ({error.strerror})."
            ) from error
        finally:
            os.close(log)
        self._started = time.monotonic()
        self.group = self._process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: int) -> None:
        """Send a signal to it and all its descendants that stayed in its group."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def finish(self) -> None:
        """Kill whatever is left of its group, and wait for the child alone."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def take_end(self) -> str | None:
        """How it ended, told once; what it left running is killed and a new start planned."""
        if self._process is None or self.alive():
            return None
        self.finish()
        code, self._process = self._process.returncode, None
        self._plan(time.monotonic())
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def is_due(self) -> bool:
        """Whether it is down and its pause is over."""
        return self._process is None and time.monotonic() >= self._due

    def cannot_start(self) -> bool:
        """Whether it ended so often within so few seconds that one more try is no use."""
        return len(self._ends) >= _QUICK_ENDS

    def last_words(self, end: str) -> MachineError:
        """The sentence for a child that cannot start, with the end of its log."""
        lines = last_lines(self._logs / f"{self.name}.log") or "(it said nothing)"
        return MachineError(
            f"{self.name} ended {_QUICK_ENDS} times within {_QUICK_SECONDS:.0f} s ({end}). "
            f"It last said, in {self._logs / self.name}.log:\n{lines}"
        )

    def _plan(self, now: float) -> None:
        if now - self._started > _SECONDS_OF_HEALTH:
            self._pause = _FIRST_PAUSE
        self._due = now + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self._ends = [*(end for end in self._ends if now - end < _QUICK_SECONDS), now]
