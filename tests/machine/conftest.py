"""Real parts: both kinds of PostgreSQL programs, and processes that are really killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdshort.machine.binaries import Binaries, Source, find_binaries
from holdshort.machine.errors import MachineError
from holdshort.machine.postgres import EmbeddedPostgres


def found(source: Source) -> Binaries:
    try:
        return find_binaries(source)
    except MachineError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["machine", "wheel"])
def binaries(request: pytest.FixtureRequest) -> Binaries:
    return found(request.param)


@pytest.fixture
def wheel() -> Binaries:
    return found("wheel")


@pytest.fixture
def postgres(tmp_path: Path, binaries: Binaries) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "data", binaries)
    yield server
    server.stop()


def eventually(predicate: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that other processes bring about; the limit only ends a hang."""
    deadline = time.monotonic() + seconds
    while not predicate():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def is_running(process: int) -> bool:
    """Whether a process runs; one that ended and was not collected yet does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Run `code` in a process of its own; it talks through its standard output."""
    places = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
