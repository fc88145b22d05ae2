"""Every stop of the road, each with a ticket on which it is due, and a process that dies in it.

The stops of people (`web`) are repeated by the person when nothing was recorded; everything else is
found by the sweep.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdshort import flow
from holdshort.company.read import read
from holdshort.core.terms import Inquiry, Preview, Sender
from holdshort.machine import witness
from holdshort.machine.witness import Seen
from holdshort.ports import Shape
from holdshort.records import db
from holdshort.records.crossing import COMMIT, Answer, Session
from holdshort.stops import deciding
from tests.crash.executor import _connect, _write_to
from tests.desk import Desk, FileDirectory, ScriptedAgent
from tests.fakes.connector import Fake, FakeSettings
from tests.kernel import scenes, waking

GROUP = {"person": "dana", "group": "build-tools"}
ROW = {
    "database": "dev-db",
    "table": "orders",
    "set": {"status": "closed"},
    "where": {"id": 7},
    "rows": 1,
}
MOMENTS = ("commit:before", "commit:after")
"""All of it is written and is not committed; it is committed, and nobody was told."""

Args = tuple[Any, ...]


@dataclass(frozen=True)
class Stop:
    """A stop of the road: whose it is, how it comes to be due, and the call."""

    role: str
    ready: Callable[[Desk], Args]
    """Gives what the call needs; the ticket that it is about comes first, or 0 for a new one."""

    act: Callable[..., object]


@dataclass(frozen=True)
class Death:
    """Which stop a process enters, and where it dies."""

    stop: str
    args: Args
    at: str
    database: str
    log: Path
    target: str


# ------------------------------------------------------------------ how each comes to be due


def connectors(shape: Shape = Shape.SET) -> dict[str, Any]:
    """The directory is the fake target, with a thing of its own for each action."""
    return {"directory": _Tries("directory", FakeSettings(shape=shape, apart=True))}


class _Tries(Fake):
    """It can try a change first, too."""

    def preview(self, inquiry: Inquiry) -> Preview:
        sample = [{"key": "id 7", "before": {"status": "open"}, "after": {"status": "closed"}}]
        shown = {"rows": 1, "same": False, "since": 0, "effects": [], "sample": sample}
        return Preview({"digest": "d"}, shown)


def _ticket(desk: Desk, action: str) -> int:
    return int(desk.story(action).action.ticket)


def _nothing(desk: Desk) -> Args:
    return 0, desk.sender("dana")


def _opened(desk: Desk) -> Args:
    who = desk.sender("dana")
    with desk.role("web"):
        return flow.open_for("", "please add me", sender=who, author="dana"), who


def _received(desk: Desk) -> Args:
    who = desk.sender("dana")
    with desk.role("web"):
        return (flow.receive("", "please add me", sender=who),)


def _proposed(desk: Desk) -> Args:
    (ticket,) = _received(desk)
    desk.agent.will("idp.add_to_group", **GROUP)
    desk.stop("agent", "propose", str(ticket))
    [(proposal,)] = desk.sql(f"SELECT id FROM kernel.proposal WHERE ticket = {ticket}")
    return ticket, str(proposal)


def _asks_first(desk: Desk) -> Args:
    """Only the app knows what the change would do, and it has not been asked yet."""
    # As if the company's file connected its database, which is its second asset.
    connected = "jsonb_set(file, '{assets,1,connector}', '\"directory\"')"
    desk.sql(f"UPDATE kernel.policy_version SET file = {connected}")
    (ticket,) = _received(desk)
    desk.agent.will("db.change", **ROW)
    desk.stop("agent", "propose", str(ticket))
    [(proposal,)] = desk.sql(f"SELECT id FROM kernel.proposal WHERE ticket = {ticket}")
    desk.stop("desk", "stage", str(proposal))
    return ticket, str(proposal)


def _grave(desk: Desk) -> Args:
    action = scenes.grave(desk)
    return _ticket(desk, action), action


def _held(desk: Desk) -> Args:
    action = scenes.held(desk)
    return _ticket(desk, action), action, desk.sender("ines")


def _answered(verdict: str, **more: Any) -> Callable[[Desk], Args]:
    def ready(desk: Desk) -> Args:
        ticket, action = _grave(desk)
        desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '1 minute'")
        scenes.say(desk, action, "sven", verdict, **more)
        return ticket, action

    return ready


def _to_be_decided(desk: Desk) -> Args:
    ticket, action = _grave(desk)
    desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '1 minute'")
    story = desk.story(action)
    answer = deciding.Answer("approve", story.digest, "0" * 64, comment="Fine.")
    return ticket, story.review["number"], answer, desk.sender("sven")


def _permitted(desk: Desk) -> Args:
    ticket, action = _answered("approve")(desk)
    desk.stop("desk", "authorize", action)
    return ticket, action


def _executed(desk: Desk) -> Args:
    ticket, action = _permitted(desk)
    with desk.role("desk"):
        flow.sequence()
    desk.stop("executor", "execute", action)
    return ticket, action, desk.sender("ines")


def _in_the_log(desk: Desk) -> Args:
    ticket, action = _permitted(desk)
    with desk.role("desk"):
        flow.sequence()
    return ticket, action


def _unknown(desk: Desk) -> Args:
    before, desk.connectors = desk.connectors, connectors(Shape.BLIND)
    made = _executed(desk)
    desk.connectors = before
    return made


def _drifted(desk: Desk) -> Args:
    ticket, action = _in_the_log(desk)
    real = desk.connectors["directory"]
    desk.connectors = {"directory": _Drifting()}
    desk.stop("executor", "execute", action)
    desk.connectors = {"directory": real}
    return ticket, action


class _Drifting(Fake):
    """Somebody else changed what was approved."""

    def __init__(self) -> None:
        super().__init__("directory", FakeSettings(apart=True))

    def observe(self, action: Any) -> dict[str, Any]:
        return {**action.seen, "active": False}


def _without_trust(category: str, made: Callable[[Desk], Args]) -> Callable[[Desk], Args]:
    """While a kind of change has no standing, people carry it out."""

    def ready(desk: Desk) -> Args:
        phase = "INSERT INTO kernel.standing (category, phase, granted, basis) VALUES"
        granted = "false" if category.endswith("/3") else "true"
        desk.sql(f"{phase} ('{category}', 1, false, 'recalled')")
        args = made(desk)
        desk.sql(f"{phase} ('{category}', 3, {granted}, 'demo')")
        return args

    return ready


def _by_hand(desk: Desk) -> Args:
    return (*_permitted(desk), desk.sender("sven"))


def _reported(desk: Desk) -> Args:
    ticket, action, who = _by_hand(desk)
    with desk.role("web"):
        flow.report(action, "as_approved", "Seen in the directory.", sender=who)
    return ticket, action


def _answer_by_hand(desk: Desk) -> Args:
    desk.agent.will("kb.answer", article="vpn-ports")
    ticket = desk.ask("dana", "which ports?")
    action = scenes.latest(desk, ticket)
    reviewer = desk.story(action).assignments[0]["person"]
    scenes.say_yes(desk, action, reviewer)
    desk.stop("desk", "authorize", action)
    return ticket, action, desk.sender(reviewer)


def _expired(desk: Desk) -> Args:
    ticket, action = _grave(desk)
    waking.end_review(desk, action)
    return ticket, action


def _nobody_can_answer(desk: Desk) -> Args:
    ticket, action = _grave(desk)
    number = desk.story(action).review["number"]
    desk.sql("INSERT INTO kernel.panel (id, size) VALUES (0, 0)")
    asked = f"panel = 0, fault = 'Nobody could be asked.' WHERE number = {number}"
    desk.sql(f"UPDATE kernel.review SET {asked}")
    return ticket, action


def _with_a_person(desk: Desk) -> Args:
    ticket, who = _opened(desk)
    with desk.role("web"):
        flow.ask_for_a_person(ticket, sender=who)
    return ticket, desk.sender("ines")


def _unread(desk: Desk) -> Args:
    (ticket,) = _received(desk)
    waking.woken(desk)
    desk.sql(f"UPDATE public.turn SET at = at - interval '4 minutes' WHERE ticket = {ticket}")
    return (ticket,)


def _unread_secret(desk: Desk) -> Args:
    ticket, action, _ = _executed(desk)
    desk.sql(
        "INSERT INTO public.sealed (action, ticket, person, sealed, expires_at) VALUES "
        f"('{action}', {ticket}, 'dana', 'x', clock_timestamp() - interval '1 minute')"
    )
    return (ticket,)


# ------------------------------------------------------------------ the calls


def _execute(ticket: int, action: str) -> None:
    flow.execute(action, connectors=connectors(), worker="w", seal=str.encode)


def _propose(ticket: int) -> None:
    agent = ScriptedAgent()
    agent.will("idp.add_to_group", **GROUP)
    flow.propose(ticket, agent=agent, person="agent")


def _form(ticket: int, who: Sender) -> None:
    flow.ask_by_form("idp.add_to_group", GROUP, words="please", sender=who)


def _offer(ticket: int, who: Sender) -> None:
    flow.offer("idp.add_to_group", GROUP, ticket=ticket, sender=who)


def _look(ticket: int) -> None:
    from tests.conftest import COMPANY

    flow.look(FileDirectory(read(COMPANY)))


CHANGE = {"reason_code": "too_much", "changes": {"group": "crm-admins"}}
NO_TRUST = "idp.add_to_group/3"

STOPS: dict[str, Stop] = {
    "receive": Stop("web", _nothing, lambda t, who: flow.receive("", "please", sender=who)),
    "ask_by_form": Stop("web", _nothing, _form),
    "open_for": Stop(
        "web", _nothing, lambda t, who: flow.open_for("", "please", sender=who, author="dana")
    ),
    "offer": Stop("web", _opened, _offer),
    "reply": Stop("web", _with_a_person, lambda t, who: flow.reply(t, "Hello.", sender=who)),
    "ask_for_a_person": Stop(
        "web",
        lambda desk: (_grave(desk)[0], desk.sender("dana")),
        lambda t, who: flow.ask_for_a_person(t, sender=who),
    ),
    "close": Stop("web", _with_a_person, lambda t, who: flow.close(t, "Done.", sender=who)),
    "decide": Stop("web", _to_be_decided, lambda t, n, yes, who: flow.decide(n, yes, sender=who)),
    "stop": Stop("web", _held, lambda t, a, who: flow.stop(a, "wrong", sender=who)),
    "undo": Stop("web", _executed, lambda t, a, who: flow.undo(a, "wrong", sender=who)),
    "report": Stop(
        "web",
        _without_trust(NO_TRUST, _by_hand),
        lambda t, a, who: flow.report(a, "as_approved", "Seen there.", sender=who),
    ),
    "send_answer": Stop(
        "web",
        _without_trust("kb.answer/1", _answer_by_hand),
        lambda t, a, who: flow.send_answer(a, sender=who),
    ),
    "find": Stop(
        "web", _unknown, lambda t, a, who: flow.find(a, "applied", "Seen there.", sender=who)
    ),
    "propose": Stop("agent", _received, _propose),
    "stage": Stop("desk", _proposed, lambda t, proposal: flow.stage(proposal)),
    "authorize": Stop("desk", _answered("approve"), lambda t, a: flow.authorize(a)),
    "authorize, a no": Stop(
        "desk", _answered("reject", reason_code="too_risky"), lambda t, a: flow.authorize(a)
    ),
    "authorize, a change": Stop(
        "desk", _answered("change", **CHANGE), lambda t, a: flow.authorize(a)
    ),
    "authorize, by hand": Stop(
        "desk", _without_trust(NO_TRUST, _answered("approve")), lambda t, a: flow.authorize(a)
    ),
    "sequence": Stop("desk", _permitted, lambda t, a: flow.sequence()),
    "sweep": Stop("desk", _permitted, lambda t, a: flow.sweep()),
    "expire": Stop("desk", _expired, lambda t, a: flow.expire(a)),
    "reroute": Stop("desk", _nobody_can_answer, lambda t, a: flow.reroute(a)),
    "restage": Stop("desk", _drifted, lambda t, a: flow.restage(a)),
    "unread": Stop("desk", _unread, lambda t: flow.unread(t)),
    "forget": Stop("desk", _unread_secret, lambda t: flow.forget()),
    "execute": Stop("executor", _in_the_log, _execute),
    "observe": Stop(
        "executor",
        _without_trust(NO_TRUST, _reported),
        lambda t, a: flow.observe(a, connectors=connectors()),
    ),
    "preview": Stop("executor", _asks_first, lambda t, p: flow.preview(p, connectors=connectors())),
    "look": Stop("executor", lambda desk: (0,), _look),
}
"""Every stop of `flow`, some in more than one of their ways."""


def _put_back(desk: Desk) -> Args:
    """The desk was put back to an older state while something waited."""
    ticket, action = _grave(desk)
    desk.sql(
        "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
        "VALUES ('backup', 'f00d', clock_timestamp(), 0)"
    )
    return ticket, action, desk.sender("ines")


def _witnessed(desk: Desk) -> Args:
    """Somebody has seen more of the log than there is."""
    path = Path(tempfile.mkdtemp()) / "witness"
    with desk.role("desk"):
        witness.write(path, Seen(10**6, db.now(), db.now()))
    return 0, path


HALTING: dict[str, Stop] = {
    "watch": Stop("desk", _witnessed, lambda t, path: flow.watch(path)),
    "settle": Stop(
        "web", _put_back, lambda t, a, who: flow.settle(a, "dropped", "Seen.", sender=who)
    ),
    "reconcile": Stop("web", _put_back, lambda t, a, who: flow.reconcile("Seen.", sender=who)),
}
"""Stops that belong to a desk on which nothing runs; each has a desk of its own."""


# ------------------------------------------------------------------ in the process that dies


def enter(death: Death) -> None:
    """Enter a stop as its own role, and die where it says; without a moment, come through."""
    from django.db import connection

    _write_to(death.log)
    _connect(death.database)
    os.environ["FAKE_TARGET_URL"] = death.target
    real, cross = connection.commit, Session.cross

    def commit() -> None:
        _die_if(death.at == "commit:before")
        real()
        _die_if(death.at == "commit:after")

    def crossing(session: Session, asked: Sequence[Any]) -> list[Answer]:
        if not asked or asked[-1][0] != COMMIT:
            return cross(session, asked)
        written = cross(session, asked[:-1])
        _die_if(death.at == "commit:before")
        written += cross(session, asked[-1:])
        _die_if(death.at == "commit:after")
        return written

    connection.commit = commit  # type: ignore[method-assign]
    Session.cross = crossing  # type: ignore[method-assign]
    from tests.crash.later_stops import LATER

    {**STOPS, **LATER, **HALTING}[death.stop].act(*death.args)


def _die_if(now: bool) -> None:
    if now:
        os.kill(os.getpid(), signal.SIGKILL)
