"""Replies that are lost, late or wrong: one effect, and the truth about it."""

from __future__ import annotations

import pytest

from tests.crash.executor import TIMEOUT
from tests.crash.scene import Scene, ended

NOWHERE = "http://127.0.0.1:9"
LOST = ["slow_after", "garbage"]
"""Besides what the matrix tries."""


@pytest.mark.parametrize("shape", ["set", "keyed"])
@pytest.mark.parametrize("fault", LOST)
def test_without_a_reply_the_next_attempt_finds_out_and_there_is_one_effect(
    on: Scene, shape: str, fault: str
) -> None:
    action = on.authorized()
    on.target.fault(fault, seconds=TIMEOUT + 1.5)
    assert on.execute(action, shape=shape) == 0
    assert on.state(action) == "executing"
    assert on.execute_later(action, shape=shape) == 0
    assert (on.state(action), len(on.effects(action))) == ("executed", 1)


@pytest.mark.parametrize("fault", LOST)
def test_a_blind_target_without_a_reply_is_a_persons_question_and_never_asked_again(
    on: Scene, fault: str
) -> None:
    action = on.authorized()
    sent = on.target.sent()
    on.target.fault(fault, seconds=TIMEOUT + 1.5)
    assert on.execute(action, shape="blind") == 0
    assert on.state(action) == "unknown"
    assert on.execute_later(action, shape="blind") == 0
    assert on.target.sent() == sent + 1
    assert on.stands(action) == "with_person"
    assert "We could not confirm" in on.said(action)


@pytest.mark.parametrize("shape", ["set", "keyed", "blind"])
def test_a_kill_while_the_reply_is_on_its_way_has_one_effect(on: Scene, shape: str) -> None:
    action = on.authorized()
    effects = len(on.target.effects())
    on.target.fault("slow_after", seconds=20)
    executor = on.start(action, shape=shape)
    on.target.wait_effects(effects + 1)
    executor.kill()
    assert ended(executor) == -9
    assert on.execute_later(action, shape=shape) == 0
    assert on.state(action) == ("unknown" if shape == "blind" else "executed")
    assert len(on.effects(action)) == 1


def test_a_target_that_is_away_delays_and_nothing_is_lost(on: Scene) -> None:
    action = on.authorized()
    assert on.execute(action, target=NOWHERE) == 0
    assert on.execute_later(action, target=NOWHERE) == 0
    assert (on.state(action), on.effects(action)) == ("executing", [])
    assert on.execute_later(action) == 0
    assert (on.state(action), len(on.effects(action))) == ("executed", 1)
    assert on.stands(action) == "closed"


def test_a_target_that_was_away_is_still_asked_only_once_when_blind(on: Scene) -> None:
    action = on.authorized()
    assert on.execute(action, shape="blind", target=NOWHERE) == 0
    assert (on.state(action), on.stands(action)) == ("unknown", "with_person")
    assert on.execute_later(action, shape="blind") == 0
    assert on.effects(action) == []


def test_why_a_target_says_no_is_kept_for_staff(on: Scene) -> None:
    action = on.authorized()
    on.target.fault("refuse")
    assert on.execute(action) == 0
    assert (on.state(action), on.stands(action)) == ("not_applied", "with_person")
    assert on.desk.story(action).outcome["reason"] == "The fake target said no."
    assert "did not happen, and nothing was changed." in on.said(action)


@pytest.mark.parametrize("shape", ["set", "keyed"])
def test_two_kills_in_a_row_have_one_effect(on: Scene, shape: str) -> None:
    action = on.authorized()
    assert on.execute(action, shape=shape, at="request:before") == -9
    assert on.execute_later(action, shape=shape, at="request:after") == -9
    assert on.execute_later(action, shape=shape, at="settle:before") == -9
    assert on.execute_later(action, shape=shape) == 0
    assert (on.state(action), len(on.effects(action))) == ("executed", 1)


def test_a_blind_target_gets_nothing_however_often_executors_die(on: Scene) -> None:
    action = on.authorized()
    assert on.execute(action, shape="blind", at="request:after") == -9
    assert on.execute_later(action, shape="blind", at="settle:before") == -9
    assert on.execute_later(action, shape="blind") == 0
    assert (on.state(action), len(on.effects(action))) == ("unknown", 1)
