"""Scenarios 12a to 14b over HTTP: the whole is as strict as the csv says, and only as its lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

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
