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


def database(number: int) -> dict[str, Any]:
    """The same, one that holds data."""
    return {**asset(number), "id": f"db-{number:04}", "name": f"Db {number}", "kind": "database"}


# ------------------------------------------------------------------ databases


def _host(thing: Any) -> dict[str, Any]:
    found = thing.ask("GET", f"/v1/hosts/db-{thing.number:04}", "hosts")
    return {name: found[name] for name in ("boot", "started_at", "healthy", "restart")} | {
        "host": found["id"]
    }


def _restart(thing: Any) -> None:
    order = {"reference": "by-phone"}
    thing.ask("POST", f"/v1/hosts/db-{thing.number:04}/restarts", "hosts", json=order)


def _note_database(thing: Any, number: int) -> None:
    body = {"note": f"no. {number}"}
    thing.ask("PATCH", f"/v1/hosts/db-{thing.number:04}", "hosts", json=body)


RESTART = {
    "name": "db.restart",
    "system": "hosts",
    "type": "db.restart",
    "params": lambda thing: {"database": f"db-{thing.number:04}"},
    "target": lambda thing: f"db-{thing.number:04}",
    "seen": lambda thing: {"host": f"db-{thing.number:04}", "boot": f"db-{thing.number:04}-1"},
    "prepare": lambda thing: None,
    "state": _host,
    "becomes": lambda thing, before, now: {
        **before,
        "boot": f"db-{thing.number:04}-2",
        "started_at": now["started_at"],
        "restart": now["restart"],
    },
    "before": lambda thing, state: (
        f"Db {thing.number} has been running since {state['started_at']}, and works.",
    ),
    "after": lambda thing, before, now: (
        f"Db {thing.number} has been restarted, and its connections were ended.",
    ),
    "drifts": {"somebody else restarted it": _restart},
    "churn": _note_database,
}

# ------------------------------------------------------------------ github

ROLES = ("member", "maintainer", "owner")


def _login(thing: Any) -> str:
    return f"{thing.person}-acme"


def _role(thing: Any) -> dict[str, Any]:
    path = f"/orgs/acme/memberships/{_login(thing)}"
    found = thing.services.respond("github", "GET", path)
    held = found.json()["role"] if found.is_success else "none"
    return {"account": _login(thing), "held": held}


def _set_role(role: str) -> Any:
    def put(thing: Any) -> None:
        path = f"/orgs/acme/memberships/{_login(thing)}"
        thing.ask("PUT", path, "github", json={"role": role})

    return put


def _take_out(thing: Any) -> None:
    thing.ask("DELETE", f"/orgs/acme/memberships/{_login(thing)}", "github")


def _note_role(thing: Any, number: int) -> None:
    path = f"/orgs/acme/memberships/{_login(thing)}"
    thing.services.respond("github", "PATCH", path, json={"note": f"no. {number}"})


def _is_a(thing: Any, state: Mapping[str, Any]) -> str:
    held = "nothing" if state["held"] == "none" else f"a {state['held']}"
    return f"{thing.person.title()} Test is {held} in GitHub."


def _membership(type: str, to: str, change: str, **more: Any) -> dict[str, Any]:
    return {
        "name": type,
        "system": "github",
        "type": type,
        "target": _login,
        "seen": lambda thing: {"account": _login(thing), "held": "member", "_to": to},
        "prepare": _set_role("member"),
        "state": _role,
        "becomes": lambda thing, before, now: {**before, "held": to},
        "before": lambda thing, state: (_is_a(thing, state),),
        "after": lambda thing, before, now: (_is_a(thing, now), f"{change} no right."),
        "churn": _note_role,
        "restores": True,
        **more,
    }


GITHUB = (
    _membership(
        "github.set_membership",
        "maintainer",
        "Gains",
        params=lambda thing: {"person": thing.person, "role": "maintainer"},
        drifts={"somebody took them out": _take_out},
    ),
    _membership(
        "github.end_membership",
        "none",
        "Loses",
        params=lambda thing: {"person": thing.person, "role": "member"},
        drifts={},
    ),
)

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


# ------------------------------------------------------------------ sessions


def _sessions(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = thing.ask("GET", f"/v1/people/{thing.person}/sessions", "sso")
    return {name: found[name] for name in ("id", "enabled", "count", "sessions")} | {
        "person": found["id"]
    }


def _disable(thing: Any) -> None:
    thing.ask("PATCH", f"/v1/people/{thing.person}", "sso", json={"enabled": False})


def _note_person(thing: Any, number: int) -> None:
    thing.ask("PATCH", f"/v1/people/{thing.person}", "sso", json={"note": f"no. {number}"})


SESSIONS = {
    "name": "idp.revoke_sessions",
    "system": "sso",
    "type": "idp.revoke_sessions",
    "params": lambda thing: {"person": thing.person},
    "target": lambda thing: thing.person,
    "seen": lambda thing: {},
    "prepare": lambda thing: None,
    "state": _sessions,
    "becomes": lambda thing, before, now: {**before, "count": 0, "sessions": []},
    "before": lambda thing, state: (
        f"{thing.person.title()} Test is signed in wherever they signed in.",
    ),
    "after": lambda thing, before, now: (
        f"{thing.person.title()} Test is signed in nowhere.",
        "Which sessions there were is kept with the record, before they end.",
    ),
    "drifts": {"the account was disabled": _disable},
    "churn": _note_person,
    "compares_effect": False,
}

# ------------------------------------------------------------------ mail


def _message(thing: Any) -> dict[str, Any]:
    found: dict[str, Any] = thing.ask("GET", f"/v1/messages/m-{thing.person}", "mail")
    return {name: found[name] for name in ("subject", "purged")} | {
        "message": found["id"],
        "mailboxes": found["count"],
        "people": found["mailboxes"],
    }


def _set_purged(thing: Any, purged: bool) -> None:
    path = f"/v1/messages/m-{thing.person}/purged"
    thing.ask("PUT", path, "mail", json={"purged": purged})


def _reaches_more(thing: Any) -> None:
    path = f"/v1/messages/m-{thing.person}"
    thing.ask("PATCH", path, "mail", json={"mailboxes": [thing.person, "somebody-else"]})


def _note_message(thing: Any, number: int) -> None:
    path = f"/v1/messages/m-{thing.person}"
    thing.ask("PATCH", path, "mail", json={"note": f"no. {number}"})


def _where(state: Mapping[str, Any]) -> tuple[str, ...]:
    gone = "in no mailbox; it can be put back for 30 days"
    return (f"‘{state['subject']}’ is {gone if state['purged'] else 'in 1 mailbox'}.",)


def _mail(type: str, *, purged: bool) -> dict[str, Any]:
    return {
        "name": type,
        "system": "mail",
        "type": type,
        "params": lambda thing: {"message": f"m-{thing.person}"},
        "target": lambda thing: f"m-{thing.person}",
        "seen": lambda thing: {},
        "prepare": lambda thing: _set_purged(thing, not purged),
        "state": _message,
        "becomes": lambda thing, before, now: {**before, "purged": purged},
        "before": lambda thing, state: _where(state),
        "after": lambda thing, before, now: _where(now),
        "drifts": {"it reached more people": _reaches_more},
        "churn": _note_message,
        "restores": True,
    }


CASES = (
    *GITHUB,
    RESTART,
    _mail("mail.purge", purged=True),
    _mail("mail.restore", purged=False),
    SESSIONS,
    _patches("patch.deploy", deployed=True),
    _patches("patch.remove", deployed=False),
)
