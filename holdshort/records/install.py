"""Creating the roles and the tables: `holdshort migrate`.

Needs an administrator's connection once. Where it may not create roles, it says which SQL an
administrator must run, and stops without having changed anything.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from holdshort.records.roles import OWNER, PROCESSES, role_names


class NeedsAdministrator(Exception):
    """The connection may not create roles; `statements` is what an administrator must run."""

    def __init__(self, statements: str) -> None:
        self.statements = statements
        super().__init__(
            "This database account may not create roles. Ask an administrator of the database "
            f"to run the lines below, then run `holdshort migrate` again.\n\n{statements}"
        )


def create_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Create the owner and the four login roles, or bring their passwords up to date.

    `passwords` is by process name; a process that is missing keeps the password it has.
    Raises NeedsAdministrator, psycopg.OperationalError.
    """
    with psycopg.connect(url, autocommit=True) as admin:
        if _complete(admin) and not _may_create(admin):
            return
        lines = _lines(admin, passwords)
        if not _may_create(admin):
            raise NeedsAdministrator(_for_a_person(admin, _lines(admin, {})))
        with admin.transaction():
            for line in lines:
                admin.execute(line)


def _may_create(admin: psycopg.Connection) -> bool:
    found = admin.execute(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return bool(found and found[0])


def _present(admin: psycopg.Connection) -> set[str]:
    return {name for (name,) in admin.execute("SELECT rolname FROM pg_roles").fetchall()}


def _complete(admin: psycopg.Connection) -> bool:
    if not set(role_names().values()) <= _present(admin):
        return False
    owner = role_names()[OWNER]
    found = (
        admin.execute("SELECT pg_has_role(current_user, %s, 'SET')", [owner])
        if (admin.info.server_version >= 160000)
        else admin.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [owner])
    )
    return bool((found.fetchone() or (False,))[0])


def _lines(admin: psycopg.Connection, passwords: Mapping[str, str]) -> list[sql.SQL | sql.Composed]:
    names, present = role_names(), _present(admin)
    owner, database = sql.Identifier(names[OWNER]), sql.Identifier(admin.info.dbname)
    lines: list[sql.SQL | sql.Composed] = []
    if names[OWNER] not in present:
        lines.append(sql.SQL("CREATE ROLE {} NOLOGIN").format(owner))
    for process in PROCESSES:
        role = sql.Identifier(names[process])
        if names[process] not in present:
            lines.append(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        if process in passwords:
            secret = sql.Literal(passwords[process])
            lines.append(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, secret))
        lines.append(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
        # Compiling a statement takes longer than any of ours runs.
        lines.append(sql.SQL("ALTER ROLE {} SET jit = off").format(role))
    lines += [
        sql.SQL("GRANT {} TO CURRENT_USER").format(owner),
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, owner),
        sql.SQL("GRANT ALL ON SCHEMA public TO {} WITH GRANT OPTION").format(owner),
        sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
    ]
    return lines


def _for_a_person(admin: psycopg.Connection, lines: list[sql.SQL | sql.Composed]) -> str:
    account = sql.Identifier(admin.info.user).as_string(admin)
    return "\n".join(line.as_string(admin).replace("CURRENT_USER", account) + ";" for line in lines)


def as_owner() -> None:
    """Let Django's connection act as the owner role, of which it must be a member."""
    from django.db import connection

    connection.close()
    options = dict(connection.settings_dict.get("OPTIONS") or {})
    options["options"] = f"-c role={role_names()[OWNER]}"
    connection.settings_dict["OPTIONS"] = options


def migrate(to: str | None = None) -> None:
    """Create or upgrade the tables, as the owner role; `to` names a migration to stop at.

    Django must be set up. Raises Unfit when the database is newer than this program, or while
    processes are connected that were written for the tables as they are now.
    """
    from django.core.management import call_command

    from holdshort.records import schema

    as_owner()
    there = schema.applied()
    schema.require_not_newer(schema.known(), there)
    if there and there != schema.known():
        _require_nobody_connected()
    call_command("migrate", *((schema.APP, to) if to else ()), interactive=False, verbosity=0)


def _require_nobody_connected() -> None:
    from holdshort.records import db, schema

    names = {name: process for process, name in role_names().items()}
    here = {names[row["usename"]] for row in db.rows("connected_roles", roles=list(names))}
    if here:
        raise schema.Unfit(
            f"Still connected to this database: {', '.join(sorted(here))}. A process works only "
            "on the tables it was written for, so stop every one of them first."
        )
