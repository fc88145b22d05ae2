"""A connected app whose settings are not valid: everything it is asked is refused, with the reason.

It keeps one wrong line in the company's file from stopping the other apps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.core.terms import Action
from holdshort.ports import Receipt, RefusedByTarget, Shape


class Unusable:
    """Stands in for the app `name`; `why` is the sentence that people read."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self._why = why

    def shape(self, action_type: str) -> Shape:
        """Blind: nothing can be asked of it."""
        return Shape.BLIND

    def observe(self, action: Action) -> Mapping[str, Any]:
        """Always raises RefusedByTarget."""
        raise RefusedByTarget(self._why)

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Always raises RefusedByTarget."""
        raise RefusedByTarget(self._why)

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Always None: it cannot be asked."""
        return None
