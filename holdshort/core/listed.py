"""What the policy document lists: software, limits, budgets, read strictly, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]
Row = Mapping[str, Any]


def software_named(document: Document, named: str) -> Row | None:
    """The catalogue's entry with that id or package; None where the catalogue has none."""
    for row in rows(document, "software"):
        if named in (row.get("id"), row.get("package")) and _is_whole(row):
            return row
    return None


def _is_whole(software: Row) -> bool:
    texts = all(isinstance(software.get(k), str) for k in ("id", "name", "package", "publisher"))
    cost = software.get("cost")
    return texts and isinstance(cost, int) and not isinstance(cost, bool)


def spending_limit(document: Document, flow: str) -> int | None:
    """Up to how much one purchase of that kind needs no human, in minor units; None: no limit set.

    Of several limits the lowest counts.
    """
    limits = [
        row["limit"]
        for row in rows(document, "thresholds")
        if (row.get("flow"), row.get("per")) == (flow, "item") and isinstance(row.get("limit"), int)
    ]
    return min(limits, default=None)


def people_budget(document: Document) -> int:
    """How many people may be reached within an hour without a human; unreadable is none."""
    return _budget(document, "people_per_hour", 5)


def privileged_budget(document: Document) -> int:
    """How many privileged people may be reached in a day without a human; unreadable is none."""
    return _budget(document, "privileged_per_day", 1)


def _budget(document: Document, name: str, usual: int) -> int:
    budgets = document.get("budgets") if isinstance(document, Mapping) else None
    limit = budgets.get(name, usual) if isinstance(budgets, Mapping) else 0
    return limit if isinstance(limit, int) and not isinstance(limit, bool) else 0


def rows(document: Document, section: str) -> Sequence[Row]:
    """The rows of a section that can be read; of a section that cannot be read none."""
    found = document.get(section, ()) if isinstance(document, Mapping) else ()
    if not isinstance(found, list | tuple):
        return ()
    return [row for row in found if isinstance(row, Mapping)]
