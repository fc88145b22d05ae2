"""More time for access that somebody holds for a time: gated as if they did not hold it.

Otherwise an extension would seem to give nothing, and pass where the first grant had to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from holdshort import catalogue
from holdshort.core.terms import Circumstances, Findings, Right
from holdshort.ports import Knows
from holdshort.records import db


def findings(
    kind: catalogue.ActionType[Any],
    params: catalogue.Params,
    asked: Circumstances,
    world: Knows,
) -> Findings:
    """What the world says about an action. Raises UnknownTarget."""
    found = kind.findings(params, asked, world)
    if not (kind.timed and found.already and _held(kind, params, asked, found)):
        return found
    as_new = kind.findings(params, asked, cast(Knows, _WithoutIt(world, params)))
    return replace(as_new, seen=found.seen, before=(found.already,), already="")


def _held(
    kind: catalogue.ActionType[Any],
    params: catalogue.Params,
    asked: Circumstances,
    found: Findings,
) -> bool:
    return bool(
        db.value(
            "held_for_a_time",
            type=kind.id,
            connector=found.target.connector,
            target=found.target.id,
            beneficiary=kind.beneficiary(params.model_dump(), asked.requester.id),
        )
    )


class _WithoutIt:
    """The world as it would be without what is held for a time: the membership, or the rooms."""

    def __init__(self, world: Knows, params: Any) -> None:
        self._world, self._group = world, getattr(params, "group", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def met(self) -> Mapping[str, Any]:
        return {}

    def opens_for_a_time(self, person: str) -> tuple[str, ...]:
        return ()

    def is_member(self, person: str, group: str) -> bool | None:
        return False

    def rights_of(self, person: str) -> tuple[Right, ...] | None:
        held, through = self._world.rights_of(person), self._world.rights_through(self._group or "")
        if held is None or through is None:
            return None
        given = {right.id for right in through}
        return tuple(right for right in held if right.id not in given)
