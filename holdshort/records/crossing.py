"""Crossing to the server: several statements in one go, on Django's own connection.

A stop of the road knows its statements beforehand, so they leave in one packet and are answered in
one. psycopg has pipelines too, which send statement by statement. Each named statement is prepared
once for a connection; the server works out its plan a few times and then keeps it.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Row = dict[str, Any]
_WAIT_TO_READ, _WAIT_FOR_BOTH = select.POLLIN, select.POLLIN | select.POLLOUT


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with `%(named)s` parameters; `kept` lets the server keep its plan."""

    name: str
    text: str
    kept: bool = True


Asked = tuple[Statement, Mapping[str, Any]]
"""A statement and the values of its parameters."""

BEGIN, COMMIT = Statement("begin", "BEGIN"), Statement("commit", "COMMIT")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one statement: its rows, and how many it read or wrote."""

    rows: list[Row]
    touched: int


@dataclass
class Session:
    """One connection, what is prepared on it, and what its statements answer with."""

    raw: psycopg.Connection[Any]
    _prepared: set[str] = field(default_factory=set)
    _columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Django's adapters leave JSON as text, so values are read and written with psycopg's own.
    _values: Any = field(default_factory=Transformer)

    def cross(self, asked: Sequence[Asked]) -> list[Answer]:
        """Run these statements in their order; after the first that fails none is run.

        Raises psycopg's errors. What interrupts the conversation in its middle ends the connection.
        """
        begins = not self.raw.autocommit and _is_idle(self.raw.pgconn)
        asked = [(BEGIN, {}), *asked] if begins else asked
        bound = [(statement, self._bound(statement, given)) for statement, given in asked]
        with self.raw.lock:
            try:
                new, results = self.converse(bound)
            except BaseException:
                self.raw.pgconn.finish()
                raise
        return self._read(asked, new, iter(results))[begins:]

    def _bound(self, asked: Statement, given: Mapping[str, Any]) -> Sequence[Buffer | None]:
        names = parsed(asked.text)[1]
        values = [_sendable(given[name]) for name in names]
        bound: Sequence[Buffer | None] = self._values.dump_sequence(
            values, [PyFormat.TEXT] * len(names)
        )
        return bound

    def converse(
        self, bound: Sequence[tuple[Statement, Sequence[Buffer | None]]]
    ) -> tuple[set[str], list[PGresult]]:
        """Send everything, then wait for every answer; which statements were prepared with it."""
        connection, new = self.raw.pgconn, set[str]()
        connection.enter_pipeline_mode()
        for statement, values in bound:
            if not statement.kept:
                connection.send_query_params(parsed(statement.text)[0], values)
                continue
            if statement.name not in self._prepared | new:
                new.add(statement.name)
                connection.send_prepare(statement.name.encode(), parsed(statement.text)[0])
            connection.send_query_prepared(statement.name.encode(), values)
        connection.pipeline_sync()
        results = list(results_of(connection))
        connection.exit_pipeline_mode()
        return new, results

    def _read(
        self, asked: Sequence[Asked], new: set[str], results: Iterator[PGresult]
    ) -> list[Answer]:
        """Each statement's answer. Raises the error of the one that failed."""
        answers, failed = [], None
        for statement, _ in asked:
            if statement.name in new:
                new.remove(statement.name)
                result = next(results)
                if result.status == ExecStatus.COMMAND_OK:
                    self._prepared.add(statement.name)
                failed = failed or _failed(result)
            result = next(results)
            failed = failed or _failed(result)
            if failed is None:
                answers.append(self._answer(statement, result))
        if failed is not None:
            raise failed
        return answers

    def _answer(self, statement: Statement, result: PGresult) -> Answer:
        if result.status != ExecStatus.TUPLES_OK:
            return Answer([], result.command_tuples or 0)
        if statement.name not in self._columns:
            names = (result.fname(column) or b"" for column in range(result.nfields))
            self._columns[statement.name] = tuple(name.decode() for name in names)
        columns = self._columns[statement.name]
        self._values.set_pgresult(result)
        rows = self._values.load_rows(0, result.ntuples, tuple)
        return Answer([dict(zip(columns, row, strict=True)) for row in rows], len(rows))


def is_cut(raw: psycopg.Connection[Any]) -> bool:
    """Whether the server has ended this idle connection: only its last words, or an end, wait."""
    poll = select.poll()
    poll.register(raw.pgconn.socket, _WAIT_TO_READ)
    return bool(poll.poll(0))


def _sendable(value: Any) -> Any:
    """Bytes as hexadecimal text: without a connection psycopg would escape quotes among them."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value


def _is_idle(connection: PGconn) -> bool:
    return connection.transaction_status == TransactionStatus.IDLE


def _failed(result: PGresult) -> psycopg.Error | None:
    return error_from_result(result) if result.status == ExecStatus.FATAL_ERROR else None


def results_of(connection: PGconn) -> Iterator[PGresult]:
    """Every result up to the end of what was sent, waiting without holding up other threads."""
    poll = select.poll()
    poll.register(connection.socket, _WAIT_FOR_BOTH)
    while connection.flush():
        if poll.poll()[0][1] & select.POLLIN:
            connection.consume_input()
    poll.modify(connection.socket, _WAIT_TO_READ)
    while True:
        while connection.is_busy():
            poll.poll()
            connection.consume_input()
        result = connection.get_result()
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return
        yield result
        if connection.status == ConnStatus.BAD:
            raise error_from_result(result)


_PARAMETER = re.compile(r"%\((\w+)\)s|%%")


@cache
def parsed(text: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement as the server wants it, and the names of its parameters in their order."""
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        if found[1] is None:
            return "%"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _PARAMETER.sub(numbered, text).encode(), tuple(names)
