"""The demo company's patch system: rings of devices, hosts and databases, one function a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Kept


def seed(kept: Kept, company: Mapping[str, Any]) -> None:
    """Everything of the inventory that can be patched, with its devices."""
    members: dict[str, list[str]] = {}
    for device in company.get("devices", ()):
        members.setdefault(device.get("fleet", ""), []).append(device["id"])
    for asset in company.get("assets", ()):
        devices = members.get(asset["id"], []) if asset["kind"] == "fleet" else [asset["id"]]
        kept.put("patch", "targets", asset["id"], devices=sorted(devices), patches=[])


def _deployment(call: Call) -> Reply:
    target, patch = call.entry("targets", call.names["target"]), call.names["patch"]
    told = {
        "target": target["id"],
        "patch": patch,
        "devices": target["devices"],
        "deployed": patch in target["patches"],
    }
    return Reply(200, told, target["version"])


def _set(call: Call) -> Reply:
    """Deploy or take off. Nothing starts after the moment that came with the order."""
    target, patch = call.entry("targets", call.names["target"]), call.names["patch"]
    call.unchanged(target)
    deployed, until = call.body.get("deployed"), call.body.get("until") or ""
    if not isinstance(deployed, bool):
        raise No(422, "‘deployed’ must be true or false.")
    if until and datetime.now(UTC) >= datetime.fromisoformat(call.text("until")):
        raise No(409, "The window has ended.")
    if deployed is not (patch in target["patches"]):
        others = [one for one in target["patches"] if one != patch]
        patches = sorted([*others, patch]) if deployed else others
        call.kept.put("patch", "targets", target["id"], patches=patches)
        what = "deployed" if deployed else "taken_off"
        call.kept.event("patch", what, target=target["id"], patch=patch, until=until)
    return _deployment(call)


def _change(call: Call) -> Reply:
    target = call.entry("targets", call.names["target"])
    if not call.body or not set(call.body) <= {"note", "devices"}:
        raise No(422, "Only ‘note’ and ‘devices’ can be changed.")
    entry = call.kept.put("patch", "targets", target["id"], **call.body)
    return Reply(200, entry, entry["version"])


PATCH: Calls = {
    ("GET", "/v1/targets/{target}/patches/{patch}"): _deployment,
    ("PUT", "/v1/targets/{target}/patches/{patch}"): _set,
    ("PATCH", "/v1/targets/{target}"): _change,
}
