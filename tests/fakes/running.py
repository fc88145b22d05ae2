"""Starting a fake target from a test, and asking it what happened."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.connector import NO_TLS

_CLIENT = httpx.Client(trust_env=False, verify=NO_TLS)
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """A fake target that runs at `url`."""

    url: str

    def fault(self, kind: str, *, times: int = 1, seconds: float = 0, id: str = "") -> None:
        """Let the next `times` changes (of the thing `id`, if given) fail in that way."""
        self._post("fault", {"kind": kind, "times": times, "seconds": seconds, "id": id})

    def drift(self, id: str, state: dict[str, Any]) -> None:
        """Somebody else changes a thing; not counted as an effect."""
        self._post("drift", {"id": id, "state": state})

    def effects(self) -> list[dict[str, Any]]:
        """What really happened, in order."""
        found: list[dict[str, Any]] = self.count()["effects"]
        return found

    def sent(self) -> int:
        """How many changes arrived, with or without effect."""
        return int(self.count()["sent"])

    def wait_sent(self, least: int, seconds: float = 10) -> None:
        """Wait until that many changes arrived. Raises TimeoutError."""
        _wait(lambda: self.sent() >= least, f"{least} changes never arrived", seconds)

    def wait_effects(self, least: int, seconds: float = 10) -> None:
        """Wait until that many effects happened. Raises TimeoutError."""
        _wait(lambda: len(self.effects()) >= least, f"{least} effects never happened", seconds)

    def wait_quiet(self, id: str, seconds: float = 10) -> None:
        """Wait until no change of that thing is under way. Raises TimeoutError."""
        _wait(lambda: id not in self.count()["under_way"], f"{id} is never quiet", seconds)

    def count(self) -> dict[str, Any]:
        """What arrived (`sent`, `sent_to`), is `under_way`, and which `effects` it had."""
        counted: dict[str, Any] = _CLIENT.get(f"{self.url}/control/count").json()
        return counted

    def _post(self, what: str, asked: dict[str, Any]) -> None:
        _CLIENT.post(f"{self.url}/control/{what}", json=asked).raise_for_status()


def _wait(reached: Callable[[], bool], otherwise: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.02)


@contextmanager
def running_target(effects: Path) -> Iterator[Target]:
    """A fake target in its own process, which outlives any executor that is killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.target", str(effects)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Target(process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()
