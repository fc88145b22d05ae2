"""The catalogue as a page for people: docs/catalogue.md is what `document` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from holdshort.catalogue.kind import ActionType

_HEAD = """\
# Catalogue: what the desk can do

Written by `make catalogue` from the action types themselves; `GET /api/v1/catalogue` says the same
with every parameter.

- *Facts* are looked up in the directory, the inventory and the rules, never in the words of a
  ticket. A missing one counts as the worst.
- *Rule* is the one policy rule that lets a change of tier 2 run without a person. Without one, or
  where it does not pass, a person decides.
- *Least tier* is where the change starts; what it reaches can only raise that.
- *Permanent* types are decided by a person in every phase, whatever the rules say.
- *Carried out in* is the connected app. `manual` is a person's hands, `desk` the ticket itself;
  `lines` is nothing but its lines, each with a gate of its own.
"""

_COLUMNS = (
    "type",
    "what it does",
    "facts",
    "undo",
    "rule",
    "least tier",
    "carried out in",
    "permanent",
)


def document(types: Iterable[ActionType[Any]]) -> str:
    """All action types in Markdown, one table per domain, in the order given."""
    domains: dict[str, list[ActionType[Any]]] = {}
    for kind in types:
        domains.setdefault(kind.domain, []).append(kind)
    return "\n".join([_HEAD, *(_table(name, kinds) for name, kinds in domains.items())])


def heading(domain: str) -> str:
    """What people call a domain."""
    return {"hr": "HR"}.get(domain, domain.capitalize())


def _table(domain: str, kinds: Iterable[ActionType[Any]]) -> str:
    title = heading(domain)
    lines = [_row(_COLUMNS), _row("---" for _ in _COLUMNS), *(_row(_cells(k)) for k in kinds)]
    return "\n".join([f"## {title}", *lines, ""])


def _cells(kind: ActionType[Any]) -> Iterable[str]:
    said: Mapping[str, Any] = kind.described()
    least = said["min_tier"]
    return (
        f"`{kind.id}`",
        kind.doc,
        "; ".join(kind.facts),
        ("" if kind.undo_possible or kind.is_bundle else "none: ") + kind.undo_words,
        f"`{kind.policy_rule}`" if kind.policy_rule else "",
        f"{least['tier']}: {least['reason']}" if least else "1",
        kind.connector,
        kind.permanent_part or "yes" if kind.permanent else "",
    )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
