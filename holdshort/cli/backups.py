"""`holdshort backup` and `holdshort restore`: a whole desk in one file, and back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdshort import __version__
from holdshort.cli import base
from holdshort.machine import archive, keys
from holdshort.machine.archive import Archive, Writer
from holdshort.machine.database_url import parse_database_url
from holdshort.machine.postgres import embedded_postgres, running_url

KEYS = "keys/"


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    backup = base.verb(nouns, "backup", _backup, "write the whole desk into one file")
    backup.add_argument("file", type=Path)
    backup.add_argument(
        "--without-keys", action="store_true", help="leave the private keys out (see operating.md)"
    )
    restore = base.verb(nouns, "restore", _restore, "bring a backup back, in safe mode")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--replace", action="store_true", help="also where a desk is already; asks for its name"
    )


# ------------------------------------------------------------------ backup


def _backup(asked: argparse.Namespace) -> None:
    _require_folder(asked.file)
    with _database(asked.data, make=False) as url, archive.writing(asked.file) as out:
        about = _database_parts(url, out)
        if not asked.without_keys:
            for name, content in keys.kept(asked.data).items():
                out.add(KEYS + name, [content])
        fingerprint = out.finish({"program": __version__, **about})
    size = asked.file.stat().st_size
    told = {"file": str(asked.file), "bytes": size, "fingerprint": fingerprint, **about}
    told["keys"] = not asked.without_keys
    base.show(asked, told, _written(told))


def _require_folder(file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise base.CommandError(f"{file.absolute().parent} is not a folder. Make it first.")


def _database_parts(url: str, out: Writer) -> dict[str, Any]:
    from holdshort.records import backup

    return backup.copy_out(url, out.add, _say)


def _written(told: dict[str, Any]) -> str:
    secret = (
        "It holds the private keys of this desk: keep it as secret as the desk itself."
        if told["keys"]
        else "It holds no private keys: keep DATA/keys somewhere else."
    )
    return (
        f"{told['file']} ({told['bytes']:,} bytes) holds this desk as of {_time(told)},\n"
        f"log position {told['position']}, fingerprint {told['fingerprint'][:16]}.\n{secret}\n"
        "Not in it: unread passwords, sign-in links and sessions."
    )


# ------------------------------------------------------------------ restore


def _restore(asked: argparse.Namespace) -> None:
    from holdshort.records import databases, schema

    found = archive.opened(asked.file, _say)
    schema.require_known(found.about["schema"], found.about["program"])
    if running_url(asked.data) and not os.environ.get("DATABASE_URL"):
        raise base.CommandError(f"A desk runs on {asked.data}. Stop it first.")
    with _database(asked.data, make=True) as url:
        there = databases.look(url)
        _confirm(asked, there)
        about_keys = _restore_keys(asked.data, found)
        kept = _fill(url, found, asked.data, fresh=there.fresh)
    told = {"restored": str(asked.file), "fingerprint": found.fingerprint, "kept": kept}
    base.show(asked, {**told, "safe_mode": True}, _restored(found, kept, about_keys))


def _confirm(asked: argparse.Namespace, there: Any) -> None:
    """Nothing that holds people is replaced unless somebody types its name."""
    if there.fresh or not there.people:
        return
    holds = f"The database ‘{there.name}’ holds a desk with {there.tickets} tickets."
    if not asked.replace:
        raise base.CommandError(
            f"{holds} To put the backup in its place, add --replace; to look at the backup first, "
            "restore it with another --data."
        )
    print(f"{holds}\nType its name to put the backup in its place: ", end="", file=sys.stderr)
    sys.stderr.flush()
    if sys.stdin.readline().strip() != there.name:
        raise base.CommandError("That was not its name. Nothing was changed.")


def _fill(url: str, found: Archive, data: Path, *, fresh: bool) -> str:
    """Fill an empty database, or one beside that then takes the name. Gives the former's name."""
    from holdshort.records import databases

    target = url if fresh else databases.beside(url)
    try:
        _load(target, found, data)
    except BaseException:
        (databases.empty if fresh else databases.drop)(target)
        raise
    return "" if fresh else databases.swap(url, target, datetime.now(UTC))


def _load(url: str, found: Archive, data: Path) -> None:
    from holdshort.records import backup, install

    install.create_roles(url, keys.role_passwords(data))
    _say("Making the tables …")
    with _django_on(url):
        install.migrate(to=found.about["schema"])
        parts = {name: part for name, part in found.parts.items() if not name.startswith(KEYS)}
        backup.copy_in(url, parts, found.read, _say, backup=found.fingerprint, about=found.about)
        install.migrate()


@contextmanager
def _django_on(url: str) -> Iterator[None]:
    """Django on that database as its owner, and off it afterwards: it may be renamed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
    import django
    from django.db import connection

    django.setup()
    connection.settings_dict.update(parse_database_url(url))
    try:
        yield
    finally:
        connection.close()


def _restore_keys(data: Path, found: Archive) -> str:
    """The keys of the backup, where this folder has none yet; what was done, in a sentence."""
    names = [name for name in found.parts if name.startswith(KEYS)]
    if keys.kept(data):
        return f"The private keys in {data} were kept as they are."
    if not names:
        return "The backup holds no private keys, so new ones were made."
    keys.keep(data, {n.removeprefix(KEYS): b"".join(found.read(n)) for n in names})
    return "The private keys came back with it."


def _restored(found: Archive, kept: str, about_keys: str) -> str:
    former = (
        f"\nWhat was there before is kept as the closed database ‘{kept}’; drop it when you no "
        "longer need it."
        if kept
        else ""
    )
    return (
        f"This desk is as it was on {_time(found.about)}. {about_keys}{former}\n"
        "It is in safe mode: tickets and answers are taken, and nothing runs until somebody who "
        "works\nhere has looked at what may have happened since. Start it, then open the page "
        "Safe mode, or see\nholdshort safe-mode show."
    )


# ------------------------------------------------------------------ where the database is


@contextmanager
def _database(data: Path, *, make: bool) -> Iterator[str]:
    """An administrator's address: DATABASE_URL, the running desk's, or a server for this only."""
    address = os.environ.get("DATABASE_URL") or running_url(data)
    if address:
        yield address
        return
    if not make and not (data / "postgres" / "cluster").exists():
        raise base.CommandError(f"There is no desk in {data}. Name its folder with --data.")
    postgres = embedded_postgres(data)
    try:
        yield postgres.start()
    finally:
        postgres.stop()


def _time(about: Mapping[str, Any]) -> str:
    return f"{datetime.fromisoformat(about['made_at']):%d %B %Y, %H:%M:%S} UTC"


def _say(line: str) -> None:
    """Progress, on a line of its own or over the one before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
