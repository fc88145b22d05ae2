"""Actions over HTTP: offered, gated, stopped, undone, done by hand."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Api, Beside, Caller
from tests.conftest import COMPANY
from tests.directory import Directory, running_directory


@pytest.fixture
def directory(quiet: Api, tmp_path: Path) -> Iterator[Directory]:
    with running_directory(tmp_path, COMPANY) as one:
        quiet.desk.connectors["directory"] = one.connector
        yield one


def settled(api: Api, identity: str) -> dict[str, Any]:
    """The action once nothing is under way any more."""
    from holdshort.api.waiting import until

    def look() -> dict[str, Any] | None:
        found = api.action(identity)
        return None if found["state"] in ("authorized", "executing") else found

    found = until(look, seconds=20)
    assert found is not None
    return found


def offer(caller: Caller, type_id: str, ticket: int | None = None, **params: Any) -> Any:
    body = {"type": type_id, "params": params, "confidence": 0.97, "reasoning": "As asked."}
    return caller.post("/actions", body if ticket is None else body | {"ticket": ticket})


def test_an_action_has_the_documented_form(api: Api) -> None:
    action = api.waiting()
    data = base64.b64decode(action["canonical"])
    assert hashlib.sha256(data).hexdigest() == action["digest"]
    assert action["target"] == {
        "connector": "directory",
        "id": action["target"]["id"],
        "name": "Build Tools",
    }
    assert action["preview"].keys() == {"before", "after", "read_at"}
    assert action["consequence"]["vector"] == [3, 0, 2, 0]
    assert action["consequence"]["blast_radius"]["facts"][0]["source"]
    assert {"person": "sven", "name": "Sven Lindqvist"}.items() <= action["gate"]["reviewers"][
        [one["person"] for one in action["gate"]["reviewers"]].index("sven")
    ].items()
    assert action["gate"]["reasons"][0].keys() == {
        *("rule", "text", "policy_version", "observed", "limit", "would_pass"),
    }
    assert action["confidence"] == {"stated": 0.97, "calibrated": None, "right": 0, "of": 0}
    assert action["gate"]["min_assurance"] == "session"
    assert action["undo"]["possible"] is True
    assert (action["authorization"], action["outcome"], action["executions"]) == (None, None, [])


def test_somebody_elses_agent_is_gated_like_ours(api: Api) -> None:
    action = api.waiting()
    assert (action["requester"], action["initiator"]) == ("dana", "agent")
    ticket = api.as_("requester").get(f"/tickets/{action['ticket']}").json()
    assert (ticket["requester"], ticket["stands"]) == ("dana", "staged")
    assert ticket["messages"][0]["author"] == "agent"
    assert api.desk.events("proposal.offered") == 1, "our own agent does not work it too"


def test_an_agent_offers_on_a_ticket_whose_requester_sponsors_it(api: Api) -> None:
    number = (
        api.as_("beneficiary").post("/tickets", {"body": "Build Tools please"}).json()["number"]
    )
    answer = offer(api.as_("agent"), "idp.add_to_group", number, person="bea", group="build-tools")
    assert (answer.json()["requester"], answer.json()["ticket"]) == ("bea", number)


def test_a_person_offers_for_themselves_and_is_its_initiator(api: Api) -> None:
    answer = offer(api.as_("owner"), "idp.add_to_group", person="ines", group="photo-club")
    action = answer.json()
    assert (action["requester"], action["initiator"]) == ("ines", "ines")


def test_an_agent_without_a_confidence_never_runs_alone(api: Api) -> None:
    body = {"type": "idp.add_to_group", "params": {"person": "dana", "group": "photo-club"}}
    assert api.as_("agent").post("/actions", body).json()["gate"]["mode"] == "HITL"
    sure = body | {"confidence": 0.97}
    assert api.as_("agent").post("/actions", sure).json()["gate"]["mode"] == "HOTL"


def test_a_token_without_a_sponsor_must_name_a_ticket(quiet: Api) -> None:
    alone = Caller(quiet.token("agent", {"actions:propose"}, sponsor=None))
    answer = offer(alone, "idp.unlock", person="yusuf")
    assert (answer.status_code, answer.json()["code"]) == (422, "sponsor_missing")


def test_nothing_is_offered_on_a_ticket_that_is_closed_or_not_there(quiet: Api) -> None:
    number = quiet.as_("requester").post("/tickets", {"body": "Hi"}).json()["number"]
    quiet.desk.sql(f"INSERT INTO turn (ticket, kind, person) VALUES ({number}, 'closed', 'sven')")
    closed = offer(quiet.as_("agent"), "idp.unlock", number, person="yusuf")
    assert (closed.status_code, closed.json()["code"]) == (409, "ticket_closed")
    assert offer(quiet.as_("agent"), "idp.unlock", 99, person="yusuf").status_code == 404


def test_where_there_is_nothing_to_do_it_says_so(api: Api) -> None:
    answer = offer(api.as_("agent"), "idp.unlock", person="bea")
    assert (answer.status_code, answer.json()["result"]) == (200, "nothing_to_do")
    assert "not locked" in answer.json()["detail"]


def test_staging_that_takes_longer_is_told(quiet: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("holdshort.api.actions.until", lambda look, **_: look())
    answer = offer(quiet.as_("agent"), "idp.unlock", person="yusuf")
    assert (answer.status_code, answer.json()["result"]) == (202, "being_staged")
    quiet.desk.run()
    ticket = quiet.as_("owner").get(f"/tickets/{answer.json()['ticket']}").json()
    assert len(ticket["actions"]) == 1


def test_an_offer_that_goes_to_a_person_is_told(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(look: Any, **_: object) -> Any:
        quiet.desk.sql("DELETE FROM directory_group WHERE slug = 'photo-club'")
        with quiet.desk.role("web"):
            quiet.desk.run()
        return look()

    monkeypatch.setattr("holdshort.api.actions.until", meanwhile)
    answer = offer(quiet.as_("agent"), "idp.add_to_group", person="dana", group="photo-club")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_staged")
    assert "photo-club" in answer.json()["detail"]


def test_a_directory_that_was_not_read_lately_confirms_nothing(quiet: Api) -> None:
    quiet.desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 hour'")
    answer = offer(quiet.as_("agent"), "idp.unlock", person="yusuf")
    assert (answer.status_code, answer.json()["code"]) == (422, "unconfirmed")


# ------------------------------------------------------------------ after the decision


def test_an_approved_action_runs_and_its_record_tells_everything(
    quiet: Api, directory: Directory
) -> None:
    with Beside(quiet.desk):
        action = quiet.waiting()
        decided = quiet.decide("reviewer", action, comment="Needed for the release")
        assert decided.status_code == 201
        assert decided.json()["action"]["authorization"]["people"] == ["sven"]
        done = settled(quiet, action["id"])
    assert (done["state"], done["outcome"]["kind"]) == ("executed", "verified")
    assert "dana" in directory.members("build-tools")
    record = quiet.as_("reviewer").get(f"/actions/{action['id']}/record").json()
    assert record["proposal"]["reasoning"] == "As asked."
    assert record["assessment"]["adopted_by"] == "ines"
    assert record["decisions"][0]["comment"] == "Needed for the release"
    assert record["decisions"][0]["shown"] == action["rendering"]
    assert record["before"] != record["after"]
    assert {one["dimension"] for one in record["facts"]} == {
        *("blast_radius", "irreversibility", "regulatory", "cost"),
    }
    names = [one["name"] for one in record["events"]]
    assert names.index("authorization.granted") < names.index("execution.started")
    assert all(one["position"] is not None for one in record["events"][:4])


def test_what_ran_is_undone_by_a_new_action_with_its_own_gate(
    quiet: Api, directory: Directory
) -> None:
    with Beside(quiet.desk):
        action = quiet.waiting()
        early = quiet.as_("reviewer").post(
            f"/actions/{action['id']}/undo", {"reason_code": "wrong"}
        )
        assert (early.status_code, early.json()["code"]) == (409, "nothing_to_undo")
        quiet.decide("reviewer", action)
        assert settled(quiet, action["id"])["state"] == "executed"
        answer = quiet.as_("reviewer").post(
            f"/actions/{action['id']}/undo", {"reason_code": "wrong"}
        )
        assert answer.status_code == 201, answer.content
        inverse = answer.json()
        assert (inverse["undoes"], inverse["initiator"]) == (action["id"], "sven")
        assert inverse["type"] == "idp.remove_from_group"
        if inverse["state"] == "waiting":
            quiet.decide("second_reviewer", inverse)
        assert settled(quiet, inverse["id"])["state"] == "executed"
        assert quiet.action(action["id"])["state"] == "undone"
    assert "dana" not in directory.members("build-tools")


def test_what_waits_can_be_stopped_once(api: Api) -> None:
    action = api.waiting()
    address = f"/actions/{action['id']}/stop"
    assert api.as_("beneficiary").post(address, {"reason_code": "wrong"}).status_code == 404
    stopped = api.as_("requester").post(address, {"reason_code": "not_now"})
    assert (stopped.status_code, stopped.json()["state"]) == (200, "revoked")
    again = api.as_("requester").post(address, {"reason_code": "not_now"})
    assert (again.status_code, again.json()["code"]) == (409, "too_late")


@pytest.mark.parametrize("verb", ["stop", "undo"])
def test_stopping_and_undoing_say_why(api: Api, verb: str) -> None:
    action = api.waiting()
    answer = api.as_("owner").post(f"/actions/{action['id']}/{verb}", {"reason_code": "because"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_program_asks_for_no_undo(api: Api) -> None:
    action = api.waiting()
    program = Caller(api.token("agent", {"actions:stop"}))
    answer = program.post(f"/actions/{action['id']}/undo", {"reason_code": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_human")


# ------------------------------------------------------------------ by hand


def by_hand(api: Api) -> dict[str, Any]:
    """An approved action for a person's hands."""
    api.desk.sql("DELETE FROM kernel.standing WHERE category = 'idp.add_to_group/3'")
    action = api.waiting()
    assert action["gate"]["hands"] == "person"
    assert api.decide("reviewer", action).json()["action"]["state"] == "by_hand"
    return action


