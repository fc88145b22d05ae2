"""The demo company's host management: databases and hosts that are started again, and come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Entry, Kept

KINDS = ("database", "host")


def seed(kept: Kept, company: Mapping[str, Any]) -> None:
    """Everything of the inventory that runs, and works."""
    for asset in company.get("assets", ()):
        if asset["kind"] in KINDS:
            _start(kept, asset["id"], boots=1, comes_back=True, restart="")


def _start(kept: Kept, id: str, **values: Any) -> Entry:
    """It runs from now on, and works if it is one that comes back."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known = kept.entry("hosts", "hosts", id) or {}
    healthy = (known | values)["comes_back"]
    return kept.put("hosts", "hosts", id, **values, started_at=now, healthy=healthy)


def _host(call: Call) -> Reply:
    host = call.entry("hosts", call.names["host"])
    return Reply(200, {**host, "boot": f"{host['id']}-{host['boots']}"}, host["version"])


def _restart(call: Call) -> Reply:
    """Stop it and start it. Whose order that was is said with it."""
    host = call.entry("hosts", call.names["host"])
    call.unchanged(host)
    order = {"boots": host["boots"] + 1, "restart": call.text("reference")}
    _start(call.kept, host["id"], **order)
    call.kept.event("hosts", "restarted", host=host["id"], reference=order["restart"])
    return _host(call)


def _change(call: Call) -> Reply:
    host = call.entry("hosts", call.names["host"])
    if not call.body or not set(call.body) <= {"note", "healthy", "comes_back"}:
        raise No(422, "Only ‘note’, ‘healthy’ and ‘comes_back’ can be changed.")
    call.kept.put("hosts", "hosts", host["id"], **call.body)
    return _host(call)


HOSTS: Calls = {
    ("GET", "/v1/hosts/{host}"): _host,
    ("POST", "/v1/hosts/{host}/restarts"): _restart,
    ("PATCH", "/v1/hosts/{host}"): _change,
}
