"""Holdshort as the battery drives it: real processes, the public HTTP API, a database to attack.

Two web processes take answers, two desks and as many executors as a case starts do the work. The
database's administrator moves clocks and tries forgeries; people and agents use the API alone.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import errors

from holdshort.machine.ports import free_port
from tests.battery.system import (
    Edited,
    NotCovered,
    Proposed,
    Record,
    Role,
    Said,
    Shape,
    Stands,
    Try,
)
from tests.desk import Desk, Server
from tests.fakes.running import ROOT, Target

PEOPLE = {
    Role.ASKER: "dana",
    Role.AGENT: "agent",
    Role.APPROVER: "sven",
    Role.OTHER_APPROVER: "nadia",
}
GROUPS = ("build-tools", "crm-admins", "zendesk-admins", "netsuite-admins", "hr-records")
BENEFICIARIES = ("erik", "aylin", "mateo", "jonas", "bea", "mia", "ravi", "yusuf", "chloe", "pavel")
STANDS = {
    "waiting": Stands.WAITING,
    "authorized": Stands.APPROVED,
    "executing": Stands.APPROVED,
    "executed": Stands.DONE,
    "unknown": Stands.UNKNOWN,
}
LOGINS = ("web", "agent", "desk", "executor")
SECONDS = 60.0


class Holdshort:
    """One desk of the demo company, from before its first process until after its last."""

    name = "Holdshort"

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._log = (folder / "battery.log").open("ab")
        self._running: list[subprocess.Popen[bytes]] = []
        self._workers: list[subprocess.Popen[bytes]] = []
        self._asked = itertools.product(GROUPS, BENEFICIARIES)
        self._offered: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    # -------------------------------------------------------------- processes

    def start(self, target: Target) -> None:
        self._desk = Desk(self._server, self._folder)
        self._database = psycopg.connect(self._desk.url(), autocommit=True)
        self._tokens = {role: self._token(role) for role in Role}
        self._admin("UPDATE public.connector SET kind = 'fake'")
        self._shape(Shape.BLIND)
        self._environment = self._as_installed(target)
        ports = [free_port(), free_port()]
        self._fronts = [f"http://127.0.0.1:{port}/api/v1" for port in ports]
        for port in ports:
            self._start_web(port)
        for _ in range(2):
            self._running.append(self._process("desk", "-m", "tests.battery.process", "desk"))
        self._client = httpx.Client(timeout=SECONDS, limits=httpx.Limits(max_connections=None))
        for front in self._fronts:
            _until(lambda: self._answers(front), f"{front} to answer")  # noqa: B023

    def stop(self) -> None:
        self.kill_workers()
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._client.close()
        self._database.close()
        self._log.close()
        self._desk.close()

    def _as_installed(self, target: Target) -> dict[str, str]:
        private, public = self._folder / "seal", self._folder / "seal.pub"
        private.write_bytes(self._desk.seal_private)
        public.write_bytes(self._desk.seal_public)
        urls = {f"HOLDSHORT_{one.upper()}_DATABASE_URL": self._desk.url(one) for one in LOGINS}
        return {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "holdshort.settings",
            "HOLDSHORT_SECRET_KEY": "only-for-tests-" + "x" * 40,
            "HOLDSHORT_SEAL_PRIVATE_KEY": str(private),
            "HOLDSHORT_SEAL_PUBLIC_KEY": str(public),
            "FAKE_TARGET_URL": target.url,
        }

    def _process(self, role: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self._environment, "HOLDSHORT_ROLE": role},
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _start_web(self, port: int) -> None:
        options = ("--interface", "wsgi", "--port", str(port), "--blocking-threads", "8")
        app = ("--log-level", "error", "holdshort.wsgi:application")
        self._running.append(self._process("web", "-m", "granian", *options, *app))

    def _answers(self, front: str) -> bool:
        try:
            return self._client.get(f"{front}/health").status_code == 200
        except httpx.HTTPError:
            return False

    def start_workers(self, count: int = 1, *, dying: bool = False) -> None:
        kind = "dying-executor" if dying else "executor"
        for _ in range(count):
            self._workers.append(self._process("executor", "-m", "tests.battery.process", kind))

    def wait_for_death(self) -> None:
        for worker in self._workers:
            ended = worker.wait(SECONDS)
            assert ended == -signal.SIGKILL, f"a dying executor ended with {ended}"
        self._workers = []

    def kill_workers(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._workers = []

    def wake(self, one: Proposed, times: int = 1) -> None:
        jobs = " UNION ALL ".join(
            f"SELECT '{queue}', '{stop}', jsonb_build_object('id', '{one.id}')"
            for queue, stop in (("desk", "authorize"), ("executor", "execute"))
        )
        for _ in range(times):
            self._admin(f"INSERT INTO procrastinate_jobs (queue_name, task_name, args) {jobs}")

    def rest(self) -> None:
        _until(self._rests, "the desk to have nothing left to do")

    def _rests(self) -> bool:
        """Two looks, because what one process finishes may wake another."""
        queues = "'desk', 'executor'" if self._workers else "'desk'"
        looks = [
            self._admin(
                "SELECT (SELECT count(*) FROM procrastinate_jobs "
                f"WHERE queue_name IN ({queues}) AND status IN ('todo', 'doing') "
                "AND COALESCE(scheduled_at, now()) <= now()) "
                "+ (SELECT count(*) FROM kernel.event e "
                "WHERE NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id))"
            )[0][0]
            for _ in range(2)
            if time.sleep(0.15) is None
        ]
        return not any(looks)

    # -------------------------------------------------------------- people and agents

    def propose(
        self,
        *,
        by: Role = Role.AGENT,
        shape: Shape = Shape.BLIND,
        like: Proposed | None = None,
        key: str = "",
    ) -> Proposed:
        self._let_a_minute_go_by()
        self._shape(shape)
        body = self._offered[like.id] if like else self._next_request()
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._call(by, "POST", "/actions", body, headers)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        self._offered[made["id"]] = body
        return Proposed(made["id"], self._thing(made))

    def approve(
        self, one: Proposed, who: Role, *, front: int = 0, yes_to: Proposed | None = None
    ) -> Said:
        return self._answer(one, who, "approve", front=front, digest_of=yes_to or one)

    def reject(self, one: Proposed, who: Role) -> Said:
        return self._answer(one, who, "reject", reason_code="not_needed")

    def call_off(self, one: Proposed, who: Role) -> Said:
        return _said(self._call(who, "POST", f"/actions/{one.id}/stop", {"reason_code": "not_now"}))

    def _answer(
        self,
        one: Proposed,
        who: Role,
        verdict: str,
        *,
        front: int = 0,
        digest_of: Proposed | None = None,
        **more: Any,
    ) -> Said:
        review, digest = self._admin(
            "SELECT r.number, encode(d.digest, 'hex') FROM kernel.review r, kernel.action d "
            f"WHERE r.action = '{one.id}' AND d.id = '{(digest_of or one).id}'"
        )[0]
        body = {"digest": digest, "verdict": verdict, **more}
        said = self._call(who, "POST", f"/reviews/{review}/decisions", body, front=front)
        return _said(said)

    def _next_request(self) -> dict[str, Any]:
        """Membership of a group with privileged rights: always a person's decision."""
        group, person = next(self._asked)
        params = {"person": person, "group": group}
        return {"type": "idp.add_to_group", "params": params, "confidence": 0.97}

    def _call(
        self,
        who: Role,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        *,
        front: int = 0,
    ) -> httpx.Response:
        return self._client.request(
            method,
            f"{self._fronts[front]}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self._tokens[who]}", **(headers or {})},
        )

    def _token(self, role: Role) -> str:
        from holdshort.records import tokens

        scopes = {*tokens.DEMO_SCOPES["reviewer"], "actions:propose", "actions:stop"}
        with self._desk.role(None):
            sponsor = PEOPLE[Role.ASKER] if role is Role.AGENT else None
            return tokens.create(PEOPLE[role], scopes=scopes, label="battery", sponsor=sponsor)

    def _shape(self, shape: Shape) -> None:
        settings = json.dumps({"shape": shape.value, "timeout": 5})
        self._admin(f"UPDATE public.connector SET settings = '{settings}'::jsonb")

    # -------------------------------------------------------------- looking

    def stands(self, one: Proposed) -> Stands:
        state = self._call(Role.APPROVER, "GET", f"/actions/{one.id}").json()["state"]
        return STANDS.get(state, Stands.ENDED)

    def record(self, one: Proposed) -> Record:
        found = self._call(Role.APPROVER, "GET", f"/actions/{one.id}/record").json()
        yes = [each["person"] for each in found["decisions"] if each["verdict"] == "approve"]
        granted = [each for each in found["events"] if each["name"] == "authorization.granted"]
        return Record(tuple(yes), len(granted))

    def audit_is_intact(self) -> bool:
        raise NotCovered("The signed log does not exist yet, so nothing could prove it.")

    def _thing(self, made: dict[str, Any]) -> str:
        account = self._admin(
            "SELECT convert_from(canonical, 'UTF8')::jsonb -> 'seen' ->> 'account' "
            f"FROM kernel.action WHERE id = '{made['id']}'"
        )[0][0]
        return f"{made['target']['id']}.{account}"

    # -------------------------------------------------------------- time

    def _let_a_minute_go_by(self) -> None:
        """Nobody may approve grave changes faster than they can be read."""
        self._admin("UPDATE kernel.decision SET decided_at = decided_at - interval '1 minute'")

    def end_review(self, one: Proposed) -> None:
        self._admin(
            "UPDATE kernel.review SET expires_at = clock_timestamp() - interval '1 second' "
            f"WHERE action = '{one.id}'"
        )

    def end_permission(self, one: Proposed) -> None:
        self._admin(
            "UPDATE kernel.\"authorization\" SET not_before = not_before - interval '30 days', "
            f"expires_at = clock_timestamp() - interval '1 second' WHERE action = '{one.id}'"
        )

    # -------------------------------------------------------------- attacks

    def edit_payload(self, one: Proposed) -> Edited:
        own = self._offered[one.id]["params"]["group"]
        other = next(group for group in GROUPS if group != own)
        old, new = self._group(own), self._group(other)
        edit = (
            f"replace(replace(convert_from(canonical, 'UTF8'), '\"{own}\"', '\"{other}\"'), "
            f"'{old}', '{new}')"
        )
        data = f"SET canonical = convert_to({edit}, 'UTF8')"
        whole = f"{data}, digest = sha256(convert_to({edit}, 'UTF8'))"
        row = f"WHERE id = '{one.id}'"
        table = "UPDATE kernel.action"
        tries = [self._try(f"{table} {data} {row}", f"edited as {one}", one) for one in LOGINS]
        tries += [
            self._try(f"{table} {data} {row}", "bytes edited by the administrator"),
            self._try(f"{table} {whole} {row}", "bytes and digest edited by the administrator"),
            self._try(
                f"{table} {whole} {row}",
                "bytes and digest edited by the administrator, foreign keys switched off",
                unchecked=True,
            ),
        ]
        return Edited(one.thing.replace(str(old), str(new)), tuple(tries))

    def _group(self, slug: str) -> str:
        found = self._admin(f"SELECT external_id FROM directory_group WHERE slug = '{slug}'")
        return str(found[0][0])

    def forge_approval(self, one: Proposed) -> tuple[Try, ...]:
        decision, permission = _decision(one.id), _permission(one.id)
        asker, agent, approver = (PEOPLE[r] for r in (Role.ASKER, Role.AGENT, Role.APPROVER))
        tries = [
            self._try(decision(approver), f"a decision written by {login}", login)
            for login in ("agent", "desk", "executor")
        ]
        tries += [
            self._try(decision(person), f"a decision of {person} written by {login}", login)
            for person in (asker, agent)
            for login in ("web", None)
        ]
        tries += [
            self._try(permission, f"a permission written by {login or 'the administrator'}", login)
            for login in (*LOGINS, None)
        ]
        return tuple(tries)

    def edit_audit_as_processes(self, one: Proposed) -> tuple[Try, ...]:
        return tuple(
            self._try(statement, f"{statement.split(' SET')[0]} as {login}", login)
            for table in ("kernel.event", "kernel.log")
            for statement in (
                f"UPDATE {table} SET {'actor' if table == 'kernel.event' else 'event'} = DEFAULT",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            )
            for login in LOGINS
        )

    def edit_audit(self, one: Proposed) -> tuple[Try, ...]:
        first = f"(SELECT min(id) FROM kernel.event WHERE action = '{one.id}')"
        return (
            self._try(f"UPDATE kernel.event SET actor = 'bea' WHERE id = {first}", "one changed"),
            self._try(
                f"DELETE FROM kernel.event WHERE id = {first}", "one deleted", unchecked=True
            ),
        )

    def cut_audit(self, one: Proposed) -> tuple[Try, ...]:
        events = f"SELECT id FROM kernel.event WHERE action = '{one.id}'"
        placed = f"SELECT 1 FROM kernel.log WHERE event IN ({events})"
        _until(lambda: bool(self._admin(placed)), "the log to hold its events")
        return (
            self._try(f"DELETE FROM kernel.log WHERE event IN ({events})", "positions removed"),
            self._try(
                f"DELETE FROM kernel.event WHERE action = '{one.id}'",
                "the newest events removed",
                unchecked=True,
            ),
        )

    def _try(
        self, statement: str, how: str, login: str | None = None, *, unchecked: bool = False
    ) -> Try:
        """One attack in a transaction of its own; whether the database let it through.

        `unchecked` switches foreign keys off first, as only the administrator can. An attack
        that fails for any other reason than a rule of the database would prove nothing.
        """
        try:
            with psycopg.connect(self._desk.url(login)) as connection:
                if unchecked:
                    connection.execute("SET session_replication_role = replica")
                written = connection.execute(statement).rowcount  # type: ignore[arg-type]
        except (errors.InsufficientPrivilege, errors.IntegrityError):
            return Try(how, False)
        assert written, f"an attack that changed nothing: {how}"
        return Try(how, True)

    def _admin(self, statement: str) -> list[tuple[Any, ...]]:
        """A look, or a change, as the superuser; one connection for all threads, in turn."""
        with self._lock:
            cursor = self._database.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def _decision(action: str) -> Callable[[str], str]:
    """A yes of that person, with everything else true."""
    parties = "a.requester, a.beneficiary, a.initiator, a.changer"

    def of(person: str) -> str:
        return (
            "INSERT INTO kernel.decision (id, review, action, digest, expires_at, requester, "
            "beneficiary, initiator, changer, person, account, verdict, channel, assurance, shown, "
            "panel, later) "
            f"SELECT gen_random_uuid(), r.number, a.id, a.digest, r.expires_at, {parties}, "
            f"'{person}', c.id, 'approve', 'api', 1, repeat('0', 64), r.panel, NOT EXISTS (SELECT "
            f"FROM kernel.seat s WHERE s.panel = r.panel AND s.person = '{person}') "
            "FROM kernel.action a "
            "JOIN kernel.review r ON r.action = a.id "
            f"JOIN kernel.account c ON c.person = '{person}' WHERE a.id = '{action}' LIMIT 1"
        )

    return of