def test_work_by_hand_is_reported_by_people_of_the_desk_once(
    quiet: Api, directory: Directory
) -> None:
    with Beside(quiet.desk):
        action = by_hand(quiet)
        address = f"/actions/{action['id']}/report"
        said = {"did": "as_approved", "evidence": "Ticket 7 of the directory"}
        reader = Caller(quiet.token("dana", {"actions:report", "actions:read"}))
        assert reader.get(f"/actions/{action['id']}").json()["by_hand"] is None
        work = quiet.as_("reviewer").get(f"/actions/{action['id']}").json()["by_hand"]
        assert work["place"] == {
            "system": "directory",
            "path": f"/Groups/{action['target']['id']}",
            "url": "",
        }
        assert {"name": "group", "label": "Group", "value": "build-tools"} in work["values"]
        assert work["match"] is None
        outsider = Caller(quiet.token("dana", {"actions:report"}))
        answer = outsider.post(address, said)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        program = Caller(quiet.token("agent", {"actions:report"}))
        assert program.post(address, said).json()["code"] == "not_human"
        blank = quiet.as_("reviewer").post(address, said | {"evidence": "  "})
        assert (blank.status_code, blank.json()["code"]) == (422, "evidence_missing")
        untrue = quiet.as_("reviewer").post(
            address, said | {"did": "not_done", "reply": work["reply"]}
        )
        assert (untrue.status_code, untrue.json()["code"]) == (422, "reply_untrue")
        done = quiet.as_("reviewer").post(address, said | {"reply": work["reply"]})
        assert (done.status_code, done.json()["state"]) == (200, "mismatch")
        match = done.json()["by_hand"]["match"]
        assert (match["matched"], match["observed"]) == ("not_done", True)
        assert match["differs"] == [{"field": "member", "recommended": True, "found": False}]
        assert work["reply"] in quiet.desk.said(action["ticket"])
        again = quiet.as_("reviewer").post(address, said)
        assert (again.status_code, again.json()["code"]) == (409, "not_by_hand")
        found = quiet.as_("reviewer").post(
            f"/actions/{action['id']}/finding", {"result": "applied", "note": "Seen by Nadia"}
        )
        assert (found.status_code, found.json()["state"]) == (200, "executed")


