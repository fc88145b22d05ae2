"""Work that a person carries out where no connector reaches.

The gate gives every action on this connector to a person's hands; the outcome is what that
person says and shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from holdshort.connectors.places import Console
from holdshort.core.terms import Action
from holdshort.ports import Receipt, RefusedByTarget, Shape


class ManualSettings(BaseModel):
    """Where people do the work; nothing else is known."""

    model_config = ConfigDict(extra="forbid")

    console: Console = {}


class Manual:
    """Nothing is sent anywhere; an executor that tries is refused."""

    Settings: ClassVar[type[BaseModel]] = ManualSettings
    scopes: ClassVar[tuple[str, ...]] = ()
    serves: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, name: str, settings: ManualSettings | None = None) -> None:
        self.name = name

    def shape(self, action_type: str) -> Shape:
        """Always blind: only the person knows."""
        return Shape.BLIND

    def observe(self, action: Action) -> Mapping[str, Any]:
        """Always empty: there is nothing to read."""
        return {}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Always raises RefusedByTarget."""
        raise RefusedByTarget("A person carries this out.")

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Always None: a person's word is the record."""
        return None

    def probe(self) -> str:
        """Nothing to check."""
        return "Work that a person carries out; there is nothing to connect to."
