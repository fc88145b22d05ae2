"""A real PostgreSQL server that is somebody else's: over TCP, with passwords, made for the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from holdshort.connectors import build
from holdshort.connectors.sql import Sql
from holdshort.machine.binaries import find_binaries
from holdshort.machine.ports import free_port
from holdshort.machine.postgres import EmbeddedPostgres

PASSWORD = "The-desk-account-1"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "connectors.md"


class OverTcp(EmbeddedPostgres):
    """The embedded server, listening on a port of 127.0.0.1 instead of only on its socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, find_binaries())
        self.port = free_port()

    def _command(self, cluster: str, socket: str) -> list[str]:
        more = (f"port={self.port}", "listen_addresses=127.0.0.1", "fsync=off")
        options = [part for setting in more for part in ("-c", setting)]
        return [*super()._command(cluster, socket), *options]

    def _url(self, database: str) -> str:
        return f"{super()._url(database)}&port={self.port}"


class Served:
    """One database with the desk's role, its notes, and a table of orders."""

    def __init__(self, server: OverTcp, url: str, folder: Path) -> None:
        self.server, self.url, self.folder = server, url, folder
        self.admin = psycopg.connect(url, autocommit=True)
        self.dsn_file = folder / "dsn"
        self._numbers = count(1)
        self.write_dsn()
        self.admin.execute(as_documented())
        self.admin.execute(
            "CREATE TABLE public.orders (id integer PRIMARY KEY, customer text NOT NULL, "
            "status text NOT NULL CHECK (status IN ('open', 'closed', 'lost')), "
            "amount numeric(10, 2), note varchar(5), paid boolean);"
            "GRANT SELECT, UPDATE ON public.orders TO holdshort"
        )

    def write_dsn(
        self, *, password: str = PASSWORD, port: int | None = None, more: str = ""
    ) -> str:
        """Write the address to a file; the reference to it."""
        at = f"127.0.0.1:{port or self.server.port}/holdshort"
        self.dsn_file.write_text(f"postgresql://holdshort:{password}@{at}{more}")
        return f"file:{self.dsn_file}"

    def connector(self, **changed: Any) -> Sql:
        """The connector, as the executor would use it."""
        settings = {"dsn": f"file:{self.dsn_file}", "allow_internal": True, **changed}
        built = build("dev-db", "sql", settings)
        assert isinstance(built, Sql)
        return built

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement of the database's administrator."""
        cursor = self.admin.execute(statement, values or None)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []

    def order(self, **columns: object) -> int:
        """A new row; its number."""
        number = next(self._numbers)
        row = {"id": number, "customer": "Acme", "status": "open", **columns}
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        values = sql.SQL(", ").join(map(sql.Placeholder, row))
        self.admin.execute(
            sql.SQL("INSERT INTO public.orders ({}) VALUES ({})").format(names, values), row
        )
        return number

    def row(self, number: int, columns: str = "status") -> tuple[Any, ...]:
        """What an order holds."""
        return self.run(f"SELECT {columns} FROM public.orders WHERE id = {number}")[0]

    def role(self, name: str, *, login: bool = False, more: str = "") -> str:
        """A new role, which the desk may give; its oid."""
        can = f"LOGIN PASSWORD '{PASSWORD}'" if login else ""
        self.run(f'CREATE ROLE "{name}" {can} {more}')
        if not login:
            self.run(f'GRANT "{name}" TO holdshort WITH ADMIN OPTION')
        return str(self.run("SELECT oid FROM pg_roles WHERE rolname = %s", name)[0][0])

    def in_role(self, role: str, member: str) -> bool:
        """Whether one role is a direct member of another."""
        found = self.run(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
            "JOIN pg_roles l ON l.oid = m.member WHERE r.rolname = %s AND l.rolname = %s",
            role,
            member,
        )
        return bool(found[0][0])

    def close(self) -> None:
        self.admin.close()


def as_documented() -> str:
    """What the documents tell a database administrator to run, with a password filled in."""
    section = DOCS.read_text("utf-8").split("## `sql`")[1]
    found = re.search(r"```sql\n(.*?)```", section, re.S)
    assert found is not None
    return found[1].replace("…", PASSWORD, 1)


@contextmanager
def running_postgres(folder: Path) -> Iterator[Served]:
    """A server of its own, until the block ends."""
    server = OverTcp(folder / "data")
    url = server.start()
    served = None
    try:
        served = Served(server, url, folder)
        yield served
    finally:
        if served is not None:
            served.close()
        server.stop()
