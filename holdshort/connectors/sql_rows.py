"""A correction of rows, and putting back what one replaced: found, locked, written, noted, read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from holdshort.connectors.directory import refuse_drift
from holdshort.connectors.sql_notes import add_note, note
from holdshort.connectors.sql_tables import Table, described, full_name
from holdshort.connectors.sql_wire import Session
from holdshort.ports import Drifted, Receipt, RefusedByTarget

CHANGE, RESTORE = "db.change", "db.restore"
MOST_ROWS = 1000
SHOWN_ROWS = 5
SHOWN_TEXT = 120
"""Characters of a value that a preview shows."""

Values = tuple[str | None, ...]
Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the text of its key, what its columns held and what they hold afterwards."""

    key: Values
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a change, locked."""

    table: Table
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    since: int = 0
    """How many of them somebody changed after the change that is to be taken back."""

    @property
    def state(self) -> dict[str, Any]:
        """What matters about them, comparable: which rows there are and what they hold."""
        held = [[row.key, row.before] for row in self.rows]
        what = [self.table.oid, self.columns, held]
        return {
            "table": self.table.said,
            "rows": len(self.rows),
            "digest": hashlib.sha256(json.dumps(what).encode()).hexdigest(),
        }


# ------------------------------------------------------------------ finding and locking


def found(session: Session, type: str, words: Words, *, lock: bool) -> Rows:
    """The rows that the words mean, with what is to become of them. Raises RefusedByTarget."""
    find = _to_restore if type == RESTORE else _to_change
    return find(session, words, lock)


def _to_change(session: Session, words: Words, lock: bool) -> Rows:
    given = {name: _text(value) for name, value in words["set"].items()}
    table = described(session, words["table"], given, words["where"])
    columns = tuple(sorted(given))
    held = session.execute(
        sql.SQL("SELECT {}, {} FROM {} t WHERE {} LIMIT %s {}").format(
            _texts("t", table.key),
            _texts("t", columns),
            table.source,
            sql.SQL(" AND ").join(_condition(table, *one) for one in words["where"].items()),
            _locking(lock),
        ),
        [*(_text(one) for one in words["where"].values() if one is not None), MOST_ROWS + 1],
    ).fetchall()
    if len(held) > MOST_ROWS:
        raise RefusedByTarget(f"More than {MOST_ROWS} rows match; that is too many for one change.")
    after = tuple(given[name] for name in columns)
    return _sorted(table, columns, ((*_split(table, row), after) for row in held))


def _to_restore(session: Session, words: Words, lock: bool) -> Rows:
    noted = note(session, words["change"])
    if noted is None or noted["table"] != full_name(words["table"]):
        raise RefusedByTarget("This database has no note of the change that is to be taken back.")
    columns = tuple(noted["columns"])
    table = described(session, noted["table"], columns, ())
    before = {tuple(row["key"]): tuple(row["before"]) for row in noted["rows"]}
    wrote = {tuple(row["key"]): tuple(row["after"]) for row in noted["rows"]}
    held = _by_key(session, table, columns, list(before), lock)
    if len(held) != len(before):
        raise RefusedByTarget(f"{len(before) - len(held)} of the rows do not exist any more.")
    rows = _sorted(table, columns, ((key, now, before[key]) for key, now in held))
    since = sum(row.before != wrote[row.key] for row in rows.rows)
    return Rows(table, columns, rows.rows, since)


def _by_key(
    session: Session, table: Table, columns: Sequence[str], keys: Sequence[Values], lock: bool
) -> list[tuple[Values, Values]]:
    statement = sql.SQL("SELECT {}, {} FROM {} t JOIN {} ON {} {}").format(
        _texts("t", table.key),
        _texts("t", columns),
        table.source,
        _recordset(len(table.key)),
        _same_key(table),
        _locking(lock),
    )
    rows = session.execute(statement, [_records(keys)]).fetchall()
    return [_split(table, row) for row in rows]


def _sorted(table: Table, columns: tuple[str, ...], rows: Any) -> Rows:
    return Rows(table, columns, tuple(Row(*one) for one in sorted(rows, key=lambda one: one[0])))


def _split(table: Table, row: Sequence[Any]) -> tuple[Values, Values]:
    return tuple(row[: len(table.key)]), tuple(row[len(table.key) :])


# ------------------------------------------------------------------ writing


def written(session: Session, what: Rows) -> tuple[Row, ...]:
    """Write them; each row as it is then, which a trigger may have changed. Raises Drifted."""
    table, columns, shift = what.table, what.columns, len(what.table.key)
    # A column is set from the text that travels in the place after the key's.
    values = [
        table.value(name, sql.Identifier("v", f"c{shift + place}"))
        for place, name in enumerate(columns)
    ]
    statement = sql.SQL("UPDATE {} t SET {} FROM {} WHERE {} RETURNING {}, {}").format(
        table.source,
        sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), value)
            for name, value in zip(columns, values, strict=True)
        ),
        _recordset(shift + len(columns)),
        _same_key(table),
        _texts("t", table.key),
        _texts("t", columns),
    )
    given = [(*row.key, *row.after) for row in what.rows]
    after = dict(_split(table, row) for row in session.execute(statement, [_records(given)]))
    if after.keys() != {row.key for row in what.rows}:
        raise Drifted("The database changed since this was seen: rows.")
    session.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return tuple(Row(row.key, row.before, after[row.key]) for row in what.rows)


# ------------------------------------------------------------------ the connector's questions


def observed(session: Session, type: str, action: str, words: Words) -> dict[str, Any]:
    """The relevant state now; once it was done, that of the rows that were written."""
    noted = note(session, action)
    if noted is None:
        return {**found(session, type, words, lock=False).state, "_done": False}
    columns = tuple(noted["columns"])
    table = described(session, noted["table"], columns, ())
    wrote = {tuple(row["key"]): tuple(row["after"]) for row in noted["rows"]}
    held = dict(_by_key(session, table, columns, list(wrote), False))
    rows = _sorted(table, columns, ((key, now, now) for key, now in held.items()))
    return {**rows.state, "_done": True, "_holds": held == wrote}


def applied(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool | None:
    """Whether the rows hold what was written; None where that may have been undone, or by hand.

    Whoever has just sent it saw right before that it was not done, so for them there is no doubt.
    """
    if now.get("_done") and now.get("_holds"):
        return True
    if before.get("_done") is False:
        return False
    untouched = not now.get("_done") and before.get("digest") == now.get("digest")
    return False if untouched else None


def applied_now(
    session: Session, type: str, action: str, words: Words, *, key: str, seen: Mapping[str, Any]
) -> Receipt:
    """Write and note it in this transaction, if it is still as seen, and commit."""
    # Whoever sends it a second time waits here until the first has ended.
    session.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", [_lock_of(action)])
    evidence = {"key": key, "condition": "same transaction, rows locked"}
    noted = note(session, action)
    if noted is not None and noted["key"] == key:
        return Receipt({**evidence, "rows": len(noted["rows"]), "sent": "before"})
    if noted is not None:
        raise RefusedByTarget("This change was made already, under another key.")
    what = found(session, type, words, lock=True)
    refuse_drift(seen, what.state, "The database")
    after = written(session, what)
    rows = [{"key": row.key, "before": row.before, "after": row.after} for row in after]
    add_note(session, action, key, what.table.said, what.columns, rows)
    session.commit()
    return Receipt({**evidence, "rows": len(after)})


def tried(session: Session, type: str, words: Words) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write it and take it back: the state that matters, and what people are to see."""
    note(session, "")
    what = found(session, type, words, lock=True)
    after = written(session, what)
    session.rollback()
    shown = {
        "table": what.table.said,
        "rows": len(after),
        "same": all(row.before == row.after for row in after),
        "since": what.since,
        "effects": list(what.table.effects),
        "sample": [_shown(what, row) for row in after[:SHOWN_ROWS]],
    }
    return what.state, shown


