"""Somebody clicked, or all mail is down: after one yes, and against the real systems."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow, jobs
from holdshort.connectors import build
from holdshort.core.terms import Assurance, Offer
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.kernel import scenes
from tests.services import Services, running_services
from tests.story.offices import Office, in_both
from tests.web.conftest import Visitor, plain

PHISH = "m-phish-1"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("services"), COMPANY) as one:
        yield one


@pytest.fixture
def desk(server: Server, services: Services, company: Office, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path, company.made(server))
    for name in ("sso", "mail"):
        one.connectors[name] = build(name, "http", services.settings(COMPANY, name))
    yield one
    one.close()


def asked(desk: Desk, who: str, words: str, type: str, /, **params: Any) -> Any:
    desk.agent.will(type, confidence=0.99, **params)
    number = desk.ask(who, words)
    actions = desk.actions(number)
    assert actions, desk.said(number)
    return actions[-1]


def gate(story: Any) -> tuple[int, str]:
    return story.assessment["tier"], story.assessment["mode"]


def message(services: Services) -> dict[str, Any]:
    found: dict[str, Any] = services.ask("mail", "GET", f"/v1/messages/{PHISH}")
    return found


def test_11b_sessions_end_after_one_yes_and_which_there_were_is_kept(
    desk: Desk, services: Services
) -> None:
    words = "I clicked the link and typed my password"
    story = asked(desk, "dana", words, "idp.revoke_sessions", person="dana")
    assert (gate(story), story.state, story.assessment["needed"]) == ((3, "HITL"), "waiting", 1)
    assert {"sven", "nadia"} <= {one["person"] for one in story.assignments}
    # Its first wake-ups staged it: `ask` waits for nothing that is due later. One tap is enough.
    assert Assurance(story.gate["min_assurance"]) is Assurance.SESSION
    desk.decide(story.action.id, "sven", "approve")
    done = desk.story(story.action.id)
    assert (done.state, done.outcome["kind"]) == ("executed", "verified")
    assert done.outcome["before"]["_sessions"] == ["dana-laptop", "dana-phone"]
    assert services.ask("sso", "GET", "/v1/people/dana/sessions")["count"] == 0


SOON = 60.0
"""Seconds in which 11b asks somebody, and ends the sessions after a yes."""


def driven(desk: Desk) -> tuple[list[str], float]:
    """Let the road go on by its wake-ups. Gives its stops, and the seconds that their rows let
    pass: how long after the latest event each is due, by the database's clock.
    """
    stops, passed = [], 0.0
    latest = "(SELECT max(at) FROM kernel.event)"
    while True:
        with desk.role("desk"):
            flow.sequence()
        found = desk.sql(
            f"DELETE FROM procrastinate_jobs WHERE COALESCE(scheduled_at, {latest}) < {latest} + "
            f"interval '{SOON} seconds' RETURNING queue_name, task_name, args->>'id', "
            f"GREATEST(0, EXTRACT(EPOCH FROM COALESCE(scheduled_at, {latest}) - {latest}))::float8"
        )
        if not found:
            return stops, passed
        for queue, stop, row, seconds in found:
            stops.append(stop)
            passed += seconds
            desk.stop(queue, stop, row)


def test_11b_no_wake_up_lets_a_minute_pass_until_somebody_is_asked_nor_after_their_yes(
    desk: Desk, services: Services
) -> None:
    services.ask("sso", "PATCH", "/v1/people/dana", json={"sessions": ["dana-laptop"]})
    desk.agent.will("idp.revoke_sessions", confidence=0.99, person="dana")
    sender = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "I clicked the link and typed my password", sender=sender)
    stops, passed = driven(desk)
    story = desk.action(number)
    assert (stops, story.state) == (["propose", "stage"], "waiting") and passed < SOON
    scenes.say_yes(desk, story.action.id, "sven")
    stops, passed = driven(desk)
    done = desk.story(story.action.id)
    assert (stops, done.state) == (["authorize", "execute"], "executed") and passed < SOON
    assert services.ask("sso", "GET", "/v1/people/dana/sessions")["count"] == 0
    # Whoever is asked is told by clocks, not by wake-ups; and what was lost is found by the sweep.
    assert max(jobs.SECONDS_BETWEEN[name] for name in ("mail", "pager", "sweep")) < SOON


@in_both
def test_11c_a_mail_goes_from_every_mailbox_after_a_yes_and_comes_back_after_another(
    desk: Desk, services: Services, company: Office
) -> None:
    story = asked(desk, "dana", "delete that mail everywhere", "mail.purge", message=PHISH)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    count = message(services)["count"]
    found = story.assessment["findings"]
    assert found["before"] == [f"‘Your mailbox is full’ is in {count} mailboxes."]
    assert "can be put back for 30 days" in found["after"][0]
    assert not message(services)["purged"]
    page = plain(Visitor(desk, company.who("sven")).read(f"/reviews/{story.review['number']}"))
    assert f"is in {count} mailboxes" in page and "can be put back for 30 days" in page
    desk.decide(story.action.id, company.who("sven"), "approve")
    assert desk.story(story.action.id).state == "executed" and message(services)["purged"]
    sender = desk.sender("dana")
    with desk.role("web"):
        flow.undo(story.action.id, "wrong", sender=sender)
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    assert (undoing.action.type, gate(undoing)) == ("mail.restore", (3, "HITL"))
    desk.decide(undoing.action.id, undoing.assignments[0]["person"], "approve")
    assert desk.story(story.action.id).state == "undone" and not message(services)["purged"]


def test_a_mail_that_reached_more_people_since_goes_back_to_review(
    desk: Desk, services: Services
) -> None:
    story = asked(desk, "dana", "delete it", "mail.purge", message="m-dana")
    path = "/v1/messages/m-dana"
    services.ask("mail", "PATCH", path, json={"mailboxes": ["dana", "bea", "mia"]})
    desk.decide(story.action.id, "sven", "approve")
    done = desk.story(story.action.id)
    assert (done.outcome["kind"], done.outcome["reason"]) == ("not_applied", "drift")
    again = desk.story(done.next_version)
    assert again.state == "waiting"
    assert again.assessment["findings"]["before"] == ["‘Invoice m-dana’ is in 3 mailboxes."]


def test_a_mail_that_somebody_else_took_out_meanwhile_leaves_nothing_to_do(
    desk: Desk, services: Services
) -> None:
    story = asked(desk, "bea", "delete it", "mail.purge", message="m-bea")
    services.ask("mail", "PUT", "/v1/messages/m-bea/purged", json={"purged": True})
    events = len(services.events("mail"))
    desk.decide(story.action.id, "sven", "approve")
    done = desk.story(story.action.id)
    assert (done.outcome["reason"], done.next_version) == ("drift", None)
    assert "is in no mailbox" in desk.said(story.action.ticket)
    assert len(services.events("mail")) == events


def test_a_mail_that_nobody_has_goes_to_a_person(desk: Desk) -> None:
    desk.agent.will("mail.purge", message="m-nothing")
    number = desk.ask("dana", "delete it")
    assert desk.actions(number) == []
    assert "The mail system has no such entry" in desk.said(number)


# ------------------------------------------------------------------ incidents


def test_10b_many_reports_are_put_together_after_a_yes_and_nobody_is_written_to(
    desk: Desk,
) -> None:
    desk.agent.next = Offer("", 0.5, "", "scripted", hand_over="E-mail?")
    staff = ("dana", "bea", "mia", "ravi", "greta", "yusuf")
    reports = [desk.ask(who, "my e-mail does not work") for who in staff]
    words = {"title": "E-mail is down", "draft": "We are on it."}
    numbers = [str(number) for number in reports]
    story = asked(desk, "tomas", "all e-mail", "incident.declare", reports=numbers, **words)
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    before = [desk.said(number) for number in reports]
    desk.decide(story.action.id, "ines", "approve")
    assert desk.story(story.action.id).state == "executed"
    labelled = desk.sql("SELECT ticket FROM label WHERE label = 'Incident: E-mail is down'")
    assert {row[0] for row in labelled} == {*reports, story.action.ticket}
    assert [desk.said(number) for number in reports] == before
    assert desk.ticket(story.action.ticket)["stands"] == "with_person"


def test_a_private_ticket_is_not_put_together_with_others(desk: Desk) -> None:
    desk.agent.next = Offer("", 0.5, "", "scripted", hand_over="E-mail?")
    private = desk.ask("dana", "my e-mail does not work")
    desk.sql(f"UPDATE ticket SET private_to = 'hr' WHERE number = {private}")
    desk.agent.will("incident.declare", title="E-mail is down", reports=[str(private)])
    number = desk.ask("tomas", "all e-mail")
    assert desk.actions(number) == []
    assert f"no ticket {private} that could be a report" in desk.said(number)
