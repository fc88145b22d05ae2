"""Access for a time: who holds what until when, and ending it early."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router
from pydantic import Field

from holdshort import flow, shown
from holdshort.api import seeing, shapes
from holdshort.api.bearer import Request, needs
from holdshort.api.params import Identity
from holdshort.records import actions, grants, queue, tickets
from holdshort.records.grants import Grant

router = Router(tags=["access"])


class Access(shapes.Shape):
    """Access that ends by itself and has not ended."""

    action: str
    ticket: int
    type: str
    beneficiary: str
    hours: int
    since: datetime
    due_at: datetime
    overdue: bool
    taking_back: shapes.State | None = Field(description="How the last try to take it back stands.")


class AccessForATime(shapes.Shape):
    """All of it, what is due first."""

    items: list[Access]
    total: int


@router.get(
    "/access",
    auth=needs("actions:read"),
    response=AccessForATime,
    operation_id="list_access",
    summary="Access that ends by itself",
)
def list_access(request: Request) -> dict[str, Any]:
    """What has not ended yet; `overdue` where it should have. Others than staff see their own."""
    found = [_shown(one) for one in grants.grants() if _may_see(request, one)]
    return {"items": found, "total": len(found)}


@router.post(
    "/actions/{identity}/end",
    auth=needs("actions:stop"),
    response=shapes.Action,
    operation_id="end_access",
    summary="End access for a time now",
)
def end_access(request: Request, identity: Identity) -> dict[str, Any]:
    """Whose access it is, or who works here, gives it up; nobody has to approve that."""
    story = seeing.action(request.auth, identity)
    flow.end_access(story.action.id, sender=request.auth.sender)
    now = actions.story(story.action.id)
    assert now is not None
    return shown.action(now, technical=seeing.technical(request.auth))


def _may_see(request: Request, one: Grant) -> bool:
    who = request.auth.person
    if one.beneficiary == who.id:
        return True
    ticket = tickets.ticket(one.ticket)
    return ticket is not None and queue.may_see(who, ticket)


def _shown(one: Grant) -> dict[str, Any]:
    kept = ("action", "ticket", "type", "beneficiary", "hours", "since", "due_at", "overdue")
    return {**{name: getattr(one, name) for name in kept}, "taking_back": one.taking_back}
