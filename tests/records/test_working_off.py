"""A worker that has taken one wake-up goes on with those that wait, the oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import psycopg
import pytest
from django.db import connection

from holdshort import flow, jobs
from holdshort.records import db, wake
from tests.desk import Desk


@dataclass
class Job:
    queue: str = "desk"


@dataclass
class Context:
    job: Job = field(default_factory=Job)


@dataclass
class Worker:
    worker_id: int


@pytest.fixture
def worker(desk: Desk) -> Iterator[Worker]:
    """A worker of the desk's queue, which the queue knows."""
    [(number,)] = desk.sql("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    with desk.role("desk"):
        yield Worker(number)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the stops were asked to do, in order; the row named `broken` breaks its stop."""
    asked: list[str] = []

    def stop(name: str) -> Callable[[str], None]:
        def doing(row: str) -> None:
            asked.append(f"{name} {row}")
            if row == "broken":
                raise ValueError("as told")

        return doing

    for name in ("authorize", "stage", "expire"):
        monkeypatch.setattr(flow, name, stop(name))
    return asked


def leave(desk: Desk, *rows: str, stop: str = "authorize", queue: str = "desk") -> None:
    for row in rows:
        desk.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            f"VALUES ('{queue}', '{stop}', jsonb_build_object('id', '{row}'))"
        )


def left(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.sql("SELECT args->>'id', status::text FROM procrastinate_jobs ORDER BY id")


def go_on(worker: Any, first: Callable[[], Any] = lambda: None) -> None:
    context: Any = Context()
    jobs.go_on(first, context, worker)


def test_all_that_waits_is_worked_off_in_its_order(
    desk: Desk, worker: Worker, done: list[str]
) -> None:
    leave(desk, "a", "b")
    leave(desk, "c", stop="stage")
    leave(desk, "d")
    go_on(worker)
    assert done == ["authorize a", "authorize b", "stage c", "authorize d"]
    assert left(desk) == []


def test_one_that_breaks_is_kept_and_holds_up_no_other(
    desk: Desk, worker: Worker, done: list[str]
) -> None:
    leave(desk, "a", "broken", "c")
    go_on(worker)
    assert done == ["authorize a", "authorize broken", "authorize c"]
    assert left(desk) == [("broken", "failed")]


def test_what_is_for_later_or_for_another_process_is_left(
    desk: Desk, worker: Worker, done: list[str]
) -> None:
    leave(desk, "later")
    desk.sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    leave(desk, "theirs", stop="execute", queue="executor")
    go_on(worker)
    assert done == []
    assert [row for row, _ in left(desk)] == ["later", "theirs"]


def test_nobody_takes_what_another_place_has_taken(
    desk: Desk, worker: Worker, done: list[str]
) -> None:
    leave(desk, "a", "b")
    first = wake.next_of("desk", worker.worker_id, done=None)
    assert first is not None
    go_on(worker)
    assert done == ["authorize b"]
    assert left(desk) == [("a", "doing")]


def test_what_comes_a_moment_later_is_taken_by_the_same_place(
    desk: Desk, worker: Worker, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    comes = iter(["b", "c"])

    def meanwhile(seconds: float) -> None:
        for row in islice(comes, 1):
            leave(desk, row)

    monkeypatch.setattr(jobs.time, "sleep", meanwhile)
    leave(desk, "a")
    go_on(worker)
    assert done == ["authorize a", "authorize b", "authorize c"]
    assert left(desk) == []


def test_after_a_while_the_worker_has_its_turn_again(
    desk: Desk, worker: Worker, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loop is what notices that a process shall end."""
    monkeypatch.setattr(jobs, "SECONDS_AT_A_STRETCH", 0.0)
    leave(desk, "a", "b")
    go_on(worker)
    assert done == []
    assert len(left(desk)) == 2


def test_whoever_failed_at_the_first_does_not_go_on(
    desk: Desk, worker: Worker, done: list[str]
) -> None:
    def broken() -> None:
        raise ValueError("as told")

    leave(desk, "a")
    with pytest.raises(ValueError, match="as told"):
        go_on(worker, broken)
    assert done == []


def test_what_a_killed_worker_had_taken_counts_as_its_own(desk: Desk, worker: Worker) -> None:
    """So the queue gives it back once the worker is missed."""
    leave(desk, "a")
    assert wake.next_of("desk", worker.worker_id, done=None) is not None
    assert desk.sql("SELECT worker_id FROM procrastinate_jobs") == [(worker.worker_id,)]


# ------------------------------------------------------------------ how a queue is told


def test_a_transaction_tells_each_queue_once_and_only_it(desk: Desk) -> None:
    with psycopg.connect(desk.url("desk"), autocommit=True) as listening:
        listening.execute('LISTEN "procrastinate_queue_v1#desk"')
        listening.execute('LISTEN "procrastinate_queue_v1#executor"')
        listening.execute("LISTEN procrastinate_any_queue_v1")
        desk.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            "SELECT 'desk', 'stage', '{}' FROM generate_series(1, 3)"
        )
        heard = [one.channel for one in listening.notifies(timeout=0.2)]
    assert heard == ["procrastinate_queue_v1#desk"]


def test_the_queue_keeps_no_history(desk: Desk) -> None:
    leave(desk, "a")
    desk.sql("UPDATE procrastinate_jobs SET status = 'failed'")
    assert desk.sql("SELECT count(*) FROM procrastinate_events") == [(0,)]


def test_each_wake_up_of_a_burst_is_found_by_its_id(desk: Desk, worker: Worker) -> None:
    """The first are taken while the table is as empty as it mostly is, and so planned for that."""
    desk.sql("VACUUM ANALYZE procrastinate_jobs")
    before = None
    for number in range(12):
        leave(desk, f"early-{number}")
        taken = wake.next_of("desk", worker.worker_id, done=before)
        assert taken is not None
        before = taken.job
    leave(desk, *(f"row-{number}" for number in range(300)))
    with db.transaction():
        for _ in range(20):
            taken = wake.next_of("desk", worker.worker_id, done=before)
            assert taken is not None and taken.row.startswith("row-")
            before = taken.job
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables "
                "WHERE relname = 'procrastinate_jobs'"
            )
            [(read,)] = cursor.fetchall()
    assert read < 20 * 20
