"""Driving the road in tests: every stop as the real login role, on a real database."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from holdshort.core.terms import Assurance, Channel, Offer, Offered, Sender
from holdshort.ports import Acts, Named, Words
from holdshort.records.crossing import is_cut

PASSWORDS = {name: f"{name}-secret" for name in ("web", "agent", "desk", "executor")}


class Server:
    """A PostgreSQL server with the login roles and a template database of the demo company."""

    def __init__(self, url: str) -> None:
        self.url = url

    def make_template(
        self,
        company: Path,
        name: str = "template_of_tests",
        *,
        demo: bool = True,
        mirrored: bool = True,
    ) -> None:
        """Migrate a database and load a company into it, with what its directory would say."""
        from holdshort.company.read import read
        from holdshort.records import install
        from holdshort.records.company import apply

        self.admin(f"CREATE DATABASE {name}")
        install.create_roles(self.url_of(name), PASSWORDS)
        with connected_as(self, name, None):
            install.migrate()
            apply(read(company), demo=demo)
            if mirrored:
                mirror_from_file(company)

    def admin(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url_of(database), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def url_of(self, database: str, role: str | None = None) -> str:
        """The address of a database, as the superuser or as the role of a process."""
        from holdshort.machine.database_url import database_url, url_of
        from holdshort.records.roles import role_names

        parts = {k: str(v) for k, v in conninfo_to_dict(self.url).items()}
        url = url_of({**parts, "dbname": database})
        return database_url(url, role_names()[role], PASSWORDS[role]) if role else url


@contextmanager
def connected_as(server: Server, database: str, role: str | None) -> Iterator[None]:
    """Django's connection as another role of another database, then as it was."""
    from django.db import connection

    from holdshort.machine.database_url import parse_database_url

    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(parse_database_url(server.url_of(database, role)))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)


