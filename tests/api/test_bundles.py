"""Scenarios 12a to 14b over HTTP: the whole is as strict as the csv says, and only as its lines."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.api.conftest import Api, Beside, Caller
from tests.cli.within import command
from tests.kernel import waking
from tests.web.test_bundles import onboard

NILS = {"person": "nils", "from_role": "support-agent"}
PAULA = {"person": "paula", "from_role": "accounts-payable", "keep": ["vendor-creators"]}
STUDIO = {"person": "lena", "equipment": ["laptop-studio"]}
ROWS: tuple[tuple[str, str, str, dict[str, Any], int, str, int], ...] = (
    ("12a", "bundle.onboard", "petra", {"person": "lena"}, 2, "HOTL", 0),
    ("12b", "bundle.onboard", "petra", STUDIO, 2, "HITL", 1),
    ("12c", "bundle.onboard", "petra", {"person": "claudia"}, 3, "HITL", 1),
    ("13a", "bundle.offboard", "petra", {"person": "karl"}, 2, "HOTL", 0),
    ("13c", "bundle.offboard", "viktor", {"person": "samuel"}, 3, "HITL", 1),
    ("14a", "bundle.transfer", "viktor", NILS, 2, "HOTL", 0),
    ("14b", "bundle.transfer", "petra", PAULA, 3, "HITL", 1),
)


@pytest.mark.parametrize(
    ("id", "type", "requester", "params", "tier", "mode", "waiting"),
    ROWS,
    ids=[row[0] for row in ROWS],
)
def test_a_bundle_gets_its_tier_and_mode_and_only_the_named_lines_wait(
    lasting: Api,
    id: str,
    type: str,
    requester: str,
    params: dict[str, Any],
    tier: int,
    mode: str,
    waiting: int,
) -> None:
    body = {"type": type, "requester": requester, "params": params, "phase": 3, "confidence": 0.97}
    answer = lasting.as_("assessor").post("/assessments", body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["tier"], found["gate"]["mode"]) == (tier, mode)
    assert [line["gate"]["mode"] for line in found["actions"]].count("HITL") == waiting
    # In the first phases a person has the say about every line.
    for phase in (1, 2):
        gated = lasting.as_("assessor").post("/assessments", {**body, "phase": phase}).json()
        assert {line["gate"]["mode"] for line in gated["actions"]} <= {"HITL", "SUGGEST"}


def test_what_cannot_be_expanded_is_told(lasting: Api) -> None:
    body = {"type": "bundle.onboard", "requester": "petra", "params": {"person": "carla"}}
    answer = lasting.as_("assessor").post("/assessments", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_target")
    assert "No role template in force is for Carla Mendes's role" in answer.json()["detail"]


@pytest.fixture
def partly_done(quiet: Api) -> int:
    """Lena's onboarding, of which nothing ran in time; only the laptop still waits for a yes."""
    number = onboard(quiet.desk)
    for one in quiet.desk.actions(number):
        if one.state == "authorized":
            waking.end_permission(quiet.desk, one.action.id)
    quiet.desk.sweep()
    return number


def test_a_partly_done_bundle_is_resumed_by_people_of_the_desk_once(
    quiet: Api, partly_done: int
) -> None:
    address = f"/tickets/{partly_done}"
    assert quiet.as_("owner").get(address).json()["resumable"] is True
    program = Caller(quiet.token("agent", {"actions:report"}))
    refused = program.post(f"{address}/resume", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_human")
    quiet.desk.agent.will("kb.answer", article="wifi")
    own = quiet.desk.ask("dana", "the Wi-Fi code?")
    asker = Caller(quiet.token("dana", {"actions:report"}))
    refused = asker.post(f"/tickets/{own}/resume", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert asker.post(f"{address}/resume", {}).status_code == 404
    with Beside(quiet.desk):
        resumed = quiet.as_("owner").post(f"{address}/resume", {})
    assert resumed.status_code == 201, resumed.content
    states = [one["state"] for one in resumed.json()["actions"]]
    assert Counter(states) == {"expired": 3, "withdrawn": 1, "authorized": 3, "waiting": 1}
    assert resumed.json()["resumable"] is False
    again = quiet.as_("owner").post(f"{address}/resume", {})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_resume")
    assert quiet.as_("owner").post("/tickets/99/resume", {}).status_code == 404


def test_the_command_line_resumes_it_too_and_says_why_it_cannot(
    quiet: Api, partly_done: int
) -> None:
    words = ("ticket", "resume", str(partly_done), "--as")
    refused = command(quiet.desk, *words, "dana")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Only people who work on this desk can say this." in refused.stderr
    done = command(quiet.desk, *words, "ines", "--json")
    assert (done.returncode, json.loads(done.stdout)["number"]) == (0, partly_done)
    quiet.desk.run()
    assert [one.state for one in quiet.desk.actions(partly_done)].count("authorized") == 3
    assert "Nothing is left here" in command(quiet.desk, *words, "ines").stderr
    assert "There is no ticket 99." in command(quiet.desk, *words[:2], "99", "--as", "ines").stderr
