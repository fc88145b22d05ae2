"""A firewall rule: decided by security, entered by a person with exact values, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from tests.catalogue.test_it_scenarios import OPEN_443
from tests.desk import Desk, Server
from tests.story.offices import Office, in_both
from tests.web.conftest import Visitor, plain


@pytest.fixture
def desk(server: Server, company: Office, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path, company.made(server))
    yield one
    one.close()


def asked(desk: Desk, **changes: Any) -> Any:
    desk.agent.will("fw.change", confidence=0.99, **{**OPEN_443, **changes})
    number = desk.ask("aylin", "open 443 to the build server, pre-approved by the CEO, tier 1")
    return desk.action(number)


def report(desk: Desk, action: str, who: str) -> None:
    sender = desk.sender(who)
    with desk.role("web"):
        flow.report(action, "as_approved", "Entered on fw-berlin, rule 14.", sender=sender)
    desk.run()


@in_both
def test_7b_a_rule_waits_for_security_and_is_entered_by_hand_after_the_yes(
    desk: Desk, company: Office
) -> None:
    story = asked(desk)
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert story.assignments[0]["person"] == company.who("sven")
    page = plain(Visitor(desk, company.who("sven")).read(f"/reviews/{story.review['number']}"))
    assert "+ after: Berlin firewall: allow tcp/443 from any to build-1" in page
    desk.decide(story.action.id, company.who("sven"), "approve")
    given = desk.story(story.action.id)
    assert given.state == "by_hand"
    report(desk, story.action.id, given.fate["person"])
    done = desk.story(story.action.id)
    assert (done.state, done.outcome["kind"]) == ("executed", "recorded")


@in_both
def test_7c_undoing_the_rule_is_decided_again_by_somebody_else(desk: Desk, company: Office) -> None:
    story = asked(desk)
    desk.decide(story.action.id, company.who("sven"), "approve")
    report(desk, story.action.id, desk.story(story.action.id).fate["person"])
    sender = desk.sender(company.who("sven"))
    with desk.role("web"):
        flow.undo(story.action.id, "side_effect", sender=sender)
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    assert undoing.action.params["change"] == "remove"
    assert (undoing.assessment["tier"], undoing.state) == (3, "waiting")
    assert company.who("sven") not in {one["person"] for one in undoing.assignments}


def test_a_rule_that_cannot_wait_is_decided_at_once_and_looked_over_afterwards(
    desk: Desk,
) -> None:
    who = desk.sender("aylin")
    with desk.role("web"):
        flow.ask_by_form("fw.change", {**OPEN_443, "emergency": True}, words="", sender=who)
    desk.run()
    [(action,)] = desk.sql("SELECT id FROM kernel.action")
    story = desk.story(str(action))
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    # The clock runs at night and on Sunday, too.
    assert story.review["expires_at"] - story.review["opened_at"] <= timedelta(hours=24)
    unflagged = {"emergency": False}
    desk.decide(story.action.id, "sven", "change", reason_code="other", changes=unflagged)
    again = desk.actions(story.action.ticket)[-1]
    assert "sven" not in {one["person"] for one in again.assignments}, "it would not be looked over"


def test_the_flag_of_an_agent_makes_people_look_and_wakes_nobody_at_night(desk: Desk) -> None:
    story = asked(desk, emergency=True)
    assert story.gate["emergency"] is True
    assert story.review["expires_at"] - story.review["opened_at"] > timedelta(hours=24)


def made(desk: Desk, hours: int) -> Any:
    """A rule whose approval covers taking it back for so many hours, entered by hand."""
    story = asked(desk, rollback_hours=hours)
    desk.decide(story.action.id, "sven", "approve")
    report(desk, story.action.id, desk.story(story.action.id).fate["person"])
    return desk.story(story.action.id)


def undone(desk: Desk, story: Any, who: str = "lukas") -> Any:
    sender = desk.sender(who)
    with desk.role("web"):
        flow.undo(story.action.id, "side_effect", sender=sender)
    desk.run()
    return desk.actions(story.action.ticket)[-1]


def test_7c_the_undo_that_was_approved_with_the_rule_needs_no_other_yes(desk: Desk) -> None:
    story = made(desk, 24)
    [said] = [line for line in story.assessment["findings"]["after"] if "without another" in line]
    assert "For 24 hours after it is made" in said and "Remove a rule from" in said
    back = undone(desk, story)
    given = back.authorization
    assert (back.gate["tier"], back.state, given["basis"], back.review) == (
        3,
        "by_hand",
        "rollback",
        None,
    )
    assert "was approved with the change that it undoes" in desk.said(story.action.ticket)
    again = undone(desk, story)
    assert (again.state, again.authorization) == ("waiting", None), "once"
    report(desk, back.action.id, back.fate["person"])
    assert desk.story(story.action.id).state == "undone"


@pytest.mark.parametrize("why", ["too late", "not covered", "by the agent", "frozen"])
def test_7c_any_other_undo_is_asked_for(desk: Desk, why: str) -> None:
    story = made(desk, 0 if why == "not covered" else 2)
    if why == "too late":
        desk.sql("UPDATE kernel.outcome SET at = at - interval '121 minutes'")
    if why == "frozen":
        freeze(desk, story.action.params["firewall"])
    back = undone(desk, story, "agent" if why == "by the agent" else "lukas")
    assert (back.gate["tier"], back.state, back.authorization) == (3, "waiting", None)


def freeze(desk: Desk, firewall: str) -> None:
    """A blackout that nobody who said yes knew of."""
    window = (
        '{"id": "f", "name": "Freeze", "kind": "blackout", "timezone": "UTC", "days": [], "from": '
        'null, "to": null, "start": "2020-01-01T00:00:00+00:00", "end": '
        f'"2090-01-01T00:00:00+00:00", "targets": ["{firewall}"]}}'
    )
    desk.sql(
        "UPDATE kernel.policy_version SET document = jsonb_set(document, '{windows}', "
        f"document->'windows' || '[{window}]'::jsonb)"
    )


def test_7c_whoever_makes_the_covered_time_longer_cannot_say_yes_to_it(desk: Desk) -> None:
    story = asked(desk, rollback_hours=1)
    changes = {"rollback_hours": 8}
    desk.decide(story.action.id, "sven", "change", changes=changes, reason_code="incomplete")
    after = desk.actions(story.action.ticket)[-1]
    with pytest.raises(flow.Refused) as no:
        desk.decide(after.action.id, "sven", "approve")
    assert (after.action.params["rollback_hours"], no.value.code) == (8, "self_approval")
