"""What went wrong at a PostgreSQL server, as a sentence for people: never a row, never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

_LATER = re.compile(r"starting up|shutting down|recovery|too many|remaining connection")
_CUT = re.compile(
    r"closed the connection|EOF|could not receive|could not send|timeout|reset by peer"
)
_TLS = re.compile(r"certificate|SSL|TLS")

_WORDS = {
    "22001": "A value is too long for its column.",
    "23502": "A column of {table} must not be empty.",
    "25006": "This is a copy of the database that cannot be changed.",
    "42P01": "There is no such table.",
    "42703": "There is no such column.",
    "428C9": "A column of this table is computed by the database and cannot be set.",
    "57014": "The change took longer than the time that is allowed for it and was stopped.",
}
_CLASSES = {
    "22": "A value does not fit its column.",
    "23": "The rule ‘{rule}’ of {table} does not allow this.",
    "0A": "The database cannot do this.",
    "P0": "A trigger of the table refused this.",
}
_TRY_AGAIN = {
    "55P03": "Somebody else is changing the same rows.",
    "40001": "Somebody else changed the same rows at the same moment.",
    "40P01": "Somebody else is changing the same rows.",
}


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what psycopg raises into what a connector raises."""
    try:
        yield
    except psycopg.Error as error:
        raise said(error) from None


def said(error: psycopg.Error) -> ConnectorError:
    """An error of a statement: refused when the database said so, else nobody knows."""
    state = error.sqlstate
    if state is None:
        return Unreachable("The database broke off the connection.")
    if state in _TRY_AGAIN:
        # It certainly changed nothing; a later attempt looks first and may succeed.
        return Unreachable(f"{_TRY_AGAIN[state]} It is tried again.")
    if state[:2] in ("08", "53", "57", "58", "XX") and state not in _WORDS:
        return Unreachable("The database has trouble of its own and is asked again.")
    if state == "42501":
        return RefusedByTarget(
            "The account that the desk uses at the database may not do this. "
            "‘holdshort connector list’ names the rights that it needs."
        )
    words = _WORDS.get(state) or _CLASSES.get(state[:2]) or f"The database refused this ({state})."
    diag = error.diag
    return RefusedByTarget(
        words.format(rule=diag.constraint_name or "unknown", table=diag.table_name or "the table")
    )


def not_signed_in(error: psycopg.Error, reference: str) -> ConnectorError:
    """An error of connecting. What PostgreSQL says there has no code, so its words are read."""
    text = str(error)
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return Unreachable("The database did not answer in time.")
    answered = "FATAL" in text or bool(error.pgconn and error.pgconn.used_password)
    if _LATER.search(text) or (answered and "FATAL" not in text and _CUT.search(text)):
        return Unreachable("The database cannot be reached just now.")
    if answered:
        return RefusedByTarget(
            "The database refused the sign-in. Check the user, the password and the name of the "
            f"database behind {reference}."
        )
    if _TLS.search(text) and not _CUT.search(text):
        return RefusedByTarget(
            "The database's certificate is not to be trusted, or it does not encrypt. "
            f"Check sslmode and sslrootcert behind {reference}."
        )
    return Unreachable("The database cannot be reached.")