def test_there_is_nothing_to_find_where_nothing_is_in_doubt(api: Api) -> None:
    action = api.waiting()
    answer = api.as_("reviewer").post(
        f"/actions/{action['id']}/finding", {"result": "applied", "note": "Seen"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_find")


# ------------------------------------------------------------------ who reads why


@pytest.fixture
def failed(api: Api) -> dict[str, Any]:
    """A change that was approved for Dana and did not happen: its app is gone."""
    action = api.waiting()
    assert api.decide("reviewer", action).status_code == 201
    return settled(api, action["id"])


def readings(caller: Caller, action: dict[str, Any]) -> dict[str, Any]:
    """Every way to read how an action ended, with the outcome that is told there."""
    paths = {
        "action": f"/actions/{action['id']}",
        "record": f"/actions/{action['id']}/record",
        "review": f"/reviews/{action['review']}",
        "ticket": f"/tickets/{action['ticket']}",
    }
    found = {name: caller.get(path) for name, path in paths.items()}
    assert {answer.status_code for answer in found.values()} == {200}
    return {name: answer.json() for name, answer in found.items()}


READERS = {"tickets:read", "actions:read", "reviews:read"}


@pytest.mark.parametrize("person", ["dana", "agent"])
def test_who_asked_reads_plain_words_and_no_technical_reason(
    api: Api, failed: dict[str, Any], person: str
) -> None:
    found = readings(Caller(api.token(person, READERS)), failed)
    assert found["action"]["outcome"]["reason"] == "It did not happen, and nothing was changed."
    for name, told in found.items():
        assert "connected app" not in str(told), name


def test_staff_read_the_technical_reason(api: Api, failed: dict[str, Any]) -> None:
    for name, told in readings(Caller(api.token("ines", READERS)), failed).items():
        assert "There is no connected app named 'directory' any more." in str(told), name
