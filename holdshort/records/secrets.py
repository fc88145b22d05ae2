"""New passwords, sealed until their owner reads them once."""

from __future__ import annotations

from holdshort.records import audit, db


def waiting(ticket: int, *, person: str) -> list[db.Row]:
    """The passwords on a ticket that wait for this person: action and when each is deleted."""
    return db.rows("secrets_of_ticket", ticket=ticket, person=person)


def take(action: str, *, person: str) -> bytes | None:
    """Take the sealed password out; None when it is not theirs, was read, or has expired."""
    with db.transaction():
        found = db.row("take_secret", action=action, person=person)
        if found is None:
            return None
        audit.event("secret.read", actor=person, ticket=found["ticket"], action=action)
        return bytes(found["sealed"])
