"""Effective rights out of rows: which groups were reached, and what they give."""

from __future__ import annotations

from collections.abc import Iterable

from holdshort.core.terms import Right
from holdshort.records import db


def through(reached: list[db.Row], held: list[db.Row]) -> tuple[Right, ...] | None:
    """The rights that come with a group; None where nobody says what one of those reached gives."""
    return best(reached, held) if all(row["listed"] for row in reached) else None


def best(reached: list[db.Row], held: list[db.Row]) -> tuple[Right, ...]:
    """Every right once, by the shortest way to it."""
    paths = _paths(reached)
    groups = {row["slug"]: row["group_id"] for row in reached}
    found: dict[str, Right] = {}
    for row in held:
        right = _right(row, paths[groups[row["group_slug"]]])
        known = found.get(right.id)
        if known is None or len(right.path) < len(known.path):
            found[right.id] = right
    return tuple(found[key] for key in sorted(found))


def _right(row: db.Row, path: tuple[str, ...]) -> Right:
    return Right(
        id=row["id"],
        name=row["name"],
        system=row["system"],
        system_name=row["system_name"],
        environment=row["environment"],
        privileged=row["privileged"],
        path=path,
        owner=row["owner"],
        data_class="" if row["data_class"] == "unknown" else row["data_class"],
    )


def _paths(reached: Iterable[db.Row]) -> dict[str, tuple[str, ...]]:
    """The shortest way to each group, as group names from the one joined."""
    rows = list(reached)
    names = {row["group_id"]: row["name"] for row in rows}
    paths: dict[str, tuple[str, ...]] = {
        row["group_id"]: (row["name"],) for row in rows if row["via"] is None
    }
    while True:
        found = {
            row["group_id"]: (*paths[row["via"]], names[row["group_id"]])
            for row in rows
            if row["group_id"] not in paths and row["via"] in paths
        }
        if not found:
            return paths
        paths |= found
