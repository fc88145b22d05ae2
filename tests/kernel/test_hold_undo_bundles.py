"""What runs by itself can be stopped first and undone after; ordered changes keep their order."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import flow
from holdshort.core.terms import Offer, Offered
from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking


@pytest.fixture(autouse=True)
def connected(desk: Desk, target: Target) -> None:
    scenes.connect(desk)


def stop(desk: Desk, action: str, person: str = "ines") -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.stop(action, "wrong", sender=who)


# ------------------------------------------------------------------ the hold window


def test_nothing_runs_inside_its_hold_window(desk: Desk, target: Target) -> None:
    action = scenes.held(desk)
    story = desk.story(action)
    assert story.authorization["not_before"] > story.staged_at
    desk.stop("executor", "execute", action)
    desk.sweep()
    assert (scenes.state_of(desk, action), target.sent()) == ("authorized", 0)


def test_what_is_stopped_in_its_hold_window_never_runs(desk: Desk, target: Target) -> None:
    action = scenes.held(desk)
    stop(desk, action)
    waking.open_hold(desk, action)
    desk.run()
    desk.sweep()
    assert (scenes.state_of(desk, action), target.sent()) == ("revoked", 0)
    assert "was stopped before it ran" in desk.said(desk.story(action).action.ticket)


def test_what_nobody_stops_runs_when_its_hold_window_is_over(desk: Desk, target: Target) -> None:
    action = scenes.held(desk)
    waking.open_hold(desk, action)
    desk.run()
    assert (scenes.state_of(desk, action), len(target.effects())) == ("executed", 1)
    with pytest.raises(flow.Refused, match="cannot be stopped any more"):
        stop(desk, action)


def test_whoever_asks_for_a_person_withdraws_what_has_not_started(
    desk: Desk, target: Target
) -> None:
    action = scenes.held(desk)
    ticket, who = desk.story(action).action.ticket, desk.sender("dana")
    with desk.role("web"):
        flow.ask_for_a_person(ticket, sender=who)
    waking.open_hold(desk, action)
    desk.run()
    assert (scenes.state_of(desk, action), target.sent()) == ("withdrawn", 0)
    assert desk.ticket(ticket)["stands"] == "with_person"


# ------------------------------------------------------------------ undo


def undo(desk: Desk, action: str, person: str = "dana") -> Any:
    """Somebody undoes an action; the action that does so."""
    who = desk.sender(person)
    with desk.role("web"):
        flow.undo(action, "wrong", sender=who)
    desk.run()
    return desk.action(desk.story(action).action.ticket)


def test_an_undo_is_a_change_of_its_own_and_restores_the_state(desk: Desk, target: Target) -> None:
    action = scenes.held(desk)
    waking.open_hold(desk, action)
    desk.run()
    story = desk.story(action)
    desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) VALUES "
        f"('directory', '{story.action.target.id}', '{story.action.seen['account']}', 'account')"
    )
    inverse = undo(desk, action)
    assert (inverse.action.type, inverse.action.undoes) == ("idp.remove_from_group", action)
    assert inverse.action.initiator == "dana"
    assert inverse.assessment["mode"] in ("HOTL", "HITL")
    assert inverse.state in ("authorized", "waiting")
    assert target.effects()[-1]["state"] == {"member": True}
    if inverse.state == "waiting":
        desk.decide(inverse.action.id, inverse.assignments[0]["person"], "approve")
    waking.open_hold(desk, inverse.action.id)
    desk.run()
    assert scenes.state_of(desk, action) == "undone"
    assert [one["state"] for one in target.effects()] == [{"member": True}, {"member": False}]


def test_an_undo_of_what_is_grave_waits_for_a_person(desk: Desk, target: Target) -> None:
    action = scenes.grave(desk)
    desk.decide(action, "sven", "approve")
    story = desk.story(action)
    desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) VALUES "
        f"('directory', '{story.action.target.id}', '{story.action.seen['account']}', 'account')"
    )
    inverse = undo(desk, action, "sven")
    assert (inverse.state, inverse.assessment["mode"]) == ("waiting", "HITL")
    with pytest.raises(flow.Refused, match="somebody else must decide"):
        desk.decide(inverse.action.id, "sven", "approve")
    assert (scenes.state_of(desk, action), len(target.effects())) == ("executed", 1)


def test_what_did_not_run_has_nothing_to_undo(desk: Desk) -> None:
    for action in (scenes.grave(desk), scenes.held(desk)):
        with pytest.raises(flow.Refused, match="nothing to undo"):
            undo(desk, action)


# ------------------------------------------------------------------ several at once


def bundle(desk: Desk, *groups: str) -> list[Any]:
    """Several changes in one offer, each after the one before."""
    actions = tuple(
        Offered("idp.add_to_group", {"person": "dana", "group": group}, (n - 1,) if n else ())
        for n, group in enumerate(groups)
    )
    desk.agent.next = Offer("bundle", 0.97, "As asked.", "scripted", actions)
    return desk.actions(desk.ask("dana", "please add me everywhere"))


def test_a_change_does_not_wait_for_what_is_so_already(desk: Desk) -> None:
    (only,) = bundle(desk, "newsletter", "photo-club")
    assert only.action.params["group"] == "photo-club"
    assert only.action.after == only.needs == ()
    assert desk.ticket(only.action.ticket)["stands"] == "staged"


def test_each_change_of_a_bundle_has_its_own_gate(desk: Desk) -> None:
    first, second = bundle(desk, "photo-club", "build-tools")
    assert (first.assessment["mode"], second.assessment["mode"]) == ("HOTL", "HITL")
    assert second.needs == (first.action.id,)
    assert second.action.after == (first.action.id,)


def test_the_second_waits_until_the_first_is_done(desk: Desk, target: Target) -> None:
    first, second = bundle(desk, "photo-club", "build-tools")
    desk.decide(second.action.id, "sven", "approve")
    desk.stop("executor", "execute", second.action.id)
    desk.sweep()
    assert (scenes.state_of(desk, second.action.id), target.sent()) == ("authorized", 0)
    waking.open_hold(desk, first.action.id)
    desk.run()
    assert [one.state for one in desk.actions(first.action.ticket)] == ["executed", "executed"]
    ran = [one["id"] for one in target.effects()]
    assert ran == [thing(first.action), thing(second.action)]


def test_where_the_first_fails_the_second_never_runs_and_a_person_has_it(
    desk: Desk, target: Target
) -> None:
    first, second = bundle(desk, "photo-club", "build-tools")
    desk.decide(second.action.id, "sven", "approve")
    target.fault("refuse")
    waking.open_hold(desk, first.action.id)
    desk.run()
    desk.sweep()
    assert scenes.state_of(desk, first.action.id) == "not_applied"
    assert scenes.state_of(desk, second.action.id) == "authorized"
    assert desk.ticket(first.action.ticket)["stands"] == "with_person"
    waking.end_permission(desk, second.action.id)
    desk.sweep()
    assert scenes.state_of(desk, second.action.id) == "expired"
    assert target.effects() == []


def test_where_the_first_is_rejected_the_second_never_runs(desk: Desk, target: Target) -> None:
    first, second = bundle(desk, "build-tools", "photo-club")
    assert second.state == "authorized"
    desk.decide(first.action.id, "sven", "reject", reason_code="too_risky")
    waking.open_hold(desk, second.action.id)
    desk.run()
    desk.sweep()
    assert (scenes.state_of(desk, second.action.id), target.sent()) == ("authorized", 0)
    waking.end_permission(desk, second.action.id)
    desk.sweep()
    assert (scenes.state_of(desk, second.action.id), target.sent()) == ("expired", 0)


def test_a_part_that_is_changed_takes_its_place_in_the_order(desk: Desk, target: Target) -> None:
    first, second = bundle(desk, "build-tools", "photo-club")
    more: dict[str, Any] = {"reason_code": "wrong_target", "changes": {"group": "newsletter"}}
    desk.sql("DELETE FROM membership")
    desk.decide(first.action.id, "sven", "change", **more)
    changed = desk.story(desk.story(first.action.id).next_version)
    if changed.state == "waiting":
        desk.decide(changed.action.id, "nadia", "approve")
    for one in (changed.action.id, second.action.id):
        waking.open_hold(desk, one)
    desk.run()
    desk.sweep()
    assert scenes.state_of(desk, changed.action.id) == "executed"
    assert scenes.state_of(desk, second.action.id) == "executed"
    assert [one["id"] for one in target.effects()] == [thing(changed.action), thing(second.action)]
