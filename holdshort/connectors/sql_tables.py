"""Tables as the catalogues of PostgreSQL describe them: what may be named, how a row is told apart.

Every name and every type that goes into a statement comes from here, quoted by the library or by
PostgreSQL itself; every value is bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import sql

from holdshort.connectors.sql_wire import Session
from holdshort.ports import RefusedByTarget

_DESCRIBE = """
SELECT c.oid, c.relkind::text, c.relhasrules, c.relrowsecurity,
       (SELECT pg_catalog.json_object_agg(a.attname, pg_catalog.format_type(a.atttypid, -1))
          FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place) FROM pg_catalog.pg_index i
         CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
         WHERE i.indrelid = c.oid AND i.indisprimary),
       (SELECT pg_catalog.json_agg(DISTINCT t.tgname) FROM pg_catalog.pg_trigger t
         WHERE (t.tgrelid = c.oid OR t.tgrelid IN (
                SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)))
           AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 16 <> 0),
       (SELECT pg_catalog.json_agg(k.conname) FROM pg_catalog.pg_constraint k
         WHERE k.confrelid = c.oid AND k.contype = 'f' AND k.confupdtype IN ('c', 'n', 'd')
           AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid
                          AND a.attnum = ANY (k.confkey) AND a.attname = ANY (%(set)s)))
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s AND c.relname = %(table)s
"""


@dataclass(frozen=True, slots=True)
class Table:
    """An ordinary or partitioned table with a primary key."""

    oid: int
    schema: str
    name: str
    types: Mapping[str, str]
    """Column to type, as PostgreSQL writes it."""

    key: tuple[str, ...]
    effects: tuple[str, ...]
    """What a change of these columns sets off beyond the rows themselves, in words."""

    partitioned: bool

    @property
    def said(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    @property
    def source(self) -> sql.Composable:
        """Its name in a statement. Tables that inherit from an ordinary one are left out."""
        name = sql.Identifier(self.schema, self.name)
        return name if self.partitioned else sql.SQL("ONLY {}").format(name)

    def value(self, column: str, given: sql.Composable) -> sql.Composable:
        """A text as a value of the column's type."""
        # The type's own words come from format_type, which quotes them.
        return sql.SQL("({})::{}").format(given, sql.SQL(self.types[column]))


def described(session: Session, name: str, columns: Iterable[str], wanted: Iterable[str]) -> Table:
    """The table of that name, of which `columns` are to be set. Raises RefusedByTarget.

    `wanted` are all the columns that must exist. A name without a schema is one of `public`.
    """
    said = full_name(name)
    schema, _, table = said.partition(".")
    place = {"schema": schema, "table": table, "set": list(columns)}
    found = session.execute(_DESCRIBE, place).fetchone()
    if found is None:
        raise RefusedByTarget(f"There is no table {said}.")
    oid, kind, rules, hidden, types, key, triggers, cascades = found
    if kind not in ("r", "p") or rules:
        raise RefusedByTarget(f"{said} is not a plain table, so it is not changed this way.")
    if not key:
        raise RefusedByTarget(f"{said} has no primary key, so its rows cannot be told apart.")
    _check(said, types, key, set(columns), set(wanted))
    effects = [f"the trigger ‘{one}’" for one in triggers or ()]
    effects += [f"the reference ‘{one}’ that follows" for one in cascades or ()]
    effects += ["row security that may hide rows"] if hidden else []
    return Table(int(oid), schema, table, types, tuple(key), tuple(effects), kind == "p")


def full_name(name: str) -> str:
    """The name with its schema, which is `public` where none is given."""
    return name if "." in name else f"public.{name}"


def _check(
    said: str, types: Mapping[str, str], key: Iterable[str], columns: set[str], wanted: set[str]
) -> None:
    if missing := sorted((columns | wanted) - types.keys()):
        raise RefusedByTarget(f"{said} has no column {', '.join(f'‘{one}’' for one in missing)}.")
    if keys := sorted(columns & set(key)):
        raise RefusedByTarget(
            f"{', '.join(f'‘{one}’' for one in keys)} is part of the primary key of {said}; "
            "a row's key is not changed this way."
        )
