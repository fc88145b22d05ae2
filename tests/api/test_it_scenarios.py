"""Scenarios of the IT domain over HTTP: rows are data, the answer is tier and mode in phase 3."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.catalogue.test_it_scenarios import OPEN_443

TUESDAY_NIGHT, AT_WORK = "2026-05-05T20:30:00+02:00", "2026-05-05T14:00:00+02:00"
RING: dict[str, Any] = {"patch": "os-2026-05", "targets": ["laptops-ring-1"]}
BOTH = {**RING, "targets": ["laptops-ring-1", "prod-db-1"]}
STAFF = (
    *("tomas", "sven", "omar", "nadia", "lukas", "erik", "aylin", "mateo", "jonas", "carla"),
    *("viktor", "dana", "bea", "mia", "ravi", "greta", "yusuf", "chloe", "pavel", "samuel"),
)
ROWS: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any], int, str], ...] = (
    ("6a", "ines", "patch.deploy", RING, {"at": TUESDAY_NIGHT}, 2, "HOTL"),
    ("6b", "ines", "patch.deploy", {**RING, "emergency": True}, {"at": AT_WORK}, 3, "HITL"),
    ("6c", "ines", "patch.deploy", BOTH, {"at": TUESDAY_NIGHT}, 3, "HITL"),
    ("7a", "dana", "kb.answer", {"article": "vpn-ports"}, {}, 1, "HOTL"),
    ("7b", "erik", "fw.change", OPEN_443, {}, 3, "HITL"),
    ("7c", "erik", "fw.change", {**OPEN_443, "change": "remove"}, {}, 3, "HITL"),
    ("8a", "erik", "db.restart", {"database": "dev-db"}, {}, 2, "HOTL"),
    ("8b", "erik", "db.restart", {"database": "prod-db-1"}, {}, 3, "HITL"),
    ("9a", "petra", "idp.suspend", {"person": "wanda"}, {}, 2, "HOTL"),
    ("9b", "petra", "bundle.suspend", {"people": [*STAFF]}, {}, 3, "HITL"),
    ("10a", "dana", "kb.answer", {"article": "outlook-profile"}, {}, 1, "HOTL"),
    ("11a", "dana", "ticket.route", {"context": "security"}, {}, 1, "HOTL"),
    ("11b", "dana", "idp.revoke_sessions", {"person": "dana"}, {}, 3, "HITL"),
    ("11c", "dana", "mail.purge", {"message": "m-phish-1"}, {}, 3, "HITL"),
)


@pytest.mark.parametrize(
    ("id", "requester", "type", "params", "how", "tier", "mode"), ROWS, ids=[r[0] for r in ROWS]
)
def test_a_scenario_gets_its_tier_and_mode(
    lasting: Api,
    id: str,
    requester: str,
    type: str,
    params: dict[str, Any],
    how: dict[str, Any],
    tier: int,
    mode: str,
) -> None:
    asked = {"type": type, "requester": requester, "params": params, "phase": 3}
    answer = lasting.as_("assessor").post("/assessments", {**asked, "confidence": 0.97, **how})
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["tier"], found["gate"]["mode"]) == (tier, mode), found["gate"]["reasons"]
    assert found["gate"]["reasons"]
