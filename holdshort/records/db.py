"""Named SQL: every statement lives in `statements/*.sql` under a name and a sentence.

A statement file is a list of blocks, each `-- name: something`, a comment that says what it is
for, and one statement with `%(named)s` parameters. The server binds the values, and keeps the
plan of what it was asked a few times.

A reading is answered at once. A writing of a transaction waits for the next reading or for the
commit and travels with it, so that a stop of the road crosses to the server twice: it locks and
reads, it writes and commits. What a writing breaks is therefore raised there: at the next reading,
or where the block of the transaction ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic
from psycopg.types.json import Jsonb

from holdshort.records.crossing import COMMIT, Answer, Row, Session, Statement, is_cut

__all__ = ["Asked", "Row"]
STATEMENTS = Path(__file__).resolve().parent / "statements"
PLANNED_ANEW = {"queue", "deliveries", "sweep"}
"""Files of statements whose best plan depends on the values: lists with optional filters, and
what looks back now a little and now further."""

Asked = tuple[str, Mapping[str, Any]]
"""The name of a statement and the values of its parameters."""


@cache
def statements() -> dict[str, Statement]:
    """Every named statement; two of one name are an error."""
    found: dict[str, Statement] = {}
    for path in sorted(STATEMENTS.glob("*.sql")):
        for block in re.split(r"^-- name: ", path.read_text("utf-8"), flags=re.M)[1:]:
            name, _, text = block.partition("\n")
            if name.strip() in found:
                raise ValueError(f"two statements are named {name.strip()!r}")
            kept = path.stem not in PLANNED_ANEW
            found[name.strip()] = Statement(name.strip(), text, kept)
    return found


# ------------------------------------------------------------------ asking


def together(*asked: Asked) -> list[list[Row]]:
    """The rows of several statements, which are asked in their order and in one go."""
    return [answer.rows for answer in _cross(asked)]


def rows(name: str, /, **params: Any) -> list[Row]:
    """All rows of a named statement, as dictionaries."""
    return together((name, params))[0]


def row(name: str, /, **params: Any) -> Row | None:
    """The first row of a named statement, or None."""
    found = rows(name, **params)
    return found[0] if found else None


def value(name: str, /, **params: Any) -> Any:
    """The first column of the first row, or None."""
    found = row(name, **params)
    return next(iter(found.values())) if found else None


def run(name: str, /, **params: Any) -> int:
    """Run a statement now; how many rows it touched."""
    return _cross([(name, params)])[0].touched


def write(name: str, /, **params: Any) -> list[Row]:
    """Write with the next reading or the commit; outside a transaction, now.

    The list is filled with the rows that the statement gives, when it was sent.
    """
    wrapper = _wrapper()
    written: list[Row] = []
    _waiting(wrapper).append((name, params, written))
    if not wrapper.in_atomic_block:
        _cross([])
    return written


def as_json(data: Any) -> Jsonb:
    """A value for a jsonb column; times become ISO 8601 text."""
    return Jsonb(data, dumps=_dumped)


def _dumped(data: Any) -> str:
    return json.dumps(data, default=_plain, ensure_ascii=False)


def _plain(item: Any) -> Any:
    return item.isoformat() if hasattr(item, "isoformat") else str(item)


# ------------------------------------------------------------------ on Django's connection


def _cross(asked: Sequence[Asked], *, commit: bool = False) -> Sequence[Answer]:
    """Send what waits to be written and then these statements. Raises Django's database errors."""
    wrapper = _wrapper()
    wrapper.validate_no_broken_transaction()
    _leave_what_was_cut(wrapper)
    wrapper.ensure_connection()
    waiting = list(_waiting(wrapper))
    _waiting(wrapper).clear()
    batch = [(statements()[name], params) for name, params, _ in waiting]
    batch += [(statements()[name], params) for name, params in asked]
    with wrapper.wrap_database_errors:
        answers = _session(wrapper).cross([*batch, (COMMIT, {})] if commit else batch)
    for (_, _, written), answer in zip(waiting, answers, strict=False):
        written += answer.rows
    return answers[len(waiting) : len(batch)]


def _wrapper() -> BaseDatabaseWrapper:
    return connections[DEFAULT_DB_ALIAS]


def _leave_what_was_cut(wrapper: Any) -> None:
    """Once a request, as Django does by asking the server; a cut can be seen from here."""
    if wrapper.connection is None or not wrapper.health_check_enabled or wrapper.health_check_done:
        return
    if is_cut(wrapper.connection):
        wrapper.close()
    wrapper.health_check_done = True


def _session(wrapper: BaseDatabaseWrapper) -> Session:
    found: Session | None = vars(wrapper).get("session")
    if found is None or found.raw is not wrapper.connection:
        found = vars(wrapper)["session"] = Session(wrapper.connection)
    return found


def _waiting(wrapper: BaseDatabaseWrapper) -> list[tuple[str, Mapping[str, Any], list[Row]]]:
    """What was written in the transaction of this connection and has not been sent."""
    found: list[tuple[str, Mapping[str, Any], list[Row]]]
    found = vars(wrapper).setdefault("waiting_to_be_written", [])
    return found


# ------------------------------------------------------------------ transactions


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction: everything in the block, or nothing. Inside another, a part of it."""
    wrapper = _wrapper()
    outer = not wrapper.in_atomic_block
    if not outer:
        _send(wrapper)
    with atomic():
        try:
            yield
        except BaseException:
            _waiting(wrapper).clear()
            raise
        _send(wrapper, commit=outer)


def _send(wrapper: BaseDatabaseWrapper, *, commit: bool = False) -> None:
    """Send what waits to be written. A commit that has nothing to go with is left to Django."""
    if _waiting(wrapper):
        _cross([], commit=commit and not wrapper.needs_rollback)


@contextmanager
def looking() -> Iterator[None]:
    """One transaction that sees one moment, and in which the server refuses every writing."""
    with transaction():
        run("look_only")
        yield


@contextmanager
def turn_of(kind: str, key: object) -> Iterator[datetime]:
    """One transaction, alone with the action or ticket `key`; gives the database's time.

    The lock is advisory, because a row lock would need a right to update insert-only rows.
    """
    with transaction():
        [[locked]] = together(lock(kind, key))
        yield locked["at"]


def lock(kind: str, key: object) -> Asked:
    """The statement that waits for the turn of an action or ticket, to be asked with others."""
    return "lock", {"key": f"{kind}:{key}"}


def name() -> str:
    """Which database this is, for what a process keeps about it."""
    return str(_wrapper().settings_dict["NAME"])


def now() -> datetime:
    """PostgreSQL's time; nothing in Holdshort asks another clock about a deadline."""
    at: datetime = value("now")
    return at