def _shown(what: Rows, row: Row) -> dict[str, Any]:
    key = ", ".join(f"{n} {v}" for n, v in zip(what.table.key, row.key, strict=True))
    return {
        "key": key[:SHOWN_TEXT],
        "before": dict(zip(what.columns, map(_short, row.before), strict=True)),
        "after": dict(zip(what.columns, map(_short, row.after), strict=True)),
    }


def _short(value: str | None) -> str | None:
    if value is None or len(value) <= SHOWN_TEXT:
        return value
    return f"{value[:SHOWN_TEXT]}… ({len(value)} characters)"


# ------------------------------------------------------------------ pieces of statements


def _text(value: Any) -> str | None:
    """A value as PostgreSQL reads it; the type of the column decides what it means."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _texts(of: str, columns: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(of, name)) for name in columns
    )


def _condition(table: Table, name: str, value: Any) -> sql.Composable:
    column = sql.Identifier("t", name)
    if value is None:
        return sql.SQL("{} IS NULL").format(column)
    return sql.SQL("{} = {}").format(column, table.value(name, sql.Placeholder()))


def _locking(lock: bool) -> sql.Composable:
    return sql.SQL("FOR UPDATE OF t" if lock else "")


def _recordset(width: int) -> sql.Composable:
    columns = sql.SQL(", ").join(
        sql.SQL("{} text").format(sql.Identifier(f"c{place}")) for place in range(width)
    )
    return sql.SQL("pg_catalog.jsonb_to_recordset(%s::jsonb) AS v ({})").format(columns)


def _records(rows: Sequence[Values]) -> str:
    return json.dumps([{f"c{place}": one for place, one in enumerate(row)} for row in rows])


def _same_key(table: Table) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(
            sql.Identifier("t", name), table.value(name, sql.Identifier("v", f"c{place}"))
        )
        for place, name in enumerate(table.key)
    )


def _lock_of(action: str) -> int:
    return int.from_bytes(hashlib.sha256(action.encode()).digest()[:8], signed=True)
