"""Emergency overrides: one human permits one change alone, and another looks at it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Router

from holdshort import flow, shown
from holdshort.api import seeing, shapes
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import LookOver, OverrideIt
from holdshort.api.params import Identity
from holdshort.records import actions, overrides, queue

router = Router(tags=["overrides"])


class Override(shapes.Shape):
    """One that nobody else has looked at yet; to an emergency `person` said yes."""

    kind: Literal["override", "emergency"]
    action: str
    ticket: int
    person: str
    reason: str
    invoked_at: datetime
    due_at: datetime
    overdue: bool


class Overrides(shapes.Shape):
    """All of them, the oldest first."""

    items: list[Override]
    total: int


@router.get(
    "/overrides",
    auth=needs("actions:read"),
    response=Overrides,
    operation_id="list_overrides",
    summary="Emergency overrides and emergency changes that nobody else has looked at",
)
def list_overrides(request: Request) -> dict[str, Any]:
    """For people who work on this desk; others see none."""
    here = queue.works_here(request.auth.person)
    kept = ("kind", "action", "ticket", "person", "reason", "invoked_at", "due_at", "overdue")
    found = overrides.open_ones() if here else []
    items = [{name: getattr(one, name) for name in kept} for one in found]
    return {"items": items, "total": len(items)}


@router.post(
    "/actions/{identity}/override",
    auth=needs("overrides:write"),
    response=shapes.Action,
    operation_id="override_action",
    summary="Permit a waiting change alone, in an emergency",
)
def override_action(request: Request, identity: Identity, body: OverrideIt) -> dict[str, Any]:
    """For owners and people who decide about security. It holds for an hour, once.

    What is refused stays refused. It is open until another human has looked at it.
    """
    story = seeing.action(request.auth, identity)
    flow.override(story.action.id, body.reason, sender=request.auth.sender)
    return _shown(story.action.id)


@router.post(
    "/actions/{identity}/override/look",
    auth=needs("overrides:write"),
    response=shapes.Action,
    operation_id="look_over_override",
    summary="Say afterwards whether an override, or an emergency change, was right",
)
def look_over_override(request: Request, identity: Identity, body: LookOver) -> dict[str, Any]:
    """For another human than whoever used it, or said yes to the change; that closes it."""
    story = seeing.action(request.auth, identity)
    flow.look_over(story.action.id, body.verdict, body.note, sender=request.auth.sender)
    return _shown(story.action.id)


def _shown(action: str) -> dict[str, Any]:
    now = actions.story(action)
    assert now is not None
    return shown.action(now, technical=True)
