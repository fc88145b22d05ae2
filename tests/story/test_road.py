"""The main job, stop by stop, as the real roles against a real directory."""

from __future__ import annotations

import pytest

from holdshort import flow
from holdshort.shown import records
from tests.desk import Desk
from tests.directory import Directory
from tests.kernel import waking
from tests.story.offices import TEAM, Office

POLICY = "policy.role_template"


def test_dana_forgot_her_password_and_nobody_is_asked(desk: Desk, directory: Directory) -> None:
    desk.agent.will("idp.reset_password", person="dana")
    number = desk.ask("dana", "I forgot my password")
    story = desk.action(number)
    assert (story.assessment["tier"], story.assessment["mode"]) == (1, "HOTL")
    assert story.state == "executed"
    assert desk.ticket(number)["stands"] == "closed"
    assert story.authorization["not_before"] <= story.authorization["authorized_at"]
    secret = desk.read_secret("dana", story.action.id)
    assert directory.accepts("dana", secret)
    assert len(secret) >= 8 and kept(desk, secret) == []


def kept(desk: Desk, secret: str) -> list[str]:
    """The tables in which these words stand, the log, the ticket and what the agent reads among
    them, plain or as bytes."""
    tables = desk.sql(
        "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) "
        "FROM information_schema.tables WHERE table_schema IN ('kernel', 'public', 'agent')"
    )
    forms = [secret.replace("'", "''"), secret.encode().hex()]
    like = " OR ".join(f"position('{form}' IN t::text) > 0" for form in forms)
    return [name for (name,) in tables if desk.sql(f"SELECT 1 FROM {name} t WHERE {like} LIMIT 1")]


@pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])
def test_2c_a_person_overrules_a_stale_record_to_the_end(desk: Desk, directory: Directory) -> None:
    desk.agent.will("idp.unlock", person="karl")
    number = desk.ask("karl", "I cannot sign in, and I never left")
    assert desk.action(number).state == "refused"
    karl, petra = desk.sender("karl"), desk.sender("petra")
    with desk.role("web"):
        flow.ask_for_a_person(number, sender=karl)
    assert desk.ticket(number)["stands"] == "with_person"
    desk.sql(
        "UPDATE profile SET employment_status = 'active', employment_end = NULL "
        "WHERE person = 'karl'"
    )
    with desk.role("web"):
        flow.offer("idp.unlock", {"person": "karl"}, ticket=number, sender=petra)
    desk.run()
    again = desk.action(number)
    assert (again.action.initiator, again.outcome["kind"]) == ("petra", "verified")
    assert desk.ticket(number)["stands"] == "closed"


@pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])
def test_3a_a_role_of_the_template_is_given_by_the_rules_and_whoever_adopted_them(
    desk: Desk, directory: Directory
) -> None:
    desk.agent.will("github.set_membership", person="erik", role="member")
    story = desk.action(desk.ask("erik", "GitHub, please"))
    waking.open_hold(desk, story.action.id)
    desk.run()
    with desk.role("web"):
        record = records.record(desk.story(story.action.id))
    assert record["outcome"]["kind"] == "verified"
    permitted = record["authorization"]
    assert (permitted["basis"], permitted["people"]) == ("policy", [])
    assert (permitted["policy_version"], permitted["adopted_by"]) == (1, "ines")
    [match] = [one for one in record["action"]["gate"]["reasons"] if one["rule"] == POLICY]
    assert match["text"].startswith(
        "Allowed by role template engineer v7, approved by Ines Hoffmann"
    )
    assert match["policy_version"] == 1


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
