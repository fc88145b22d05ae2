"""What every command needs: a connection as the right role, people by id, plain output."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from holdshort.machine import keys
from holdshort.machine.database_url import database_url
from holdshort.machine.postgres import running_url

if TYPE_CHECKING:
    from holdshort.core.terms import Sender

Command = Callable[[argparse.Namespace], int | None]
Nouns = Any
DEFAULT_DATA = Path(os.environ.get("HOLDSHORT_DATA", ".holdshort"))


class CommandError(Exception):
    """What is wrong with a command, and the exit code that says so."""

    def __init__(self, text: str, code: int = 1) -> None:
        self.code = code
        super().__init__(text)


def noun(nouns: Nouns, name: str, help: str) -> Any:
    """A group of commands; gives the place to add verbs to."""
    parser = nouns.add_parser(name, help=help, description=help)
    parser.set_defaults(run=lambda asked: parser.print_help() or 2)
    return parser.add_subparsers(title="verbs", metavar="VERB")


def verb(verbs: Any, name: str, run: Command, help: str) -> argparse.ArgumentParser:
    """One command with the options that all have."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA, help="the data folder (default: .holdshort)"
    )
    parser.add_argument("--json", action="store_true", help="print data as JSON")
    return parser


def connect(asked: argparse.Namespace, role: str) -> None:
    """Set Django up on the login role of a process, or on `owner` for the tables' owner.

    Raises CommandError when no database is named and none runs on the data folder.
    """
    name = "DATABASE_URL" if role == "owner" else f"HOLDSHORT_{role.upper()}_DATABASE_URL"
    if not os.environ.get(name):
        os.environ[name] = _from_data_folder(asked.data, role, name)
    os.environ["HOLDSHORT_ROLE"] = "" if role == "owner" else role
    os.environ["DJANGO_SETTINGS_MODULE"] = "holdshort.settings"
    import django

    django.setup()
    if role == "owner":
        from holdshort.records.install import as_owner

        as_owner()


def _from_data_folder(data: Path, role: str, name: str) -> str:
    running = running_url(data)
    if running is None:
        raise CommandError(
            f"No desk runs on {data}. Start it with `holdshort up`, name its folder with --data, "
            f"or set {name}."
        )
    if role == "owner":
        return running
    from holdshort.records.roles import role_names

    return database_url(running, role_names()[role], keys.role_passwords(data)[role])


def sender(person_id: str) -> Sender:
    """Somebody who speaks through the command line, as their local account."""
    from holdshort.core.terms import Assurance, Channel, Sender
    from holdshort.records import people

    person = people.person(person_id)
    account = people.account(person_id, "local")
    if person is None or account is None:
        raise CommandError(f"Nobody here has the id ‘{person_id}’ and a local account.")
    return Sender(person, account, Channel.CLI, Assurance.SESSION)


def show(asked: argparse.Namespace, data: Any, text: str) -> None:
    """Print data as JSON when asked to, else as text."""
    if asked.json:
        print(json.dumps(data, ensure_ascii=False, default=_plain))
    else:
        print(text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their heads, in columns."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def fields(data: Mapping[str, object]) -> str:
    """Names and values, one a line."""
    width = max(len(name) for name in data)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in data.items())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
