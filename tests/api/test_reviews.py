"""Reviews over HTTP: the list, the question, and the five answers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from holdshort.core.terms import Assurance, Channel
from holdshort.records.crossing import Answer, Asked, Session
from tests.api.conftest import Api


def test_a_review_shows_the_action_the_reviewers_and_the_agents_words(api: Api) -> None:
    action = api.waiting()
    review = api.as_("reviewer").get(f"/reviews/{action['review']}").json()
    assert (review["state"], review["digest"]) == ("open", action["digest"])
    assert review["action"] == action
    assert review["reasoning"] == "As asked."
    assert "sven" in {one["person"] for one in review["reviewers"]}
    assert review["rendering"] == action["rendering"]


def test_the_list_shows_what_waits_and_why_you(api: Api) -> None:
    action = api.waiting()
    mine = api.as_("reviewer").get("/reviews", mine="true").json()
    assert [one["number"] for one in mine["items"]] == [action["review"]]
    assert mine["items"][0]["digest"] == action["digest"]
    assert mine["items"][0]["why"]
    assert api.as_("requester").get("/reviews").json()["total"] == 0
    assert api.as_("owner").get("/reviews", search="build").json()["total"] == 0
    assert api.as_("owner").get("/reviews", search="dana").json()["total"] == 1
    assert api.as_("owner").get("/reviews", state="closed").json()["total"] == 0
    api.decide("reviewer", action, "reject", reason_code="not_needed")
    assert api.as_("owner").get("/reviews").json()["total"] == 0
    assert api.as_("owner").get("/reviews", state="closed").json()["total"] == 1
    assert api.as_("owner").get("/reviews", state="all").json()["total"] == 1
    closed = api.as_("owner").get(f"/reviews/{action['review']}").json()
    assert (closed["state"], closed["decisions"][0]["verdict"]) == ("closed", "reject")


def test_a_rejection_ends_it(api: Api) -> None:
    action = api.waiting()
    answer = api.decide("reviewer", action, "reject", reason_code="suspicious", comment="No.")
    assert (answer.status_code, answer.json()["action"]["state"]) == (201, "rejected")


def test_an_answer_reads_what_it_needs_of_a_story_and_never_all_of_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own parts are read at once; one part more would read everything twice."""
    action, here, asked = api.waiting(), threading.current_thread(), list[str]()
    cross = Session.cross

    def noted(session: Session, batch: Sequence[Asked]) -> list[Answer]:
        if threading.current_thread() is here:
            asked.extend(statement.name for statement, _ in batch)
        return cross(session, batch)

    monkeypatch.setattr(Session, "cross", noted)
    assert api.decide("reviewer", action).status_code == 201
    assert {"story_to_answer", "story_to_decide", "story_answered"} <= set(asked)
    assert "story" not in asked


def test_a_question_is_put_to_the_requester_and_it_still_waits(api: Api) -> None:
    action = api.waiting()
    answer = api.decide("reviewer", action, "ask", comment="What for?")
    assert (answer.status_code, answer.json()["action"]["state"]) == (201, "waiting")
    ticket = api.as_("requester").get(f"/tickets/{action['ticket']}").json()
    assert ticket["messages"][-1]["body"] == "What for?"
    assert api.decide("reviewer", action).status_code == 201


def test_a_review_is_handed_to_somebody_who_may_decide(api: Api) -> None:
    api.desk.sql(
        "INSERT INTO absence (person, starts, ends) VALUES ('ines', now() - interval '1 day', "
        "now() + interval '1 day')"
    )
    action = api.waiting()
    assert "ines" not in {one["person"] for one in action["gate"]["reviewers"]}
    refused = api.decide("reviewer", action, "hand_over", reason_code="away", to="leo")
    assert refused.json()["detail"] == "Leo Marchetti decides other questions."
    answer = api.decide("reviewer", action, "hand_over", reason_code="away", to="ines")
    assert answer.status_code == 201
    asked = {one["person"] for one in answer.json()["action"]["gate"]["reviewers"]}
    assert "ines" in asked
    api.tokens["ines"] = api.token("ines", {"reviews:decide"})
    assert api.decide("ines", action).status_code == 201


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"verdict": "reject"}, "reason_missing"),
        ({"verdict": "reject", "reason_code": "nonsense"}, "reason_missing"),
        ({"verdict": "ask"}, "question_missing"),
        ({"verdict": "change", "reason_code": "too_much"}, "bad_change"),
        ({"verdict": "change", "reason_code": "too_much", "changes": {"x": 1}}, "bad_change"),
        ({"verdict": "approve", "changes": {"group": "photo-club"}}, "bad_change"),
        ({"verdict": "hand_over", "reason_code": "away"}, "bad_hand_over"),
        ({"verdict": "hand_over", "reason_code": "away", "to": "dana"}, "bad_hand_over"),
        ({"verdict": "perhaps"}, "invalid"),
        ({"verdict": "approve", "rendering": "short"}, "invalid"),
    ],
)
def test_an_answer_that_is_not_complete_is_not_taken(
    api: Api, answer: dict[str, Any], code: str
) -> None:
    action = api.waiting()
    found = api.decide("reviewer", action, **answer)
    assert (found.status_code, found.json()["code"]) == (422, code), found.content
    assert api.action(action["id"])["state"] == "waiting"


