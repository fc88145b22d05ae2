"""The queue and the desk's own tables: who sees, wakes and writes what."""

from __future__ import annotations

import pytest
from psycopg import errors

from tests.kernel.rows import Kernel, not_granted, refused

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


def test_the_web_wakes_and_reads_no_queue(kernel: Kernel) -> None:
    for verb in ("SELECT 1 FROM", "DELETE FROM", "TRUNCATE"):
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            kernel.as_role("web").execute(f"{verb} procrastinate_jobs")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["web", *QUEUES])
@pytest.mark.parametrize("queue", QUEUES)
def test_every_role_may_wake_the_others(kernel: Kernel, role: str, queue: str) -> None:
    kernel.as_role(role).execute(JOB.format(queue=queue))  # type: ignore[arg-type]
    assert seen(kernel, queue) == [queue, queue]


@pytest.mark.parametrize("role", ["web", *QUEUES])
def test_nobody_wakes_a_queue_that_no_process_works(kernel: Kernel, role: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        kernel.as_role(role).execute(JOB.format(queue="default"))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", QUEUES)
def test_no_job_is_moved_to_another_queue(kernel: Kernel, role: str) -> None:
    other = next(queue for queue in QUEUES if queue != role)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        kernel.as_role(role).execute(
            f"UPDATE procrastinate_jobs SET queue_name = '{other}'"  # type: ignore[arg-type]
        )


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


def test_the_agent_writes_no_ticket_no_words_and_no_turn(kernel: Kernel) -> None:
    with not_granted():
        kernel.insert("agent", "ticket", requester="dana", channel="portal", assurance=1)
    with not_granted():
        kernel.insert("agent", "message", ticket=1, author="agent", kind="answer", body="x")
    with not_granted():
        kernel.insert("agent", "turn", ticket=1, kind="closed", person="agent")


@pytest.mark.parametrize("role", ["agent", "desk", "executor"])
def test_only_the_web_reads_what_is_sealed_and_who_signs_in(kernel: Kernel, role: str) -> None:
    for column, table in (("sealed", "sealed"), ("password", "login"), ("digest", "api_token")):
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
            kernel.as_role(role).execute(
                f"SELECT {column} FROM public.{table}"  # type: ignore[arg-type]
            )


@pytest.mark.parametrize("role", ["web", "agent", "desk", "executor"])
def test_no_role_adds_people_accounts_or_reviewers(kernel: Kernel, role: str) -> None:
    with not_granted():
        kernel.insert(role, "person", id="mallory", kind="human")
    with not_granted():
        kernel.insert(role, "account", person="sven", issuer="local", subject="mallory")
    for table in ("authority", "profile", "system", "connector", "entitlement", "group_owner"):
        for verb in (f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
            with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
                kernel.as_role(role).execute(verb)  # type: ignore[arg-type]


def test_one_identity_belongs_to_one_person(kernel: Kernel) -> None:
    with refused("account_issuer_subject_key"):
        kernel.sql(
            "INSERT INTO kernel.account (person, issuer, subject) VALUES ('nadia', 'local', 'sven')"
        )
    with refused("person_id_check"):
        kernel.sql("INSERT INTO kernel.person (id, kind) VALUES ('два', 'human')")


def test_an_agent_never_becomes_a_human_who_signs_in(kernel: Kernel) -> None:
    with refused("login_person_kind_fkey"):
        kernel.sql("INSERT INTO login (person) VALUES ('agent')")
