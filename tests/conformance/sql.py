"""The SQL connector on a real PostgreSQL: accounts and groups are roles, and people are rows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.databases.served import PASSWORD, Served, running_postgres

from .target import OLD_PASSWORD, State, digest

WRONG = "Another-passw0rd"


class Database:
    """The server, changed and read by its administrator. One thread at a time."""

    units: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    lock_is_set_by = "nobody"

    def __init__(self, served: Served, folder: Path) -> None:
        self._served, self._folder = served, folder
        self._one_at_a_time = threading.RLock()
        self._churned = 0
        self.port = served.server.port
        self.secrets = (PASSWORD, WRONG)
        self.wrong_reference = f"file:{folder / 'wrong'}"
        self._run(
            "CREATE TABLE public.people (user_name text PRIMARY KEY, name text, email text, "
            "note text); GRANT SELECT, UPDATE ON public.people TO holdshort;"
            "CREATE ROLE bystander"
        )

    def _run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._one_at_a_time:
            return self._served.run(statement, *values)

    def settings(self, port: int, *, wrong: bool = False, timeout: float = 10) -> dict[str, Any]:
        file = self._folder / ("wrong" if wrong else f"dsn-{port}")
        password = WRONG if wrong else PASSWORD
        file.write_text(f"postgresql://holdshort:{password}@127.0.0.1:{port}/holdshort")
        return {"dsn": f"file:{file}", "allow_internal": True, "timeout": timeout}

    # -------------------------------------------------------------- people and groups

    def add_person(self, user_name: str, name: str) -> str:
        self._run(f"CREATE ROLE \"{user_name}\" LOGIN PASSWORD '{OLD_PASSWORD}'")
        self._run(
            "INSERT INTO public.people VALUES (%s, %s, %s)",
            *(user_name, name, f"{user_name}@acme.example"),
        )
        return self.find(user_name)

    def add_group(self, slug: str) -> str:
        return self._served.role(slug)

    def find(self, user_name: str) -> str:
        return self._one("SELECT oid::text FROM pg_roles WHERE rolname = %s", user_name)

    def set_member(self, group: str, account: str, member: bool) -> None:
        verb, way = ("GRANT", "TO") if member else ("REVOKE", "FROM")
        self._run(f'{verb} "{self._name(group)}" {way} "{self._name(account)}"')

    def set_active(self, account: str, active: bool) -> None:
        self._run(f'ALTER ROLE "{self._name(account)}" {"LOGIN" if active else "NOLOGIN"}')

    def set_locked(self, account: str, locked: bool) -> None:
        raise NotImplementedError("PostgreSQL locks nobody")

    def set_unit(self, account: str, unit: str) -> None:
        raise NotImplementedError("PostgreSQL knows no units")

    def nest(self, group: str) -> None:
        outer = f"above {self._name(group)} {self._churned}"
        self._churned += 1
        self._run(f'CREATE ROLE "{outer}"; GRANT "{outer}" TO "{self._name(group)}"')

    def set_email(self, account: str, email: str) -> None:
        """Change the person's row."""
        name = self._name(account)
        self._run("UPDATE public.people SET email = %s WHERE user_name = %s", email, name)

    def note(self, account: str, before: str, after: str) -> None:
        """Leave the note of an earlier change of the person's row."""
        name = self._name(account)
        rows = [{"key": [name], "before": [before], "after": [after]}]
        self._run(
            'INSERT INTO holdshort.applied (action, key, "table", columns, rows) '
            "VALUES (%s, %s, 'public.people', '[\"email\"]', %s) ON CONFLICT DO NOTHING",
            *(f"earlier-{name}", f"key of {name}", json.dumps(rows)),
        )

    def churn(self, account: str, group: str) -> None:
        self._churned += 1
        name, number = self._name(account), f"no. {self._churned}"
        self._run("UPDATE public.people SET note = %s WHERE user_name = %s", number, name)
        self._run(f"COMMENT ON ROLE \"{name}\" IS '{number}'")
        verb, way = ("GRANT", "TO") if self._churned % 4 < 2 else ("REVOKE", "FROM")
        self._run(f'{verb} "{self._name(group)}" {way} bystander')

    # -------------------------------------------------------------- looking

    def state(self, account: str, group: str) -> State:
        with self._one_at_a_time:
            name = self._name(account)
            person = self._run(
                "SELECT name, email, note FROM public.people WHERE user_name = %s", name
            )
            role, place = self._role(account), self._role(group)
        return State(
            account=account,
            user_name=name,
            name=person[0][0],
            email=person[0][1],
            active=role.pop("rolcanlogin"),
            locked=False,
            unit="",
            groups=tuple(sorted(role.pop("in"))),
            members=tuple(sorted(place.pop("members"))),
            rest_of_account=digest({**role, "note": person[0][2]}),
            rest_of_group=digest(place),
        )

    def signs_in(self, account: str, password: str) -> bool:
        where = f"host=127.0.0.1 port={self.port} dbname=holdshort user='{self._name(account)}'"
        with suppress(psycopg.OperationalError):
            psycopg.connect(where, password=password).close()
            return True
        return False

    def password_mark(self, account: str) -> str:
        return self._one("SELECT rolpassword FROM pg_authid WHERE oid = %s::oid", account)

    def writes(self) -> None:
        return None

    def _role(self, oid: str) -> dict[str, Any]:
        """Everything about a role, but for what others are told in other words."""
        found: dict[str, Any] = self._run(
            "SELECT to_jsonb(r) - 'rolpassword' || jsonb_build_object("
            "'in', (SELECT COALESCE(json_agg(roleid::text), '[]') FROM pg_auth_members "
            "WHERE member = r.oid), 'members', (SELECT COALESCE(json_agg(member::text), '[]') "
            "FROM pg_auth_members WHERE roleid = r.oid)) FROM pg_roles r WHERE r.oid = %s::oid",
            oid,
        )[0][0]
        return found

    def _name(self, oid: str) -> str:
        return self._one("SELECT rolname FROM pg_roles WHERE oid = %s::oid", oid)

    def _one(self, statement: str, *values: object) -> str:
        found = self._run(statement, *values)
        return str(found[0][0]) if found else ""


class SqlSubject:
    """PostgreSQL."""

    name = kind = "sql"
    without: Mapping[str, str] = {}

    @contextmanager
    def running(self, folder: Path) -> Iterator[Database]:
        with running_postgres(folder) as served:
            yield Database(served, folder)
