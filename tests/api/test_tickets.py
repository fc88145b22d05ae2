"""Tickets over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, Caller


def ticket(api: Api, role: str = "requester", **body: Any) -> dict[str, Any]:
    answer = api.as_(role).post("/tickets", {"body": "Please help"} | body)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_ticket_is_in_the_name_of_the_tokens_person(quiet: Api) -> None:
    made = ticket(quiet, subject="VPN", body="Which ports?", beneficiary="bea")
    assert (made["requester"], made["beneficiary"]) == ("dana", "bea")
    assert (made["channel"], made["assurance"], made["stands"]) == ("api", "session", "with_agent")
    assert [(one["author"], one["body"]) for one in made["messages"]] == [("dana", "Which ports?")]
    assert made["url"] == f"/tickets/{made['number']}"
    again = quiet.as_("requester").get(f"/tickets/{made['number']}").json()
    assert again == made


def test_waiting_for_an_answer_gives_the_ticket_with_its_staged_action(api: Api) -> None:
    api.desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    answer = api.as_("requester").post("/tickets?wait=10", {"body": "Add me to Build Tools"})
    made = answer.json()
    assert (made["stands"], len(made["actions"])) == ("staged", 1)
    assert made["actions"][0]["gate"]["mode"] == "HITL"
    listed = api.as_("requester").get("/tickets").json()["items"][0]
    assert listed["actions"][0]["id"] == made["actions"][0]["id"]


def test_in_somebody_elses_name_needs_its_own_scope_and_proves_nothing(quiet: Api) -> None:
    answer = quiet.as_("requester").post("/tickets", {"body": "Hi", "on_behalf_of": "bea"})
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    made = ticket(quiet, "owner", on_behalf_of="bea")
    assert (made["requester"], made["assurance"]) == ("bea", "none")


@pytest.mark.parametrize("field", ["beneficiary", "on_behalf_of"])
def test_people_who_are_not_here_ask_for_nothing(quiet: Api, field: str) -> None:
    answer = quiet.as_("owner").post("/tickets", {"body": "Hi", field: "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_person")
    assert answer.json()["errors"][0]["field"] == field


def test_a_program_asks_in_the_name_of_its_sponsor_or_not_at_all(quiet: Api) -> None:
    sponsored = Caller(quiet.token("agent", {"tickets:write"}, sponsor="bea"))
    assert sponsored.post("/tickets", {"body": "Hi"}).json()["requester"] == "bea"
    alone = Caller(quiet.token("agent", {"tickets:write"}, sponsor=None))
    answer = alone.post("/tickets", {"body": "Hi"})
    assert (answer.status_code, answer.json()["code"]) == (422, "sponsor_missing")


def test_a_message_is_added_and_reaches_the_agent(api: Api) -> None:
    from holdshort.core.terms import Offer

    api.desk.agent.next = Offer("", 0.9, "", "scripted", question="Which group?")
    number = ticket(api)["number"]
    api.as_("requester").post(f"/tickets/{number}/messages?wait=10", {"body": "Build Tools"})
    said = api.as_("requester").get(f"/tickets/{number}").json()["messages"]
    assert [one["kind"] for one in said if one["author"] == "dana"] == ["words", "words"]
    assert any(one["kind"] == "question" for one in said)


def test_others_do_not_see_a_ticket_and_people_of_the_desk_do(quiet: Api) -> None:
    number = ticket(quiet)["number"]
    address = f"/tickets/{number}"
    assert quiet.as_("beneficiary").get(address).status_code == 404
    assert quiet.as_("beneficiary").post(f"{address}/messages", {"body": "x"}).status_code == 404
    assert quiet.as_("beneficiary").get("/tickets").json()["total"] == 0
    for role in ("requester", "requester_second_account", "reviewer", "owner", "agent"):
        assert quiet.as_(role).get(address).status_code == 200
        assert quiet.as_(role).get("/tickets").json()["total"] == 1


def test_a_private_ticket_is_invisible_outside_its_context(api: Api) -> None:
    action = api.waiting()
    number, review = action["ticket"], action["review"]
    api.desk.sql(f"UPDATE ticket SET private_to = 'hr' WHERE number = {number}")
    api.tokens |= {
        "hr": api.token("petra", {"tickets:read", "actions:read", "reviews:read"}),
        "legal": api.token(
            "leo", {"tickets:read", "tickets:write", "actions:read", "actions:stop", "reviews:read",
                    "reviews:decide", "actions:propose"}
        ),
    }  # fmt: skip
    seen = (f"/tickets/{number}", f"/actions/{action['id']}", f"/reviews/{review}")
    for address in seen:
        assert api.as_("hr").get(address).status_code == 200, address
        assert api.as_("legal").get(address).status_code == 404, address
    assert api.as_("agent").get(f"/tickets/{number}").status_code == 404
    stranger = api.as_("legal")
    assert stranger.get("/tickets").json()["total"] == 0
    assert stranger.get("/reviews").json()["total"] == 0
    assert api.as_("hr").get("/reviews").json()["total"] == 1
    assert api.as_("reviewer").get("/reviews", mine="true").json()["total"] == 1
    body = {"digest": action["digest"], "verdict": "approve"}
    assert stranger.post(f"/reviews/{review}/decisions", body).status_code == 404
    assert (
        stranger.post(f"/actions/{action['id']}/stop", {"reason_code": "wrong"}).status_code == 404
    )
    offer = {"type": "idp.unlock", "params": {"person": "mia"}, "ticket": number}
    assert stranger.post("/actions", offer).status_code == 404


def test_tickets_come_in_pages_and_can_be_searched(quiet: Api) -> None:
    for n in range(27):
        ticket(quiet, subject=f"Printer {n}", body="It is broken" if n else "It sings")
    first = quiet.as_("requester").get("/tickets").json()
    assert (first["total"], first["pages"], len(first["items"])) == (27, 2, 25)
    second = quiet.as_("requester").get("/tickets", page=2).json()
    assert len(second["items"]) == 2
    beyond = quiet.as_("requester").get("/tickets", page=9).json()
    assert beyond["items"] == []
    found = quiet.as_("requester").get("/tickets", search="sings").json()
    assert [one["subject"] for one in found["items"]] == ["Printer 0"]
    assert quiet.as_("requester").get("/tickets", stands="closed").json()["total"] == 0
