"""Safe mode over the API: whether nothing runs, what became of a change, and going on."""

from __future__ import annotations

import pytest

from tests.api.conftest import Api
from tests.kernel.test_safe_mode import came_back

END = {"note": "I looked.", "confirm": "reconciled"}


def test_it_is_off_when_all_is_well(quiet: Api) -> None:
    answer = quiet.as_("owner").get("/safe-mode").json()
    assert answer == {"on": False, "why": "", "since": None, "doubts": []}
    ended = quiet.as_("owner").post("/safe-mode/end", END)
    assert (ended.status_code, ended.json()["code"]) == (409, "not_in_safe_mode")


def test_ready_says_that_nothing_runs_and_goes_on_taking_tickets(api: Api) -> None:
    came_back(api.desk)
    ready = api.as_("owner").get("/ready")
    checks = {one["name"]: one for one in ready.json()["checks"]}
    assert (ready.status_code, checks["safe_mode"]["ok"]) == (200, False)
    assert "Nothing runs: this desk was restored" in checks["safe_mode"]["detail"]
    asked = api.as_("requester").post("/tickets", {"subject": "", "body": "Please help me."})
    assert asked.status_code == 201


def test_people_of_the_desk_settle_and_go_on(api: Api) -> None:
    first = api.waiting()
    second = api.offered("idp.add_to_group", person="dana", group="crm-admins")
    came_back(api.desk)
    owner = api.as_("owner")
    doubts = owner.get("/safe-mode").json()["doubts"]
    assert [one["action"]["id"] for one in doubts] == [first["id"], second["id"]]
    settled = owner.post(f"/actions/{first['id']}/settlement", {"result": "done"})
    assert (settled.status_code, settled.json()["state"]) == (200, "executed")
    assert owner.get(f"/actions/{first['id']}/record").json()["settlement"]["person"] == "ines"
    ended = owner.post("/safe-mode/end", END)
    assert (ended.status_code, ended.json()["on"]) == (200, False)


@pytest.mark.parametrize("role", ["requester", "agent", "assessor"])
def test_nobody_else_does(quiet: Api, role: str) -> None:
    came_back(quiet.desk)
    assert quiet.as_(role).post("/safe-mode/end", END).status_code == 403
    assert quiet.as_("owner").get("/safe-mode").json()["on"]


def test_an_agent_that_holds_every_scope_does_not_either(quiet: Api) -> None:
    from holdshort.records.tokens import SCOPES
    from tests.api.conftest import Caller

    came_back(quiet.desk)
    token = quiet.token("agent", scopes=sorted(SCOPES))
    answer = Caller(token).post("/safe-mode/end", END)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


@pytest.mark.parametrize(
    "body", [{"note": "x"}, {"note": "", "confirm": "reconciled"}, {"note": "x", "confirm": "yes"}]
)
def test_it_ends_with_the_word_and_a_reason(quiet: Api, body: dict[str, str]) -> None:
    came_back(quiet.desk)
    assert quiet.as_("owner").post("/safe-mode/end", body).status_code == 422
    assert quiet.as_("owner").get("/safe-mode").json()["on"]


def test_requesters_see_that_it_is_on_and_nothing_of_others(quiet: Api) -> None:
    came_back(quiet.desk)
    answer = quiet.as_("requester").get("/safe-mode").json()
    assert answer["on"] and answer["doubts"] == []
