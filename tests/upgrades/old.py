"""Restoring a database of an earlier version, as if it had been written just now."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from holdshort.records import install
from holdshort.records.roles import role_names
from tests.desk import PASSWORDS, Server, connected_as

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.name.removesuffix(".sql.gz") for path in FOLDER.glob("*.sql.gz"))
_TIME = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\+00'")


def restore(server: Server, version: str, name: str) -> dict[str, Any]:
    """Make database `name` hold what that version left; gives the ids by their state."""
    head, text = _read(version)
    since = datetime.now(UTC) - datetime.fromisoformat(head["made_at"])

    def moved(match: re.Match[str]) -> str:
        at = datetime.fromisoformat(match[1]).replace(tzinfo=UTC) + since
        return f"'{at:%Y-%m-%d %H:%M:%S.%f}+00'"

    for process, role in role_names().items():
        text = text.replace(f"holdshort_{process}", role)
    server.admin(f"CREATE DATABASE {name}")
    install.create_roles(server.url_of(name), PASSWORDS)
    server.admin(_TIME.sub(moved, text), database=name)
    names: dict[str, Any] = head["names"]
    return names


def migrate(server: Server, name: str) -> None:
    """What `holdshort migrate` does to that database."""
    install.create_roles(server.url_of(name), PASSWORDS)
    with connected_as(server, name, None):
        install.migrate()


def _read(version: str) -> tuple[dict[str, Any], str]:
    content = gzip.decompress((FOLDER / f"{version}.sql.gz").read_bytes()).decode()
    head, _, text = content.partition("\n")
    return json.loads(head.removeprefix("-- ")), text
