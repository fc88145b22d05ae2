"""After an older state of the desk came back: what is in doubt, what became of it, and going on."""

from __future__ import annotations

from typing import Any

from ninja import Router

from holdshort import flow, shown
from holdshort.api import seeing, shapes
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import EndOfSafeMode, Settlement
from holdshort.api.params import Identity
from holdshort.records import actions, queue, safe_mode, tickets
from holdshort.records.safe_mode import Doubt

router = Router(tags=["safe mode"])


@router.get(
    "/safe-mode",
    auth=needs("actions:read"),
    response=shapes.SafeMode,
    operation_id="read_safe_mode",
    summary="Whether nothing runs, and why",
)
def read_safe_mode(request: Request) -> dict[str, Any]:
    """People who work on this desk see what is in doubt, and what each target shows now."""
    halt, who = safe_mode.halt(), request.auth.person
    found = safe_mode.doubts() if halt and queue.works_here(who) else []
    return {
        "on": halt is not None,
        "why": f"Nothing runs: {halt.why}" if halt else "",
        "since": halt.noticed_at if halt else None,
        "doubts": [_doubt(one) for one in found if _may_see(request, one)],
    }


@router.post(
    "/actions/{identity}/settlement",
    auth=needs("actions:report"),
    response=shapes.Action,
    operation_id="settle_action",
    summary="Say what became of it since the older state",
)
def settle_action(request: Request, identity: Identity, body: Settlement) -> dict[str, Any]:
    """For an action that was on its way when the older state was kept."""
    story = seeing.action(request.auth, identity)
    flow.settle(story.action.id, body.result, body.note, sender=request.auth.sender)
    now = actions.story(story.action.id)
    assert now is not None
    return shown.action(now, technical=seeing.technical(request.auth))


@router.post(
    "/safe-mode/end",
    auth=needs("actions:report"),
    response=shapes.SafeMode,
    operation_id="end_safe_mode",
    summary="Let the desk run again",
)
def end_safe_mode(request: Request, body: EndOfSafeMode) -> dict[str, Any]:
    """A person who works here answers for it; what was not settled is asked anew."""
    flow.reconcile(body.note, sender=request.auth.sender)
    return read_safe_mode(request)


def _may_see(request: Request, doubt: Doubt) -> bool:
    number = doubt.story.action.ticket
    ticket = tickets.ticket(number) if number is not None else None
    return ticket is not None and queue.may_see(request.auth.person, ticket)


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {
        "action": shown.action(doubt.story, technical=True),
        "shown": doubt.shown,
        "problem": doubt.problem,
        "seen_at": doubt.seen_at,
    }
