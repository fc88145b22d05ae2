"""What this desk can do, and what it may do alone."""

from __future__ import annotations

from typing import Any

from ninja import Router

from holdshort import catalogue
from holdshort.api import answers
from holdshort.api.bearer import Request, needs
from holdshort.records import queue

router = Router()


@router.get(
    "/catalogue",
    auth=needs("catalogue:read"),
    response=answers.Catalogue,
    operation_id="read_catalogue",
    summary="The action types",
    tags=["catalogue"],
)
def read_catalogue(request: Request) -> dict[str, Any]:
    """Every action type with its parameters, facts, undo and connector."""
    found = catalogue.describe()
    return {"items": found, "total": len(found)}


@router.get(
    "/autonomy",
    auth=needs("autonomy:read"),
    response=answers.Autonomy,
    operation_id="read_autonomy",
    summary="What runs alone",
    tags=["autonomy"],
)
def read_autonomy(request: Request) -> dict[str, Any]:
    """What every category has earned. A category that is not listed is fully gated."""
    found = queue.standing()
    return {"items": found, "total": len(found)}
