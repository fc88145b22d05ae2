"""A wake-up carries no authority: lost, doubled or forged, it never decides what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from holdshort import flow
from holdshort.ports import Shape
from holdshort.records.ids import new_id
from holdshort.records.wake import QUEUES
from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking

TO_CRM = {"group": "crm-admins"}
SHAPES = [Shape.SET, Shape.KEYED, Shape.BLIND]

# ------------------------------------------------------------------ lost


def test_the_sweep_finishes_what_runs_by_itself(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "please add me", sender=who)
    waking.run_by_sweep_alone(desk)
    assert desk.action(number).state == "executed"
    assert desk.ticket(number)["stands"] == "closed"
    assert len(target.effects()) == 1


@pytest.mark.parametrize(
    ("verdict", "more", "state", "effects"),
    [
        ("approve", {}, "executed", 1),
        ("reject", {"reason_code": "too_risky"}, "rejected", 0),
        (
            "change",
            {"reason_code": "too_much", "changes": {"group": "newsletter"}},
            "superseded",
            1,
        ),
    ],
)
def test_the_sweep_draws_the_consequence_of_an_answer(
    desk: Desk, target: Target, verdict: str, more: dict[str, object], state: str, effects: int
) -> None:
    scenes.connect(desk)
    action = scenes.grave(desk)
    scenes.say(desk, action, "sven", verdict, **more)
    waking.run_by_sweep_alone(desk)
    assert scenes.state_of(desk, action) == state
    assert len(target.effects()) == effects


def test_the_sweep_asks_whom_a_reviewer_named(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.grave(desk)
    desk.sql("DELETE FROM kernel.seat WHERE person = 'helena'")
    scenes.say(desk, action, "sven", "hand_over", reason_code="not_mine", hand_to="helena")
    waking.run_by_sweep_alone(desk)
    assert "helena" in {one["person"] for one in desk.story(action).assignments}
    scenes.say_yes(desk, action, "helena")
    waking.run_by_sweep_alone(desk)
    assert scenes.state_of(desk, action) == "executed"
    assert len(target.effects()) == 1


def test_the_sweep_ends_what_nobody_answered(desk: Desk) -> None:
    action = scenes.grave(desk)
    waking.end_review(desk, action)
    waking.run_by_sweep_alone(desk)
    assert scenes.state_of(desk, action) == "expired"


def test_the_sweep_settles_what_was_reported(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    desk.sql("DELETE FROM kernel.standing WHERE category = 'idp.add_to_group/3'")
    action = scenes.grave(desk)
    scenes.say_yes(desk, action, "sven")
    waking.run_by_sweep_alone(desk)
    assert scenes.state_of(desk, action) == "by_hand"
    target.drift(thing(desk.story(action).action), {"member": True})
    who = desk.sender("sven")
    with desk.role("web"):
        flow.report(action, "as_approved", "Seen in the directory.", sender=who)
    waking.run_by_sweep_alone(desk)
    assert scenes.state_of(desk, action) == "executed"


def test_the_sweep_stages_again_what_had_changed(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    target.drift(thing(desk.story(action).action), {"active": False})
    waking.run_by_sweep_alone(desk)
    story = desk.story(action)
    assert (story.state, story.outcome["reason"]) == ("not_applied", "drift")
    assert desk.story(story.next_version).state == "waiting"


def test_the_sweep_goes_on_where_a_worker_died(desk: Desk, target: Target) -> None:
    from holdshort.stops import execution

    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    with desk.role("executor"):
        assert execution.claim(action, worker="will die") is not None
    waking.run_by_sweep_alone(desk)
    story = desk.story(action)
    assert (story.state, len(story.attempts)) == ("executed", 2)
    assert len(target.effects()) == 1


def test_the_sweep_wakes_nothing_that_is_finished(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.grave(desk)
    desk.decide(action, "sven", "approve")
    before = waking.state(desk)
    for _ in range(3):
        desk.sweep()
    assert waking.state(desk) == before


# ------------------------------------------------------------------ doubled


@pytest.mark.parametrize("shape", SHAPES)
def test_every_wake_up_five_times_is_one_effect(desk: Desk, target: Target, shape: Shape) -> None:
    scenes.connect(desk, shape)
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "please add me", sender=who)
    waking.run_doubled(desk)
    action = scenes.latest(desk, number)
    scenes.say_yes(desk, action, "sven")
    waking.run_doubled(desk)
    assert len(desk.actions(number)) == 1
    assert len(target.effects()) == 1
    assert scenes.state_of(desk, action) == ("unknown" if shape is Shape.BLIND else "executed")


def test_a_doubled_change_is_one_version(desk: Desk) -> None:
    action = scenes.grave(desk)
    scenes.say(desk, action, "sven", "change", reason_code="too_much", changes=TO_CRM)
    waking.run_doubled(desk)
    found = desk.actions(desk.story(action).action.ticket)
    assert [one.action.version for one in found] == [1, 2]
    assert [one.state for one in found] == ["superseded", "waiting"]


def test_a_change_to_what_does_not_exist_goes_to_a_person_once(desk: Desk) -> None:
    action = scenes.grave(desk)
    changes = {"group": "no-such-group"}
    scenes.say(desk, action, "sven", "change", reason_code="too_much", changes=changes)
    waking.run_doubled(desk)
    waking.run_by_sweep_alone(desk)
    ticket = desk.story(action).action.ticket
    assert scenes.state_of(desk, action) == "superseded"
    assert desk.ticket(ticket)["stands"] == "with_person"
    assert desk.said(ticket).count("no-such-group") == 1


# ------------------------------------------------------------------ forged


def waiting(desk: Desk) -> str:
    return scenes.grave(desk)


def rejected(desk: Desk) -> str:
    action = scenes.grave(desk)
    desk.decide(action, "sven", "reject", reason_code="too_risky")
    return action


def expired(desk: Desk) -> str:
    action = scenes.grave(desk)
    waking.end_review(desk, action)
    desk.sweep()
    return action


def superseded(desk: Desk) -> str:
    action = scenes.grave(desk)
    desk.decide(action, "sven", "change", reason_code="too_much", changes=TO_CRM)
    return action


def revoked(desk: Desk) -> str:
    action = scenes.held(desk)
    who = desk.sender("ines")
    with desk.role("web"):
        flow.stop(action, "wrong", sender=who)
    return action


def executed(desk: Desk) -> str:
    action = scenes.grave(desk)
    desk.decide(action, "sven", "approve")
    return action


def by_hand(desk: Desk) -> str:
    desk.sql("DELETE FROM kernel.standing WHERE category = 'idp.add_to_group/3'")
    return executed(desk)


STOPS = [(role, stop) for stop, role in QUEUES.items() if stop != "propose"]


@pytest.mark.parametrize(
    "made", [waiting, rejected, expired, superseded, revoked, executed, by_hand, scenes.held]
)
def test_a_forged_wake_up_changes_nothing(
    desk: Desk, target: Target, made: Callable[[Desk], str]
) -> None:
    scenes.connect(desk)
    action = made(desk)
    story = desk.story(action)
    effects, before = target.effects(), waking.state(desk)
    ids = [action, str(story.proposed["id"]), new_id()]
    for role, stop in STOPS:
        for row in ids:
            waking.quietly(lambda: desk.stop(role, stop, row))  # noqa: B023
    desk.stop("agent", "propose", str(story.action.ticket))
    desk.stop("agent", "propose", "999999")
    assert waking.state(desk) == before
    assert target.effects() == effects


def test_a_forged_wake_up_starts_no_more_than_what_is_permitted(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    for role, stop in STOPS:
        waking.quietly(lambda: desk.stop(role, stop, action))  # noqa: B023
    assert scenes.state_of(desk, action) == "executed"
    assert len(target.effects()) == 1


@pytest.mark.parametrize(
    "garbage", ["", "0", "x", "'; DROP TABLE kernel.fate; --", "é" * 500, "-1"]
)
def test_a_wake_up_with_a_garbage_id_changes_nothing(desk: Desk, garbage: str) -> None:
    action = scenes.grave(desk)
    before = waking.state(desk)
    for role, stop in [*STOPS, ("agent", "propose")]:
        waking.quietly(lambda: desk.stop(role, stop, garbage))  # noqa: B023
    assert waking.state(desk) == before
    assert scenes.state_of(desk, action) == "waiting"


def test_a_worker_goes_on_after_garbage(desk: Desk) -> None:
    action = scenes.grave(desk)
    waking.end_review(desk, action)
    jobs = [("stage", '{"id": "x"}'), ("nonsense", "{}"), ("expire", "{}"), ("expire", '{"id": 7}')]
    jobs += [("expire", f'{{"id": "{action}"}}')]
    for stop, args in jobs:
        desk.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
            f"VALUES ('desk', '{stop}', '{args}')"
        )
    with desk.role("desk"):
        asyncio.run(_work_once())
    assert scenes.state_of(desk, action) == "expired"


async def _work_once() -> None:
    from holdshort.jobs import app

    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker.open_async():
        await worker.run_worker_async(queues=["desk"], wait=False, install_signal_handlers=False)
