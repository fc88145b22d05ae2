"""The audit outbox: every business transaction writes its event in the same transaction."""

from __future__ import annotations

from typing import Any

from holdshort.records import db

EVENTS = frozenset(
    {
        "ticket.received",
        "ticket.replied",
        "ticket.asked",
        "ticket.handed_over",
        "ticket.closed",
        "proposal.offered",
        "action.staged",
        "action.refused",
        "review.opened",
        "review.asked_again",
        "review.not_reopened",
        "review.handed_over",
        "review.reminded",
        "review.escalated",
        "decision.made",
        "decision.refused",
        "decision.looked_at",
        "authorization.granted",
        "action.rejected",
        "action.superseded",
        "action.expired",
        "action.stopped",
        "action.withdrawn",
        "execution.started",
        "execution.resumed",
        "execution.delayed",
        "execution.settled",
        "execution.halted",
        "action.settled",
        "desk.reconciled",
        "work.reported",
        "finding.recorded",
        "secret.read",
        "policy.adopted",
        "policy.unreadable",
        "policy.read",
        "delegation.given",
        "delegation.taken_back",
        "undo.asked",
        "call_back.recorded",
        "emergency.looked_over",
        "emergency.recorded",
        "emergency.reminded",
        "override.invoked",
        "rollback.covered",
        "override.looked_over",
        "access.ended",
        "access.gone",
        "batch.released",
        "switch.stopped",
        "switch.released",
        "sign_in.succeeded",
        "sign_in.failed",
    }
)
"""Everything that is ever recorded; a new name is added here first. The grammar is noun.verb."""


def event(
    name: str, *, actor: str, ticket: int | None = None, action: str | None = None, **detail: Any
) -> None:
    """Record that something happened. `detail` holds ids and codes, never names or free text."""
    db.write("event", **told(name, actor=actor, ticket=ticket, action=action, **detail))


def told(
    name: str, *, actor: str, ticket: int | None = None, action: str | None = None, **detail: Any
) -> dict[str, Any]:
    """The columns of an event, for a statement that writes it with the row that points at it."""
    if name not in EVENTS:
        raise ValueError(f"{name!r} is not an event; add it to EVENTS first")
    return {
        "name": name,
        "actor": actor,
        "ticket": ticket,
        "action": action,
        "detail": db.as_json(detail),
    }
