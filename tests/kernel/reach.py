"""How statements reach the database: as real logins, or all inside one transaction."""

from __future__ import annotations

from typing import Any, Protocol

import psycopg
from psycopg import sql

from holdshort.records.roles import OWNER, role_names
from tests.desk import Desk
from tests.kernel.grant_table import ROLES

SUPERUSER = "superuser"
Statement = str | sql.SQL | sql.Composed


class Reach(Protocol):
    """One statement as one role: web, agent, desk, executor, the owner or the superuser."""

    def run(self, role: str, statement: Statement, params: Any = None) -> psycopg.Cursor[Any]: ...


class Logins:
    """A connection for every login role, each statement a transaction of its own."""

    def __init__(self, desk: Desk) -> None:
        # Nobody logs in as the owner; `holdshort migrate` acts as it in the same way.
        owner = f"-c role={role_names()[OWNER]}"
        self.connections = {
            SUPERUSER: psycopg.connect(desk.url(), autocommit=True),
            OWNER: psycopg.connect(desk.url(), autocommit=True, options=owner),
            **{role: psycopg.connect(desk.url(role), autocommit=True) for role in ROLES},
        }

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def run(self, role: str, statement: Statement, params: Any = None) -> psycopg.Cursor[Any]:
        return self.connections[role].execute(statement, params)  # type: ignore[arg-type]


class OneTransaction:
    """Everybody in turn on one connection of the superuser, who becomes each of them.

    A change of the schema that nobody has committed holds for all of them at once, and is gone
    when the transaction is rolled back.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self._become = {
            role: f'SET LOCAL SESSION AUTHORIZATION "{name}"' for role, name in role_names().items()
        }
        self._become[SUPERUSER] = "SET LOCAL SESSION AUTHORIZATION DEFAULT"

    def run(self, role: str, statement: Statement, params: Any = None) -> psycopg.Cursor[Any]:
        self.connection.execute(self._become[role])  # type: ignore[arg-type]
        return self.connection.execute(statement, params)  # type: ignore[arg-type]
