"""Switches: what is stopped, stopping at once, and going on."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Path, Router

from holdshort import flow
from holdshort.api import shapes
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import SwitchIt
from holdshort.core.switches import EVERYTHING
from holdshort.records import switches
from holdshort.records.switches import Switch

router = Router(tags=["switches"])
Scope = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9._:/-]+$")]


@router.get(
    "/switches",
    auth=needs("actions:read"),
    response=shapes.Switches,
    operation_id="list_switches",
    summary="What is stopped",
)
def list_switches(request: Request) -> dict[str, Any]:
    """Every scope that was ever switched, and everything; `on` is false where it is stopped."""
    found = {one.scope: _shown(one) for one in switches.latest()}
    first = found.pop(EVERYTHING, _never(EVERYTHING))
    items = [first, *found.values()]
    return {"items": items, "total": len(items), "waiting": switches.waiting()}


@router.put(
    "/switches/{path:scope}",
    auth=needs("switches:write"),
    response=shapes.Switch,
    operation_id="switch",
    summary="Stop something at once, or let it go on",
)
def switch(request: Request, scope: Scope, body: SwitchIt) -> dict[str, Any]:
    """Whoever works here stops; owners and people who decide about security let it go on.

    What is stopped does not start, whichever way it was permitted; what has started ends.
    """
    turn = flow.switch_on if body.on else flow.switch_off
    turn(scope, body.reason, sender=request.auth.sender)
    return next(_shown(one) for one in switches.latest() if one.scope == scope)


def _shown(one: Switch) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "on": one.is_on,
        "person": one.person,
        "reason": one.reason,
        "since": one.set_at,
    }


def _never(scope: str) -> dict[str, Any]:
    return {"scope": scope, "on": True, "person": None, "reason": "", "since": None}
