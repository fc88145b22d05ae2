"""The four processes as they run: how soon they are ready, and what memory they keep."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from bench.figures import Figure, percentile
from holdshort.machine import keys
from holdshort.machine.ports import free_port
from holdshort.records import signin
from holdshort.records.roles import PROCESSES
from tests.desk import Desk

SECONDS_OF_START = 0.5
"""The target: how much longer it takes to be ready because 10,000 actions wait."""

NOTHING_TO_SPEAK_OF = 100.0
"""Bytes for each paused action that cannot be told from none; nor can less than the noise."""

PATIENCE = 60.0
WORKERS = tuple(name for name in PROCESSES if name != "web")


@dataclass
class Seen:
    """What was seen of one kind of desk, once for every start; memory in bytes by process."""

    web: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)
    started: list[dict[str, int]] = field(default_factory=list)
    served: list[dict[str, int]] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def starts(small: Desk, full: Desk, folder: Path, *, waiting: int, times: int) -> list[Figure]:
    """Start the processes on a small and on a full desk in turn, and compare.

    One page of reviews waits on the small one, so that both draw the same page.
    """
    little, much = Seen(), Seen()
    for _ in range(times):
        for desk, seen in ((small, little), (full, much)):
            _start(desk, folder, seen)
    return [
        *_ready("web answers", little.web, much.web),
        *_ready("agent, desk and executor work", little.workers, much.workers),
        *_memory("after the start", little.started, much.started, waiting),
        *_memory("after ten pages of the queue", little.served, much.served, waiting),
        Figure("the queue's page over HTTP, p50", round(percentile(much.pages, 50), 1), "ms"),
        Figure(
            "the same when only a page waits, p50", round(percentile(little.pages, 50), 1), "ms"
        ),
    ]


def _ready(what: str, little: list[float], much: list[float]) -> list[Figure]:
    before, after = median(little), median(much)
    added = Figure(
        f"{what}: added by what waits", round(after - before, 2), "s", at_most=SECONDS_OF_START
    )
    spread = max(little) - min(little)
    return [
        Figure(f"{what}, a page waits", round(before, 2), "s"),
        Figure(f"{what}, with all that waits", round(after, 2), "s"),
        added,
        Figure(f"{what}: spread between equal starts", round(spread, 2), "s"),
    ]


def _memory(
    when: str, little: list[dict[str, int]], much: list[dict[str, int]], waiting: int
) -> list[Figure]:
    both = [
        Figure(f"{name} {when}", round(median(run[name] for run in much) / 2**20, 1), "MiB")
        for name in PROCESSES
    ]
    totals = [[sum(run.values()) for run in runs] for runs in (little, much)]
    each = (median(totals[1]) - median(totals[0])) / waiting
    noise = (max(totals[0]) - min(totals[0])) / waiting
    return [
        *both,
        Figure(
            f"memory for each paused action {when}",
            round(each, 1),
            "bytes",
            at_most=round(max(NOTHING_TO_SPEAK_OF, noise), 1),
        ),
        Figure(f"the same between equal starts {when}", round(noise, 1), "bytes"),
    ]


# ------------------------------------------------------------------ one start


def _start(desk: Desk, folder: Path, seen: Seen) -> None:
    desk.sql("DELETE FROM procrastinate_workers")
    port, begun = free_port(), time.monotonic()
    url = f"http://127.0.0.1:{port}"
    with _running(desk, folder, port) as running:
        _until(lambda: _answers(url), running)
        seen.web.append(time.monotonic() - begun)
        _until(lambda: _at_work(desk) == len(WORKERS), running)
        seen.workers.append(time.monotonic() - begun)
        time.sleep(1)
        seen.started.append(_memory_of(running))
        _read_pages(desk, url, seen)
        seen.served.append(_memory_of(running))


@contextmanager
def _running(desk: Desk, folder: Path, port: int) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All four processes, as `holdshort up` starts them; ended with the block."""
    private, public = keys.seal_key_files(folder)
    plain = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    plain |= {
        "HOLDSHORT_SEAL_PRIVATE_KEY": str(private),
        "HOLDSHORT_SEAL_PUBLIC_KEY": str(public),
        "HOLDSHORT_SECRET_KEY": keys.django_secret(folder),
        "HOLDSHORT_RESET_KEY": keys.reset_key(folder),
    }
    log, running = (folder / "processes.log").open("ab"), {}
    try:
        for name in PROCESSES:
            address = {f"HOLDSHORT_{name.upper()}_DATABASE_URL": desk.url(name)}
            options = ("--port", str(port)) if name == "web" else ()
            running[name] = subprocess.Popen(
                (sys.executable, "-m", "holdshort", name, "--data", str(folder), *options),
                env={**plain, **address},
                stdout=log,
                stderr=log,
            )
        yield running
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(30)
        log.close()


def _until(ready: Callable[[], bool], running: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        ended = [name for name, process in running.items() if process.poll() is not None]
        assert not ended and time.monotonic() < deadline, f"never ready; ended: {ended}"
        time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _at_work(desk: Desk) -> int:
    return int(desk.sql("SELECT count(*) FROM procrastinate_workers")[0][0])


def _read_pages(desk: Desk, url: str, seen: Seen, times: int = 10) -> None:
    """Somebody signs in and opens their queue."""
    with desk.role(None):
        link = f"{url}/sign-in/link/{signin.new_link('sven')}"
    with httpx.Client(timeout=30, headers={"Referer": link}) as browser:
        form = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(link).text)
        assert form is not None
        browser.post(link, data={"csrfmiddlewaretoken": form[1]})
        for _ in range(times):
            begun = time.perf_counter()
            page = browser.get(f"{url}/reviews")
            seen.pages.append((time.perf_counter() - begun) * 1000)
            assert page.status_code == 200, page.status_code


def _memory_of(running: dict[str, subprocess.Popen[bytes]]) -> dict[str, int]:
    """Bytes in memory of each process with its children."""
    return {name: sum(map(_resident, _family(one.pid))) for name, one in running.items()}


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _resident(pid: int) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found[1]) * 1024 if found else 0
