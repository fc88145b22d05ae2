"""Groups of a directory that no company.yaml lists, as entries of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from holdshort.company.systems import Group

_HEAD = """\
# Groups of the directory that the company's file does not list. Paste them below `groups:`.
# Nobody knows yet what they give. Say it in `grants`: without any, an entry says that its group
# gives nothing. Leave out what you have not looked at: until it is listed it counts as the most."""
_NONE = "# The company's file lists every group of the directory."
_ENDLESS = 1_000_000


def as_yaml(groups: Iterable[Mapping[str, Any]], systems: Iterable[Mapping[str, Any]]) -> str:
    """Each as an entry that claims no right, and as a comment where the file cannot hold it."""
    keepers = {str(one.get("connector")): str(one["id"]) for one in reversed(list(systems))}
    entries = [_entry(one, keepers.get(one["connector"], one["connector"])) for one in groups]
    return "\n".join([_HEAD, *entries]) if entries else _NONE


def _entry(group: Mapping[str, Any], system: str) -> str:
    row = {"id": group["slug"], "name": group["name"], "system": system, "grants": []}
    try:
        Group.model_validate(row)
    except ValidationError:
        shown = f"{group['slug']!a}"
        return f"  # Cannot be listed under its name {shown}: rename it in the directory first."
    said = yaml.safe_dump([row], sort_keys=False, allow_unicode=True, width=_ENDLESS).rstrip()
    people = "1 person" if group["people"] == 1 else f"{group['people']} people"
    text = said.replace("\n", "\n  ")
    return f'  {text}  # {people}. Say what it gives, like ["crm:seller"].'
