"""The processes of a desk as they really run, and waiting for what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.crash.scene import Scene
from tests.fakes.running import ROOT


class Processes:
    """The processes of one desk; whatever still runs at the end is killed."""

    def __init__(self, on: Scene, log: Path, settings: dict[str, Any] | None = None) -> None:
        connected = json.dumps({"shape": "set", "timeout": 3, **(settings or {})})
        on.desk.sql(f"UPDATE public.connector SET kind = 'fake', settings = '{connected}'")
        on.desk.sql("DELETE FROM public.procrastinate_jobs")
        self._on = on
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, process: str, *words: str) -> subprocess.Popen[bytes]:
        """Start the desk or the executor, as `holdshort up` does; or the writer, as the web."""
        role = "web" if process == "writer" else process
        env = {
            **os.environ,
            "HOLDSHORT_ROLE": role,
            f"HOLDSHORT_{role.upper()}_DATABASE_URL": self._on.desk.url(role),
            "HOLDSHORT_SEAL_PUBLIC_KEY": str(self._on.seal_key),
            "FAKE_TARGET_URL": self._on.target.url,
        }
        with self._log.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.process", process, *words],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
            )
        self._running.append(started)
        return started

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9, without a word."""
        process.kill()
        process.wait()
        self._running.remove(process)

    def kill_all(self) -> None:
        for process in list(self._running):
            self.kill(process)

    def said(self) -> str:
        """What the processes wrote into their log."""
        return self._log.read_text()


def until(reached: Callable[[], bool], what: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)
