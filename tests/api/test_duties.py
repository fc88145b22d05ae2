"""The abuse cases about deciding, by their number, over HTTP: no answer of these has an effect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"


def still_waits(api: Api, action: dict[str, Any]) -> None:
    assert api.action(action["id"])["state"] == "waiting"
    assert api.desk.events("decision.made") == 0


@pytest.mark.parametrize("role", ["requester", "requester_second_account"])
def test_o1_o2_nobody_approves_their_own_request_through_any_account(api: Api, role: str) -> None:
    action = api.waiting()
    refused(api.decide(role, action), 403, "self_approval")
    assert api.desk.events("decision.refused") == 1
    still_waits(api, action)


def test_o3_the_beneficiary_does_not_approve(api: Api) -> None:
    action = api.offered("idp.add_to_group", person="bea", group="build-tools")
    assert (action["requester"], action["beneficiary"]) == ("dana", "bea")
    refused(api.decide("beneficiary", action), 403, "self_approval")
    still_waits(api, action)


def test_o4_an_agent_never_decides_whatever_its_token_may_ask(api: Api) -> None:
    action = api.waiting()
    refused(api.decide("agent", action), 403, "not_human")
    refused_events = api.desk.sql(
        "SELECT actor, detail->>'code' FROM kernel.event WHERE name = 'decision.refused'"
    )
    assert refused_events == [("agent", "not_human")]
    still_waits(api, action)


def test_o5_an_approval_of_version_1_is_void_once_it_was_changed(api: Api) -> None:
    action = api.waiting()
    changed = api.decide(
        "reviewer", action, "change", reason_code="wrong_target", changes={"group": "aws-readers"}
    )
    assert changed.status_code == 201, changed.content
    old = api.action(action["id"])
    assert old["state"] == "superseded"
    new = api.action(old["superseded_by"])
    assert (new["version"], new["state"], new["params"]["group"]) == (2, "waiting", "aws-readers")
    refused(api.decide("second_reviewer", action), 409, "digest_mismatch")
    assert api.desk.sql("SELECT count(*) FROM kernel.authorization") == [(0,)]


def test_o6_a_digest_that_is_not_current_decides_nothing(api: Api) -> None:
    action = api.waiting()
    refused(api.decide("reviewer", action, digest="0" * 64), 409, "digest_mismatch")
    still_waits(api, action)


def test_a_rendering_that_is_not_current_decides_nothing(api: Api) -> None:
    action = api.waiting()
    refused(api.decide("reviewer", action, rendering="0" * 64), 409, "digest_mismatch")
    still_waits(api, action)
    assert api.decide("reviewer", action, rendering=action["rendering"]).status_code == 201


def test_somebody_who_was_not_asked_is_told_who_was(api: Api) -> None:
    action = api.waiting()
    api.tokens["outsider"] = api.token("viktor", {"reviews:decide"})
    answer = api.decide("outsider", action)
    refused(answer, 403, "not_a_reviewer")
    assert "Sven Lindqvist" in answer.json()["detail"]


def test_a_decision_is_made_once(api: Api) -> None:
    action = api.waiting()
    assert api.decide("reviewer", action).status_code == 201
    refused(api.decide("second_reviewer", action), 409, "already_decided")


def test_silence_closes_a_review_and_then_it_is_too_late(api: Api) -> None:
    action = api.waiting()
    api.desk.sql(
        "ALTER TABLE kernel.review DISABLE TRIGGER ALL; UPDATE kernel.review SET expires_at ="
        " clock_timestamp() - interval '1 second'; ALTER TABLE kernel.review ENABLE TRIGGER ALL"
    )
    refused(api.decide("reviewer", action), 409, "expired")


def test_a_decision_that_asks_for_more_proof_is_not_taken_from_a_token(api: Api) -> None:
    action = api.waiting()
    api.desk.sql("UPDATE kernel.assessment SET min_assurance = 2")
    refused(api.decide("reviewer", action), 403, "assurance_too_low")
    still_waits(api, action)


def test_o24_the_sixth_grave_approval_in_ten_seconds_is_too_fast(api: Api) -> None:
    people = ("dana", "bea", "yusuf", "chloe", "pavel", "greta")
    grave = [api.offered("idp.add_to_group", person=p, group="build-tools") for p in people]
    answers = [api.decide("reviewer", action) for action in grave]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    refused(answers[5], 429, "too_fast")
    assert answers[5]["Retry-After"] == "10"
    assert api.desk.events("decision.refused") == 1
    api.desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '11 seconds'")
    assert api.decide("reviewer", grave[5]).status_code == 201


def test_whoever_wrote_a_ticket_in_another_name_does_not_decide_about_it(api: Api) -> None:
    api.tokens["writer"] = api.token(
        "sven", {"tickets:write", "tickets:on_behalf", "reviews:decide"}
    )
    body = {"body": "Please add Dana to Build Tools", "on_behalf_of": "dana"}
    number = api.as_("writer").post("/tickets", body).json()["number"]
    offer = {
        "type": "idp.add_to_group",
        "params": {"person": "dana", "group": "build-tools"},
        "ticket": number,
        "confidence": 0.97,
    }
    action = api.as_("agent").post("/actions", offer).json()
    assert (action["requester"], action["initiator"]) == ("dana", "agent")
    assert "raise.requester_unproven" in {one["rule"] for one in action["gate"]["reasons"]}
    refused(api.decide("writer", action), 403, "self_approval")
    refused(api.decide("second_reviewer", action), 409, "call_back_missing")
    said = {"number_from": "directory", "result": "confirmed"}
    called = api.as_("second_reviewer").post(f"/reviews/{action['review']}/call-backs", said)
    assert called.status_code == 201
    assert api.decide("second_reviewer", action).status_code == 201
