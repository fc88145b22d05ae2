"""The demo company's device management and badge system: one function for each call."""

from __future__ import annotations

from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Entry

# ------------------------------------------------------------------ mdm: software on devices


def _package(call: Call) -> Reply:
    target = call.entry("targets", call.names["target"])
    package = call.entry("packages", call.names["package"])
    told = {
        "target": target["id"],
        "holder": target["holder"],
        "devices": len(target["devices"]),
        "package": package["id"],
        "publisher": package["publisher"],
        "installed": package["id"] in target["packages"],
    }
    return Reply(200, told, target["version"])


def _install(call: Call) -> Reply:
    signed_by = call.entry("packages", call.names["package"])["publisher"]
    if call.body.get("signed_by") not in (None, "", signed_by):
        raise No(409, f"The package is signed by {signed_by}.")
    return _set_installed(call, True)


def _remove(call: Call) -> Reply:
    return _set_installed(call, False)


def _set_installed(call: Call, installed: bool) -> Reply:
    target = call.entry("targets", call.names["target"])
    package = call.entry("packages", call.names["package"])["id"]
    call.unchanged(target)
    others = [one for one in target["packages"] if one != package]
    if installed is not (package in target["packages"]):
        packages = sorted([*others, package]) if installed else others
        call.kept.put("mdm", "targets", target["id"], packages=packages)
        call.kept.event(
            "mdm", "installed" if installed else "removed", target=target["id"], package=package
        )
    return _package(call)


def _note(call: Call) -> Reply:
    target = call.entry("targets", call.names["target"])
    if not call.body or not set(call.body) <= {"note", "holder", "devices"}:
        raise No(422, "Only ‘note’, ‘holder’ and ‘devices’ can be changed.")
    changed = {**call.body, **{n: call.text(n) for n in ("note", "holder") if n in call.body}}
    entry = call.kept.put("mdm", "targets", target["id"], **changed)
    return Reply(200, changed, entry["version"])


# ------------------------------------------------------------------ badge: doors


def _holder(call: Call) -> Reply:
    holder = call.entry("holders", call.names["holder"])
    badge = call.entry("badges", holder["badge"])
    told = {
        "holder": holder["id"],
        "badge": badge["id"],
        "active": badge["active"],
        "zones": badge["zones"],
    }
    return Reply(200, told, holder["version"])


def _badge(call: Call) -> Reply:
    badge = call.entry("badges", call.names["badge"])
    return Reply(200, badge, call.entry("holders", badge["holder"])["version"])


def _set_active(call: Call) -> Reply:
    badge = _unchanged(call)
    active = call.body.get("active")
    if not isinstance(active, bool):
        raise No(422, "‘active’ must be true or false.")
    if active is not badge["active"]:
        _put(call, badge["id"], badge["holder"], active=active)
        call.kept.event("badge", "enabled" if active else "disabled", badge=badge["id"])
    return _badge(call)


def _set_zones(call: Call) -> Reply:
    badge, zones = _unchanged(call), _zones(call)
    if zones != badge["zones"]:
        _put(call, badge["id"], badge["holder"], zones=zones)
        call.kept.event("badge", "zones_set", badge=badge["id"])
    return _badge(call)


def _note_badge(call: Call) -> Reply:
    badge = _unchanged(call)
    _put(call, badge["id"], badge["holder"], note=call.text("note"))
    return _badge(call)


def _unchanged(call: Call) -> Entry:
    """The badge, if its holder's entry is as the caller has seen it."""
    badge = call.entry("badges", call.names["badge"])
    call.unchanged(call.entry("holders", badge["holder"]))
    return badge


def _issue(call: Call) -> Reply:
    holder = call.entry("holders", call.text("holder"))
    if call.entry("badges", holder["badge"])["active"]:
        raise No(409, "The holder has a badge that works. Disable it first.")
    zones = _zones(call)
    number = f"B-{2001 + len(call.kept.entries('badge', 'badges'))}"
    badge = _put(call, number, holder["id"], holder=holder["id"], active=True, zones=zones)
    call.kept.put("badge", "holders", holder["id"], badge=number)
    call.kept.event("badge", "issued", badge=number)
    return Reply(201, badge, holder["version"])


def _put(call: Call, badge: str, carrier: str, /, **values: Any) -> Entry:
    """Change a badge; its holder's entry has a new version then, too."""
    call.kept.put("badge", "holders", carrier)
    return call.kept.put("badge", "badges", badge, **values)


def _zones(call: Call) -> list[str]:
    zones = call.body.get("zones")
    if not isinstance(zones, list) or not all(isinstance(zone, str) for zone in zones):
        raise No(422, "‘zones’ must be a list of texts.")
    for zone in zones:
        call.entry("zones", zone)
    return sorted(zones)


MDM: Calls = {
    ("GET", "/v1/targets/{target}/packages/{package}"): _package,
    ("PUT", "/v1/targets/{target}/packages/{package}"): _install,
    ("DELETE", "/v1/targets/{target}/packages/{package}"): _remove,
    ("PATCH", "/v1/targets/{target}"): _note,
}

BADGE: Calls = {
    ("GET", "/v1/holders/{holder}"): _holder,
    ("GET", "/v1/badges/{badge}"): _badge,
    ("PATCH", "/v1/badges/{badge}"): _note_badge,
    ("PUT", "/v1/badges/{badge}/active"): _set_active,
    ("PUT", "/v1/badges/{badge}/zones"): _set_zones,
    ("POST", "/v1/badges"): _issue,
}
