"""A whole desk as a newcomer starts it: `holdshort up --demo`, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from holdshort.machine.ports import free_port

ROOT = Path(__file__).resolve().parent.parent


class Running:
    """A running desk: its address, its tokens, and commands against it."""

    def __init__(self, process: subprocess.Popen[str], data: Path, ready: dict[str, Any]) -> None:
        self.process = process
        self.data = data
        self.url: str = ready["url"]
        self.sign_in: str = ready["sign_in"]
        self.tokens: dict[str, str] = ready["tokens"]
        self.people: dict[str, str] = ready["people"]

    def call(self, role: str, method: str, path: str, **body: Any) -> httpx.Response:
        """One call of the API with the token of a demo role."""
        return httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body or None,
            headers={"Authorization": f"Bearer {self.tokens[role]}"},
            timeout=30,
        )

    def command(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One `holdshort` command against this desk's data folder."""
        return holdshort(*words, "--data", str(self.data), stdin=stdin)

    def action_of(self, role: str, number: int, state: str = "") -> dict[str, Any]:
        """The only action of a ticket, once it is there (and in that state)."""

        def look() -> dict[str, Any] | None:
            ticket = self.call(role, "GET", f"/tickets/{number}").json()
            found: list[dict[str, Any]] = ticket["actions"]
            return found[-1] if found and state in ("", found[-1]["state"]) else None

        return wait_for(look, f"ticket {number} to have an action {state}")


def holdshort(
    *words: str, stdin: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "holdshort", *words],
        cwd=ROOT,
        env={**plain_environment(), **(more or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def plain_environment() -> dict[str, str]:
    """Our environment without what would point a command somewhere else."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("DATABASE_URL") and not name.startswith("HOLDSHORT_ROLE")
    }


@contextmanager
def running_desk(data: Path, *options: str) -> Iterator[Running]:
    """`holdshort up --demo` on a free port until the block ends, then Ctrl-C."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "holdshort", "up", "--demo", "--json"),
            *("--port", str(free_port()), "--data", str(data), *options),
        ],
        cwd=ROOT,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"it never became ready; its logs are in {data / 'log'}"
        yield Running(process, data, json.loads(line))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, seconds: float = 30) -> T:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
