"""An older state came back: what the database itself refuses, tried with rows written by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.kernel.attack import Attack, refused_by
from tests.kernel.attacks import halted
from tests.kernel.rows import Kernel, Made, refused
from tests.kernel.test_attacks import name

POLICY = "row-level security policy"


@pytest.fixture
def kernel(kernel: Kernel) -> Iterator[Kernel]:
    """The same database for every test, which is not in safe mode before or after it."""
    yield kernel
    with contextlib.suppress(Exception):
        kernel.sql("TRUNCATE kernel.restoration CASCADE")


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("attack", halted.ATTACKS, ids=name)
def test_an_attack_on_an_older_state_is_refused_by_its_control(
    kernel: Kernel, attack: Attack
) -> None:
    scene = attack.scene(kernel)
    assert attack.arrange
    attack.arrange(kernel, scene)
    with pytest.raises(Exception) as caught:
        attack.strike(kernel, scene)
    assert refused_by(caught.value) == attack.refused_by


# ------------------------------------------------------------------ while nobody has reconciled


def test_nothing_runs_on_our_own_tables_either(kernel: Kernel) -> None:
    from holdshort.core.terms import Target

    made = kernel.staged(target=Target("desk", "t"), type="ticket.status")
    made = kernel.authorized(kernel.assessed(made, tier=1, mode="HOTL", needed=0))
    halted.came_back(kernel)
    with refused(POLICY):
        kernel.turned(made, "claimed", "desk")


def test_decisions_are_taken_all_the_time(kernel: Kernel) -> None:
    halted.came_back(kernel)
    kernel.decided(kernel.reviewed(), "sven")
    kernel.decided(kernel.reviewed(), "sven", "reject")


def test_it_can_be_stopped_and_closed_all_the_time(kernel: Kernel) -> None:
    halted.came_back(kernel)
    kernel.turned(kernel.reviewed(), "revoked", "web")
    kernel.turned(kernel.reviewed(), "expired", "desk")


# ------------------------------------------------------------------ afterwards


def test_what_is_staged_afterwards_runs(kernel: Kernel) -> None:
    halted.reconciled(kernel)
    kernel.outcome(kernel.running())


def test_one_reconciliation_does_not_answer_for_a_later_state(kernel: Kernel) -> None:
    halted.reconciled(kernel)
    made = kernel.logged(kernel.approved())
    halted.came_back(kernel)
    with refused(POLICY):
        kernel.turned(made, "claimed")


# ------------------------------------------------------------------ who says so


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
    halted.came_back(kernel)
    halted.settle(kernel, made, result=result)
    assert state(kernel, made) == expected


@pytest.mark.parametrize("role", ["desk", "executor"])
def test_desk_and_executor_may_halt(kernel: Kernel, role: str) -> None:
    kernel.insert(role, "restoration", reason="log", position=3, seen=5)
    with refused(POLICY):
        kernel.alone()


def state(kernel: Kernel, made: Made) -> str:
    found: str = kernel.sql("SELECT state FROM kernel.action_state WHERE action = %s", made.id)[0][
        0
    ]
    return found
