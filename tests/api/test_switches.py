"""Switches over the API and the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from holdshort import cli
from tests.api.conftest import Api, Caller


def put(caller: Caller, scope: str, body: Any) -> Any:
    address = f"/api/v1/switches/{scope}"
    return caller.call("PUT", address, data=json.dumps(body), content_type="application/json")


def test_nothing_is_stopped_at_first(quiet: Api) -> None:
    answer = quiet.as_("requester").get("/switches").json()
    assert answer["items"] == [
        {"scope": "everything", "on": True, "person": None, "reason": "", "since": None}
    ]
    assert (answer["total"], answer["waiting"]) == (1, 0)


@pytest.mark.parametrize(
    "scope", ["everything", "connector:directory", "category:idp.add_to_group/3"]
)
def test_somebody_stops_and_an_owner_lets_it_go_on(api: Api, scope: str) -> None:
    action = api.waiting()
    stopped = put(api.as_("reviewer"), scope, {"on": False, "reason": "It looks wrong."})
    assert stopped.status_code == 200, stopped.content
    found = stopped.json()
    assert (found["scope"], found["on"], found["person"]) == (scope, False, "sven")
    told = api.action(action["id"])["stopped"]
    assert (told["scope"], told["person"], told["reason"]) == (scope, "sven", "It looks wrong.")
    assert api.decide("reviewer", action).status_code == 201
    assert api.as_("owner").get("/switches").json()["waiting"] == 1
    listed = {one["scope"]: one["on"] for one in api.as_("owner").get("/switches").json()["items"]}
    assert listed == {"everything": scope != "everything", scope: False}
    gone = put(api.as_("owner"), scope, {"on": True, "reason": "It was right."})
    assert (gone.status_code, gone.json()["on"]) == (200, True)
    assert api.action(action["id"])["stopped"] is None


@pytest.mark.parametrize(
    ("role", "scope", "body", "status", "code"),
    [
        ("requester", "everything", {"on": False}, 403, "missing_scope"),
        ("agent", "everything", {"on": False}, 403, "missing_scope"),
        ("owner", "everything", {"on": True, "reason": "x"}, 409, "not_stopped"),
        ("owner", "everything", {"on": True}, 422, "note_missing"),
        ("owner", "connector:nowhere", {"on": False}, 422, "unknown_scope"),
        ("owner", "all", {"on": False}, 422, "unknown_scope"),
        ("owner", "everything", {}, 422, "invalid"),
        ("owner", "everything", {"on": "no"}, 422, "invalid"),
    ],
)
def test_what_cannot_be_switched_is_explained(
    quiet: Api, role: str, scope: str, body: Any, status: int, code: str
) -> None:
    answer = put(quiet.as_(role), scope, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("person", ["agent", "requester"])
def test_no_scope_makes_up_for_not_working_here(quiet: Api, person: str) -> None:
    caller = Caller(quiet.token(person, scopes=["switches:write"]))
    answer = put(caller, "everything", {"on": False})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_the_process_says_what_is_stopped_and_is_ready(quiet: Api) -> None:
    put(quiet.as_("owner"), "everything", {"on": False})
    ready = Caller(None).get("/ready")
    told = {one["name"]: one["detail"] for one in ready.json()["checks"] if not one["ok"]}
    assert (ready.status_code, told) == (200, {"switches": "Stopped: everything."})


# ------------------------------------------------------------------ the command line


@pytest.fixture
def command(quiet: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`command("switch", "list")`: its exit code and what it printed."""
    from holdshort.cli import base

    monkeypatch.setattr(base, "connect", lambda asked, role: None)

    def run(*words: str) -> tuple[int, str]:
        code = cli.main(words)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_the_command_line_does_the_same(command: Any) -> None:
    assert command("switch", "list") == (0, "Nothing is stopped.\n")
    code, text = command("switch", "stop", "everything", "--as", "lukas", "--reason", "Drill.")
    assert (code, "holdshort switch go everything" in text) == (0, True)
    code, text = command("switch", "list", "--json")
    found = json.loads(text)
    assert [(one["scope"], one["person"], one["reason"]) for one in found["stopped"]] == [
        ("everything", "lukas", "Drill.")
    ]
    code, text = command("switch", "go", "everything", "--as", "lukas", "--reason", "Over.")
    assert (code, "Owners and people who decide about security" in text) == (1, True)
    code, text = command("switch", "list")
    assert "Approved changes that wait for it: 0." in text and "Drill." in text
    assert command("switch", "go", "everything", "--as", "ines", "--reason", "Over.")[0] == 0
    assert command("switch", "list") == (0, "Nothing is stopped.\n")


def test_the_doctor_says_what_is_stopped(quiet: Api) -> None:
    from holdshort.records import health

    put(quiet.as_("owner"), "connector:directory", {"on": False})
    told = {one.name: one.text for one in health.checks() if not one.well}
    assert told["switches"].startswith("Stopped: connector:directory by ines at ")
