"""Supervision: a stopped child returns, a hopeless one ends everything, nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from holdshort.machine.binaries import Binaries
from holdshort.machine.errors import MachineError
from holdshort.machine.postgres import EmbeddedPostgres
from holdshort.machine.processes import servers_in
from holdshort.machine.supervisor import Supervisor

from .conftest import eventually, first_line, is_running, mode, python

# Notes its process id on each start, and starts a child of its own that notes its own.
WORKER = """
import os, subprocess, sys, time
from pathlib import Path
folder = Path(sys.argv[1])
print("hello from", os.environ.get("ROLE", "nobody"), sorted(os.environ), flush=True)
below = subprocess.Popen(["sleep", "600"])
with (folder / "pids").open("a") as notes:
    notes.write(f"{os.getpid()} {below.pid}\\n")
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WORKER

OWNER = """
import sys
from pathlib import Path
from holdshort.machine.supervisor import Supervisor
folder = Path(sys.argv[1])
with Supervisor(folder / "log") as supervisor:
    for name, code in (("worker", sys.argv[2]), ("other", sys.argv[3])):
        supervisor.add(name, [sys.executable, "-c", code, sys.argv[1]], {})
    supervisor.start()
    print("started", flush=True)
    supervisor.wait()
print("left quietly", flush=True)
"""


class Asked(Exception):
    """The test has seen enough."""


class Pretend:
    """A kept part that counts."""

    def __init__(self) -> None:
        self.starts = 0
        self.up = False

    def start(self) -> None:
        self.starts += 1
        self.up = True

    def alive(self) -> bool:
        return self.up

    def stop(self) -> None:
        self.up = False


def worker(folder: Path, code: str = WORKER) -> list[str]:
    return [sys.executable, "-c", code, str(folder)]


def noted(folder: Path) -> list[list[int]]:
    """Process ids by start: the child, and the child's child."""
    path = folder / "pids"
    lines = path.read_text().splitlines() if path.exists() else []
    return [[int(word) for word in line.split()] for line in lines]


def everybody(folder: Path) -> list[int]:
    return [process for start in noted(folder) for process in start]


def supervised(folder: Path, said: Callable[[str], None] = print) -> Supervisor:
    return Supervisor(folder / "log", said)


def test_a_child_gets_exactly_its_environment_and_a_private_log(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        supervisor.add("worker", worker(tmp_path), {"ROLE": "the desk", "LC_ALL": "C.UTF-8"})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
    log = tmp_path / "log" / "worker.log"
    assert log.read_text() == "hello from the desk ['LC_ALL', 'ROLE']\n"
    assert (mode(log), mode(log.parent)) == (0o600, 0o700)


def test_leaving_ends_every_child_and_its_children(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        supervisor.add("worker", worker(tmp_path), {})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
        assert all(map(is_running, everybody(tmp_path)))
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


def test_a_child_that_will_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdshort.machine.supervisor._SECONDS_TO_END", 0.2)
    with supervised(tmp_path) as supervisor:
        supervisor.add("worker", worker(tmp_path, STUBBORN), {})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


def test_a_killed_child_is_started_again_and_leaves_no_child_of_its_own(tmp_path: Path) -> None:
    said: list[str] = []
    with supervised(tmp_path, said.append) as supervisor:
        supervisor.add("worker", worker(tmp_path), {})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
        os.kill(noted(tmp_path)[0][0], signal.SIGKILL)
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 2, 30, "the second worker")
        former, present = noted(tmp_path)
        eventually(lambda: not any(map(is_running, former)))
        assert all(map(is_running, present))
    assert said == ["worker stopped (signal SIGKILL); starting it again."]


def test_a_child_that_cannot_start_ends_everything_with_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    with (
        pytest.raises(MachineError) as ended,
        supervised(tmp_path, said.append) as supervisor,
    ):
        supervisor.add("worker", worker(tmp_path), {})
        supervisor.add("web", ["/bin/sh", "-c", "echo no address; echo given >&2; exit 3"], {})
        supervisor.start()
        supervisor.wait()
    first, *words = str(ended.value).splitlines()
    assert first.startswith("web ended 3 times within 10 s (exit code 3).")
    assert words[-2:] == ["no address", "given"]
    assert said == ["web stopped (exit code 3); starting it again."] * 2
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


def test_a_program_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(MachineError, match=r"web cannot be started: /no/such (.*)"),
        supervised(tmp_path) as supervisor,
    ):
        supervisor.add("web", ["/no/such"], {})
        supervisor.start()


def test_waiting_in_vain_is_told_with_what_was_awaited(tmp_path: Path) -> None:
    with (
        pytest.raises(MachineError, match=r"Waited 0 s for the first answer, in vain\. .*log"),
        supervised(tmp_path) as supervisor,
    ):
        supervisor.wait_until(lambda: False, 0.1, "the first answer")


def test_a_kept_part_is_started_again_and_ended_after_the_children(tmp_path: Path) -> None:
    database = Pretend()
    said: list[str] = []
    with supervised(tmp_path, said.append) as supervisor:
        supervisor.keep("database", database)
        assert (database.starts, database.alive()) == (1, True)
        database.up = False
        supervisor.wait_until(lambda: database.starts == 2, 30, "the database")
        assert said == ["database stopped; starting it again."]
    assert not database.alive()


def test_the_embedded_database_is_such_a_part(tmp_path: Path, wheel: Binaries) -> None:
    said: list[str] = []
    cluster = tmp_path / "postgres" / "cluster"
    with supervised(tmp_path, said.append) as supervisor:
        database = EmbeddedPostgres(tmp_path, wheel)
        supervisor.keep("postgres", database)
        first = int((cluster / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        supervisor.wait_until(lambda: bool(said) and database.alive(), 30, "the database")
        assert said == ["postgres stopped; starting it again."]
        assert first not in servers_in(cluster) != []
    assert servers_in(cluster) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_block_quietly_wherever_it_is(
    number: signal.Signals, tmp_path: Path
) -> None:
    before = signal.getsignal(number)
    reached: list[str] = []
    with supervised(tmp_path) as supervisor:
        supervisor.add("worker", worker(tmp_path), {})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
        try:
            threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
            supervisor.wait()
        except Exception:
            reached.append("a handler of failures")
        reached.append("the line after")
    assert reached == []
    assert signal.getsignal(number) == before
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


def test_a_failure_inside_the_block_is_not_swallowed(tmp_path: Path) -> None:
    with pytest.raises(Asked), supervised(tmp_path) as supervisor:
        supervisor.add("worker", worker(tmp_path), {})
        supervisor.start()
        supervisor.wait_until(lambda: len(noted(tmp_path)) == 1, 30, "the worker")
        raise Asked
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_whole_installation_ends_cleanly_on_a_signal(
    number: signal.Signals, tmp_path: Path
) -> None:
    owner = python(OWNER, tmp_path, WORKER, WORKER)
    assert first_line(owner) == "started"
    eventually(lambda: len(noted(tmp_path)) == 2)
    owner.send_signal(number)
    assert first_line(owner) == "left quietly"
    assert owner.wait() == 0
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))


def test_no_orphan_is_left_after_kill_9_of_the_supervisor(tmp_path: Path) -> None:
    owner = python(OWNER, tmp_path, WORKER, STUBBORN)
    assert first_line(owner) == "started"
    eventually(lambda: len(noted(tmp_path)) == 2)
    assert all(map(is_running, everybody(tmp_path)))
    owner.kill()
    owner.wait()
    eventually(lambda: not any(map(is_running, everybody(tmp_path))))
