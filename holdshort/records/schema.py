"""Which migrations the database has had, and whether this program fits it.

The readable base is `kernel/*.sql`, frozen with 0001. Each later migration runs one file of its
own, `kernel/000N_name.sql`, whose head says what it adds and changes; what they amount to is
`tests/snapshots/schema.txt`, read from the database.
"""

from __future__ import annotations

from pathlib import Path

from django.db import Error, connection, migrations

from holdshort.records.roles import role_names

APP = "records"
KERNEL = Path(__file__).resolve().parent / "kernel"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


class Unfit(Exception):
    """Program and database do not fit; the text says which of them to renew, and how."""


def change(name: str) -> migrations.RunPython:
    """The operation of a migration that runs `kernel/{name}.sql`, with the login roles' names."""

    def run(apps: object, schema_editor: object) -> None:
        text = (KERNEL / f"{name}.sql").read_text("utf-8").format(**role_names())
        schema_editor.execute(text, params=None)  # type: ignore[attr-defined]

    return migrations.RunPython(run, elidable=False)


def known() -> tuple[str, ...]:
    """The migrations that this program brings, in their order."""
    return tuple(sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py")))


def applied() -> tuple[str, ...]:
    """The migrations that the database has had, in their order; none where there are no tables.

    Raises OperationalError when the database does not answer.
    """
    from django.db import OperationalError

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM django_migrations WHERE app = %s ORDER BY 1", [APP])
            return tuple(name for (name,) in cursor.fetchall())
    except OperationalError:
        raise
    except Error:
        # No such table, or the rights of before 0002, which let nobody read it.
        return ()


def require_known(name: str, program: str) -> None:
    """Refuse a backup that a newer program made. Raises Unfit."""
    if name not in known():
        raise Unfit(
            f"This backup was made by Holdshort {program} with tables that this one does not "
            f"know ({name}). Install that version or a newer one, then restore."
        )


def require_fit() -> None:
    """Let a process start only on the tables that it was written for. Raises Unfit."""
    mine, there = known(), applied()
    require_not_newer(mine, there)
    if missing := [name for name in mine if name not in there]:
        raise Unfit(
            f"This program needs the migration {missing[-1]}, which the database has not had. "
            "Stop every process of this desk, run `holdshort migrate`, and start them again."
        )


def require_not_newer(mine: tuple[str, ...], there: tuple[str, ...]) -> None:
    """Refuse a database that a newer program has migrated. Raises Unfit."""
    if unknown := [name for name in there if name not in mine]:
        raise Unfit(
            f"This database is newer than this program: it has had the migration {unknown[-1]}, "
            f"this program knows {mine[-1]}. Install the newer Holdshort."
        )
