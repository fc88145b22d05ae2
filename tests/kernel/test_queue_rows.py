"""The queue and the desk's own tables: who sees, wakes and writes what."""

from __future__ import annotations

import pytest

from tests.kernel.rows import Kernel

QUEUES = ("agent", "desk", "executor")
JOB = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
    "VALUES ('{queue}', 'stage', '{{\"id\": \"x\"}}')"
)


@pytest.fixture(autouse=True)
def one_job_in_every_queue(kernel: Kernel) -> None:
    kernel.sql("DELETE FROM procrastinate_jobs")
    for queue in QUEUES:
        kernel.as_role("web").execute(JOB.format(queue=queue))  # type: ignore[arg-type]


def seen(kernel: Kernel, role: str) -> list[str]:
    return [q for (q,) in kernel.as_role(role).execute("SELECT queue_name FROM procrastinate_jobs")]


@pytest.mark.parametrize("role", QUEUES)
def test_a_role_sees_and_works_only_its_own_queue(kernel: Kernel, role: str) -> None:
    connection = kernel.as_role(role)
    assert seen(kernel, role) == [role]
    connection.execute("UPDATE procrastinate_jobs SET priority = 7")
    connection.execute("DELETE FROM procrastinate_jobs")
    left = kernel.sql("SELECT queue_name, priority FROM procrastinate_jobs ORDER BY 1")
    assert left == [(queue, 0) for queue in QUEUES if queue != role]


@pytest.mark.parametrize("role", ["web", *QUEUES])
@pytest.mark.parametrize("queue", QUEUES)
def test_every_role_may_wake_the_others(kernel: Kernel, role: str, queue: str) -> None:
    kernel.as_role(role).execute(JOB.format(queue=queue))  # type: ignore[arg-type]
    assert seen(kernel, queue) == [queue, queue]


def test_the_agent_reads_its_two_views_the_migrations_and_nothing_of_the_desk(
    kernel: Kernel,
) -> None:
    readable = kernel.sql(
        "SELECT DISTINCT relname FROM pg_class WHERE relnamespace IN ('kernel'::regnamespace, "
        "'public'::regnamespace) AND relkind IN ('r', 'v', 'm', 'p') "
        "AND has_any_column_privilege('holdshort_agent', oid, 'SELECT') ORDER BY 1"
    )
    assert [name for (name,) in readable if not name.startswith("procrastinate_")] == [
        "agent_name",
        "agent_ticket",
        "django_migrations",
    ]


def test_the_agent_sees_only_tickets_that_wait_for_it(kernel: Kernel) -> None:
    waiting, taken, closed = (kernel.ticket() for _ in range(3))
    for ticket, kind in ((taken, "with_person"), (closed, "closed")):
        kernel.insert("desk", "turn", ticket=ticket, kind=kind, person="holdshort")
    seen = {n for (n,) in kernel.as_role("agent").execute("SELECT number FROM agent_ticket")}
    assert waiting in seen and not {taken, closed} & seen


def test_the_agent_sees_what_the_requester_wrote_and_nobody_elses_words(kernel: Kernel) -> None:
    ticket = kernel.ticket()
    kernel.message(ticket, body="my words")
    kernel.message(ticket, author="sven", body="secret remark")
    found = kernel.as_role("agent").execute(
        "SELECT body FROM agent_ticket WHERE number = %s", [ticket]
    )
    assert found.fetchall() == [("my words",)]
