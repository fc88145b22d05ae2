"""What an executor says when a target refuses, breaks or has gone: never more than it knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from holdshort import flow
from holdshort.core.terms import Action
from holdshort.ports import Acts, Drifted, Receipt, RefusedByTarget, Shape, Unreachable
from tests.crash.scene import Scene

SECRET = "hunter2-and-more"
AWAY = Unreachable("The app is away.")
NO = RefusedByTarget("The app refused the credential.")
NO_SECRET = RefusedByTarget("Check the secret named env:DIRECTORY_TOKEN.")


class Scripted:
    """A connected app that answers as the test says; `states` are what is read, one by one."""

    name = "directory"

    def __init__(self, *states: bool | Exception, shape: Shape = Shape.SET) -> None:
        self.states = list(states)
        self.answer: Exception | None = None
        self.sent = 0
        self._shape = shape

    def shape(self, action_type: str) -> Shape:
        return self._shape

    def observe(self, action: Action) -> Mapping[str, Any]:
        now = self.states.pop(0)
        if isinstance(now, Exception):
            raise now
        return {**action.seen, "member": now}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        self.sent += 1
        if self.answer is not None:
            raise self.answer
        return Receipt({"key": key})

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        return bool(now["member"])


def attempt(on: Scene, action: str, connector: Acts | None) -> str:
    """One attempt as the executor's role, and where the action stands then."""
    on.end_lease()
    with on.desk.role("executor"):
        connectors = {} if connector is None else {"directory": connector}
        flow.execute(action, connectors=connectors, worker="test", seal=str.encode)
    return on.state(action)


def interrupted(on: Scene, *states: bool | Exception, shape: Shape = Shape.SET) -> str:
    """An action that was sent, without a reply."""
    action = on.authorized()
    first = Scripted(*(states or (False,)), shape=shape)
    first.answer = AWAY
    assert attempt(on, action, first) == "executing"
    assert first.sent == 1
    return action


def test_a_refusal_before_anything_was_sent_means_that_nothing_happened(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, Scripted(NO)) == "not_applied"
    assert "did not happen, and nothing was changed." in on.said(action)


@pytest.mark.parametrize("states", [(NO_SECRET,), (False, NO_SECRET)], ids=["before", "after"])
def test_what_only_staff_can_mend_is_told_to_staff_only(
    on: Scene, states: tuple[bool | Exception, ...]
) -> None:
    action = on.authorized()
    attempt(on, action, Scripted(*states))
    assert "env:" in on.desk.story(action).outcome["reason"]
    ticket = on.desk.ticket(on.desk.story(action).action.ticket)
    assert "env:" not in on.said(action) + ticket["reason"]
    assert ticket["stands"] == "with_person"


def test_a_refusal_after_a_lost_reply_is_a_doubt(on: Scene) -> None:
    action = interrupted(on)
    assert attempt(on, action, Scripted(NO)) == "unknown"
    assert on.stands(action) == "with_person"


def test_a_refused_read_back_is_a_doubt_although_the_change_was_accepted(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, Scripted(False, NO)) == "unknown"
    assert "We could not confirm" in on.said(action)


def test_a_read_back_that_fails_is_repeated_without_sending_again(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, Scripted(False, AWAY)) == "executing"
    second = Scripted(True)
    assert (attempt(on, action, second), second.sent) == ("executed", 0)


def test_a_refusal_of_what_is_sent_again_is_certain_where_the_target_can_be_read(
    on: Scene,
) -> None:
    action = interrupted(on)
    again = Scripted(False)
    again.answer = NO
    assert attempt(on, action, again) == "not_applied"


def test_a_change_that_shows_up_while_it_is_sent_again_is_looked_at_once_more(on: Scene) -> None:
    action = interrupted(on)
    again = Scripted(False)
    again.answer = Drifted("It changed.")
    assert attempt(on, action, again) == "executing"
    assert attempt(on, action, Scripted(True)) == "executed"


def test_a_keyed_target_is_not_sent_to_again_once_it_shows_the_change(on: Scene) -> None:
    action = interrupted(on, shape=Shape.KEYED)
    again = Scripted(True, shape=Shape.KEYED)
    assert (attempt(on, action, again), again.sent) == ("executed", 0)


def test_a_blind_target_that_was_away_for_reading_only_is_still_sent_to(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, Scripted(AWAY, shape=Shape.BLIND)) == "executing"
    second = Scripted(False, shape=Shape.BLIND)
    assert (attempt(on, action, second), second.sent) == ("unknown", 1)


def test_an_effect_that_is_not_there_afterwards_is_a_mismatch(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, Scripted(False, False)) == "mismatch"
    assert "The result differs" in on.said(action)


def test_an_app_that_was_disconnected_is_named(on: Scene) -> None:
    action = on.authorized()
    assert attempt(on, action, None) == "not_applied"
    reason = on.desk.story(action).outcome["reason"]
    assert reason == "There is no connected app named 'directory' any more."


def test_an_app_that_was_disconnected_after_sending_is_a_doubt(on: Scene) -> None:
    assert attempt(on, interrupted(on), None) == "unknown"


@pytest.mark.parametrize("where", ["observe", "apply", "read_back"])
def test_a_fault_in_a_connector_delays_and_its_words_are_kept_nowhere(
    on: Scene, where: str, capfd: pytest.CaptureFixture[str]
) -> None:
    action = on.authorized()
    bug = RuntimeError(f"password={SECRET}")
    connector = {
        "observe": Scripted(bug),
        "apply": Scripted(False),
        "read_back": Scripted(False, bug),
    }[where]
    connector.answer = bug if where == "apply" else None
    assert attempt(on, action, connector) == "executing"
    assert SECRET not in "".join(capfd.readouterr()) + everything(on)
    assert attempt(on, action, Scripted(where != "observe", True)) == "executed"


def everything(on: Scene) -> str:
    """Every event, message, outcome and job, as text."""
    tables = ("kernel.event", "kernel.outcome", "public.message", "public.turn")
    kept = [on.desk.sql(f"SELECT to_jsonb(t)::text FROM {table} t") for table in tables]
    kept.append(on.desk.sql("SELECT to_jsonb(t)::text FROM public.procrastinate_jobs t"))
    return "\n".join(row[0] for rows in kept for row in rows)
