"""All rows of a desk, out of a database and into another, without PostgreSQL's own programs.

Rows travel as COPY text, so a backup fits every PostgreSQL from 15 on and every role prefix. The
tables are made by the migrations, up to the one the backup was made at; every constraint is
checked again while the rows come in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from holdshort.records import schema
from holdshort.records.roles import OWNER, role_names

LEFT_OUT = frozenset(
    {
        "public.django_migrations",
        "kernel.takes_back",
        "public.django_session",
        "public.sign_in_link",
        "public.sealed",
        "public.procrastinate_events",
        "public.procrastinate_jobs",
        "public.procrastinate_periodic_defers",
        "public.procrastinate_workers",
    }
)
"""What no backup holds: secrets that live for minutes, sessions, what migrations write, and
wake-ups, which the sweep finds again by the rows they were about."""

Add = Callable[..., None]
Say = Callable[[str], None]
Parts = Mapping[str, Mapping[str, Any]]
Read = Callable[[str], Iterable[bytes]]


class BackupError(Exception):
    """Why a database cannot be copied, in a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours with the columns that are written, and what must be filled before it."""

    name: str
    columns: tuple[str, ...]
    after: tuple[str, ...]


# ------------------------------------------------------------------ out


def copy_out(url: str, add: Add, say: Say) -> dict[str, Any]:
    """Give every table to `add` as one part, all as of one moment; a desk may go on working.

    Returns what the manifest says of the database. Raises BackupError when its tables are not
    those of this program, psycopg.Error.
    """
    with psycopg.connect(url) as source:
        source.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        source.read_only = True
        with source.transaction():
            about = _about(source)
            found = _tables(source)
            for number, table in enumerate(found, start=1):
                say(f"{number} of {len(found)}: {table.name}")
                add(f"{table.name}.copy", _rows(source, table), columns=table.columns)
    return about


def _about(source: psycopg.Connection) -> dict[str, Any]:
    there = _one(source, "SELECT to_regclass('public.django_migrations') IS NOT NULL")
    names = there and source.execute(
        "SELECT name FROM django_migrations WHERE app = %s ORDER BY 1", [schema.APP]
    )
    applied = tuple(name for (name,) in names) if names else ()
    if applied != schema.known():
        raise BackupError(
            "The tables of this database are not those of this program. Run `holdshort migrate` "
            "(or install the newer Holdshort) first."
        )
    _become_owner(source)
    position = _one(source, "SELECT COALESCE(max(position), -1) FROM kernel.log")
    made_at = _one(source, "SELECT clock_timestamp()")
    server = _one(source, "SHOW server_version")
    return {
        "schema": applied[-1],
        "position": position,
        "made_at": made_at.isoformat(),
        "server": f"PostgreSQL {server}",
    }


def _become_owner(connection: psycopg.Connection) -> None:
    owner = role_names()[OWNER]
    try:
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            f"This database account may not act as {owner}. Use the one that runs "
            "`holdshort migrate` as DATABASE_URL."
        ) from error


def _rows(source: psycopg.Connection, table: Table) -> Iterator[bytes]:
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(_name(table.name), _columns(table.columns))
    with source.cursor().copy(statement) as rows:
        for row in rows:
            yield bytes(row)


# ------------------------------------------------------------------ in


def copy_in(
    url: str, parts: Parts, read: Read, say: Say, *, backup: str, about: Mapping[str, Any]
) -> None:
    """Fill the empty tables, and write with them that an older state came back: one transaction.

    Raises BackupError when a part fits no table or its rows contradict each other.
    """
    with psycopg.connect(url) as target, target.transaction():
        _become_owner(target)
        tables = [one for one in _tables(target) if f"{one.name}.copy" in parts]
        if {f"{one.name}.copy" for one in tables} != set(parts):
            raise BackupError("This backup holds tables that its own version does not have.")
        for number, table in enumerate(tables, start=1):
            say(f"{number} of {len(tables)}: {table.name}")
            _fill(target, table, parts[f"{table.name}.copy"], read(f"{table.name}.copy"))
        for table in tables:
            _go_on_counting(target, table)
        _came_back(target, backup, about)


def _fill(
    target: psycopg.Connection, table: Table, part: Mapping[str, Any], rows: Iterable[bytes]
) -> None:
    columns = tuple(part["columns"])
    if not set(columns) <= set(table.columns):
        raise BackupError(f"This backup holds columns that {table.name} does not have.")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(_name(table.name), _columns(columns))
    try:
        with target.cursor().copy(statement) as into:
            for chunk in rows:
                into.write(chunk)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        broken = error.diag.constraint_name or type(error).__name__
        raise BackupError(
            f"The rows of {table.name} in this backup contradict themselves ({broken}). It was "
            "not written by Holdshort alone; nothing was restored."
        ) from error


def _go_on_counting(target: psycopg.Connection, table: Table) -> None:
    """Numbers that the database gives go on after the highest that came in."""
    for column in table.columns:
        sequence = _one(
            target, "SELECT pg_get_serial_sequence(%s, %s)", _name(table.name).as_string(), column
        )
        if sequence:
            statement = sql.SQL("SELECT setval(%s, COALESCE(max({}), 0) + 1, false) FROM {}")
            target.execute(statement.format(sql.Identifier(column), _name(table.name)), [sequence])


def _came_back(target: psycopg.Connection, backup: str, about: Mapping[str, Any]) -> None:
    """From the first moment on, these rows say that they are an older state."""
    target.execute(
        "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
        "VALUES ('backup', %s, %s, %s)",
        [backup, datetime.fromisoformat(about["made_at"]), about["position"]],
    )
    target.execute(
        "INSERT INTO kernel.event (name, actor, detail) "
        "SELECT 'execution.halted', id, jsonb_build_object('position', %s::bigint) "
        "FROM kernel.person WHERE id = 'holdshort'",
        [about["position"]],
    )


# ------------------------------------------------------------------ which tables


def _tables(connection: psycopg.Connection) -> list[Table]:
    """Our tables, each after those that it refers to."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = {row["name"]: row for row in cursor.execute(_TABLES, [role_names()[OWNER]])}
    kept = {name: row for name, row in found.items() if name not in LEFT_OUT}
    graph = {name: set(row["after"]) & set(kept) - {name} for name, row in kept.items()}
    return [
        Table(name, tuple(kept[name]["columns"]), tuple(sorted(graph[name])))
        for name in TopologicalSorter(
            {name: sorted(graph[name]) for name in sorted(graph)}
        ).static_order()
    ]


_TABLES = """
SELECT n.nspname || '.' || c.relname AS name,
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
       ARRAY(SELECT DISTINCT m.nspname || '.' || f.relname FROM pg_constraint k
               JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace m ON m.oid = f.relnamespace
              WHERE k.conrelid = c.oid AND k.contype = 'f') AS after
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('kernel', 'public') AND c.relkind = 'r' AND c.relowner = %s::regrole
"""


def _one(connection: psycopg.Connection, statement: str, *given: Any) -> Any:
    found = connection.execute(statement, given).fetchone()
    return found[0] if found else None


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def _columns(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
