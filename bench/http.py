"""`python -m bench.http`: gated cycles over HTTP, through the processes as they really run.

Two web workers, one desk, one executor with an app in its memory, a PostgreSQL that waits for the
disk, and a few clients at once, all on this machine. The first figure counts from the first
decision of a reviewer, sent to an action that waits, to the last verified outcome. The second is
the whole way: a program offers an action, a person decides, it is carried out and read back.

The actions are of tier 2, whose approvals nobody caps: people may say yes to those as fast as they
read. All clients speak with the tokens of those who were asked.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from threading import local
from typing import Any, TypeVar

from bench.figures import TRANSACTIONS, Figure, Part, Times, percentile
from bench.ground import Ground, ground
from bench.waiting import REQUESTS, fill
from holdshort.machine.ports import free_port
from holdshort.records import tokens
from holdshort.records.tokens import DEMO_SCOPES
from tests.desk import connected_as

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
WARM = 600
"""Cycles before the measured ones: every worker has started, its connections know their plans."""

PATIENCE = 120.0
"""Seconds without any progress after which the run is given up."""

STAGES = (
    "decided → authorized",
    "authorized → in the log",
    "in the log → started",
    "started → verified",
    "decided → verified",
)
TIMES = """
SELECT z.authorized_at - d.decided_at, l.sequenced_at - z.authorized_at,
       x.started_at - l.sequenced_at, o.at - x.started_at, o.at - d.decided_at
  FROM kernel.outcome o
  JOIN kernel."authorization" z ON z.action = o.action
  JOIN kernel.decision d ON d.id = z.decision_1
  JOIN kernel.log l ON l.event = z.event
  JOIN kernel.execution x ON x.action = o.action
"""
"""The times between the rows of every cycle, by the database's clock, in the order of STAGES."""


@dataclass(frozen=True)
class Waiting:
    """An action that waits, as somebody who was asked sees it."""

    review: int
    digest: str
    reviewer: str


