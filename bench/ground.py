"""Where the road is timed: a durable PostgreSQL, the demo company, every role connected."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
django.setup()

from django.db import connections  # noqa: E402
from django.db.backends.postgresql.base import DatabaseWrapper  # noqa: E402

from holdshort.core.terms import Action, Sender  # noqa: E402
from holdshort.machine.database_url import parse_database_url  # noqa: E402
from holdshort.machine.postgres import embedded_postgres  # noqa: E402
from holdshort.ports import Receipt, Shape  # noqa: E402
from tests.desk import Desk, Server  # noqa: E402

COMPANY = Path(__file__).resolve().parent.parent / "demo" / "company.yaml"
ROLES = ("web", "agent", "desk", "executor")


class Memory:
    """A connected app in this very process: a set of states, without any network."""

    name = "directory"

    def __init__(self) -> None:
        self.effects = 0
        self._done: set[str] = set()

    def shape(self, action_type: str) -> Shape:
        return Shape.SET

    def observe(self, action: Action) -> Mapping[str, Any]:
        return {**action.seen, "member": action.id in self._done}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        self.effects += 1
        self._done.add(action.id)
        return Receipt({"key": key})

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        return bool(now["member"])


class Ground:
    """A desk whose roles each keep one open connection, as the running processes do."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = Memory()
        self.connections = {name: _connected(desk.url(name)) for name in ROLES}
        self.plain = _connected(desk.url())
        with self.plain.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_floor (id bigserial, said text)")
        self._senders: dict[str, Sender] = {}

    def as_role(self, role: str) -> None:
        """From here on statements run as the login role of that process."""
        connections["default"] = self.connections[role]

    def sender(self, person: str) -> Sender:
        """Somebody who is signed in."""
        if person not in self._senders:
            before = connections["default"]
            self._senders[person] = self.desk.sender(person)
            connections["default"] = before
        return self._senders[person]

    def number(self, statement: str) -> int:
        """One number, asked as the superuser."""
        return int(self.desk.sql(statement)[0][0])

    def close(self) -> None:
        for connection in (*self.connections.values(), self.plain):
            connection.close()


def _connected(url: str) -> DatabaseWrapper:
    made = DatabaseWrapper({**connections["default"].settings_dict, **parse_database_url(url)})
    made.ensure_connection()
    return made


@contextmanager
def ground() -> Iterator[Ground]:
    """Starts the server (fsync on, as everywhere but in tests) and ends it."""
    with tempfile.TemporaryDirectory(prefix="holdshort-bench-") as folder:
        postgres = embedded_postgres(Path(folder) / "data")
        server = Server(postgres.start())
        server.make_template(COMPANY)
        desk = Desk(server, Path(folder))
        made = Ground(desk)
        default = connections["default"]
        try:
            yield made
        finally:
            connections["default"] = default
            made.close()
            desk.close()
            postgres.stop()
