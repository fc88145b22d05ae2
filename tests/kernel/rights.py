"""The grants that are missing, each as a mutant that grants it and an attack that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from holdshort.records.roles import role_names
from tests.kernel.attack import Attack, nothing, reached
from tests.kernel.grant_table import ROLES
from tests.kernel.mutants import SCHEMAS, Mutant
from tests.kernel.reach import Statement
from tests.kernel.rows import Kernel
from tests.kernel.specimens import Row, Specimens, make_room


@dataclass(frozen=True)
class Right:
    """What a role may not do to a table, or to one column of it."""

    role: str
    verb: str
    schema: str
    table: str
    column: str = ""
    given: bool = False
    """The database itself fills the column in."""

    @property
    def name(self) -> str:
        column = f".{self.column}" if self.column else ""
        return f"{self.role} may not {self.verb} {self.table}{column}"

    @property
    def on(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.table)

    @property
    def mutant(self) -> Mutant:
        what = sql.SQL(self.verb)  # type: ignore[arg-type]
        if self.column:
            what = sql.SQL("{} ({})").format(what, sql.Identifier(self.column))
        grant = sql.SQL("GRANT {} ON {} TO {}").format(what, self.on, who(self.role))
        about = {"table": self.table, "role": self.role, "column": self.column}
        name = frozenset({self.name})
        return Mutant(f"no {self.verb}", self.table, self.name, (grant,), name, about)


def who(role: str) -> sql.Identifier:
    """The role of a process, as the database calls it."""
    return sql.Identifier(role_names()[role])


# A view that the database cannot write through is only read. Who fills in no column of a table
# gets the whole of it in the mutant, for one column alone makes no row.
_MISSING = """
WITH r AS (SELECT * FROM unnest(%(roles)s::text[], %(names)s::text[]) AS r (role, name)),
     t AS (SELECT c.oid, n.nspname::text, c.relname::text,
                  c.relkind <> 'v' OR pg_relation_is_updatable(c.oid, false) <> 0 AS written
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY(%(schemas)s) AND c.relkind IN ('r', 'v', 'p', 'm')),
     v AS (SELECT DISTINCT privilege_type AS verb FROM aclexplode(acldefault('r', 10)))
SELECT r.role, v.verb, t.nspname, t.relname, a.attname::text,
       a.attgenerated <> '' OR a.attidentity = 'a'
  FROM r, t, v, pg_attribute a
 WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
   AND v.verb IN ('SELECT', 'INSERT', 'UPDATE') AND (t.written OR v.verb = 'SELECT')
   AND NOT has_column_privilege(r.name, t.oid, a.attnum, v.verb)
   AND (v.verb <> 'INSERT' OR has_any_column_privilege(r.name, t.oid, 'INSERT'))
UNION ALL
SELECT r.role, v.verb, t.nspname, t.relname, '', false
  FROM r, t, v
 WHERE t.written AND v.verb NOT IN ('SELECT', 'UPDATE')
   AND NOT has_table_privilege(r.name, t.oid, v.verb)
   AND NOT (v.verb = 'INSERT' AND has_any_column_privilege(r.name, t.oid, 'INSERT'))
 ORDER BY 3, 4, 1, 2, 5
