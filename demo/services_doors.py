"""The demo company's badge system: days on which a door stands open."""

from __future__ import annotations

import re

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Entry


def _exception(call: Call) -> Reply:
    zone, entry = _entry(call)
    return Reply(200, {**entry, "zone": zone["id"]}, entry["version"])


def _entry(call: Call) -> tuple[Entry, Entry]:
    """The zone, and what is agreed for one of its days; a day nobody spoke of is as usual."""
    zone, day = call.entry("zones", call.names["zone"]), call.names["day"]
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        raise No(404, "There is no such day.")
    usual = {"day": day, "exception": "none", "opens": "usual", "closes": "usual"}
    known = call.kept.entry("badge", "days", f"{zone['id']} {day}")
    return zone, known or {**usual, "version": zone["version"]}


def _open(call: Call) -> Reply:
    return _set(call, exception="open", opens=call.text("opens"), closes=call.text("closes"))


def _as_usual(call: Call) -> Reply:
    return _set(call, exception="none", opens="usual", closes="usual")


def _set(call: Call, **times: str) -> Reply:
    zone, entry = _entry(call)
    call.unchanged(entry)
    if any(entry[name] != value for name, value in times.items()):
        day = entry["day"]
        call.kept.put("badge", "days", f"{zone['id']} {day}", day=day, **times)
        what = "opened" if times["exception"] == "open" else "as_usual"
        call.kept.event("badge", what, zone=zone["id"], day=day)
    return _exception(call)


def _note(call: Call) -> Reply:
    zone, entry = _entry(call)
    kept = {name: entry[name] for name in ("day", "exception", "opens", "closes")}
    call.kept.put("badge", "days", f"{zone['id']} {entry['day']}", **kept, note=call.text("note"))
    return _exception(call)


DOORS: Calls = {
    ("GET", "/v1/zones/{zone}/days/{day}"): _exception,
    ("PATCH", "/v1/zones/{zone}/days/{day}"): _note,
    ("PUT", "/v1/zones/{zone}/days/{day}/exception"): _open,
    ("DELETE", "/v1/zones/{zone}/days/{day}/exception"): _as_usual,
}
