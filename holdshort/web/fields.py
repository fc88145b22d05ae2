"""Form fields for the parameters of an action type, from the type's own schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from holdshort import catalogue
from holdshort.records import db
from holdshort.records.world import World
from holdshort.web.pairs import as_lines, from_lines

LISTS = {
    "person": "people_to_choose",
    "group": "groups_to_choose",
    "to": "people_to_choose",
    "files_to": "people_to_choose",
    "article": "articles_to_choose",
    "unit": "units_to_choose",
    "from_unit": "units_to_choose",
}
"""Parameters that name a row of ours: chosen from a list, never typed."""

KNOWN = {
    "software": ("software", ()),
    "item": ("equipment", ()),
    "vendor": ("vendors", ()),
    "zone": ("zones", ()),
    "document": ("documents", ()),
    "party": ("parties", ()),
    "database": ("assets", ("database",)),
    "firewall": ("assets", ("firewall",)),
    "destination": ("assets", ("host", "database", "network", "fleet", "site")),
    "fleet": ("assets", ("fleet",)),
}
"""Parameters that mostly name a thing of the company's file, by section and kind: offered while
somebody types, and open to anything else."""

ALSO_LEFT = ("bundle.offboard", "files.transfer", "idp.suspend", "idp.remove_from_group")
"""Types that are about people who have left, too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list; `note` tells namesakes apart."""

    value: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter as a form shows it. `kind` is select, text, long, pairs, number or check."""

    name: str
    label: str
    help: str
    kind: str
    required: bool
    value: Any
    choices: tuple[Choice, ...] = ()
    longest: int | None = None
    problem: str = ""
    known: tuple[Choice, ...] = ()
    """What is offered while somebody types."""

    @property
    def explained(self) -> bool:
        """Whether the label does not say it all."""
        repeats = self.help.lower() == f"the {self.label.lower()}."
        plain = self.label == catalogue.label(self.name, {})
        return self.name not in LISTS and plain and not repeats


def fields(
    type_id: str, values: Mapping[str, Any], problems: Mapping[str, str] | None = None
) -> list[Field]:
    """The fields of a type, filled with `values`. Raises UnknownType."""
    schema = catalogue.find(type_id).params.model_json_schema()
    required = schema.get("required", ())
    return [
        _field(
            name,
            about,
            name in required and not _may_be_empty(about),
            values.get(name),
            (problems or {}).get(name, ""),
            _listed(type_id, name),
        )
        for name, about in schema["properties"].items()
    ]


def _may_be_empty(about: Mapping[str, Any]) -> bool:
    """Whether nothing is an answer too, like the port of a protocol that has none."""
    pattern = about.get("pattern")
    return pattern is not None and re.match(pattern, "") is not None


def with_known(shown: list[Field]) -> list[Field]:
    """The same for somebody who types: with the things that they may mean."""
    world = World()
    return [replace(field, known=_known(field.name, world)) for field in shown]


def _known(name: str, world: World) -> tuple[Choice, ...]:
    section, kinds = KNOWN.get(name, ("", ()))
    rows = world.registered(section) if section else ()
    return tuple(
        Choice(str(row["id"]), str(row["name"]))
        for row in rows
        if not kinds or row.get("kind") in kinds
    )


def _listed(type_id: str, name: str) -> str:
    """The list that a parameter is chosen from, if it is."""
    if name == "person" and type_id in ALSO_LEFT:
        return "everybody_to_choose"
    return LISTS.get(name, "")


def given(type_id: str, posted: Mapping[str, str]) -> dict[str, Any]:
    """The parameters as posted, in the types that the schema names; empty optional ones are out."""
    schema = catalogue.find(type_id).params.model_json_schema()
    found: dict[str, Any] = {}
    for name, about in schema["properties"].items():
        text = posted.get(f"param-{name}", "").strip()
        if about.get("type") == "boolean":
            found[name] = text == "on"
        elif text or name in schema.get("required", ()):
            found[name] = _typed(about, text)
    return found


def _typed(about: Mapping[str, Any], text: str) -> Any:
    if about.get("type") == "integer" and text.lstrip("-").isdecimal():
        return int(text)
    if about.get("type") == "object":
        return from_lines(text)
    if about.get("type") == "array":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _field(
    name: str,
    about: Mapping[str, Any],
    required: bool,
    value: Any,
    problem: str,
    listed: str,
) -> Field:
    shown = about.get("default", "") if value is None else value
    if isinstance(shown, Mapping):
        shown = as_lines(shown)
    elif isinstance(shown, list | tuple):
        shown = ", ".join(map(str, shown))
    return Field(
        name=name,
        label=catalogue.label(name, about),
        help=about.get("description", ""),
        kind=_kind(name, about),
        required=required,
        value=shown,
        choices=_choices(listed, about),
        longest=about.get("maxLength"),
        problem=problem,
    )


def _kind(name: str, about: Mapping[str, Any]) -> str:
    if name in LISTS or "enum" in about:
        return "select"
    if about.get("type") == "boolean":
        return "check"
    if about.get("type") == "integer":
        return "number"
    if about.get("type") == "object":
        return "pairs"
    return "long" if about.get("maxLength", 0) > 200 else "text"


def _choices(listed: str, about: Mapping[str, Any]) -> tuple[Choice, ...]:
    if not listed:
        return tuple(Choice(one, one.replace("_", " ")) for one in about.get("enum", ()))
    rows = db.rows(listed)
    names = [row["name"] for row in rows]
    return tuple(
        Choice(row["id"], row["name"], row["id"] if names.count(row["name"]) > 1 else "")
        for row in rows
    )
