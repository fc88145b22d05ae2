"""The demo company's databases: small and real, beside the desk's own on the same server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from holdshort.machine import keys
from holdshort.machine.database_url import url_of
from holdshort.machine.folders import data_folder, write_private

if TYPE_CHECKING:
    from holdshort.company.schema import Company


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    company: Company
    """The company, with the accounts that its people have in these databases."""

    named: Mapping[str, str] = field(default_factory=dict)
    """What the settings of the connected apps refer to as env:NAME."""

    problem: str = ""
    """Why there are none, and what is needed, in one sentence each."""


def demo_databases(admin: str, data: Path, company: Company) -> Made:
    """Make and fill those that are missing. `admin` is an administrator's address of the server.

    A server where they cannot be made leaves them out and says so: the demo runs without them.
    """
    names = [name for name, app in company.connectors.items() if app.kind == "sql" and _file(name)]
    if not names:
        return Made(company)
    passwords = _passwords(data, names)
    accounts: dict[tuple[str, str], str] = {}
    named = {}
    try:
        if lacking := _lacks_rights(admin):
            return Made(company, problem=f"{_left_out(names)} {lacking}")
        for name in names:
            address = _made(admin, name, passwords[name])
            accounts |= _filled(admin, name)
            named[f"HOLDSHORT_{_plain(name).upper()}_DSN"] = address
    except psycopg.Error as error:
        said = str(error).strip().split("\n")[0]
        return Made(company, problem=f"{_left_out(names)} The server said: {said}")
    return Made(_with_accounts(company, accounts), named)


def _left_out(names: Sequence[str]) -> str:
    return f"The demo's databases {' and '.join(names)} are left out."


def _file(name: str) -> str:
    """What is in that database; empty where the demo knows none of that name."""
    found = files("demo") / f"{name}.sql"
    return found.read_text("utf-8") if found.is_file() else ""


def _passwords(data: Path, names: Sequence[str]) -> dict[str, str]:
    """The password of the connected app's account in each, made on first use."""
    file = data_folder(data / "databases") / "passwords.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if missing := [name for name in names if name not in known]:
        known |= {name: keys.new_token() for name in missing}
        write_private(file, json.dumps(known).encode())
    return known


def _lacks_rights(admin: str) -> str:
    with psycopg.connect(admin, autocommit=True) as server:
        found = server.execute(
            "SELECT rolsuper OR (rolcreatedb AND rolcreaterole), rolname FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        assert found is not None, "every session has a user"
        may, who = found
        role = sql.Identifier(who).as_string(server)
    if may:
        return ""
    return (
        "Making them needs an account of the server that may create databases and roles: "
        f"ALTER ROLE {role} CREATEDB CREATEROLE, or start without DATABASE_URL."
    )


def _made(admin: str, name: str, password: str) -> str:
    """The empty database and the app's account, unless they are there. Gives its address."""
    database = _database(name)
    login, secret = sql.Identifier(database), sql.Literal(password)
    with psycopg.connect(admin, autocommit=True) as server:
        if not _there(server, "SELECT FROM pg_roles WHERE rolname = %s", database):
            # What it may give to others it does not have itself.
            server.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(login))
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, secret))
        if not _there(server, "SELECT FROM pg_database WHERE datname = %s", database):
            server.execute(sql.SQL("CREATE DATABASE {}").format(login))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(login))
        server.execute(sql.SQL("GRANT CONNECT ON DATABASE {0} TO {0}").format(login))
    return _address(admin, user=database, password=password, dbname=database)


def _filled(admin: str, name: str) -> dict[tuple[str, str], str]:
    """Its tables and roles, put there at once. Gives (person, app) → the person's account."""
    with psycopg.connect(_address(admin, dbname=_database(name))) as database:
        if not _there(database, "SELECT WHERE to_regnamespace('holdshort') IS NOT NULL"):
            login = sql.Identifier(_database(name))
            database.execute(sql.SQL(_file(name)).format(login=login))
        found = database.execute(
            "SELECT rolname, oid::text FROM pg_roles WHERE rolname LIKE %s", [f"%@{name}"]
        )
        return {(role.partition("@")[0], name): oid for role, oid in found.fetchall()}


def _there(session: psycopg.Connection, statement: str, *values: str) -> bool:
    return session.execute(statement, values or None).fetchone() is not None


def _address(admin: str, **other: str) -> str:
    """The server's address with other parts, and nothing that a connected app must not say."""
    from holdshort.connectors.sql_wire import ALLOWED

    parts = {k: str(v) for k, v in conninfo_to_dict(admin).items() if k in ALLOWED}
    return url_of({**parts, **other})


def _database(name: str) -> str:
    """What the database, and the account in it, are called on the server."""
    from holdshort.records.roles import prefixed

    return prefixed(_plain(name))


def _plain(name: str) -> str:
    return name.replace("-", "_")


def _with_accounts(company: Company, accounts: Mapping[tuple[str, str], str]) -> Company:
    from holdshort.company.people import Account

    def linked(person: str) -> Iterator[Account]:
        for (who, app), oid in accounts.items():
            if who == person:
                yield Account(issuer=app, subject=oid)

    people = tuple(
        one.model_copy(update={"accounts": (*one.accounts, *linked(one.id))})
        for one in company.people
    )
    return company.model_copy(update={"people": people})
