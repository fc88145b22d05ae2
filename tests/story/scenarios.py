"""The 56 tickets of the specification, read from `scenarios.yaml`, and desks to ask about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.api.conftest import Caller
from tests.desk import Desk, Server

FILE = Path(__file__).with_name("scenarios.yaml")
SURE: Mapping[str, Any] = {"phase": 3, "confidence": 0.97}
STRICTNESS = ("HOTL", "SUGGEST", "HITL", "REFUSE")


@dataclass(frozen=True)
class Row:
    """One ticket: what is asked, and what must be answered."""

    id: str
    body: Mapping[str, Any]
    tier: int
    mode: str
    asserts: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    specified: str = ""
    """The mode of the specification, where the answer is another one."""

    differs: str = ""
    missing: str = ""
    shown_by: Sequence[str] = ()
    open: str = ""

    @property
    def automatic(self) -> bool:
        """Whether the specification wants nobody asked."""
        return (self.specified or self.mode) == "HOTL"

    @property
    def shown(self) -> bool:
        """Whether a test of its own carries out what it asks for, and not something like it."""
        files = {FILE.parents[1] / name.partition("::")[0] for name in self.shown_by}
        return any(f'"{self.body["type"]}"' in file.read_text("utf-8") for file in files)


ROWS = tuple(Row(**row) for row in yaml.safe_load(FILE.read_text("utf-8")))
THERE = tuple(row for row in ROWS if not row.missing)


def find(id: str) -> Row:
    return next(row for row in ROWS if row.id == id)


class Counter:
    """Where the gate of one desk can be asked, over the API, with nothing written."""

    def __init__(self, desk: Desk) -> None:
        from holdshort.records import tokens

        self.desk = desk
        with desk.role(None):
            scopes = tokens.DEMO_SCOPES["assessor"]
            self.caller = Caller(tokens.create("assessor", scopes=scopes, label="assessor"))

    def reply(self, row: Row, **otherwise: Any) -> Any:
        """The response as it is, good or bad."""
        with self.desk.role("web"):
            return self.caller.post("/assessments", {**SURE, **row.body, **otherwise})

    def ask(self, row: Row, **otherwise: Any) -> dict[str, Any]:
        answer = self.reply(row, **otherwise)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def hear(self, row: Row, words: str, confidence: float = 0.97) -> tuple[int, str]:
        """Tier and mode of what this row offers on a ticket with these words."""
        with self.desk.role("web"):
            return _heard(row, words, confidence)


def _heard(row: Row, words: str, confidence: float) -> tuple[int, str]:
    from holdshort.core.terms import Assurance, Channel, Circumstances, Offered, Phase
    from holdshort.records import db, people
    from holdshort.records.world import World
    from holdshort.stops import lines

    channel, at = Channel(row.body.get("channel", "portal")), row.body.get("at")
    requester, agent = people.person(row.body["requester"]), people.person("agent")
    assert requester and agent
    asked = Circumstances(
        requester=requester,
        beneficiary=None,
        initiator=agent,
        channel=channel,
        assurance=Assurance.NONE if channel is Channel.EMAIL else Assurance.SESSION,
        at=datetime.fromisoformat(at) if at else db.now(),
        confidence=confidence,
        ticket_text=words,
    )
    offered = Offered(row.body["type"], row.body["params"])
    found = lines.assess_all([offered], asked, World(), draft=_draft, phase=Phase(3))
    left = [one for one in found if not one.findings.already] or found
    mode = max((str(one.gate.mode) for one in left), key=STRICTNESS.index)
    return max(int(one.tier) for one in left), mode


def _draft(position: int) -> dict[str, Any]:
    return {"id": str(position), "root": str(position), "version": 1, "ticket": None}


class Counters:
    """Desks on which everything has happened that the tickets presuppose: one for most of them,
    and another for each ticket before which people left.
    """

    def __init__(self, desks: Mapping[str, Desk]) -> None:
        self._counters = {name: Counter(desk) for name, desk in desks.items()}
        for row in THERE:
            happen(self._of(row).desk, row.before)

    @property
    def desks(self) -> list[Desk]:
        return [counter.desk for counter in self._counters.values()]

    def _of(self, row: Row) -> Counter:
        return self._counters[row.id if row in APART else ""]

    def reply(self, row: Row, **otherwise: Any) -> Any:
        return self._of(row).reply(row, **otherwise)

    def ask(self, row: Row, **otherwise: Any) -> dict[str, Any]:
        return self._of(row).ask(row, **otherwise)

    def hear(self, row: Row, words: str, confidence: float = 0.97) -> tuple[int, str]:
        return self._of(row).hear(row, words, confidence)

    @contextmanager
    def changed(self, *statements: str) -> Iterator[None]:
        """The rules and the mirrors of every desk are changed, until the block ends."""
        for desk in self.desks:
            for table in KEPT:
                desk.sql(f"CREATE TABLE kept_{table.split('.')[1]} AS TABLE {table}")
            for statement in statements:
                desk.sql(statement)
        try:
            yield
        finally:
            for desk in self.desks:
                desk.sql(_as_it_was())


APART = tuple(row for row in THERE if "ended" in row.before)
KEPT = ("public.mirror_read", "kernel.policy_version", "kernel.adoption")


def _as_it_was() -> str:
    back = "".join(
        f"DELETE FROM {table}; INSERT INTO {table} OVERRIDING SYSTEM VALUE "
        f"TABLE kept_{table.split('.')[1]}; DROP TABLE kept_{table.split('.')[1]}; "
        for table in KEPT
    )
    return f"BEGIN; SET LOCAL session_replication_role = replica; {back} COMMIT"


def outcome(answer: Mapping[str, Any]) -> tuple[int, str]:
    """Tier and mode."""
    return answer["tier"], answer["gate"]["mode"]


def said(answer: Mapping[str, Any]) -> list[str]:
    """Every sentence of the answer."""
    reasons = answer["gate"]["reasons"]
    return [
        *(fact["text"] for fact in answer["facts"]),
        *answer["preview"]["before"],
        *answer["preview"]["after"],
        *(one[key] for one in reasons for key in ("text", "observed", "limit", "would_pass")),
    ]


def is_laxer(found: tuple[int, str], than: tuple[int, str]) -> bool:
    """Whether the tier is lower or the mode less strict."""
    return found[0] < than[0] or STRICTNESS.index(found[1]) < STRICTNESS.index(than[1])


@contextmanager
def counters(
    server: Server, folder: Path, template: str = "template_of_tests"
) -> Iterator[Counters]:
    """New desks of the demo company, or of another with its people."""
    with ExitStack() as stack:
        desks = {}
        for name in ("", *(row.id for row in APART)):
            own = folder / f"desk-{name}"
            own.mkdir()
            desks[name] = Desk(server, own, template)
            stack.callback(desks[name].close)
        yield Counters(desks)


def happen(desk: Desk, before: Mapping[str, Any]) -> None:
    """Let this be the past of the desk."""
    from holdshort.core.terms import Offer

    for person in before.get("ended", ()):
        desk.sql(
            "UPDATE public.profile SET employment_status = 'ended', employment_end = '2026-10-31' "
            f"WHERE person = '{person}'"
        )
    for offered in before.get("offered", ()):
        desk.agent.will(offered["type"], **offered["params"])
        desk.ask(offered["requester"], "as every year")
    desk.agent.next = Offer("", 0.5, "", "scripted", hand_over="What is it?")
    for person in before.get("reported", ()):
        desk.ask(person, "my e-mail does not work")