def _permission(action: str) -> str:
    """A permission with its event, and no decision behind it."""
    return (
        "WITH told AS (INSERT INTO kernel.event (name, actor, action, detail) "
        "SELECT 'authorization.granted', 'holdshort', id, "
        "jsonb_build_object('digest', encode(digest, 'hex')) "
        f"FROM kernel.action WHERE id = '{action}' RETURNING id) "
        'INSERT INTO kernel."authorization" (action, digest, type, connector, category, tier, '
        "mode, hands, needed, basis, event, not_before, expires_at, decision_1, person_1) "
        "SELECT s.action, s.digest, s.type, s.connector, s.type || '/' || s.tier, s.tier, s.mode, "
        "s.hands, s.needed, 'decisions', told.id, now(), now() + interval '1 hour', "
        "gen_random_uuid(), 'sven' "
        f"FROM kernel.assessment s, told WHERE s.action = '{action}'"
    )


def _said(answer: httpx.Response) -> Said:
    """What a person reads: a problem's sentence when it was refused."""
    if answer.status_code < 300:
        return Said(True)
    return Said(False, answer.json().get("detail", ""))


def _until(reached: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + SECONDS
    while not reached():
        if time.monotonic() > ends:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.05)


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """A PostgreSQL with the demo company, for a run outside the test suite."""
    from holdshort.machine.postgres import embedded_postgres
    from tests.conftest import COMPANY

    postgres = embedded_postgres(folder)
    server = Server(postgres.start())
    try:
        server.make_template(COMPANY)
        yield server
    finally:
        postgres.stop()
