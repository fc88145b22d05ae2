"""Several executors at once, one that slept too long, and permissions that end meanwhile."""

from __future__ import annotations

import os
import signal
from multiprocessing.process import BaseProcess

import pytest

from tests.crash.executor import wait_until_stopped
from tests.crash.scene import Scene, ended


def asleep(on: Scene, action: str, at: str, **more: object) -> BaseProcess:
    """An executor that is stopped at a moment and does not know that time goes by."""
    executor = on.start(action, at=at, signal=signal.SIGSTOP, **more)
    wait_until_stopped(executor)
    return executor


def wake_up(executor: BaseProcess) -> None:
    assert executor.pid is not None
    os.kill(executor.pid, signal.SIGCONT)
    assert ended(executor) == 0


@pytest.mark.parametrize("shape", ["set", "keyed", "blind"])
def test_six_executors_at_once_have_one_effect(on: Scene, shape: str) -> None:
    action = on.authorized()
    executors = [on.start(action, shape=shape) for _ in range(6)]
    assert [ended(executor) for executor in executors] == [0] * 6
    assert on.state(action) == ("unknown" if shape == "blind" else "executed")
    assert (len(on.effects(action)), len(on.desk.story(action).attempts)) == (1, 1)


def test_a_worker_that_slept_too_long_to_be_in_time_leaves_it_to_the_next(on: Scene) -> None:
    action = on.authorized()
    sleeper = asleep(on, action, "claim:after", shape="blind")
    on.end_lease()
    wake_up(sleeper)
    assert (on.state(action), on.effects(action)) == ("executing", [])
    assert on.execute(action, shape="blind") == 0
    assert (on.state(action), len(on.effects(action))) == ("unknown", 1)


# ------------------------------------------------------------------ permissions that end


def test_a_permission_that_ended_while_no_executor_ran_is_not_used(on: Scene) -> None:
    action = on.authorized()
    on.end_permission(action)
    assert on.execute(action) == 0
    on.desk.sweep()
    assert (on.state(action), on.effects(action)) == ("expired", [])
    assert "nobody" in on.said(action)


@pytest.mark.parametrize("shape", ["set", "keyed"])
def test_a_permission_that_ended_between_two_attempts_is_not_used(on: Scene, shape: str) -> None:
    action = on.authorized()
    assert on.execute(action, shape=shape, at="request:before") == -9
    on.end_permission(action)
    assert on.execute_later(action, shape=shape) == 0
    assert (on.state(action), on.effects(action)) == ("not_applied", [])
    assert on.why(action) == "The permission to run has ended."


def test_a_permission_that_ended_while_a_worker_slept_is_not_used(on: Scene) -> None:
    action = on.authorized()
    sleeper = asleep(on, action, "observe:after")
    on.end_permission(action)
    wake_up(sleeper)
    assert on.effects(action) == []


@pytest.mark.parametrize("shape", ["set", "keyed"])
def test_what_was_done_in_time_counts_even_if_it_is_confirmed_late(on: Scene, shape: str) -> None:
    action = on.authorized()
    assert on.execute(action, shape=shape, at="request:after") == -9
    on.end_permission(action)
    assert on.execute_later(action, shape=shape) == 0
    assert (on.state(action), len(on.effects(action))) == ("executed", 1)


def test_a_target_that_stays_away_past_the_permission_is_told(on: Scene) -> None:
    action = on.authorized()
    nowhere = "http://127.0.0.1:9"
    assert on.execute(action, target=nowhere) == 0
    on.end_permission(action)
    assert on.execute_later(action, target=nowhere) == 0
    assert (on.state(action), on.stands(action)) == ("not_applied", "with_person")


def test_a_target_that_went_away_after_it_was_sent_is_a_doubt(on: Scene) -> None:
    action = on.authorized()
    assert on.execute(action, at="request:after") == -9
    on.end_permission(action)
    assert on.execute_later(action, target="http://127.0.0.1:9") == 0
    assert (on.state(action), on.stands(action)) == ("unknown", "with_person")
