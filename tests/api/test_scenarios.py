"""Scenarios 1a to 4b of the design over HTTP: rows are data, the answer is tier and mode."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

SURE = {"phase": 3, "confidence": 0.97}
ROWS: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("1a", {"type": "idp.reset_password", "requester": "dana", "channel": "slack"}, 1, "HOTL"),
    (
        "1b",
        {
            "type": "idp.reset_password",
            "requester": "dana",
            "channel": "email",
            "assurance": "none",
        },
        3,
        "HITL",
    ),
    ("1c", {"type": "idp.reset_password", "requester": "omar"}, 3, "HITL"),
    ("2a", {"type": "idp.unlock", "requester": "yusuf"}, 1, "HOTL"),
    ("2b", {"type": "idp.unlock", "requester": "mia"}, 3, "HITL"),
    ("2c", {"type": "idp.unlock", "requester": "karl"}, 3, "REFUSE"),
    (
        "3a",
        {"type": "github.set_membership", "requester": "erik", "params": {"role": "member"}},
        2,
        "HOTL",
    ),
    (
        "3b",
        {"type": "github.set_membership", "requester": "erik", "params": {"role": "owner"}},
        3,
        "HITL",
    ),
    (
        "3c",
        {"type": "github.set_membership", "requester": "carla", "params": {"role": "member"}},
        2,
        "HITL",
    ),
    (
        "4a",
        {"type": "idp.add_to_group", "requester": "dana", "params": {"group": "photo-club"}},
        2,
        "HOTL",
    ),
    (
        "4b",
        {"type": "idp.add_to_group", "requester": "dana", "params": {"group": "build-tools"}},
        3,
        "HITL",
    ),
)


def body(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    params = {"person": row["requester"], **row.get("params", {})}
    return {**row, "params": params, **SURE, **more}


@pytest.mark.parametrize(("id", "row", "tier", "mode"), ROWS, ids=[row[0] for row in ROWS])
def test_a_scenario_gets_its_tier_and_mode(
    lasting: Api, id: str, row: dict[str, Any], tier: int, mode: str
) -> None:
    answer = lasting.as_("assessor").post("/assessments", body(row))
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["tier"], found["gate"]["mode"]) == (tier, mode), found["gate"]["reasons"]
    assert found["facts"]
