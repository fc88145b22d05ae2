"""Who there is, and whose queue is whose: persons, accounts, wake-ups, what the agent reads."""

from __future__ import annotations

from typing import Any

from tests.kernel.attack import Attack, nothing, reached
from tests.kernel.rows import Kernel

QUEUES = ("agent", "desk", "executor")

# ------------------------------------------------------------------ persons and accounts


def _person(words: str, control: str, **row: str) -> Attack:
    return Attack(
        words,
        f"person.{control}",
        nothing,
        lambda k, _: k.insert("owner", "person", **({"id": "mallory", "kind": "human"} | row)),
    )


def account(kernel: Kernel, **forged: Any) -> None:
    """An account of Nadia's, as `company apply` writes it."""
    row = {"person": "nadia", "issuer": "local", "subject": "mallory"}
    kernel.insert("owner", "account", **row | forged)


def _account(words: str, control: str, **forged: Any) -> Attack:
    return Attack(words, f"account.{control}", nothing, lambda k, _: account(k, **forged))


_PEOPLE = [
    _person("a person whose id is no name", "person_id_check", id="no space"),
    _person("a person whose id looks like another's", "person_id_check", id="ѕven"),
    _person("a person who is no kind of person", "person_kind_check", kind="cat"),
    _person("Dana becomes a service, too", "person_pkey", id="dana", kind="service"),
    _account("an account that nobody issued", "account_issuer_check", issuer=""),
    _account("an account of no name", "account_subject_check", subject=""),
    _account("an account of nobody", "account_person_fkey", person="nobody"),
    _account("Nadia gets Sven's account", "account_issuer_subject_key", subject="sven"),
    Attack(
        "another account takes the number of Sven's",
        "account.account_pkey",
        nothing,
        lambda k, _: account(k, id=k.accounts["sven"]),
    ),
]

# ------------------------------------------------------------------ wake-ups


def one_job_in_every_queue(kernel: Kernel) -> None:
    for queue in QUEUES:
        wake(kernel, "web", queue)


def wake(kernel: Kernel, role: str, queue: str) -> None:
    """A wake-up for a queue."""
    kernel.insert(role, "procrastinate_jobs", queue_name=queue, task_name="stage", args={"id": "x"})


def _jobs(words: str, role: str, statement: str) -> Attack:
    return Attack(
        words,
        "rows of procrastinate_jobs",
        one_job_in_every_queue,
        lambda k, _: reached(k.run(role, statement), "procrastinate_jobs"),
    )


_WAKE_UPS = [
    *(
        one
        for role in QUEUES
        for queue in QUEUES
        if role != queue
        for one in (
            _jobs(
                f"the {role} reads the wake-ups of the {queue}",
                role,
                f"SELECT 1 FROM procrastinate_jobs WHERE queue_name = '{queue}'",
            ),
            _jobs(
                f"the {role} throws the wake-ups of the {queue} away",
                role,
                f"DELETE FROM procrastinate_jobs WHERE queue_name = '{queue}'",
            ),
            _jobs(
                f"the {role} puts its wake-ups into the queue of the {queue}",
                role,
                f"UPDATE procrastinate_jobs SET queue_name = '{queue}' WHERE queue_name = '{role}'",
            ),
        )
    ),
    *(
        Attack(
            f"the {role} wakes a queue that nobody works",
            "rows of procrastinate_jobs",
            nothing,
            lambda k, _, role=role: wake(k, role, "default"),
        )
        for role in ("web", *QUEUES)
    ),
]

# ------------------------------------------------------------------ what the agent reads


def private(kernel: Kernel) -> int:
    """A ticket about something private, that waits for the agent."""
    number: int = kernel.insert(
        "web", "ticket", "number", requester="dana", channel="portal", assurance=1, private_to="hr"
    )
    kernel.insert("web", "turn", ticket=number, kind="with_agent", person="dana")
    return number


def taken_by_a_person(kernel: Kernel) -> int:
    number = kernel.ticket()
    kernel.message(number)
    kernel.insert("desk", "turn", ticket=number, kind="with_person", person="holdshort")
    return number


def service_with_a_profile(kernel: Kernel) -> None:
    kernel.insert("owner", "person", id="robot", kind="service")
    kernel.insert("owner", "profile", person="robot", name="Robot", email="robot@example.org")


def with_a_remark(kernel: Kernel) -> int:
    """A ticket that waits for the agent; somebody else wrote under it, too."""
    number = kernel.ticket()
    kernel.message(number)
    kernel.message(number, author="sven", body="a remark of mine")
    return number


def read(kernel: Kernel, view: str, condition: str, *params: Any) -> None:
    """The agent reads what it should not find."""
    statement = f"SELECT 1 FROM {view} WHERE {condition}"
    reached(kernel.run("agent", statement, params), view)


def look_over_its_shoulder(kernel: Kernel, view: str, column: str, value: Any) -> None:
    """The agent asks with a function of its own, and keeps whatever the function is shown."""
    for statement in (
        "CREATE TEMP TABLE IF NOT EXISTS shown (what text)",
        "CREATE OR REPLACE FUNCTION pg_temp.show(what text) RETURNS boolean COST 0.0000001 "
        "LANGUAGE plpgsql AS $$BEGIN INSERT INTO shown VALUES (what); RETURN true; END$$",
        f"SELECT 1 FROM {view} WHERE pg_temp.show({column}::text)",
    ):
        kernel.run("agent", statement)
    kept = kernel.run("agent", "SELECT 1 FROM shown WHERE what = %s", [str(value)])
    reached(kept, view)


_READS = [
    Attack(
        "the agent reads a private ticket",
        "agent_ticket: private_to IS NULL",
        private,
        lambda k, number: read(k, "agent_ticket", "number = %s", number),
        refusal="rows of agent_ticket",
    ),
    Attack(
        "the agent reads a ticket that a person took over",
        "agent_ticket: with_agent",
        taken_by_a_person,
        lambda k, number: read(k, "agent_ticket", "number = %s", number),
        refusal="rows of agent_ticket",
    ),
    Attack(
        "the agent reads what others wrote",
        "agent_ticket: author",
        with_a_remark,
        lambda k, number: read(k, "agent_ticket", "number = %s AND body LIKE '%%remark%%'", number),
        refusal="rows of agent_ticket",
    ),
    Attack(
        "the agent is shown a ticket that a person took over while it asks for its own",
        "agent_ticket is a barrier",
        taken_by_a_person,
        lambda k, number: look_over_its_shoulder(k, "agent_ticket", "number", number),
        refusal="rows of agent_ticket",
    ),
    Attack(
        "the agent reads of services as if they were people",
        "agent_name: human",
        service_with_a_profile,
        lambda k, _: read(k, "agent_name", "id = 'robot'"),
        refusal="rows of agent_name",
    ),
]

ATTACKS = [*_PEOPLE, *_WAKE_UPS, *_READS]