def test_a_consequence_that_takes_longer_is_told_and_the_decision_stands(
    api: Api, quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = api.waiting()
    monkeypatch.setattr("holdshort.api.reviews.until", lambda look, **_: None)
    answer = quiet.decide("reviewer", action)
    assert (answer.status_code, answer.json()["verdict"]) == (202, "approve")
    assert quiet.desk.events("decision.made") == 1


def test_a_review_that_is_not_there_is_not_answered(quiet: Api) -> None:
    body = {"digest": "0" * 64, "verdict": "approve"}
    assert quiet.as_("reviewer").post("/reviews/99/decisions", body).status_code == 404


# ------------------------------------------------------------------ nobody knows who asked


CONFIRMED = {"number_from": "directory", "result": "confirmed", "note": "From her desk phone."}


def unproven(api: Api) -> dict[str, Any]:
    """A request by e-mail for Dana's password that waits for a yes."""
    api.desk.agent.will("idp.reset_password", person="dana")
    words = "I lost my phone, send it to dana.fischer@private.example"
    number = api.desk.ask("dana", words, channel=Channel.EMAIL, assurance=Assurance.NONE)
    return api.action(api.desk.action(number).action.id)


def call(api: Api, role: str, action: dict[str, Any], **said: Any) -> Any:
    return api.as_(role).post(f"/reviews/{action['review']}/call-backs", CONFIRMED | said)


def code(answer: Any) -> str | None:
    found: str | None = answer.json().get("code")
    return found


def test_1b_no_yes_counts_before_the_requester_was_called_back(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdshort.api.reviews.until", lambda look, **_: None)
    action = unproven(quiet)
    asked = quiet.as_("reviewer").get(f"/reviews/{action['review']}").json()
    assert (asked["call_back"], asked["call_backs"], action["tier"]) == (True, [], 3)
    refused = quiet.decide("reviewer", action)
    assert (refused.status_code, code(refused)) == (409, "call_back_missing")
    assert "on a number from the directory, never one from the ticket" in refused.json()["detail"]
    assert code(call(quiet, "reviewer", action, result="not_reached")) is None
    assert code(quiet.decide("reviewer", action)) == "call_back_missing"
    done = call(quiet, "reviewer", action)
    assert done.status_code == 201
    [_, said] = done.json()["call_backs"]
    assert {name: said[name] for name in CONFIRMED} == CONFIRMED
    assert (said["person"], bool(said["called_at"])) == ("sven", True)
    assert quiet.decide("second_reviewer", action).status_code == 202
    quiet.desk.run()
    record = quiet.as_("owner").get(f"/actions/{action['id']}/record").json()
    assert record["call_backs"] == done.json()["call_backs"]
    assert "call_back.recorded" in {event["name"] for event in record["events"]}
    assert code(call(quiet, "reviewer", action)) == "too_late"


def test_after_they_said_that_it_was_not_them_no_yes_counts_any_more(quiet: Api) -> None:
    action = unproven(quiet)
    call(quiet, "reviewer", action)
    call(quiet, "second_reviewer", action, result="denied")
    assert code(quiet.decide("reviewer", action)) == "call_back_denied"
    why = {"reason": "Production is down and nobody else answers."}
    alone = quiet.as_("owner").post(f"/actions/{action['id']}/override", why)
    assert code(alone) == "call_back_denied"
    assert quiet.decide("reviewer", action, "reject", reason_code="suspicious").status_code == 202


def test_the_next_version_rests_on_the_call_about_the_one_before(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdshort.api.reviews.until", lambda look, **_: None)
    quiet.desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    mail = {"channel": Channel.EMAIL, "assurance": Assurance.NONE}
    story = quiet.desk.action(quiet.desk.ask("dana", "please add me", **mail))
    first = quiet.action(story.action.id)
    call(quiet, "reviewer", first)
    changes = {"verdict": "change", "reason_code": "too_much", "changes": {"hours": 1}}
    assert quiet.decide("reviewer", first, **changes).status_code == 202
    quiet.desk.run()
    after = quiet.action(quiet.desk.action(first["ticket"]).action.id)
    assert (after["version"], quiet.decide("reviewer", after).status_code) == (2, 202)


@pytest.mark.parametrize(
    ("role", "said", "refusal"),
    [
        ("requester", {}, "not_yours"),
        ("reviewer", {"number_from": "the ticket"}, "invalid"),
        ("reviewer", {"note": "x" * 1001}, "invalid"),
    ],
)
def test_a_call_that_confirms_nothing_is_not_taken(
    quiet: Api, role: str, said: dict[str, Any], refusal: str
) -> None:
    action = unproven(quiet)
    assert code(call(quiet, role, action, **said)) == refusal
    assert code(quiet.decide("reviewer", action)) == "call_back_missing"


def test_where_the_requester_proved_who_they_are_nobody_calls(api: Api) -> None:
    assert code(call(api, "reviewer", api.waiting())) == "not_asked_for"


def test_1b_a_new_address_to_send_it_to_is_not_taken(quiet: Api) -> None:
    mail = {"channel": Channel.EMAIL, "assurance": Assurance.NONE}
    quiet.desk.agent.will("idp.reset_password", person="dana", deliver_to="d@private.example")
    number = quiet.desk.ask("dana", "send it here", **mail)
    assert quiet.desk.actions(number) == []
