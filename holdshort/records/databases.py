"""Where a backup is restored to: an empty database, or one beside that takes its name over.

The former database is renamed, never dropped, and nobody can connect to it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from holdshort.machine.database_url import renamed
from holdshort.records.backup import BackupError
from holdshort.records.roles import OWNER, role_names

_MAINTENANCE = "postgres"


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a database: whether it has tables at all, and how many people and tickets."""

    name: str
    fresh: bool
    people: int
    tickets: int


def look(url: str) -> Found:
    """What is there now. Raises BackupError while other sessions are connected."""
    with psycopg.connect(url, autocommit=True) as admin:
        name = admin.info.dbname
        others = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        ).fetchone()
        if others and others[0]:
            raise BackupError(
                f"{others[0]} sessions are connected to the database ‘{name}’. Stop every process "
                "of the desk first; a desk that works cannot be replaced."
            )
        tables = admin.execute(
            "SELECT count(*), to_regclass('kernel.person') IS NOT NULL FROM pg_tables "
            "WHERE schemaname IN ('kernel', 'public')"
        ).fetchone()
        assert tables is not None
        if not tables[1]:
            return Found(name, tables[0] == 0, 0, 0)
        counted = admin.execute(
            "SELECT (SELECT count(*) FROM kernel.person), (SELECT count(*) FROM public.ticket)"
        ).fetchone()
        assert counted is not None
        return Found(name, False, *counted)


def beside(url: str) -> str:
    """A new, empty database next to that one. Gives its address."""
    with psycopg.connect(url, autocommit=True) as admin:
        may = admin.execute(
            "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        if not may or not may[0]:
            raise BackupError(
                "This database account may not create databases. Ask an administrator for an "
                "empty one, and restore into it with DATABASE_URL."
            )
        name = f"{admin.info.dbname}_restoring"
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return renamed(url, name)


def empty(url: str) -> None:
    """Take out of a database what a restore that failed has put into it."""
    with psycopg.connect(url) as admin:
        owner = sql.Identifier(role_names()[OWNER])
        admin.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(owner))


def drop(url: str) -> None:
    """Remove a database that was made by `beside` and was not filled."""
    with psycopg.connect(url) as connection:
        name = connection.info.dbname
    with psycopg.connect(renamed(url, _MAINTENANCE), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def swap(url: str, filled: str, at: datetime) -> str:
    """Give the filled database the name of the former one, in one step; its new name."""
    with psycopg.connect(url) as former, psycopg.connect(filled) as new:
        name, made = former.info.dbname, new.info.dbname
    kept = f"{name[:40]}_before_{at:%Y%m%d_%H%M%S}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with psycopg.connect(renamed(url, _MAINTENANCE)) as admin:
        admin.execute(rename.format(sql.Identifier(name), sql.Identifier(kept)))
        admin.execute(rename.format(sql.Identifier(made), sql.Identifier(name)))
        admin.execute(
            sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(sql.Identifier(kept))
        )
    return kept
