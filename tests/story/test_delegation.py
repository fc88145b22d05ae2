"""X decides for Y, from one day to another: never more than Y may, and never what Y asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from holdshort import flow
from holdshort.records import db
from tests.desk import Desk
from tests.story.offices import TEAM
from tests.web.conftest import Visitor, plain

pytestmark = pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])


def gives(desk: Desk, giver: str, taker: str, *, days: float = 7, after: float = 0) -> str:
    sender = desk.sender(giver)
    with desk.role("web"):
        starts = db.now() + timedelta(days=after)
        number = flow.delegate(taker, starts, starts + timedelta(days=days), sender=sender)
    desk.run()
    return number


def wish(desk: Desk, requester: str = "dana", beneficiary: str = "") -> Any:
    desk.agent.will("idp.add_to_group", person=beneficiary or requester, group="build-tools")
    return desk.action(desk.ask(requester, "please"))


def asked(desk: Desk, story: Any) -> dict[str, str]:
    return {one["person"]: one["why"] for one in desk.story(story.action.id).assignments}


def test_the_delegate_is_asked_and_the_record_says_for_whom(desk: Desk) -> None:
    gives(desk, "sven", "tomas")
    story = wish(desk)
    assert asked(desk, story)["tomas"].startswith("you decide for Sven Lindqvist until ")
    desk.decide(story.action.id, "tomas", "approve")
    found = desk.story(story.action.id)
    decision = found.decided("approve")[0]
    assert (decision["person"], decision["instead_of"]) == ("tomas", "sven")
    assert found.authorization["person_1"] == "tomas"
    said = "Tomas Novak for Sven Lindqvist"
    assert said in plain(Visitor(desk, "ines").read(f"/reviews/{found.review['number']}"))
    assert said in plain(Visitor(desk, "ines").read(f"/actions/{story.action.id}/record"))


def test_who_is_asked_already_is_joined_by_the_delegate(desk: Desk) -> None:
    story = wish(desk)
    assert "tomas" not in asked(desk, story)
    gives(desk, "sven", "tomas")
    assert "tomas" in asked(desk, story)


def test_before_its_first_day_and_after_its_last_it_counts_for_nothing(desk: Desk) -> None:
    gives(desk, "sven", "tomas", after=1)
    story = wish(desk)
    assert "tomas" not in asked(desk, story)
    desk.sql(
        "SET session_replication_role = replica; UPDATE kernel.delegation SET starts = "
        "starts - interval '2 days'"
    )
    desk.sweep()
    assert "tomas" in asked(desk, story), "the sweep finds whom nobody woke"
    desk.sql("SET session_replication_role = replica; UPDATE kernel.delegation SET ends = now()")
    with pytest.raises(flow.Refused, match="do not decide for the one who was asked any more"):
        desk.decide(story.action.id, "tomas", "approve")
    assert desk.story(story.action.id).state == "waiting"


def test_what_was_taken_back_counts_for_nothing(desk: Desk) -> None:
    number = gives(desk, "sven", "tomas")
    story = wish(desk)
    sender = desk.sender("sven")
    with desk.role("web"):
        flow.take_back(number, sender=sender)
    with pytest.raises(flow.Refused, match="any more"):
        desk.decide(story.action.id, "tomas", "approve")
    assert desk.events("delegation.given") == desk.events("delegation.taken_back") == 1


@pytest.mark.parametrize("part", ["requester", "beneficiary"])
def test_the_delegate_of_a_party_decides_nothing_of_it_in_whosever_name(
    desk: Desk, part: str
) -> None:
    story = wish(
        desk, **({"requester": "sven"} if part == "requester" else {"beneficiary": "sven"})
    )
    assert "nadia" in asked(desk, story)
    gives(desk, "sven", "nadia")
    with pytest.raises(flow.Refused, match="Nadia Rahimi decides for Sven Lindqvist now") as no:
        desk.decide(story.action.id, "nadia", "approve")
    assert no.value.code == "self_approval"
    again = wish(
        desk, **({"requester": "sven"} if part == "requester" else {"beneficiary": "sven"})
    )
    assert "nadia" not in asked(desk, again)


def test_a_delegate_gets_no_more_than_the_giver_has(desk: Desk) -> None:
    gives(desk, "samuel", "tomas")
    desk.agent.will("mdm.install", software="figma", fleet="everybody")
    story = desk.action(desk.ask("dana", "please"))
    assert "tomas" not in asked(desk, story), "1,800 EUR, in a context that is not Samuel's"
    gives(desk, "ines", "petra")
    desk.agent.will("mdm.install", software="figma", fleet="everybody")
    assert "petra" in asked(desk, desk.action(desk.ask("dana", "please")))
    desk.sql("UPDATE authority SET cost_limit = 1000 WHERE person = 'ines'")
    desk.agent.will("mdm.install", software="figma", fleet="everybody")
    assert "petra" not in asked(desk, desk.action(desk.ask("dana", "please")))


def test_what_was_given_is_not_given_on(desk: Desk) -> None:
    gives(desk, "sven", "petra")
    gives(desk, "petra", "leo")
    story = wish(desk)
    assert "petra" in asked(desk, story) and "leo" not in asked(desk, story)


def test_somebody_and_their_delegate_are_one_of_the_two_who_must_say_yes(desk: Desk) -> None:
    desk.sql("DELETE FROM authority WHERE person NOT IN ('petra', 'frieda', 'leo')")
    desk.sql("UPDATE authority SET contexts = '{finance}', cost_limit = 1000000")
    desk.sql("UPDATE authority SET contexts = '{legal}' WHERE person = 'leo'")
    gives(desk, "petra", "leo")
    bank = {"field": "bank_account", "value": "DE89370400440532013000"}
    desk.agent.will("erp.update_vendor", vendor="zoom", **bank)
    story = desk.action(desk.ask("dana", "please"))
    assert story.gate["needed"] == 2
    assert set(asked(desk, story)) == {"petra", "leo", "frieda"}
    caller = desk.sender("frieda")
    with desk.role("web"):
        flow.call_back(story.review["number"], "vendor_record", "confirmed", sender=caller)
    desk.decide(story.action.id, "petra", "approve")
    desk.decide(story.action.id, "leo", "approve")
    assert desk.story(story.action.id).authorization is None
    desk.decide(story.action.id, "frieda", "approve")
    assert desk.story(story.action.id).authorization is not None


@pytest.mark.parametrize(
    ("giver", "taker", "days", "why"),
    [
        ("sven", "dana", 7, "Choose somebody else who decides here"),
        ("sven", "agent", 7, "Choose somebody else who decides here"),
        ("sven", "sven", 7, "Choose somebody else who decides here"),
        ("dana", "sven", 7, "You decide nothing here"),
        ("sven", "nadia", 31, "longer than 30 days"),
        ("sven", "nadia", -1, "The end must lie in the future"),
    ],
)
def test_what_nobody_may_give(desk: Desk, giver: str, taker: str, days: int, why: str) -> None:
    with pytest.raises(flow.Refused, match=why):
        gives(desk, giver, taker, days=days)
    assert desk.sql("SELECT count(*) FROM kernel.delegation") == [(0,)]


def test_it_is_given_and_taken_back_on_one_page(desk: Desk) -> None:
    sven = Visitor(desk, "sven")
    with desk.role("web"):
        first = db.now()
    days = {"from": f"{first:%Y-%m-%d}", "to": f"{first + timedelta(days=3):%Y-%m-%d}"}
    assert sven.post("/delegations", person="tomas", **days).status_code == 302
    assert "Tomas Novak decides for you" in plain(sven.read("/delegations"))
    assert "Tomas Novak decides for Sven Lindqvist" in plain(
        Visitor(desk, "ines").read("/delegations")
    )
    wrong = sven.post("/delegations", person="tomas", **{"from": "tomorrow", "to": ""})
    assert "Please choose the first and the last day." in plain(wrong)
    number = desk.sql("SELECT id FROM kernel.delegation")[0][0]
    assert Visitor(desk, "leo").post(f"/delegations/{number}/end").status_code == 403
    assert sven.post(f"/delegations/{number}/end").status_code == 302
    assert "Nobody decides for you" in plain(sven.read("/delegations"))
