"""Named SQL: every statement lives in `statements/*.sql` under a name and a sentence.

A statement file is a list of blocks, each `-- name: something`, a comment that says what it is
for, and one statement with `%(named)s` parameters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.transaction import Atomic, atomic
from psycopg.types.json import Jsonb

STATEMENTS = Path(__file__).resolve().parent / "statements"
Row = dict[str, Any]
JSONB = 3802
"""PostgreSQL's type number of jsonb."""


@cache
def statements() -> dict[str, str]:
    """Every named statement; two of one name are an error."""
    found: dict[str, str] = {}
    for path in sorted(STATEMENTS.glob("*.sql")):
        for block in re.split(r"^-- name: ", path.read_text("utf-8"), flags=re.M)[1:]:
            name, _, text = block.partition("\n")
            if name.strip() in found:
                raise ValueError(f"two statements are named {name.strip()!r}")
            found[name.strip()] = text
    return found


def rows(name: str, /, **params: Any) -> list[Row]:
    """All rows of a named statement, as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[name], params)
        columns = [(column[0], column[1] == JSONB) for column in cursor.description or ()]
        return [_row(columns, values) for values in cursor.fetchall()]


def _row(columns: list[tuple[str, bool]], values: tuple[Any, ...]) -> Row:
    # Django leaves jsonb columns of raw statements as text.
    return {
        name: json.loads(value) if is_json and value is not None else value
        for (name, is_json), value in zip(columns, values, strict=True)
    }


def row(name: str, /, **params: Any) -> Row | None:
    """The first row of a named statement, or None."""
    found = rows(name, **params)
    return found[0] if found else None


def value(name: str, /, **params: Any) -> Any:
    """The first column of the first row, or None."""
    found = row(name, **params)
    return next(iter(found.values())) if found else None


def run(name: str, /, **params: Any) -> int:
    """Run a statement that returns no rows; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statements()[name], params)
        return int(cursor.rowcount)


def as_json(data: Any) -> Jsonb:
    """A value for a jsonb column; times become ISO 8601 text."""
    return Jsonb(data, dumps=lambda item: json.dumps(item, default=_plain, ensure_ascii=False))


def _plain(item: Any) -> Any:
    return item.isoformat() if hasattr(item, "isoformat") else str(item)


def transaction() -> Atomic:
    """One transaction: everything in the block, or nothing."""
    return atomic()


@contextmanager
def turn_of(kind: str, key: object) -> Iterator[datetime]:
    """One transaction, alone with the action or ticket `key`; gives the database's time.

    The lock is advisory, because a row lock would need a right to update insert-only rows.
    """
    with transaction():
        yield value("lock", key=f"{kind}:{key}")


def now() -> datetime:
    """PostgreSQL's time; nothing in Holdshort asks another clock about a deadline."""
    at: datetime = value("now")
    return at
