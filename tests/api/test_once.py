"""Idempotency keys: done once, answered the same, whatever was lost on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.api.conftest import Api

OFFER = {
    "type": "idp.add_to_group",
    "params": {"person": "dana", "group": "build-tools"},
    "reasoning": "As asked.",
    "confidence": 0.97,
}


def count(api: Api, table: str) -> int:
    return int(api.desk.sql(f"SELECT count(*) FROM {table}")[0][0])


def test_the_same_ticket_sent_twice_is_one_ticket_and_one_answer(quiet: Api) -> None:
    sent = [quiet.as_("requester").post("/tickets", {"body": "Hello"}, key="a") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].content == sent[1].content
    assert count(quiet, "ticket") == 1


def test_the_same_offer_sent_twice_is_one_action(api: Api) -> None:
    sent = [api.as_("agent").post("/actions", OFFER, key="a") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].content == sent[1].content
    assert count(api, "kernel.proposal") == 1


def test_the_same_decision_sent_twice_is_one_decision(api: Api) -> None:
    action = api.waiting()
    body = {"digest": action["digest"], "verdict": "approve"}
    address = f"/reviews/{action['review']}/decisions"
    sent = [api.as_("reviewer").post(address, body, key="a") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 201]
    assert sent[0].content == sent[1].content
    assert count(api, "kernel.decision") == 1


def test_a_refused_decision_is_answered_the_same_and_recorded_once(api: Api) -> None:
    action = api.waiting()
    body = {"digest": action["digest"], "verdict": "approve"}
    address = f"/reviews/{action['review']}/decisions"
    sent = [api.as_("requester").post(address, body, key="a") for _ in range(2)]
    assert [answer.status_code for answer in sent] == [403, 403]
    assert sent[0].json() == sent[1].json()
    assert sent[1]["Content-Type"] == "application/problem+json"
    assert api.desk.events("decision.refused") == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/tickets", {"body": "Something else"}), ("/actions", OFFER)],
)
def test_a_key_that_was_used_for_another_request_conflicts(
    quiet: Api, path: str, body: dict[str, Any]
) -> None:
    owner = quiet.as_("owner")
    assert owner.post("/tickets", {"body": "Hello"}, key="a").status_code == 201
    answer = owner.post(path, body, key="a")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert count(quiet, "ticket") == 1


def test_two_people_may_use_the_same_key(quiet: Api) -> None:
    for role in ("requester", "beneficiary"):
        assert quiet.as_(role).post("/tickets", {"body": "Hello"}, key="a").status_code == 201
    assert count(quiet, "ticket") == 2


def test_without_a_key_every_request_counts(quiet: Api) -> None:
    for _ in range(2):
        quiet.as_("requester").post("/tickets", {"body": "Hello"})
    assert count(quiet, "ticket") == 2


@pytest.mark.parametrize("key", ["x" * 256, "two words", "ü"])
def test_a_key_that_is_none_is_refused(quiet: Api, key: str) -> None:
    answer = quiet.as_("requester").post("/tickets", {"body": "Hello"}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert count(quiet, "ticket") == 0


def test_a_request_that_was_not_possible_leaves_its_key_free(quiet: Api) -> None:
    requester = quiet.as_("requester")
    answer = requester.post("/tickets", {"body": "Hello", "beneficiary": "nobody"}, key="a")
    assert answer.status_code == 422
    assert requester.post("/tickets", {"body": "Hello"}, key="a").status_code == 201


def test_an_answer_that_never_got_out_is_found_by_the_repetition(quiet: Api) -> None:
    requester = quiet.as_("requester")
    first = requester.post("/tickets", {"body": "Hello"}, key="a")
    made = first.json()["number"]
    quiet.desk.sql(f"UPDATE idempotency SET status = NULL, response = '{{\"ticket\": {made}}}'")
    assert requester.post("/tickets", {"body": "Hello"}, key="a").json()["number"] == made
    assert count(quiet, "ticket") == 1


def test_the_same_request_from_many_sides_at_once_is_done_once(quiet: Api) -> None:
    shared = dict(connection.settings_dict)

    def send(_: int) -> Any:
        connection.settings_dict = dict(shared)
        try:
            return quiet.as_("requester").post("/tickets", {"body": "Hello"}, key="a").json()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = {answer["number"] for answer in pool.map(send, range(16))}
    assert len(numbers) == count(quiet, "ticket") == 1
