"""How the SQL connector speaks: one signed-in session per operation, to a checked address.

A session has a deadline on both sides: the server ends a statement that takes too long, and the
connection ends a wait for a server that is silent. Leaving a session without a commit leaves
nothing behind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict

from holdshort.connectors.directory import Deadline
from holdshort.connectors.references import secret
from holdshort.connectors.safety import Forbidden, addresses, check_addresses
from holdshort.connectors.sql_said import not_signed_in, plainly
from holdshort.ports import RefusedByTarget, Unreachable

ALLOWED = frozenset(
    (
        *("host", "port", "dbname", "user", "password"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding"),
    )
)
"""What the address may say; anything else could lead elsewhere, or change how SQL is read."""

_PLAIN = (
    "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 "
    "-c bytea_output=hex -c extra_float_digits=1 -c idle_in_transaction_session_timeout=30s "
    "-c client_encoding=UTF8"
)
"""So that one value always reads the same. The search path stays: triggers may rely on it."""

T = TypeVar("T")


class Session(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose every wait ends with the operation's deadline."""

    deadline: Deadline | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server, but never beyond the deadline."""
        if self.deadline is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.deadline.left())
        except psycopg.OperationalError as error:
            if error.sqlstate is None:
                # Whatever it broke off with, when time is up that is the reason.
                self.deadline.left()
            raise


@dataclass(frozen=True, slots=True)
class Wire:
    """One PostgreSQL database. Every method raises ConnectorError in a plain sentence."""

    dsn: str
    """The address with user and password, by reference; read anew for every session."""

    statement_timeout: float
    lock_timeout: float
    allow_internal: bool

    def deadline(self, seconds: float) -> Deadline:
        """A point in time that every statement of one operation shares."""
        return Deadline(seconds, "The database")

    @contextmanager
    def session(self, deadline: Deadline) -> Iterator[Session]:
        """Signed in until the block ends; what was not committed by then has not happened."""
        where = self._where(deadline)
        try:
            session = Session.connect(**where)
        except psycopg.Error as error:
            raise not_signed_in(error, self.dsn) from None
        try:
            with plainly():
                session.deadline = deadline
                yield session
        finally:
            session.close()

    def _where(self, deadline: Deadline) -> dict[str, Any]:
        parts = self._parts()
        left = deadline.left()
        limits = (
            f"-c statement_timeout={_ms(min(self.statement_timeout, left))} "
            f"-c lock_timeout={_ms(min(self.lock_timeout, left))}"
        )
        return {
            **parts,
            **self._checked(parts),
            "options": f"{_PLAIN} {limits}",
            "connect_timeout": math.ceil(left),
            "application_name": "holdshort",
            "gssencmode": "disable",
        }

    def _parts(self) -> dict[str, Any]:
        try:
            parts = conninfo_to_dict(secret(self.dsn))
        except psycopg.ProgrammingError:
            raise RefusedByTarget(f"{self.dsn} does not hold an address of a database.") from None
        if unknown := parts.keys() - ALLOWED:
            listed = ", ".join(sorted(unknown))
            raise Forbidden(f"The address behind {self.dsn} must not say {listed}.")
        if not all(parts.get(name) for name in ("host", "dbname", "user")):
            raise Forbidden(f"The address behind {self.dsn} must name a host, a database, a user.")
        if "," in f"{parts['host']}{parts.get('port', '')}":
            raise Forbidden(f"The address behind {self.dsn} must name one host only.")
        return parts

    def _checked(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """The very address to connect to, and how it is encrypted. Raises Forbidden."""
        host, mode = str(parts["host"]), parts.get("sslmode")
        if host[0] in "/@":
            if not self.allow_internal:
                raise Forbidden("A socket of this machine needs allow_internal: true.")
            return {}
        if mode not in (None, "verify-full") and not self.allow_internal:
            raise Forbidden("Without sslmode=verify-full a password may reach somebody else.")
        try:
            found = addresses(host, int(parts.get("port") or 5432))
        except (OSError, ValueError):
            raise Unreachable(f"The database cannot be reached: {host} is not known.") from None
        check_addresses(host, found, allow_internal=self.allow_internal)
        public = any(address.is_global for address in found)
        if public and mode not in (None, "verify-full"):
            raise Forbidden(f"{host} is a public address, so sslmode must be verify-full.")
        strict = public or mode == "verify-full" or not self.allow_internal
        encrypted = {"sslmode": "verify-full", "sslrootcert": parts.get("sslrootcert", "system")}
        return {"hostaddr": str(found[0]), **(encrypted if strict else {})}


def _ms(seconds: float) -> int:
    # Zero would mean no limit.
    return max(1, int(seconds * 1000))
