"""Kernel rows written by hand, as the real login roles: what an attacker inside would write.

`Kernel` makes a road of rows step by step, each step a single statement by the role that may
take it. Every step can be forged by naming columns, which then replace what would be right.
How a statement reaches the database is `tests.kernel.reach`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from holdshort.core import canonical
from holdshort.core.terms import Action, Target
from holdshort.records.ids import new_id
from tests.desk import Desk
from tests.kernel.grant_table import INSERTS
from tests.kernel.reach import SUPERUSER, Logins, Reach, Statement

GROUNDS = b'\x00{"findings": {"context": "security", "owners": [], "rights": [], "spends": 0, \
"consequence": {"cost": {"value": 0}}}, "reasons": []}'
DIGESTS = {
    "action",
    "assessment",
    "decision",
    "authorization",
    "fate",
    "execution",
    "report",
    "override",
    "call_back",
}
"""Tables whose digest is that of an action: bytes, written here in hexadecimal."""

SEEN = {"account": "u1", "active": True, "member": False}


@dataclass(frozen=True)
class Made:
    """An action whose rows were written so far, with what later rows must repeat."""

    action: Action
    digest: str
    data: bytes
    proposal: str
    answer: dict[str, Any] = field(default_factory=dict)
    review: dict[str, Any] = field(default_factory=dict)
    decisions: tuple[dict[str, Any], ...] = ()
    permission: dict[str, Any] = field(default_factory=dict)
    execution: str = ""

    @property
    def id(self) -> str:
        return self.action.id

    @property
    def parties(self) -> dict[str, str]:
        names = ("requester", "beneficiary", "initiator", "changer")
        return {name: getattr(self.action, name) for name in names}

    @property
    def where(self) -> dict[str, str]:
        connector = self.action.target.connector
        return {"action": self.id, "digest": self.digest, "connector": connector}

    @property
    def turn(self) -> dict[str, str]:
        return {**self.where, "type": self.action.type}


class Kernel:
    """Rows of every kernel table, each written by the role that may."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._logins = Logins(desk)
        self._reach: Reach = self._logins
        self._made: dict[Callable[[Kernel], Any], Any] = {}
        self.accounts = dict(self.sql("SELECT person, min(id) FROM kernel.account GROUP BY person"))

    def close(self) -> None:
        self._logins.close()

    def as_role(self, role: str) -> psycopg.Connection:
        return self._logins.connections[role]

    @contextmanager
    def through(self, reach: Reach) -> Iterator[None]:
        """Everything inside reaches the database in another way."""
        self._reach = reach
        try:
            yield
        finally:
            self._reach = self._logins

    def once(self, scene: Callable[[Kernel], Any]) -> Any:
        """What a scene makes; it is made once and shared, so nobody may spoil it."""
        if scene not in self._made:
            self._made[scene] = scene(self)
        return self._made[scene]

    def run(self, role: str, statement: Statement, params: Any = None) -> psycopg.Cursor[Any]:
        """One statement as one role."""
        return self._reach.run(role, statement, params)

    def sql(self, statement: Statement, *params: Any) -> list[tuple[Any, ...]]:
        """A look, or a change, as the superuser."""
        given = params[0] if params and isinstance(params[0], dict) else params
        cursor = self._reach.run(SUPERUSER, statement, given)
        return cursor.fetchall() if cursor.description else []

    def now(self) -> datetime:
        found: datetime = self.sql("SELECT clock_timestamp()")[0][0]
        return found

    def insert(self, role: str, table: str, returning: str = "", **row: Any) -> Any:
        """One row, as one role; the value of `returning`, if asked for."""
        schema = "kernel" if table in INSERTS else "public"
        # Numbers that the database gives out are not taken, unless a row names one.
        statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
            sql.Identifier(schema, table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        )
        if returning:
            statement += sql.SQL(" RETURNING {}").format(sql.Identifier(returning))
        ready = {
            name: Jsonb(value) if isinstance(value, dict | list) else value
            for name, value in row.items()
        }
        if isinstance(row.get("digest"), str) and table in DIGESTS:
            ready["digest"] = bytes.fromhex(row["digest"])
        cursor = self.run(role, statement, ready)
        found = cursor.fetchone() if returning else None
        return found[0] if found else None

    # -------------------------------------------------------------- the road, row by row

    def ticket(self, requester: str = "dana") -> int:
        number: int = self.insert(
            "web", "ticket", "number", requester=requester, channel="portal", assurance=1
        )
        self.insert("web", "turn", ticket=number, kind="with_agent", person=requester)
        return number

    def message(self, ticket: int, author: str = "dana", body: str = "please") -> int:
        number: int = self.insert(
            "web", "message", "id", ticket=ticket, author=author, kind="words", body=body
        )
        return number

    def proposed(self, role: str = "agent", **forged: Any) -> str:
        ticket = forged.pop("ticket", None) or self.ticket()
        row = {
            "id": new_id(),
            "ticket": ticket,
            "initiator": "agent",
            "initiator_kind": "agent",
            "agent_version": "v",
            "label": "l",
            "body": {"actions": []},
        }
        if "answers" not in forged:
            row["answers"] = self.message(ticket)
        self.insert(role, "proposal", **row | forged)
        return str((row | forged)["id"])

    def bytes_of(self, **changes: Any) -> Made:
        """An action that is not written yet: Dana asks, the agent starts it."""
        ticket = changes.pop("ticket", None) or self.ticket(changes.get("requester", "dana"))
        identity = changes.pop("id", None) or new_id()
        fields: dict[str, Any] = {
            "id": identity,
            "root": identity,
            "version": 1,
            "type": "idp.add_to_group",
            "params": {"person": "dana", "group": "photo-club"},
            "target": Target("directory", f"g-{identity[-8:]}"),
            "requester": "dana",
            "beneficiary": "dana",
            "initiator": "agent",
            "changer": "agent",
            "ticket": ticket,
            "seen": SEEN,
        }
        action = Action(**fields | changes)
        data = canonical.action_bytes(action)
        return Made(
            action, canonical.digest(data), data, self._started_by(action.initiator, ticket)
        )

    def _started_by(self, initiator: str, ticket: int) -> str:
        """The proposal of the agent, or of a human through the web."""
        if initiator == "agent":
            return self.proposed(ticket=ticket)
        human = {"initiator": initiator, "initiator_kind": "human", "answers": None}
        return self.proposed("web", ticket=ticket, **human)

    def action_row(self, made: Made) -> dict[str, Any]:
        action = made.action
        names = ("id", "root", "version", "type", "ticket", "position", "undoes")
        return {
            **{name: getattr(action, name) for name in names},
            **made.parties,
            "connector": action.target.connector,
            "digest": made.digest,
            "canonical": made.data,
            "proposal": made.proposal,
        }

    def staged(self, **changes: Any) -> Made:
        made = self.bytes_of(**changes)
        self.insert("desk", "action", **self.action_row(made))
        return made

    def assessed(self, made: Made | None = None, **answer: Any) -> Made:
        """As tier 3 that waits for one person, unless the columns say otherwise."""
        made = made or self.staged()
        given = {"tier": 3, "mode": "HITL", "hands": "executor", "needed": 1, "phase": 3} | answer
        row = {
            "action": made.id,
            "digest": made.digest,
            "type": made.action.type,
            "connector": made.action.target.connector,
            "min_assurance": 1,
            "policy_version": self.policy(),
            "catalogue_version": "1",
            "grounds": GROUNDS,
        }
        self.insert("desk", "assessment", **row | given)
        category = f"{(row | given)['type']}/{given['tier']}"
        kept = {name: given[name] for name in ("tier", "mode", "hands", "needed")}
        return replace(made, answer=kept | {"category": category})

    def reviewed(
        self, made: Made | None = None, *, asked: tuple[str, ...] = ("sven", "nadia"), **forged: Any
    ) -> Made:
        made = made or self.assessed()
        row = {
            "action": made.id,
            "expires_at": self.now() + timedelta(hours=72),
        } | forged
        row["panel"] = row["panel"] if "panel" in row else self.panel(*asked)
        number = self.insert("desk", "review", "number", **row)
        kept = {name: row[name] for name in ("expires_at", "panel")}
        return replace(made, review={"review": number} | kept)

    def panel(self, *people: str) -> int:
        """These people as a panel, written when it is new."""
        number = int.from_bytes(hashlib.sha256(repr(people).encode()).digest()[:8], signed=True)
        if not self.sql("SELECT 1 FROM kernel.panel WHERE id = %s", number):
            self.insert("desk", "panel", id=number, size=len(people))
            for rank, person in enumerate(people, start=1):
                self.seated(number, person, rank=rank, size=len(people))
        return number

    def seated(self, panel: int, person: str, role: str = "desk", **forged: Any) -> None:
        """One person takes a place on a panel."""
        row = {"panel": panel, "person": person, "why": "w", "rank": 1, "size": 1}
        self.insert(role, "seat", **row | forged)

    def asked(self, made: Made, person: str, role: str = "desk", **forged: Any) -> None:
        """One person is asked after the review has opened."""
        row = {"review": made.review["review"], "expires_at": made.review["expires_at"]}
        row |= {"person": person, "why": "w", "rank": 3}
        self.insert(role, "assignment", **row | forged)

    def delegated(self, giver: str, taker: str, role: str = "web", **forged: Any) -> dict[str, Any]:
        """One person decides for another for a week."""
        now = self.now()
        row = {"id": new_id(), "giver": giver, "taker": taker, "account": self.accounts.get(giver)}
        row |= {"starts": now - timedelta(minutes=1), "ends": now + timedelta(days=7)} | forged
        self.insert(role, "delegation", **row)
        return row

    def decided(self, made: Made, person: str, verdict: str = "approve", **forged: Any) -> Made:
        """One person's answer, written by the web."""
        row = self.decision_row(made, person, verdict) | forged
        self.insert("web", "decision", **row)
        return replace(made, decisions=(*made.decisions, row))

    def decision_row(self, made: Made, person: str, verdict: str = "approve") -> dict[str, Any]:
        says_why = verdict in ("reject", "change", "hand_over")
        row = {
            "id": new_id(),
            "action": made.id,
            "digest": made.digest,
            "person": person,
            "account": self.accounts.get(person),
            "verdict": verdict,
            "reason_code": "wrong_target" if says_why else None,
            "channel": "console",
            "assurance": 1,
            "shown": "0" * 64,
            "changes": {"group": "newsletter"} if verdict == "change" else None,
            "hand_to": "helena" if verdict == "hand_over" else None,
            "later": False,
        }
        return row | made.review | made.parties

    def event(self, made: Made, role: str = "desk", **forged: Any) -> int:
        """The event of a permission, as the desk records it."""
        row = {
            "name": "authorization.granted",
            "actor": "holdshort",
            "ticket": made.action.ticket,
            "action": made.id,
            "detail": {"digest": made.digest},
        }
        self.insert(role, "event", **row | forged)
        number: int = self.sql("SELECT max(id) FROM kernel.event")[0][0]
        return number

    def policy(self) -> int:
        """The rules that are in force."""
        number: int = self.sql("SELECT max(policy_version) FROM kernel.adoption")[0][0]
        return number

    def proposed_policy(self, author: str = "ines") -> int:
        """Rules that somebody proposed and nobody adopted."""
        number: int = self.sql(
            "INSERT INTO kernel.policy_version (number, document, file, digest, author) "
            "SELECT (SELECT max(number) + 1 FROM kernel.policy_version), document, file, digest, "
            "%s FROM kernel.policy_version WHERE number = 1 RETURNING number",
            author,
        )[0][0]
        return number

    def standing(self, category: str, granted: bool = True, phase: int = 3) -> int:
        number: int = self.sql(
            "INSERT INTO kernel.standing (category, phase, granted, basis) "
            "VALUES (%s, %s, %s, 'demo') RETURNING id",
            category,
            phase,
            granted,
        )[0][0]
        return number

    def permission(self, made: Made, **forged: Any) -> dict[str, Any]:
        """The row that would be right: by the decisions made, or else by policy."""
        now = self.now()
        if made.decisions:
            grounds: dict[str, Any] = {"basis": "decisions"}
            for number, decision in enumerate(made.decisions[:2], start=1):
                grounds |= {
                    f"decision_{number}": decision["id"],
                    f"person_{number}": decision["person"],
                }
        else:
            grounds = {"basis": "policy", "policy_version": self.policy()}
            grounds["standing_granted"] = True
            if "standing" not in forged:
                grounds["standing"] = self.standing(made.answer["category"])
        row = {**made.where, "type": made.action.type, **made.answer, **grounds}
        row |= {"not_before": now, "expires_at": now + timedelta(hours=1)}
        if "event" not in forged:
            row["event"] = self.event(made)
        return row | forged

    def authorized(self, made: Made, **forged: Any) -> Made:
        row = self.permission(made, **forged)
        self.insert("desk", "authorization", **row)
        return replace(made, permission=row)

    def approved(self, **changes: Any) -> Made:
        """As tier 3, approved by Sven."""
        return self.authorized(self.decided(self.reviewed(), "sven"), **changes)

    def alone(self, **forged: Any) -> Made:
        """As tier 2 that runs by itself, with a standing permission."""
        made = self.assessed(tier=2, mode="HOTL", needed=0)
        return self.authorized(made, **forged)

    def logged(self, made: Made) -> Made:
        """The sequencer has given every event its place."""
        from holdshort import flow

        with self.desk.role("desk"):
            flow.sequence(window=flow.OVERTAKEN)
        return made

    def position(self, made: Made) -> int | None:
        event = made.permission["event"]
        found = self.sql("SELECT position FROM kernel.log WHERE event = %s", event)
        return found[0][0] if found else None

    def turned(self, made: Made, kind: str, role: str = "executor", **forged: Any) -> Made:
        """The one irrevocable turn."""
        hands = {"claimed": "executor", "by_hand": "person"}.get(kind)
        self.insert(role, "fate", **made.turn | {"kind": kind, "hands": hands} | forged)
        return made

    def execution_row(self, made: Made, **forged: Any) -> dict[str, Any]:
        kept = ("event", "expires_at", "not_before")
        return {
            "id": new_id(),
            **made.where,
            **{name: made.permission[name] for name in kept},
            "position": self.position(made),
        } | forged

    def started(self, made: Made, role: str = "executor", **forged: Any) -> Made:
        row = self.execution_row(made, **forged)
        self.insert(role, "execution", **row)
        return replace(made, execution=row["id"])

    def attempt(self, made: Made, fence: int = 1, role: str = "executor", **forged: Any) -> Made:
        row = {"execution": made.execution, "fence": fence, "worker": "w"}
        row["lease_until"] = self.now() + timedelta(minutes=1)
        self.insert(role, "attempt", **row | forged)
        return made

    def running(self) -> Made:
        """Approved, logged, claimed and started, as attempt 1."""
        made = self.logged(self.approved())
        return self.attempt(self.started(self.turned(made, "claimed")))

    def outcome(
        self, made: Made, kind: str = "verified", role: str = "executor", **forged: Any
    ) -> Made:
        row = {"action": made.id, "kind": kind, "execution": made.execution, "fence": 1}
        row |= {"before": {}, "after": {}, "evidence": {}}
        self.insert(role, "outcome", **row | forged)
        return made

    def by_hand(self) -> Made:
        """Approved for a person's hands, and given to that person."""
        made = self.decided(self.reviewed(self.assessed(hands="person")), "sven")
        return self.turned(self.authorized(made), "by_hand", "desk")


def forged_bytes(made: Made, **said: Any) -> tuple[bytes, str]:
    """The action's bytes saying something else, with the digest that fits them."""
    data = json.dumps(json.loads(made.data) | said, separators=(",", ":"), sort_keys=True).encode()
    return data, hashlib.sha256(data).hexdigest()


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The database refuses the row and names what was against it."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    found = getattr(caught.value.diag, "constraint_name", None) or str(caught.value)
    assert name in found, f"refused, but by: {caught.value}"


@contextmanager
def not_granted() -> Iterator[None]:
    """The role has no right to that at all."""
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        yield
