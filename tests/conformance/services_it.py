"""What the IT domain's types do at the demo company's systems, as the fields of a `Case` each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PATCH = "os-2026-05"


def asset(number: int) -> dict[str, Any]:
    """A machine of somebody's own."""
    usual = {"kind": "host", "environment": "development", "criticality": "low"}
    return {"id": host(number), "name": f"Host {number}", **usual}


def host(number: int) -> str:
    return f"host-{number:04}"


# ------------------------------------------------------------------ patches


def _deployment(thing: Any) -> dict[str, Any]:
    path = f"/v1/targets/{host(thing.number)}/patches/{PATCH}"
    found: dict[str, Any] = thing.ask("GET", path, "patch")
    return found


def _set_patch(thing: Any, deployed: bool) -> None:
    path = f"/v1/targets/{host(thing.number)}/patches/{PATCH}"
    thing.ask("PUT", path, "patch", json={"deployed": deployed})


def _grow(thing: Any) -> None:
    devices = [host(thing.number), "another"]
    thing.ask("PATCH", f"/v1/targets/{host(thing.number)}", "patch", json={"devices": devices})


def _note_host(thing: Any, number: int) -> None:
    path = f"/v1/targets/{host(thing.number)}"
    thing.ask("PATCH", path, "patch", json={"note": f"no. {number}"})


def _patched(thing: Any, state: Mapping[str, Any]) -> tuple[str, ...]:
    word = "with" if state["deployed"] else "without"
    return (f"Host {thing.number}: {word} the patches ‘{PATCH}’.",)


def _patches(type: str, *, deployed: bool) -> dict[str, Any]:
    return {
        "name": type,
        "system": "patch",
        "type": type,
        "params": lambda thing: {"patch": PATCH, "targets": [host(thing.number)]},
        "target": lambda thing: host(thing.number),
        "seen": lambda thing: {"_until": ""},
        "prepare": lambda thing: _set_patch(thing, not deployed),
        "state": _deployment,
        "becomes": lambda thing, before, now: {**before, "deployed": deployed},
        "before": _patched,
        "after": lambda thing, before, now: _patched(thing, now),
        "drifts": {"the ring has grown": _grow},
        "churn": _note_host,
        "compares_effect": False,
        "restores": True,
    }


CASES = (
    _patches("patch.deploy", deployed=True),
    _patches("patch.remove", deployed=False),
)
