"""The main job, stop by stop, as the real roles against a real directory."""

from __future__ import annotations

from tests.desk import Desk
from tests.directory import Directory
from tests.story.offices import Office


def test_dana_forgot_her_password_and_nobody_is_asked(desk: Desk, directory: Directory) -> None:
    desk.agent.will("idp.reset_password", person="dana")
    number = desk.ask("dana", "I forgot my password")
    story = desk.action(number)
    assert (story.assessment["tier"], story.assessment["mode"]) == (1, "HOTL")
    assert story.state == "executed"
    assert desk.ticket(number)["stands"] == "closed"
    secret = desk.read_secret("dana", story.action.id)
    assert directory.accepts("dana", secret)


def test_the_same_words_of_a_super_admin_stop_for_somebody_else(
    desk: Desk, directory: Directory, office: Office
) -> None:
    desk.agent.will("idp.reset_password", person=office.administrator)
    number = desk.ask(office.administrator, "I forgot my password")
    story = desk.action(number)
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert story.state == "waiting"
    asked = {assignment["person"] for assignment in story.assignments}
    assert office.other_reviewer in asked and office.administrator not in asked
    desk.decide(story.action.id, office.other_reviewer, "approve")
    secret = desk.read_secret(office.administrator, story.action.id)
    assert directory.accepts(office.administrator, secret)


def test_a_group_that_leads_to_production_administrators_stops_for_security(
    desk: Desk, directory: Directory, office: Office
) -> None:
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    number = desk.ask("dana", "please add me to build-tools")
    story = desk.action(number)
    assert (story.assessment["tier"], story.assessment["mode"]) == (3, "HITL")
    assert any("AdministratorAccess" in line for line in story.assessment["findings"]["after"])
    assert office.security_reviewer in {one["person"] for one in story.assignments}
    desk.decide(story.action.id, office.security_reviewer, "approve")
    assert desk.story(story.action.id).state == "executed"
    assert "dana" in directory.members("build-tools")
