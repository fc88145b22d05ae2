"""The note that every change of rows leaves: a row of `holdshort.applied` in the database itself.

Written in the transaction of the change, it makes sending twice change once, it tells a later
reader which rows were meant, and it keeps what was replaced where it belongs, so that old values
never leave the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from holdshort.connectors.sql_wire import Session
from holdshort.ports import RefusedByTarget


def note(session: Session, action: str) -> dict[str, Any] | None:
    """What the note says about that action; None where there is none. Raises RefusedByTarget."""
    with _noted():
        kept = session.execute(
            'SELECT key, "table", columns, rows FROM holdshort.applied WHERE action = %s', [action]
        ).fetchone()
    return dict(zip(("key", "table", "columns", "rows"), kept, strict=True)) if kept else None


def add_note(
    session: Session,
    action: str,
    key: str,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Note what was done: each row's key, what it held and what it holds."""
    with _noted():
        session.execute(
            'INSERT INTO holdshort.applied (action, key, "table", columns, rows) '
            "VALUES (%s, %s, %s, %s::jsonb, %s::jsonb)",
            [action, key, table, json.dumps(columns), json.dumps(rows)],
        )


@contextmanager
def _noted() -> Iterator[None]:
    """Say what is missing where the table of notes is not there or not allowed."""
    try:
        yield
    except (
        psycopg.errors.UndefinedTable,
        psycopg.errors.UndefinedColumn,
        psycopg.errors.InvalidSchemaName,
        psycopg.errors.InsufficientPrivilege,
    ):
        raise RefusedByTarget(
            "The table holdshort.applied is missing in this database, or the desk may not read "
            "and add to it. docs/connectors.md says how to make it."
        ) from None
