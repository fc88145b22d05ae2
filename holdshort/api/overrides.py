"""Emergencies: one human permits a change alone, or made one unasked; another looks at it later."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router, Status

from holdshort import catalogue, flow, shown
from holdshort.api import seeing, shapes
from holdshort.api.actions import staged
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import LookOver, MadeAlready, OverrideIt
from holdshort.api.once import Receipt, once
from holdshort.api.params import Identity
from holdshort.records import actions, overrides, queue

router = Router(tags=["overrides"])


class Override(shapes.Shape):
    """One that nobody else has looked at yet.

    To an emergency `person` said yes; what is `made` they changed by hand before anybody did;
    what is `outdated` they did by hand, and `reason` was not known to those who had said yes.
    """

    kind: Literal["override", "emergency", "made", "outdated"]
    action: str
    ticket: int
    person: str
    reason: str
    made_at: datetime | None
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
    summary="Overrides, emergency changes and changes made unasked that nobody else has looked at",
)
def list_overrides(request: Request) -> dict[str, Any]:
    """For people who work on this desk, as far as they may read its ticket; others see none."""
    person = request.auth.person
    kept = tuple(Override.model_fields)
    found = overrides.open_ones() if queue.works_here(person) else []
    found = [one for one in found if queue.may_see_number(person, one.ticket)]
    items = [{name: getattr(one, name) for name in kept} for one in found]
    return {"items": items, "total": len(items)}


@router.post(
    "/overrides/made",
    auth=needs("overrides:write"),
    response={201: shapes.Action, 202: shapes.Staged, 200: shapes.Staged},
    operation_id="record_made",
    summary="Record a change that you made by hand before anybody permitted it",
)
def record_made(request: Request, body: MadeAlready) -> Status[Any] | HttpResponse:
    """For owners and people who decide about such changes. It is never a permission.

    The action is written as made, with what the gate would have asked for; its target is looked
    at where it can be. It is open until another human has looked at it. Honours
    `Idempotency-Key`.
    """
    catalogue.parse(body.type, body.params)
    sender = request.auth.sender

    def record() -> Receipt:
        number, proposal = flow.record_made(
            body.type, body.params, body.made_at, body.reason, sender=sender
        )
        return {"proposal": proposal, "ticket": number}

    return once(request, body, record, staged)


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
    summary="Say afterwards whether it was right",
)
def look_over_override(request: Request, identity: Identity, body: LookOver) -> dict[str, Any]:
    """For another human than whoever used it, said yes to it, or made it; that closes it."""
    story = seeing.action(request.auth, identity)
    flow.look_over(story.action.id, body.verdict, body.note, sender=request.auth.sender)
    return _shown(story.action.id)


def _shown(action: str) -> dict[str, Any]:
    now = actions.story(action)
    assert now is not None
    return shown.action(now, technical=True)
