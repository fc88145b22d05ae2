"""An older state came back: what the database itself refuses, tried with rows written by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kernel.rows import Kernel, Made, not_granted, refused

POLICY = "row-level security policy"


@pytest.fixture
def kernel(kernel: Kernel) -> Iterator[Kernel]:
    """The same database for every test, which is not in safe mode before or after it."""
    yield kernel
    with contextlib.suppress(Exception):
        kernel.sql("TRUNCATE kernel.restoration CASCADE")


def restored(kernel: Kernel) -> int:
    number: int = kernel.sql(
        "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
        "VALUES ('backup', 'f', clock_timestamp(), 0) RETURNING id"
    )[0][0]
    return number


def reconciled(kernel: Kernel, restoration: int, person: str = "ines", **forged: Any) -> None:
    row = {"restoration": restoration, "person": person, "account": kernel.accounts.get(person)}
    row |= {"channel": "console", "note": "I looked."}
    kernel.insert("web", "reconciliation", **row | forged)


def settled(kernel: Kernel, restoration: int, made: Made, person: str = "ines", **f: Any) -> None:
    row = {"restoration": restoration, "action": made.id, "person": person, "result": "done"}
    row["account"] = kernel.accounts.get(person)
    kernel.insert("web", "settlement", **row | f)


# ------------------------------------------------------------------ while nobody has reconciled


def test_nothing_is_permitted(kernel: Kernel) -> None:
    restored(kernel)
    decided = kernel.decided(kernel.reviewed(), "sven")
    with refused(POLICY):
        kernel.authorized(decided)
    with refused(POLICY):
        kernel.alone()


def test_nothing_is_claimed(kernel: Kernel) -> None:
    made = kernel.logged(kernel.approved())
    restored(kernel)
    with refused(POLICY):
        kernel.turned(made, "claimed")


def test_what_was_claimed_does_not_start(kernel: Kernel) -> None:
    made = kernel.turned(kernel.logged(kernel.approved()), "claimed")
    restored(kernel)
    with refused(POLICY):
        kernel.started(made)


def test_what_was_started_is_not_taken_over(kernel: Kernel) -> None:
    made = kernel.running()
    restored(kernel)
    with refused(POLICY):
        kernel.attempt(made, 2)


def test_nothing_is_given_to_a_persons_hands(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(kernel.assessed(hands="person")), "sven")
    made = kernel.authorized(made)
    restored(kernel)
    with refused(POLICY):
        kernel.turned(made, "by_hand", "desk")


def test_nothing_runs_on_our_own_tables_either(kernel: Kernel) -> None:
    from holdshort.core.terms import Target

    made = kernel.staged(target=Target("desk", "t"), type="ticket.status")
    made = kernel.authorized(kernel.assessed(made, tier=1, mode="HOTL", needed=0))
    restored(kernel)
    with refused(POLICY):
        kernel.turned(made, "claimed", "desk")


def test_decisions_are_taken_all_the_time(kernel: Kernel) -> None:
    restored(kernel)
    kernel.decided(kernel.reviewed(), "sven")
    kernel.decided(kernel.reviewed(), "sven", "reject")


def test_it_can_be_stopped_and_closed_all_the_time(kernel: Kernel) -> None:
    restored(kernel)
    kernel.turned(kernel.reviewed(), "revoked", "web")
    kernel.turned(kernel.reviewed(), "expired", "desk")


# ------------------------------------------------------------------ afterwards


def test_what_was_staged_before_never_starts(kernel: Kernel) -> None:
    decided = kernel.decided(kernel.reviewed(), "sven")
    permitted = kernel.logged(kernel.approved())
    running = kernel.running()
    reconciled(kernel, restored(kernel))
    with refused(POLICY):
        kernel.authorized(decided)
    with refused(POLICY):
        kernel.turned(permitted, "claimed")
    with refused(POLICY):
        kernel.attempt(running, 2)


def test_what_is_staged_afterwards_runs(kernel: Kernel) -> None:
    reconciled(kernel, restored(kernel))
    kernel.outcome(kernel.running())


def test_one_reconciliation_does_not_answer_for_a_later_state(kernel: Kernel) -> None:
    reconciled(kernel, restored(kernel))
    made = kernel.logged(kernel.approved())
    restored(kernel)
    with refused(POLICY):
        kernel.turned(made, "claimed")


# ------------------------------------------------------------------ who says so


@pytest.mark.parametrize("person", ["agent", "holdshort"])
def test_neither_agent_nor_service_reconciles(kernel: Kernel, person: str) -> None:
    account = kernel.sql("SELECT id FROM kernel.account WHERE person = %s", person)
    number = account[0][0] if account else kernel.accounts["ines"]
    restoration = restored(kernel)
    for forged in ({}, {"person_kind": "human"}):
        with contextlib.ExitStack() as stack:
            stack.enter_context(not_granted() if forged else refused(POLICY))
            reconciled(kernel, restoration, person, account=number, **forged)


def test_somebody_in_the_register_who_is_no_human_does_not_either(kernel: Kernel) -> None:
    restoration = restored(kernel)
    kernel.sql(
        "INSERT INTO public.authority (person, contexts) VALUES ('agent', '{security}') "
        "ON CONFLICT DO NOTHING"
    )
    account = kernel.sql("SELECT id FROM kernel.account WHERE person = 'agent'")[0][0]
    try:
        with refused("reconciliation_person_person_kind_fkey"):
            reconciled(kernel, restoration, "agent", account=account)
    finally:
        kernel.sql("DELETE FROM public.authority WHERE person = 'agent'")


def test_people_who_do_not_work_here_say_nothing_about_it(kernel: Kernel) -> None:
    made = kernel.logged(kernel.approved())
    restoration = restored(kernel)
    with refused(POLICY):
        reconciled(kernel, restoration, "dana")
    with refused(POLICY):
        settled(kernel, restoration, made, "dana")


def test_nobody_reconciles_through_an_account_that_is_not_theirs_or_was_taken_away(
    kernel: Kernel,
) -> None:
    restoration = restored(kernel)
    with refused("reconciliation_account_person_fkey"):
        reconciled(kernel, restoration, account=kernel.accounts["sven"])
    ended = "UPDATE kernel.account SET ended_at = {} WHERE id = %s"
    kernel.sql(ended.format("clock_timestamp()"), kernel.accounts["ines"])
    try:
        with refused(POLICY):
            reconciled(kernel, restoration)
    finally:
        kernel.sql(ended.format("NULL"), kernel.accounts["ines"])


def test_it_is_reconciled_once_and_with_a_reason(kernel: Kernel) -> None:
    restoration = restored(kernel)
    with refused("reconciliation_note_check"):
        reconciled(kernel, restoration, note="")
    reconciled(kernel, restoration)
    with refused("reconciliation_pkey"):
        reconciled(kernel, restoration, "sven")


def test_only_what_is_in_doubt_is_settled(kernel: Kernel) -> None:
    before, ended = kernel.approved(), kernel.turned(kernel.reviewed(), "revoked", "web")
    done = kernel.outcome(kernel.running())
    restoration = restored(kernel)
    after = kernel.staged()
    for made in (ended, done, after):
        with refused(POLICY):
            settled(kernel, restoration, made)
    settled(kernel, restoration, before)
    assert state(kernel, before) == "executed"


def test_after_the_reconciliation_nothing_is_settled_any_more(kernel: Kernel) -> None:
    made = kernel.approved()
    restoration = restored(kernel)
    reconciled(kernel, restoration)
    with refused(POLICY):
        settled(kernel, restoration, made)


@pytest.mark.parametrize(
    ("result", "begun", "expected"),
    [
        ("done", True, "executed"),
        ("dropped", True, "not_applied"),
        ("again", True, "not_applied"),
        ("done", False, "executed"),
    ],
)
def test_a_settlement_says_where_it_stands(
    kernel: Kernel, result: str, begun: bool, expected: str
) -> None:
    made = kernel.running() if begun else kernel.approved()
    settled(kernel, restored(kernel), made, result=result)
    assert state(kernel, made) == expected


def test_desk_and_executor_may_halt_and_nobody_else_does(kernel: Kernel) -> None:
    for role in ("desk", "executor"):
        kernel.insert(role, "restoration", reason="log", position=3, seen=5)
    for role in ("web", "agent"):
        with not_granted():
            kernel.insert(role, "restoration", reason="log", position=3, seen=5)
    with refused("says_which"):
        kernel.insert("desk", "restoration", reason="backup", position=3, seen=5)


def state(kernel: Kernel, made: Made) -> str:
    found: str = kernel.sql("SELECT state FROM kernel.action_state WHERE action = %s", made.id)[0][
        0
    ]
    return found
