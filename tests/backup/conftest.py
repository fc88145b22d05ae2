"""Backups of a desk of the demo company, and empty databases to restore them into."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdshort.cli import main
from holdshort.records.install import create_roles
from tests.desk import PASSWORDS, Connections, Desk, Server

Ended = tuple[int, str, str]


@dataclass
class Operator:
    """Somebody at a terminal, with the address of a database and a data folder."""

    server: Server
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def data(self, name: str = "data", *, keys: bool = True) -> Path:
        """A data folder; its login roles have the passwords that all tests use."""
        folder = self.folder / name
        if keys:
            (folder / "keys").mkdir(parents=True, exist_ok=True)
            (folder / "keys" / "roles.json").write_text(json.dumps(PASSWORDS))
            (folder / "keys" / "reset").write_text("a secret")
        return folder

    def run(self, url: str, *words: object, typed: str = "", data: Path | None = None) -> Ended:
        """One command: its exit code, and what it said on both channels."""
        Connections.close_all(self.server)
        self.monkeypatch.setenv("DATABASE_URL", url)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self.capsys.readouterr()
        code = main([*map(str, words), "--data", str(data or self.data())])
        return code, *self.capsys.readouterr()


@pytest.fixture
def operator(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Operator]:
    from django.db import connection

    before = dict(connection.settings_dict)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield Operator(server, tmp_path, monkeypatch, capsys)
    connection.close()
    connection.settings_dict.clear()
    connection.settings_dict.update(before)
    create_roles(server.url, PASSWORDS)


@pytest.fixture
def empty(server: Server) -> Iterator[Callable[[], Desk]]:
    """Empty databases, each as a desk that is not there yet."""
    made: list[Desk] = []

    def one() -> Desk:
        desk = Desk.__new__(Desk)
        desk.server, desk.database = server, f"r_{secrets.token_hex(6)}"
        server.admin(f"CREATE DATABASE {desk.database}")
        made.append(desk)
        return desk

    yield one
    for desk in made:
        for (name,) in server.admin(
            f"SELECT datname FROM pg_database WHERE datname LIKE '{desk.database}%'"
        ):
            server.admin(f"DROP DATABASE {name} WITH (FORCE)")


def rows(desk: Desk, table: str) -> list[tuple[Any, ...]]:
    """Every row of a table, in an order of its own."""
    return sorted(desk.sql(f"SELECT t::text FROM {table} t"))
