"""A PostgreSQL database whose rows are corrected and whose roles are given and taken.

It takes no SQL from anybody: an action names a table, columns and values, or a role and an
account. A change is tried in a transaction that is rolled back, and made in one that checks, under
lock, that what it changes is still what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from holdshort.connectors import sql_notes, sql_roles, sql_rows
from holdshort.connectors.places import Console
from holdshort.connectors.references import checked_reference
from holdshort.connectors.sql_roles import MEMBER
from holdshort.connectors.sql_rows import CHANGE, RESTORE
from holdshort.connectors.sql_wire import Wire
from holdshort.core.matching import Expected
from holdshort.core.terms import Action, Inquiry, Preview
from holdshort.ports import Receipt, RefusedByTarget, Shape


class SqlSettings(BaseModel):
    """Which secret holds the database's address, and how long anything may take."""

    model_config = ConfigDict(extra="forbid")

    dsn: str = Field(
        description="The address with user and password by reference: env:NAME or file:PATH, "
        "holding postgresql://user:password@host/database."
    )
    statement_timeout: float = Field(
        default=10, gt=0, le=60, description="Seconds that one statement may take."
    )
    lock_timeout: float = Field(
        default=2, gt=0, le=30, description="Seconds to wait for rows that somebody else changes."
    )
    timeout: float = Field(default=10, gt=0, le=120, description="Seconds for one reading.")
    console: Console = {}
    allow_internal: bool = Field(
        default=False,
        description="Allow sockets, loopback and private addresses, and weaker encryption there.",
    )

    @field_validator("dsn")
    @classmethod
    def _by_reference(cls, value: str) -> str:
        return checked_reference(value)


class Sql:
    """One PostgreSQL database as a connected app: it acts, and it can try first."""

    Settings: ClassVar[type[BaseModel]] = SqlSettings
    scopes: ClassVar[tuple[str, ...]] = (
        "select and update on the tables that are to be corrected, and on no others",
        "select and insert on holdshort.applied, the notes of what was done",
        "admin option on the roles that are to be given and taken, and on no others",
    )
    serves: ClassVar[frozenset[str]] = frozenset({CHANGE, RESTORE, *MEMBER})

    def __init__(self, name: str, settings: SqlSettings) -> None:
        self.name = name
        self._timeout = settings.timeout
        self._wire = Wire(
            settings.dsn,
            statement_timeout=settings.statement_timeout,
            lock_timeout=settings.lock_timeout,
            allow_internal=settings.allow_internal,
        )

    def shape(self, action_type: str) -> Shape:
        """A membership is a state to reach; a change of rows leaves a note under its key."""
        return Shape.SET if action_type in MEMBER else Shape.KEYED

    def preview(self, inquiry: Inquiry) -> Preview:
        """Make the change in a transaction that is rolled back, and say what it did."""
        self._require(inquiry.type)
        with self._wire.session(self._wire.deadline(self._timeout)) as session:
            if inquiry.type in MEMBER:
                return Preview(*sql_roles.tried(session, inquiry.type, inquiry.words))
            return Preview(*sql_rows.tried(session, inquiry.type, inquiry.words))

    def observe(self, action: Action) -> Mapping[str, Any]:
        """The relevant state now, over a connection of its own. Keys that start with `_` inform."""
        self._require(action.type)
        with self._wire.session(self._wire.deadline(self._timeout)) as session:
            session.execute("SET TRANSACTION READ ONLY")
            if action.type in MEMBER:
                return sql_roles.observed(session, _of_role(action))
            return sql_rows.observed(session, action.type, action.id, action.params)

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Make the change in one transaction, if what it changes is still `seen`."""
        self._require(action.type)
        with self._wire.session(self._wire.deadline(timeout)) as session:
            if action.type in MEMBER:
                return sql_roles.applied_now(
                    session, action.type, _of_role(action), key=key, seen=seen
                )
            return sql_rows.applied_now(
                session, action.type, action.id, action.params, key=key, seen=seen
            )

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Whether `now` shows the change; None where somebody may have changed it since."""
        if action.type in MEMBER:
            return now.get("member") is MEMBER[action.type]
        return sql_rows.applied(before, now)

    def expected(self, action: Action) -> Expected | None:
        """Whether the account has the role; of rows nobody else's change can be told apart."""
        member = MEMBER.get(action.type)
        return None if member is None else Expected({"member": member})

    def probe(self) -> str:
        """Sign in and look, in a transaction that cannot write."""
        with self._wire.session(self._wire.deadline(self._timeout)) as session:
            session.execute("SET TRANSACTION READ ONLY")
            found = session.execute(
                "SELECT current_setting('server_version'), current_user, rolsuper, "
                "(SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()) "
                "FROM pg_catalog.pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert found is not None, "every session has a user"
            sql_notes.note(session, "")
            return _answered(*found)

    def _require(self, action_type: str) -> None:
        if action_type not in self.serves:
            raise RefusedByTarget(f"The database does not carry out {action_type}.")


def _of_role(action: Action) -> dict[str, Any]:
    """Who and which role; the account is the one that was seen, not whoever has its name now."""
    return {"account": action.seen["account"], "role": action.params["role"]}


def _answered(version: str, user: str, powerful: bool, encrypted: bool | None) -> str:
    how = "encrypted" if encrypted else "not encrypted"
    warning = " It is a superuser, which is more than the desk needs." if powerful else ""
    return f"PostgreSQL {version} answered, {how}, to {user}; the notes can be read.{warning}"
