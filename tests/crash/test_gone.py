"""What a decision rests on is gone between check and row: nothing fails open, nothing is lost.

- Rules and standing permit only while they are the latest: at the permission the database refuses
  the row, at the claim the executor gives the action back to the gate.
- People said yes to these bytes: other rules do not take that back, a changed target does.
- What is not known at the claim is not done: it waits until its permission ends, then it is told.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.connectors import build
from holdshort.records.world import World
from holdshort.stops import authorizing, execution, lines
from tests.conftest import COMPANY
from tests.desk import Desk
from tests.directory import running_directory
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking
from tests.kernel.conftest import target

__all__ = ["target"]

RULES = (
    "INSERT INTO kernel.policy_version (number, document, file, digest, author) "
    "SELECT number + 1, document, file, digest, author FROM kernel.policy_version "
    "ORDER BY number DESC LIMIT 1; "
    "INSERT INTO kernel.adoption (policy_version, author, person) "
    "SELECT policy_version + 1, author, person FROM kernel.adoption "
    "ORDER BY policy_version DESC LIMIT 1"
)
RECALL = (
    "INSERT INTO kernel.standing (category, phase, granted, basis) "
    "VALUES ('idp.add_to_group/2', 1, false, 'recalled')"
)
GONE = {"other rules": RULES, "recalled standing": RECALL}


def right_before(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, happens: Callable[[], object]
) -> None:
    """Let something happen once, right before a step and after everything that was checked."""
    real, due = getattr(module, name), [True]

    def step(*args: Any, **named: Any) -> Any:
        if due:
            due.clear()
            happens()
        return real(*args, **named)

    monkeypatch.setattr(module, name, step)


# ------------------------------------------------------------------ rules and standing


@pytest.mark.parametrize("gone", GONE)
def test_what_is_gone_between_assessment_and_permission_permits_nothing(
    desk: Desk, target: Target, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    scenes.connect(desk)
    right_before(monkeypatch, authorizing, "by_policy", lambda: desk.sql(GONE[gone]))
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    ticket = desk.ask("dana", "please add me")
    assert (desk.actions(ticket), desk.events("authorization.granted")) == ([], 0)
    assert desk.ticket(ticket)["stands"] == "with_person"
    assert "could not be prepared" in desk.said(ticket)
    assert target.effects() == []


@pytest.mark.parametrize("gone", GONE)
def test_what_is_gone_between_permission_and_claim_goes_back_to_the_gate(
    desk: Desk, target: Target, gone: str
) -> None:
    scenes.connect(desk)
    action = scenes.held(desk)
    desk.sql(GONE[gone])
    waking.open_hold(desk, action)
    desk.run()
    story = desk.story(action)
    assert (story.state, story.execution) == ("superseded", None)
    again = desk.story(story.next_version)
    assert again.state == ("waiting" if gone == "recalled standing" else "authorized")
    assert "The rules changed before" in desk.said(story.action.ticket)
    assert target.effects() == []


def test_an_action_under_new_rules_that_permit_it_too_runs_after_a_hold_of_its_own(
    desk: Desk, target: Target
) -> None:
    scenes.connect(desk)
    action = scenes.held(desk)
    desk.sql(RULES)
    waking.open_hold(desk, action)
    waking.run_by_sweep_alone(desk)
    again = desk.story(desk.story(action).next_version)
    assert (again.state, again.authorization["policy_version"]) == ("executed", 2)
    assert len(target.effects()) == 1


def test_the_yes_of_people_outlives_the_rules_of_its_day(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    desk.sql(RULES)
    desk.sql(
        "INSERT INTO kernel.standing (category, phase, granted, basis) "
        "VALUES ('idp.add_to_group/3', 1, false, 'recalled')"
    )
    waking.run_by_sweep_alone(desk)
    assert (scenes.state_of(desk, action), len(target.effects())) == ("executed", 1)


# ------------------------------------------------------------------ the directory


def test_a_reading_that_grows_old_while_it_is_staged_counts_as_unknown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = "UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 hour'"
    right_before(monkeypatch, lines, "assess", lambda: desk.sql(old))
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    ticket = desk.ask("dana", "please add me")
    assert (desk.actions(ticket), desk.ticket(ticket)["stands"]) == ([], "with_person")


def test_a_reading_that_grew_old_before_the_permission_is_no_reason_to_skip_the_live_look(
    desk: Desk, target: Target
) -> None:
    scenes.connect(desk)
    action = scenes.grave(desk)
    desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 hour'")
    target.drift(thing(desk.story(action).action), {"active": False})
    desk.decide(action, "sven", "approve")
    story = desk.story(action)
    assert (story.state, story.outcome["reason"], target.effects()) == (
        "not_applied",
        execution.DRIFT,
        [],
    )


@pytest.mark.parametrize("shape", ["set", "keyed", "blind"])
def test_a_directory_that_goes_between_the_look_and_the_change_is_waited_for_and_then_told(
    desk: Desk, target: Target, monkeypatch: pytest.MonkeyPatch, shape: Any
) -> None:
    scenes.connect(desk, shape)
    nowhere = "http://127.0.0.1:9"
    right_before(
        monkeypatch, execution, "apply", lambda: os.environ.update(FAKE_TARGET_URL=nowhere)
    )
    action = scenes.grave(desk)
    desk.decide(action, "sven", "approve")
    if shape != "blind":
        assert scenes.state_of(desk, action) == "executing"
        desk.sql(
            "SET session_replication_role = replica; UPDATE kernel.execution SET "
            "not_before = not_before - interval '2 hours', started_at = started_at - "
            "interval '2 hours', expires_at = expires_at - interval '2 hours'; "
            'UPDATE kernel."authorization" SET not_before = not_before - interval '
            "'2 hours', expires_at = expires_at - interval '2 hours'"
        )
        waking.run_by_sweep_alone(desk)
    story = desk.story(action)
    assert (story.state, target.effects()) == ("unknown", [])
    assert desk.ticket(story.action.ticket)["stands"] == "with_person"


def test_without_the_real_directory_nothing_is_known_and_everything_waits(
    desk: Desk, tmp_path: Path
) -> None:
    with running_directory(tmp_path, COMPANY) as directory:
        settings = {
            "base_url": directory.url,
            "token": f"file:{tmp_path / 'directory-token'}",
            "allow_internal": True,
        }
        connector: Any = build("directory", "scim", settings)
        with desk.role("executor"):
            assert flow.look(connector)
    with desk.role("executor"):
        assert not flow.look(connector)
    with desk.role("desk"):
        assert World().account("dana") is not None
    desk.sql("UPDATE mirror_read SET read_at = read_at - interval '11 minutes'")
    with desk.role("desk"):
        assert World().account("dana") is None


# ------------------------------------------------------------------ the reviewer


def test_an_account_that_ends_between_check_and_decision_decides_nothing(
    desk: Desk, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.connect(desk)
    action = scenes.grave(desk)
    ends = "UPDATE kernel.account SET ended_at = clock_timestamp() WHERE person = 'sven'"
    right_before(monkeypatch, flow.answering, "record", lambda: desk.sql(ends))
    with pytest.raises(flow.Refused, match="changed while you decided") as no:
        desk.decide(action, "sven", "approve")
    assert no.value.code == "not_a_reviewer"
    story = desk.story(action)
    assert (story.state, story.decisions, target.effects()) == ("waiting", (), [])
    assert desk.events("decision.refused") == 1


def test_an_action_that_ends_between_check_and_decision_is_not_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = scenes.grave(desk)
    story = desk.story(action)
    ends = (
        "INSERT INTO kernel.fate (action, digest, type, connector, kind) VALUES "
        f"('{action}', '\\x{story.digest}', '{story.action.type}', 'directory', 'expired')"
    )
    right_before(monkeypatch, flow.answering, "record", lambda: desk.sql(ends))
    with pytest.raises(flow.Refused, match="changed while you decided"):
        desk.decide(action, "sven", "approve")
    assert desk.story(action).decisions == ()


def test_a_reviewer_who_loses_authority_is_not_forgotten_by_the_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = scenes.grave(desk)
    gone = "DELETE FROM kernel.seat WHERE person = 'sven'"
    right_before(monkeypatch, flow.answering, "record", lambda: desk.sql(gone))
    with pytest.raises(flow.Refused, match="changed while you decided"):
        desk.decide(action, "sven", "approve")
    assert desk.story(action).decisions == ()
