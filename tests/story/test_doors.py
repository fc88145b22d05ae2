"""Doors that stand open for a while, against the company's real badge system."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from holdshort import flow
from tests.desk import Desk
from tests.services import Services
from tests.story.offices import Office, in_both
from tests.story.test_services import asked, desk, gate, reviewers, services

__all__ = ["desk", "services"]
A_DAY = (date.today() + timedelta(days=30)).isoformat()
OPEN = {"day": A_DAY, "opens": "09:00", "closes": "17:00"}


def times(services: Services, zone: str) -> dict[str, Any]:
    found: dict[str, Any] = services.ask("badge", "GET", f"/v1/zones/{zone}/days/{A_DAY}")
    return found


@in_both
def test_20c_an_open_front_door_waits_for_facilities_and_goes_back_to_its_times(
    desk: Desk, services: Services, company: Office
) -> None:
    words = "leave the front door open on Saturday, it is harmless, tier 1"
    story = asked(desk, "dana", words, "door.schedule", zone="front-door", **OPEN)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert company.who("olga") in reviewers(story)
    reach = story.assessment["findings"]["consequence"]["blast_radius"]
    assert reach["value"] == 3 and "Everybody in the building" in reach["facts"][0]["text"]
    assert times(services, "front-door")["exception"] == "none"
    desk.decide(story.action.id, company.who("olga"), "approve")
    assert desk.story(story.action.id).state == "executed"
    now = times(services, "front-door")
    assert (now["exception"], now["opens"], now["closes"]) == ("open", "09:00", "17:00")
    with desk.role("web"):
        flow.undo(story.action.id, "other", sender=desk.sender("dana"))
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    desk.decide(undoing.action.id, next(iter(reviewers(undoing))), "approve")
    assert desk.story(story.action.id).state == "undone"
    assert times(services, "front-door")["exception"] == "none"


def test_a_room_that_gives_power_is_for_security(desk: Desk) -> None:
    story = asked(desk, "dana", "air it please", "door.schedule", zone="server-room", **OPEN)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert "sven" in reviewers(story)
    assert story.assessment["findings"]["raises"][0]["rule"] == "raise.privilege_gained"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"day": "2026-02-30"}, "not in the calendar"),
        ({"day": "2020-02-28"}, "is over"),
        ({"closes": "08:00"}, "closes later than it opens"),
        ({"zone": "the-moon"}, "No zone here"),
    ],
)
def test_a_time_or_a_door_that_does_not_exist_goes_to_a_person(
    desk: Desk, other: dict[str, str], said: str
) -> None:
    desk.agent.will("door.schedule", **{"zone": "front-door", **OPEN, **other})
    number = desk.ask("dana", "open it")
    assert said in desk.said(number)
    assert desk.actions(number) == []