"""


def missing(kernel: Kernel) -> list[Right]:
    """Every right to a table or column of both schemas that a login role does not have."""
    names = [role_names()[role] for role in ROLES]
    asked = {"roles": list(ROLES), "names": names, "schemas": SCHEMAS}
    return [Right(*row) for row in kernel.sql(_MISSING, asked)]


# ------------------------------------------------------------------ attacks


def attack(right: Right, specimens: Specimens) -> Attack:
    """Somebody uses the right that they do not have."""
    made = {
        "SELECT": _reads,
        "INSERT": _writes,
        "UPDATE": _changes,
        "DELETE": _deletes,
        "TRUNCATE": _empties,
        "REFERENCES": _refers,
        "TRIGGER": _hooks,
        "MAINTAIN": _rebuilds,
    }
    return made[right.verb](right, specimens)


def _simply(right: Right, text: str, arrange: Any = None, params: Any = None) -> Attack:
    """One statement about the table that must reach a row."""
    statement = sql.SQL(text).format(  # type: ignore[arg-type]
        table=right.on, column=sql.Identifier(right.column or "x")
    )

    def strike(kernel: Kernel, _: Any) -> None:
        reached(kernel.run(right.role, statement, params), right.table)

    return _attack(right, strike, arrange)


def _attack(right: Right, strike: Any, arrange: Any = None, refusal: str = "") -> Attack:
    words = right.name.replace("may not", "tries to")
    by = refusal or f"rights on {right.table}"
    return Attack(words, right.name, nothing, strike, arrange, by)


def _alone(row: Row) -> Any:
    return lambda kernel, _: row.alone(kernel)


def _taken_out(row: Row) -> Any:
    return lambda kernel, _: row.taken_out(kernel)


def _reads(right: Right, specimens: Specimens) -> Attack:
    def room(kernel: Kernel, _: Any) -> None:
        make_room(kernel, right.table)

    return _simply(right, "SELECT {column} FROM {table} LIMIT 1", room)


def _changes(right: Right, specimens: Specimens) -> Attack:
    """A column is written over: with what it held, so that nothing else stands against it."""
    row = specimens.any(right.schema, right.table)
    if right.given:
        return _simply(right, "UPDATE {table} SET {column} = DEFAULT", _alone(row))
    value = [row.values[right.column]]
    return _simply(right, "UPDATE {table} SET {column} = %s", _alone(row), value)


def _deletes(right: Right, specimens: Specimens) -> Attack:
    return _simply(right, "DELETE FROM {table}", _alone(specimens.any(right.schema, right.table)))


def _empties(right: Right, specimens: Specimens) -> Attack:
    return _attack(right, lambda k, _: k.run(right.role, _about("TRUNCATE {} CASCADE", right)))


def _hooks(right: Right, specimens: Specimens) -> Attack:
    """A trigger of one's own runs in the statements of everybody else."""
    statement = _about(
        "CREATE TRIGGER mine BEFORE UPDATE ON {} FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        right,
    )
    return _attack(right, lambda k, _: k.run(right.role, statement))


def _rebuilds(right: Right, specimens: Specimens) -> Attack:
    return _attack(right, lambda k, _: k.run(right.role, _about("REINDEX TABLE {}", right)))


def _refers(right: Right, specimens: Specimens) -> Attack:
    """A row that refers to another keeps it from being deleted."""
    keys = specimens.primary_key(right.schema, right.table)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name, _ in keys)
    typed = sql.SQL(", ").join(
        sql.SQL("{} " + kind).format(sql.Identifier(name))  # type: ignore[arg-type]
        for name, kind in keys
    )
    statement = sql.SQL(
        "CREATE TABLE public.mine ({typed}, FOREIGN KEY ({columns}) REFERENCES {table})"
    ).format(typed=typed, columns=columns, table=right.on)
    return _attack(right, lambda k, _: k.run(right.role, statement), refusal="rights on public")


def _writes(right: Right, specimens: Specimens) -> Attack:
    """A row is written that somebody else may write, or a column that is not one's own."""
    if right.column:
        row = specimens.of(right.role, right.schema, right.table)
        columns = specimens.may_write(right.role, right.schema, right.table) | {right.column}
        values = {name: value for name, value in row.values.items() if name in columns}
        # What is computed is no part of a row that is there, and any value is a forged one.
        values.setdefault(right.column, specimens.forged(right.schema, right.table, right.column))
    else:
        # A row that its rightful writer may write again, so that nothing else stands against it.
        row = specimens.writable(right.schema, right.table)
        values = row.values
    computed = right.column and right.column not in row.values
    return _attack(
        right,
        lambda k, _: row.written(k, right.role, values),
        _taken_out(row),
        refusal=f"generated {right.column}" if computed else "",
    )


def _about(text: str, right: Right) -> Statement:
    return sql.SQL(text).format(right.on)  # type: ignore[arg-type]
