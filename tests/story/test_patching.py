"""Patches, stop by stop, against the company's real patch system: the window decides, and again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.connectors import build
from holdshort.records import overrides
from holdshort.stops import execution
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.kernel import waking
from tests.services import Services, running_services

HOUR = timedelta(hours=1)
RINGS = ("laptops-ring-1", "laptops-ring-2")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("services"), COMPANY) as one:
        yield one


@pytest.fixture
def desk(server: Server, services: Services, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path)
    one.connectors["patch"] = build("patch", "http", services.settings(COMPANY, "patch"))
    yield one
    one.close()


def window(desk: Desk, start: datetime, end: datetime, *targets: str) -> None:
    """The only window of the rules in force."""
    row = {
        "id": "now",
        "name": "Tonight",
        "kind": "maintenance",
        "timezone": "Europe/Berlin",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "targets": targets or RINGS,
    }
    desk.sql(
        "UPDATE kernel.policy_version SET document = "
        f"jsonb_set(document, '{{windows}}', '{json.dumps([row])}')"
    )


def open_now(desk: Desk) -> None:
    now = datetime.now(UTC)
    window(desk, now - HOUR, now + HOUR)


def end_now(desk: Desk) -> None:
    now = datetime.now(UTC)
    window(desk, now - HOUR, now)


def asked(desk: Desk, patch: str, *targets: str, **params: Any) -> list[Any]:
    """An administrator asks for patches; the actions that became of it."""
    desk.agent.will("patch.deploy", patch=patch, targets=[*targets], **params)
    number = desk.ask("ines", "the monthly patches, please")
    actions = desk.actions(number)
    assert actions, desk.said(number)
    return actions


def gate(story: Any) -> tuple[int, str]:
    return story.assessment["tier"], story.assessment["mode"]


def deployed(services: Services, target: str, patch: str) -> bool:
    found = services.ask("patch", "GET", f"/v1/targets/{target}/patches/{patch}")
    return bool(found["deployed"])


def run_after_hold(desk: Desk, story: Any) -> Any:
    waking.open_hold(desk, story.action.id)
    desk.run()
    return desk.story(story.action.id)


# ------------------------------------------------------------------ 6a


def test_6a_inside_the_window_one_ring_is_patched_alone_and_can_be_taken_back(
    desk: Desk, services: Services
) -> None:
    open_now(desk)
    [story] = asked(desk, "p-6a", RINGS[0])
    assert gate(story) == (2, "HOTL")
    assert story.assessment["findings"]["policy"]["reason"]["rule"] == "policy.window"
    done = run_after_hold(desk, story)
    assert (done.state, done.outcome["kind"]) == ("executed", "verified")
    assert deployed(services, RINGS[0], "p-6a")
    assert services.events("patch")[-1]["until"] == story.action.seen["_until"] != ""
    sender = desk.sender("ines")
    with desk.role("web"):
        flow.undo(story.action.id, "other", sender=sender)
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    assert (undoing.action.type, gate(undoing)) == ("patch.remove", (2, "HOTL"))
    assert run_after_hold(desk, undoing).state == "executed"
    assert not deployed(services, RINGS[0], "p-6a")
    assert desk.story(story.action.id).state == "undone"


def test_a_window_that_closed_during_the_hold_starts_nothing_and_says_why(
    desk: Desk, services: Services
) -> None:
    open_now(desk)
    [story] = asked(desk, "p-late", RINGS[0])
    end_now(desk)
    over = run_after_hold(desk, story)
    assert (over.state, over.execution) == ("superseded", None)
    assert over.fate["reason"] == "policy.window"
    said = desk.said(story.action.ticket)
    assert "Its time was over (no maintenance window" not in said
    assert "Its time was over (Tonight is not open now) before" in said
    again = desk.story(over.next_version)
    assert (gate(again), again.state) == ((2, "HITL"), "waiting")
    assert again.reasons[0].rule == "policy.window"
    assert not deployed(services, RINGS[0], "p-late")
    desk.decide(again.action.id, "sven", "approve")
    assert desk.story(again.action.id).state == "executed"
    assert services.events("patch")[-1]["until"] == ""


def test_the_wake_up_of_a_closed_window_may_be_lost(desk: Desk, services: Services) -> None:
    open_now(desk)
    [story] = asked(desk, "p-lost", RINGS[0])
    end_now(desk)
    waking.open_hold(desk, story.action.id)
    waking.run_by_sweep_alone(desk)
    over = desk.story(story.action.id)
    assert over.state == "superseded" and desk.story(over.next_version).state == "waiting"


def test_a_worker_that_slept_past_the_window_sends_nothing(desk: Desk, services: Services) -> None:
    open_now(desk)
    [story] = asked(desk, "p-slept", RINGS[0])
    waking.open_hold(desk, story.action.id)
    waking.woken(desk)
    with desk.role("desk"):
        flow.sequence()
    with desk.role("executor"):
        claimed = execution.claim(story.action.id, worker="sleeper")
        assert claimed is not None
    end_now(desk)
    with desk.role("executor"):
        ending = execution.carry_out(claimed, desk.connectors["patch"])
        assert isinstance(ending, execution.Ending)
        assert (ending.kind, ending.reason) == ("not_applied", execution.DRIFT)
    assert not deployed(services, RINGS[0], "p-slept")


def test_the_patch_system_itself_starts_nothing_after_the_end_it_was_told(
    services: Services,
) -> None:
    until = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    path = f"/v1/targets/{RINGS[0]}/patches/p-over"
    body = {"deployed": True, "until": until}
    assert services.respond("patch", "PUT", path, json=body).status_code == 409
    assert not deployed(services, RINGS[0], "p-over")


def test_rings_wait_for_each_other_and_the_window_is_asked_before_each(
    desk: Desk, services: Services
) -> None:
    open_now(desk)
    first, second = asked(desk, "p-both", *RINGS)
    # Every ring at once is a matter for a person, whatever it is split into.
    assert gate(first) == gate(second) == (3, "HITL")
    desk.decide(second.action.id, "sven", "approve")
    assert not deployed(services, RINGS[1], "p-both")
    desk.decide(first.action.id, "sven", "approve")
    assert [e["target"] for e in services.events("patch")][-2:] == [*RINGS]


def test_every_ring_by_one_ticket_each_is_still_every_ring(desk: Desk, services: Services) -> None:
    open_now(desk)
    [first] = asked(desk, "p-split", RINGS[0])
    [second] = asked(desk, "p-split", RINGS[1])
    assert gate(first) == (2, "HOTL")
    assert (gate(second), second.state) == ((3, "HITL"), "waiting")
    [other] = asked(desk, "p-other", RINGS[1])
    assert gate(other) == (2, "HOTL")


# ------------------------------------------------------------------ 6b, 6c, drift


def test_6b_an_emergency_outside_the_window_waits_for_it(desk: Desk, services: Services) -> None:
    end_now(desk)
    [story] = asked(desk, "p-6b", RINGS[0], emergency=True)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert story.reasons[0].rule == "raise.emergency"
    desk.decide(story.action.id, "sven", "approve")
    assert desk.story(story.action.id).state == "executed"
    assert deployed(services, RINGS[0], "p-6b")
    assert "Somebody else looks over it within 48 hours" in desk.said(story.action.ticket)
    [one] = to_look_over(desk)
    assert (one.action, one.kind, one.person) == (story.action.id, "emergency", "sven")
    assert (one.due_at - one.invoked_at, one.overdue) == (timedelta(hours=48), False)
    refused = {who: refused_to_look(desk, one.action, who) for who in ("sven", "ines", "bea")}
    assert refused == {"sven": "self_approval", "ines": "self_approval", "bea": "not_yours"}


def test_6b_who_could_look_over_it_is_reminded_and_one_of_them_closes_it(
    desk: Desk, services: Services
) -> None:
    end_now(desk)
    [story] = asked(desk, "p-6b-late", RINGS[0], emergency=True)
    desk.decide(story.action.id, "sven", "approve")
    desk.sweep()
    assert told(desk, story) == set(), "it is not due for long"
    desk.sql("UPDATE kernel.fate SET turned_at = turned_at - interval '25 hours'")
    desk.sweep()
    desk.sweep()
    assert {"nadia", "lukas"} <= told(desk, story) and not {"sven", "ines"} & told(desk, story)
    assert desk.events("emergency.reminded") == 1
    desk.sql("UPDATE kernel.fate SET turned_at = turned_at - interval '25 hours'")
    [one] = to_look_over(desk)
    assert one.overdue
    with desk.role("web"):
        flow.look_over(one.action, "wrong", "It could have waited.", sender=desk.sender("lukas"))
    assert to_look_over(desk) == []
    assert refused_to_look(desk, one.action, "nadia") == "already_decided"


def to_look_over(desk: Desk) -> list[overrides.Override]:
    with desk.role("web"):
        return overrides.open_ones()


def told(desk: Desk, story: Any) -> set[str]:
    """Who got a notice about it."""
    rows = desk.sql(f"SELECT person FROM notice WHERE action = '{story.action.id}'")
    return {person for (person,) in rows}


def refused_to_look(desk: Desk, action: str, person: str) -> str:
    sender = desk.sender(person)
    with desk.role("web"), pytest.raises(flow.Refused) as no:
        flow.look_over(action, "right", "Nothing.", sender=sender)
    return no.value.code


def test_6c_the_laptops_run_and_the_database_waits_for_its_owner(
    desk: Desk, services: Services
) -> None:
    open_now(desk)
    laptops, database = asked(desk, "p-6c", RINGS[0], "prod-db-1")
    assert gate(laptops) == (2, "HOTL")
    assert (gate(database), database.state) == ((3, "HITL"), "waiting")
    assert database.assignments[0]["person"] == "lukas"
    assert run_after_hold(desk, laptops).state == "executed"
    assert deployed(services, RINGS[0], "p-6c") and not deployed(services, "prod-db-1", "p-6c")
    assert desk.story(database.action.id).state == "waiting"
    desk.decide(database.action.id, "lukas", "approve")
    assert desk.story(database.action.id).state == "executed"
    assert deployed(services, "prod-db-1", "p-6c")


def test_a_ring_that_has_grown_since_it_was_seen_goes_back_to_review(
    desk: Desk, services: Services
) -> None:
    end_now(desk)
    [story] = asked(desk, "p-grown", RINGS[1])
    devices = story.action.seen["devices"]
    path = f"/v1/targets/{RINGS[1]}"
    services.ask("patch", "PATCH", path, json={"devices": [*devices, "D-9999"]})
    try:
        desk.decide(story.action.id, "sven", "approve")
        done = desk.story(story.action.id)
        assert (done.outcome["kind"], done.outcome["reason"]) == ("not_applied", "drift")
        assert desk.story(done.next_version).state == "waiting"
        assert not deployed(services, RINGS[1], "p-grown")
    finally:
        services.ask("patch", "PATCH", path, json={"devices": devices})
