"""The action types, one file per domain; a new file is one line in FILES, a new type one entry in
its file's TYPES.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from holdshort.catalogue.kind import (
    ActionType,
    BadParams,
    CatalogueError,
    Effect,
    Params,
    Rendering,
    Unconfirmed,
    UnknownTarget,
    UnknownType,
)
from holdshort.catalogue.sentences import sentences

__all__ = [
    "FILES",
    "REGISTRY",
    "ActionType",
    "BadParams",
    "CatalogueError",
    "Effect",
    "Params",
    "Rendering",
    "Unconfirmed",
    "UnknownTarget",
    "UnknownType",
    "describe",
    "find",
    "label",
    "parse",
]

FILES = (
    "identity",
    "accounts",
    "batches",
    "consents",
    "moving",
    "access",
    "github",
    "software",
    "doors",
    "schedules",
    "vendors",
    "zones_ended",
    "renewals",
    "signing",
    "files",
    "erasure",
    "patching",
    "security",
    "incidents",
    "firewalls",
    "databases",
    "equipment",
    "onboarding",
    "leaving",
    "returning",
    "transferring",
    "people_records",
    "notifying",
    "deadlines",
    "knowledge",
    "desk",
)
"""Each has TYPES, and perhaps EXAMPLES: by type, parameters that fit the demo company."""

REGISTRY: Mapping[str, ActionType[Any]] = {
    entry.id: entry
    for file in FILES
    for entry in import_module(f"holdshort.catalogue.{file}").TYPES
}


def find(type_id: str) -> ActionType[Any]:
    """The action type with that id. Raises UnknownType."""
    found = REGISTRY.get(type_id)
    if found is None:
        raise UnknownType(
            f"There is no action type ‘{type_id}’. See the catalogue for all of them."
        )
    return found


def parse(type_id: str, params: Mapping[str, Any]) -> Params:
    """The parameters, typed. Raises UnknownType, or BadParams with a sentence per parameter."""
    kind: type[Params] = find(type_id).params
    try:
        return kind.model_validate(dict(params))
    except ValidationError as error:
        raise BadParams(sentences(error)) from None


def label(name: str, about: Mapping[str, Any]) -> str:
    """What people call a parameter; `about` is its JSON Schema."""
    plain = name.replace("_", " ")
    title: str = about.get("title", "")
    return title if title.lower() not in ("", plain) else plain.capitalize()


def describe() -> list[dict[str, Any]]:
    """The whole catalogue as plain data, for `GET /catalogue`."""
    return [entry.described() for entry in REGISTRY.values()]