class Connections:
    """One desk's connections, kept from stop to stop as the desk's processes keep theirs.

    A new one is slow for its first statements, as the server knows no table and no plan yet.
    """

    _all: ClassVar[WeakSet[Connections]] = WeakSet()

    def __init__(self) -> None:
        self._all.add(self)
        self._roles: dict[str | None, tuple[Any, Any]] = {}
        self._looking: list[psycopg.Connection[tuple[Any, ...]]] = []

    @contextmanager
    def of_django(self, role: str | None) -> Iterator[None]:
        """Django goes on with the connection that this role had, and leaves it for the next."""
        from django.db import DEFAULT_DB_ALIAS, connections

        django: Any = connections[DEFAULT_DB_ALIAS]
        kept, session = self._roles.pop(role, (None, None))
        if kept is not None and _is_idle(kept) and not is_cut(kept):
            django.connection, django.session, django.autocommit = kept, session, True
        try:
            yield
        finally:
            raw = django.connection
            if raw is not None and not django.in_atomic_block and _is_idle(raw):
                self._roles[role] = raw, vars(django).get("session")
                django.connection = None

    @contextmanager
    def looking(self, url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection of nobody's processes, to look and to meddle with."""
        kept = self._looking.pop() if self._looking else None
        if kept is None or kept.closed or is_cut(kept):
            kept = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        yield kept
        self._looking.append(kept)

    def close(self) -> list[int]:
        """Leave the desk, as its processes do when they are stopped. Gives the sessions' ids."""
        raws = [raw for raw, _ in self._roles.values()] + self._looking
        self._roles, self._looking = {}, []
        ended = [raw.info.backend_pid for raw in raws if not raw.closed]
        for raw in raws:
            raw.close()
        return ended

    @classmethod
    def close_all(cls, server: Server) -> None:
        """Leave every desk, and wait until the server has noticed it."""
        ended = [pid for one in cls._all for pid in one.close()]
        there = (
            f"SELECT 1 FROM pg_stat_activity WHERE pid = ANY ('{{{','.join(map(str, ended))}}}')"
        )
        while server.admin(there):
            time.sleep(0.01)


def _is_idle(raw: psycopg.Connection[Any]) -> bool:
    return not raw.closed and raw.info.transaction_status is TransactionStatus.IDLE


def mirror_from_file(company: Path) -> None:
    """Fill the mirrors with what the demo directory would say, without starting it."""
    from holdshort.company.read import read
    from holdshort.records import mirrors

    found = read(company)
    for app in ("directory", "github"):
        if any(one.connector == app for one in found.systems):
            mirrors.refresh(FileDirectory(found, app))


class FileDirectory:
    """A directory that says what the company's file says; the real one is tested over SCIM."""

    def __init__(self, company: Any, name: str = "directory") -> None:
        self._company, self.name = company, name

    def mirror(self) -> Any:
        from holdshort.ports import Mirror, MirroredAccount, MirroredGroup

        subjects = {
            person.id: account.subject
            for person in self._company.people
            for account in person.accounts
            if account.issuer == self.name
        }
        demo = self._company.demo
        locks = {lock.person: lock for lock in (demo.locks if demo else ())}
        no_factor = demo.no_factor if demo else ()
        accounts = [
            MirroredAccount(
                external_id=subjects[person.id],
                user_name=person.id,
                display_name=person.name,
                active=True,
                factor_enrolled=person.id not in no_factor,
                locked_by=locks[person.id].by if person.id in locks else "",
                locked_at=locks[person.id].at if person.id in locks else None,
            )
            for person in self._company.people
            if person.id in subjects and self.name == "directory"
        ]
        here = {one.id for one in self._company.systems if one.connector == self.name}
        groups = [
            MirroredGroup(
                external_id=self._id(group.id),
                slug=group.id,
                display_name=group.name,
                accounts=tuple(subjects[member] for member in group.members),
                groups=tuple(self._id(nested) for nested in group.includes),
            )
            for group in self._company.groups
            if group.system in here
        ]
        return Mirror(accounts, groups)

    def _id(self, slug: str) -> str:
        """A role in GitHub has no id but its name there."""
        return group_id(slug) if self.name == "directory" else slug.removeprefix("github-")

    def probe(self) -> str:
        return "The file answers."


def group_id(slug: str) -> str:
    """The immutable id that the demo directory gives a group."""
    from demo.directory import group_id as of_demo

    return of_demo(slug)


class ScriptedAgent:
    """An agent that offers what the test says; the local one has tests of its own."""

    version = "scripted"

    def __init__(self) -> None:
        self.next: Offer | Exception = Offer("", 1.0, "", "scripted", hand_over="nothing scripted")
        self.read: Words | None = None

    def will(self, type_id: str, confidence: float = 0.97, **params: Any) -> None:
        """The next offer: one action."""
        self.will_all((type_id, params), confidence=confidence)

    def will_all(self, *offered: tuple[str, Mapping[str, Any]], confidence: float = 0.97) -> None:
        """The next offer: several actions."""
        actions = tuple(Offered(type_id, params) for type_id, params in offered)
        self.next = Offer(actions[0].type, confidence, "As asked.", "scripted", actions)

    def propose(self, words: Words, names: list[Named]) -> Offer:
        self.read = words
        if isinstance(self.next, Exception):
            raise self.next
        return self.next


class Desk:
    """The whole desk in one process: stops run as their own roles until nothing is woken."""

    def __init__(self, server: Server, tmp_path: Path, template: str = "template_of_tests") -> None:
        from holdshort.machine.keys import seal_keys

        self.server = server
        self.database = f"t_{secrets.token_hex(6)}"
        # Quicker than writing every page to the server's log, as its disk is memory.
        copied = f"TEMPLATE {template} STRATEGY FILE_COPY"
        server.admin(f"CREATE DATABASE {self.database} {copied}")
        self.agent = ScriptedAgent()
        self.connectors: dict[str, Acts] = {}
        private, public = seal_keys(tmp_path)
        self.seal_private, self.seal_public = private, public
        self.refresh_reading()

    @cached_property
    def _connections(self) -> Connections:
        return Connections()

    def close(self) -> None:
        self._connections.close()
        self.server.admin(f"DROP DATABASE {self.database} WITH (FORCE)")

    def url(self, role: str | None = None) -> str:
        return self.server.url_of(self.database, role)

    @contextmanager
    def role(self, role: str | None) -> Iterator[None]:
        """Everything inside runs as the login role of that process."""
        with (
            connected_as(self.server, self.database, role),
            self._connections.of_django(role),
        ):
            yield

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """A look, or a change, as the superuser."""
        with self._connections.looking(self.url()) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def another_day(self) -> date:
        """Move the company to where it is another day now than it is in UTC; which day that is."""
        [(hour, day)] = self.sql(
            "SELECT extract(hour FROM now() AT TIME ZONE 'UTC'), (now() AT TIME ZONE 'UTC')::date"
        )
        # Twelve hours and more ahead of UTC, or behind it.
        zone, days = ("Pacific/Kiritimati", 1) if hour >= 10 else ("Etc/GMT+12", -1)
        for kept in ("file", "document"):
            self.sql(
                f"UPDATE kernel.policy_version SET {kept} = jsonb_set("
                f"{kept}, '{{company,timezone}}', to_jsonb('{zone}'::text))"
            )
        found: date = day + timedelta(days=days)
        return found

    def refresh_reading(self) -> None:
        """Pretend that the directory was read just now."""
        self.sql("UPDATE mirror_read SET read_at = clock_timestamp()")

    # -------------------------------------------------------------- people

    def sender(
        self,
        person: str,
        *,
        channel: Channel = Channel.PORTAL,
        assurance: Assurance = Assurance.SESSION,
        issuer: str = "local",
    ) -> Sender:
        from holdshort.records import people

        with self.role("web"):
            found = people.person(person)
        assert found is not None
        account = self.sql(
            f"SELECT id FROM kernel.account WHERE person = '{person}' AND issuer = '{issuer}'"
        )
        return Sender(found, account[0][0], channel, assurance)

    def ask(self, person: str, words: str, **sender: Any) -> int:
        """Somebody writes a ticket, and the road runs as far as it goes by itself."""
        from holdshort import flow

        who = self.sender(person, **sender)
        with self.role("web"):
            number = flow.receive("", words, sender=who)
        self.run()
        return number

    def decide(self, action: str, person: str, verdict: str, **more: Any) -> str:
        """Somebody answers the review of an action; the road goes on."""
        from holdshort import flow
        from holdshort.stops.deciding import Answer

        story = self.story(action)
        assert story.review is not None
        who = self.sender(person, **more.pop("sender", {}))
        answer = Answer(
            verdict=verdict, digest=more.pop("digest", story.digest), shown="0" * 64, **more
        )
        with self.role("web"):
            decision = flow.decide(story.review["number"], answer, sender=who)
        self.run()
        return decision

    # -------------------------------------------------------------- the road

    def run(self) -> None:
        """Let every woken stop run, each as its own role, until nothing is due."""
        from holdshort import flow

        for _ in range(50):
            with self.role("desk"):
                flow.sequence()
            jobs = self.sql(
                "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND "
                "(scheduled_at IS NULL OR scheduled_at <= clock_timestamp()) "
                "RETURNING queue_name, task_name, args->>'id'"
            )
            if not jobs:
                return
            for queue, stop, row in jobs:
                self.stop(queue, stop, row)
        raise AssertionError("the road does not come to rest")

    def stop(self, role: str, name: str, row: str) -> None:
        """One stop, as the role whose queue it is in."""
        from holdshort import flow
        from holdshort.machine.keys import seal

        with self.role(role):
            if name == "propose":
                flow.propose(int(row), agent=self.agent, person="agent")
            elif name == "execute":
                flow.execute(
                    row,
                    connectors=self.connectors,
                    worker="test",
                    seal=lambda secret: seal(self.seal_public, secret),
                )
            elif name in ("observe", "preview"):
                getattr(flow, name)(row, connectors=self.connectors)
            elif name == "forget":
                flow.forget()
            else:
                getattr(flow, name)(row)

    def sweep(self) -> None:
        """The clock of the desk strikes; what was lost is found."""
        from holdshort import flow

        with self.role("desk"):
            flow.sweep()
        self.run()

    def read_secret(self, person: str, action: str) -> str:
        """The owner of a new password reads it, once."""
        from holdshort.machine.keys import unseal
        from holdshort.records import secrets as sealed

        with self.role("web"):
            found = sealed.take(action, person=person)
        assert found is not None
        return unseal(self.seal_private, found)

    # -------------------------------------------------------------- looking

    def actions(self, ticket: int) -> list[Any]:
        from holdshort.records import actions

        with self.role("desk"):
            return actions.of_ticket(ticket)

    def action(self, ticket: int) -> Any:
        """The only, or the latest, action of a ticket."""
        return self.actions(ticket)[-1]

    def story(self, action: str) -> Any:
        from holdshort.records import actions

        with self.role("desk"):
            found = actions.story(action)
        assert found is not None
        return found

    def ticket(self, number: int) -> Any:
        from holdshort.records import tickets

        with self.role("desk"):
            return tickets.ticket(number)

    def said(self, number: int) -> str:
        """Everything the desk told the requester."""
        from holdshort.records import tickets

        with self.role("desk"):
            return "\n".join(m["body"] for m in tickets.messages(number) if m["kind"] != "words")

    def events(self, name: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM kernel.event WHERE name = '{name}'")[0][0])
