"""A call to one of the demo company's systems, and what it is answered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.services_state import Entry, Kept

Handler = Callable[["Call"], "Reply"]
Calls = Mapping[tuple[str, str], Handler]
"""Who answers which method on which path."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, JSON body, and the version of what it is about."""

    status: int
    body: Mapping[str, Any] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one system."""

    kept: Kept
    system: str
    names: Mapping[str, str]
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    if_match: str = ""

    def entry(self, kind: str, id: str) -> Entry:
        """An entry. Raises No: 404."""
        found = self.kept.entry(self.system, kind, id)
        if found is None:
            raise No(404, f"There is no {kind} ‘{id}’.")
        return found

    def unchanged(self, entry: Entry) -> None:
        """Raise No: 412 where the caller has seen another version."""
        if self.if_match and self.if_match != etag(entry["version"]):
            raise No(412, "It changed meanwhile.")

    def text(self, *path: str) -> str:
        """A text of the body. Raises No: 422."""
        value: Any = self.body
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        if not isinstance(value, str) or not value:
            raise No(422, f"‘{'.'.join(path)}’ must be text.")
        return value


class No(Exception):
    """A refusal with its status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def etag(version: int) -> str:
    """The version of an entry as HTTP says it."""
    return f'"{version}"'
