"""A small process that outlives a killed supervisor and ends what it left behind.

The supervisor writes `+group` and `-group` into a pipe. When the pipe closes, however the
supervisor ended, the guard ends the groups that are still listed. It runs as a script of its
own, so it imports the standard library only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

_SECONDS_TO_END = 5.0
_POLL = 0.05


class Guard:
    """The supervisor's side."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own, where Ctrl-C does not reach it."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def watch(self, group: int) -> None:
        """End process group `group` if we die."""
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """Process group `group` has ended; its number may belong to others soon."""
        self._tell(f"-{group}\n")

    def stop(self) -> None:
        """Let it go; it ends whatever is still listed first."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()


def listed(lines: Iterable[str]) -> set[int]:
    """The groups that are still listed when the lines end."""
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    return groups


def end_groups(groups: set[int], patience: float = _SECONDS_TO_END) -> None:
    """Ask the groups to end, and kill after `patience` seconds those that did not."""
    left = _signalled(groups, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(_POLL)
        left = _signalled(left, 0)
    _signalled(left, signal.SIGKILL)


def _signalled(groups: set[int], number: int) -> set[int]:
    """Send a signal; return the groups that were there to receive it."""
    there = set()
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)
            there.add(group)
    return there


if __name__ == "__main__":
    end_groups(listed(sys.stdin))
