"""The demo company's sign-on service and mail system: one function for each call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.services_calls import Call, Calls, No, Reply
from demo.services_state import Kept

RECOVERABLE_DAYS = 30
PHISH = "m-phish-1"
"""A mail that went to everybody."""


def seed_sso(kept: Kept, company: Mapping[str, Any]) -> None:
    """Everybody is signed in on a laptop and on a phone."""
    for person in company["people"]:
        sessions = [f"{person['id']}-{device}" for device in ("laptop", "phone")]
        kept.put("sso", "people", person["id"], sessions=sessions, enabled=True)


def seed_mail(kept: Kept, company: Mapping[str, Any]) -> None:
    """One mail in everybody's mailbox, and one for each alone."""
    people = sorted(p["id"] for p in company["people"] if p.get("kind", "human") == "human")
    own = {f"m-{id}": [id] for id in people}
    for id, mailboxes in {PHISH: people, **own}.items():
        subject = "Your mailbox is full" if id == PHISH else f"Invoice {id}"
        kept.put("mail", "messages", id, subject=subject, mailboxes=mailboxes, purged=False)


# ------------------------------------------------------------------ sso: sessions


def _sessions(call: Call) -> Reply:
    person = call.entry("people", call.names["person"])
    return Reply(200, {**person, "count": len(person["sessions"])}, person["version"])


def _end(call: Call) -> Reply:
    person = call.entry("people", call.names["person"])
    call.unchanged(person)
    if person["sessions"]:
        call.kept.event("sso", "ended", person=person["id"], sessions=person["sessions"])
        call.kept.put("sso", "people", person["id"], sessions=[])
    return _sessions(call)


def _change_person(call: Call) -> Reply:
    person = call.entry("people", call.names["person"])
    if not call.body or not set(call.body) <= {"sessions", "enabled", "note"}:
        raise No(422, "Only ‘sessions’, ‘enabled’ and ‘note’ can be changed.")
    call.kept.put("sso", "people", person["id"], **call.body)
    return _sessions(call)


# ------------------------------------------------------------------ mail: messages


def _message(call: Call) -> Reply:
    message = call.entry("messages", call.names["message"])
    more = {"count": len(message["mailboxes"]), "recoverable_days": RECOVERABLE_DAYS}
    return Reply(200, {**message, **more}, message["version"])


def _set_purged(call: Call) -> Reply:
    message = call.entry("messages", call.names["message"])
    call.unchanged(message)
    purged = call.body.get("purged")
    if not isinstance(purged, bool):
        raise No(422, "‘purged’ must be true or false.")
    if purged is not message["purged"]:
        call.kept.put("mail", "messages", message["id"], purged=purged)
        call.kept.event("mail", "purged" if purged else "restored", message=message["id"])
    return _message(call)


def _change_message(call: Call) -> Reply:
    message = call.entry("messages", call.names["message"])
    if not call.body or not set(call.body) <= {"mailboxes", "note"}:
        raise No(422, "Only ‘mailboxes’ and ‘note’ can be changed.")
    call.kept.put("mail", "messages", message["id"], **call.body)
    return _message(call)


SSO: Calls = {
    ("GET", "/v1/people/{person}/sessions"): _sessions,
    ("DELETE", "/v1/people/{person}/sessions"): _end,
    ("PATCH", "/v1/people/{person}"): _change_person,
}

MAIL: Calls = {
    ("GET", "/v1/messages/{message}"): _message,
    ("PUT", "/v1/messages/{message}/purged"): _set_purged,
    ("PATCH", "/v1/messages/{message}"): _change_message,
}
