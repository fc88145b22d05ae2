"""Bearer tokens of the HTTP API: what a program may ask for, and in whose name.

Only the digest of a token is kept. A token says who asks and what it may be used for; whether
that person may decide about an action is asked afterwards, and never answered by a scope.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from holdshort.core.terms import Assurance, Channel, Kind, Person, Sender
from holdshort.records import db, people

SCOPES: Mapping[str, str] = {
    "tickets:read": "Read the tickets that the token's person may see.",
    "tickets:write": "Open tickets in the token's person's name and write on those they may see.",
    "tickets:on_behalf": "Open tickets in the name of somebody else, whose identity is unproven.",
    "actions:propose": "Offer an action; it is staged and gated like every other.",
    "actions:read": "Read actions and their decision records.",
    "actions:stop": "Stop what has not started, and ask for the undo of what ran.",
    "actions:report": "Say what was done by hand or found; go on with a partly done bundle.",
    "switches:write": "Stop everything, one app or one kind of change, and let it go on.",
    "overrides:write": "Permit a waiting change alone in an emergency; look at others'.",
    "assessments:run": "Ask what the gate would answer, without any effect.",
    "reviews:read": "Read reviews.",
    "reviews:decide": "Answer reviews that the token's person was asked about.",
    "catalogue:read": "Read the action types.",
    "autonomy:read": "Read what each category has earned.",
}
"""Every scope with what it allows."""

_READING = {"tickets:read", "actions:read", "reviews:read", "catalogue:read", "autonomy:read"}
_ASKING = _READING | {"tickets:write", "actions:stop", "reviews:decide"}
_WORKING = _ASKING | {"actions:report", "switches:write", "overrides:write"}

DEMO_SCOPES: Mapping[str, frozenset[str]] = {
    "requester": frozenset(_ASKING),
    "requester_second_account": frozenset(_ASKING),
    "beneficiary": frozenset(_ASKING),
    "reviewer": frozenset(_WORKING),
    "second_reviewer": frozenset(_WORKING),
    "owner": frozenset(SCOPES),
    # May try to decide, so that everybody can see that an agent is refused whatever it may ask.
    "agent": frozenset(_READING | {"actions:propose", "assessments:run", "reviews:decide"}),
    "assessor": frozenset({"assessments:run", "catalogue:read"}),
}
"""The scopes of each role of the demo company."""


class CannotIssue(Exception):
    """Why no token can be made, in a sentence."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sends a request, what the token allows, and the human behind an agent's token."""

    sender: Sender
    scopes: frozenset[str]
    sponsor: Person | None

    @property
    def person(self) -> Person:
        """The token's person."""
        return self.sender.person


def create(
    person: str,
    *,
    scopes: Collection[str],
    label: str,
    issuer: str | None = None,
    sponsor: str | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a token and give it, once. Runs as the owner of the tables. Raises CannotIssue.

    `issuer` names which of the person's accounts it stands for. `sponsor` is the human who
    counts as the requester of what an agent offers without a ticket.
    """
    odd = sorted(set(scopes) - SCOPES.keys())
    if odd or not scopes:
        raise CannotIssue(f"Choose scopes from: {', '.join(SCOPES)}. Unknown: {', '.join(odd)}.")
    account = db.value("account_of_person", person=person, issuer=issuer)
    if account is None:
        raise CannotIssue(f"Nobody here with the id ‘{person}’ has such an account.")
    behind = people.person(sponsor) if sponsor else None
    if sponsor and (behind is None or behind.kind is not Kind.HUMAN):
        raise CannotIssue(f"The sponsor must be a human who is known here; ‘{sponsor}’ is not.")
    token = f"hs_{secrets.token_urlsafe(32)}"
    db.run(
        "add_token",
        digest=_digest(token),
        account=account,
        person=person,
        sponsor=sponsor,
        scopes=sorted(scopes),
        label=label,
        expires_at=expires_at,
    )
    return token


def find(token: str) -> Bearer | None:
    """Whose token this is; None when it is unknown, over, or its person or account is gone."""
    found = db.row("token", digest=_digest(token))
    if found is None or people.has_left(found["employment_end"]):
        return None
    person = people.from_row(found)
    behind = people.person(found["sponsor"]) if found["sponsor"] else None
    sponsors = behind is not None and not people.has_left(behind.employment.end)
    # A human's token is a session of theirs; a program proves nothing about a human.
    assurance = Assurance.SESSION if person.kind is Kind.HUMAN else Assurance.NONE
    return Bearer(
        sender=Sender(person, found["account"], Channel.API, assurance),
        scopes=frozenset(found["scopes"]),
        sponsor=behind if sponsors else None,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
