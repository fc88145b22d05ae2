"""The policy rule of idle guests: nobody has used the account for long, and its owner agreed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from holdshort.core.listed import Document
from holdshort.core.templates import Unreadable, local
from holdshort.core.terms import PolicyResult, PolicyVerdict, Reason

RULE = "policy.idle_guest"
IDLE_DAYS = 90
"""For how many days nobody must have signed in."""


def idle_guest(
    document: Document,
    version: int | None,
    name: str,
    guest: Mapping[str, Any] | None,
    at: datetime,
) -> PolicyResult:
    """Whether this account may be suspended without a person looking.

    `guest` is the row of the list of guests: `owner`, `last_seen`, and `consent` with `person`,
    `given` and `until`. Whatever of it cannot be read as meant allows nothing.
    """
    if version is None:
        return PolicyResult(
            PolicyVerdict.NONE, Reason(RULE, "Needs a person: no policy is in force.")
        )
    if guest is None:
        return _fails(version, f"{name} is no guest", "not listed", "a guest", "a person deciding")
    try:
        today = local(document, at).date()
        idle = (today - _day(guest.get("last_seen"))).days
    except Unreadable:
        text = f"nobody knows when {name} last signed in"
        change = "reading the sign-ins of guests again"
        return _fails(version, text, "unknown", f"{IDLE_DAYS} days", change)
    if idle < IDLE_DAYS:
        text = f"{name} signed in {idle} days ago"
        return _fails(version, text, f"{idle} days", f"{IDLE_DAYS} days", "waiting longer")
    return _agreed(version, name, guest, today, idle)


def _agreed(
    version: int, name: str, guest: Mapping[str, Any], today: date, idle: int
) -> PolicyResult:
    owner, given = guest.get("owner"), _given(guest, today)
    if given is None:
        who = f"‘{owner}’" if owner else "its owner"
        text = f"no consent of {who} to suspending {name} is on record"
        return _fails(version, text, "none in force", "the owner's consent", f"{who} agreeing")
    text = f"Allowed because {name} is a guest, idle for {idle} days, and ‘{owner}’ agreed on"
    said = f"{text} {given} (policy version {version})."
    reason = Reason(RULE, said, version, f"{idle} days", f"{IDLE_DAYS} days")
    return PolicyResult(PolicyVerdict.PASSES, reason)


def _given(guest: Mapping[str, Any], today: date) -> date | None:
    """When the owner agreed: after the last sign-in, and in force today. None: they did not."""
    consent, owner = guest.get("consent"), guest.get("owner")
    if not isinstance(consent, Mapping) or not owner or consent.get("person") != owner:
        return None
    try:
        given, until = _day(consent.get("given")), _day(consent.get("until"))
        counts = _day(guest.get("last_seen")) < given <= today <= until
    except Unreadable:
        return None
    return given if counts else None


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise Unreadable("a day is missing")


def _fails(version: int, fact: str, observed: str, limit: str, change: str) -> PolicyResult:
    reason = Reason(RULE, f"Needs a person: {fact}.", version, observed, limit, change)
    return PolicyResult(PolicyVerdict.FAILS, reason)