class Api:
    """The HTTP API, with one connection kept open for every thread."""

    def __init__(self, port: int, by_person: dict[str, str], processes: dict[str, int]) -> None:
        self.processes = processes
        self._port, self._tokens, self._kept = port, by_person, local()

    def post(self, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request; anything but success ends the run."""
        if not hasattr(self._kept, "connection"):
            self._kept.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Authorization": f"Bearer {self._tokens[person]}",
            "Content-Type": "application/json",
        }
        self._kept.connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        answer = self._kept.connection.getresponse()
        data: dict[str, Any] = json.loads(answer.read())
        if answer.status not in (201, 202):
            raise RuntimeError(f"{path} was answered {answer.status}: {data}")
        return data

    def decide(self, one: Waiting) -> None:
        """A yes to exactly these bytes."""
        body = {"verdict": "approve", "digest": one.digest}
        self.post(one.reviewer, f"/reviews/{one.review}/decisions", body)


def measure(here: Ground, *, cycles: int, whole: int, clients: int) -> list[Figure]:
    """Both figures, with what the clients waited for and how long each stage took."""
    fill(here, cycles + WARM)
    with tempfile.TemporaryDirectory() as folder, running(here, Path(folder)) as api:
        waiting = _waiting(here)
        _timed(here, "warm", waiting[: WARM // 2], api.decide, clients)
        # What the server's own vacuum does within a minute: plans made for empty tables are let go.
        here.desk.sql("ANALYZE")
        _timed(here, "warm", waiting[WARM // 2 : WARM], api.decide, clients)
        before = _used(here, api)
        decided = _timed(here, "HTTP: answer to a decision", waiting[WARM:], api.decide, clients)
        used = {name: (now - before[name]) / cycles for name, now in _used(here, api).items()}
        figures = [
            Figure(
                "HTTP: gated cycles in a second",
                round(cycles / decided.seconds, 1),
                "1/s",
                at_least=150,
            ),
            Figure("HTTP: commits in a cycle", round(used.pop("commits"), 1), "commits"),
            Figure("HTTP: processor time of a cycle", round(sum(used.values()), 2), "ms"),
            *(Figure(f"… of {name}", round(each, 2), "ms") for name, each in used.items()),
            *decided.times.figures(),
            *_stages(here),
        ]
        offers = list(islice(cycle(REQUESTS), whole))
        whole_way = "HTTP: answers to an offer and a decision"
        offered = _timed(here, whole_way, offers, lambda wanted: _whole(api, *wanted), clients)
    return [
        *figures,
        Figure("HTTP: whole cycles, intake included", round(whole / offered.seconds, 1), "1/s"),
        *offered.times.figures(),
    ]


# ------------------------------------------------------------------ clients

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """How long everything took, and what the clients waited for."""

    seconds: float
    times: Times


def _timed(
    here: Ground, name: str, todo: Sequence[T], do: Callable[[T], None], clients: int
) -> Run:
    """Do all of it with so many clients at once; over when everything is verified."""
    times, before = Times(), _verified(here)
    start = time.perf_counter()

    def timed(one: T) -> None:
        with times.of(name):
            do(one)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(timed, todo))
    _until_verified(here, before + len(todo))
    return Run(time.perf_counter() - start, times)


def _verified(here: Ground) -> int:
    with here.plain.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel.outcome WHERE kind = 'verified'")
        return int(cursor.fetchone()[0])


def _until_verified(here: Ground, wanted: int) -> None:
    seen, end = -1, time.monotonic() + PATIENCE
    while (now := _verified(here)) < wanted:
        if now > seen:
            seen, end = now, time.monotonic() + PATIENCE
        if time.monotonic() > end:
            raise RuntimeError(f"{now} of {wanted} actions were verified, then no more")
        time.sleep(0.02)


def _whole(api: Api, group: str, person: str) -> None:
    """A program offers an action for somebody, and a person who was asked says yes."""
    params = {"person": person, "group": group}
    offered = api.post("agent", "/actions", {"type": "idp.add_to_group", "params": params})
    reviewer = offered["gate"]["reviewers"][0]["person"]
    api.decide(Waiting(offered["review"], offered["digest"], reviewer))


def _waiting(here: Ground) -> list[Waiting]:
    rows = here.desk.sql(
        "SELECT r.number, encode(a.digest, 'hex'), (SELECT g.person FROM kernel.asked g "
        "WHERE g.review = r.number ORDER BY g.rank LIMIT 1) FROM kernel.review r "
        "JOIN kernel.action a ON a.id = r.action "
        "WHERE NOT EXISTS (SELECT FROM kernel.fate f WHERE f.action = r.action) ORDER BY 1"
    )
    return [Waiting(*row) for row in rows]


def _stages(here: Ground) -> list[Figure]:
    """How long each stage of every cycle so far took."""
    taken = zip(*here.desk.sql(TIMES), strict=True)
    return [
        Figure(f"HTTP: {stage}, p{share}", round(percentile(list(found), share), 1), "ms")
        for stage, times in zip(STAGES, taken, strict=True)
        for found in [[one.total_seconds() * 1000 for one in times]]
        for share in (50, 99)
    ]


# ------------------------------------------------------------------ what it uses


def _used(here: Ground, api: Api) -> dict[str, float]:
    """Commits, and milliseconds of processors by process, so far."""
    backend = Path(f"/proc/{here.plain.connection.info.backend_pid}/stat").read_text()
    server = int(backend.rpartition(") ")[2].split()[1])
    return {
        "commits": here.number(TRANSACTIONS),
        "the clients": time.process_time() * 1000,
        **{f"the {role}": _family(pid) for role, pid in api.processes.items()},
        "the database": _family(server),
    }


def _family(process: int) -> float:
    """Milliseconds that a process, its children and those that have ended used."""
    found = [Path(f"/proc/{process}/stat")]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(") ")[2].split()[1]) == process:
                found.append(path)
    own = [path.read_text().rpartition(") ")[2].split() for path in found]
    ticks = sum(int(fields[n]) for fields in own for n in (11, 12))
    ended = sum(int(own[0][n]) for n in (13, 14))
    return (ticks + ended) * 1000 / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------ processes


@contextmanager
def running(here: Ground, folder: Path) -> Iterator[Api]:
    """The desk as it really runs; ends with the block."""
    port, log = free_port(), (folder / "processes.log").open("ab")
    here.desk.sql("UPDATE public.connector SET kind = 'memory', settings = '{}'")
    here.desk.sql("DELETE FROM public.procrastinate_jobs")
    with connected_as(here.desk.server, here.desk.database, None):
        people = {row[0] for row in here.desk.sql("SELECT person FROM public.authority")}
        held = {one: _token(one, "reviewer") for one in people} | {
            "agent": _token("agent", "agent")
        }
    web = ("-m", "holdshort", "web", "--port", str(port), "--workers", str(WORKERS))
    commands = {
        "web": (*web, "--data", str(folder)),
        "desk": ("-m", "bench.process", "desk"),
        "executor": ("-m", "bench.process", "executor"),
    }
    started = {
        role: subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=_env(here, role), stdout=log, stderr=log
        )
        for role, command in commands.items()
    }
    try:
        _until_ready(port)
        yield Api(port, held, {role: process.pid for role, process in started.items()})
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait(30)
        log.close()


def _token(person: str, role: str) -> str:
    sponsor = "ines" if role == "agent" else None
    return tokens.create(person, scopes=DEMO_SCOPES[role], label="bench", sponsor=sponsor)


def _env(here: Ground, role: str) -> dict[str, str]:
    return {
        **os.environ,
        "HOLDSHORT_ROLE": role,
        f"HOLDSHORT_{role.upper()}_DATABASE_URL": here.desk.url(role),
        "HOLDSHORT_SECRET_KEY": "for the length of one run",
        "HOLDSHORT_SEAL_PUBLIC_KEY": "",
    }


def _until_ready(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/api/v1/health")
            if asked.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web process did not start")


def main() -> None:
    """Measure the way over HTTP alone."""
    from bench.page import table

    asked = argparse.ArgumentParser(prog="python -m bench.http", description=__doc__)
    asked.add_argument("--cycles", type=int, default=1500)
    asked.add_argument("--whole", type=int, default=300)
    asked.add_argument("--clients", type=int, default=12)
    wanted = asked.parse_args()
    with ground() as here:
        figures = measure(here, cycles=wanted.cycles, whole=wanted.whole, clients=wanted.clients)
        print(table([Part("Over HTTP", "", figures)]))


if __name__ == "__main__":
    main()
