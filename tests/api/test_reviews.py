"""Reviews over HTTP: the list, the question, and the five answers."""

from __future__ import annotations

from typing import Any

import pytest

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
