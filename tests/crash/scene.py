"""A desk with authorized actions that nobody has started yet, and executors that can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from holdshort import flow
from tests.crash.executor import Order, start
from tests.desk import Desk, Server
from tests.fakes.running import Target, running_target

_PEOPLE = ("erik", "aylin", "mateo", "jonas")
_GROUPS = (
    "sales-apac",
    "sales-emea",
    "crm-users",
    "support-agents",
    "finance-clerks",
    "hr-records",
    "zendesk-admins",
    "payment-approvers",
    "vendor-creators",
    "netsuite-admins",
)


class HeldDesk(Desk):
    """A desk whose executor is not running: what is due for it is kept back."""

    def stop(self, role: str, name: str, row: str) -> None:
        if name != "execute":
            super().stop(role, name, row)


class Scene:
    """The desk, the fake target and the executors that work for it."""

    def __init__(self, desk: HeldDesk, target: Target, folder: Path) -> None:
        self.desk = desk
        self.target = target
        self.log = folder / "executor.log"
        self.seal_key = folder / "public.pem"
        self.seal_key.write_bytes(desk.seal_public)
        self._asked = product(_GROUPS, _PEOPLE)

    def authorized(self) -> str:
        """An action that somebody approved: one membership, different each time."""
        group, person = self.next_request()
        self.desk.agent.will("idp.add_to_group", person=person, group=group)
        story = self.desk.action(self.desk.ask(person, f"please add me to {group}"))
        return self.approve(story)

    def authorized_at_once(self, number: int) -> list[str]:
        """So many actions that rules in force permit, each of a ticket of its own."""
        desk = self.desk
        desk.refresh_reading()
        who = desk.sender("dana")
        desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
        with desk.role("web"):
            tickets = [flow.receive("", "please add me", sender=who) for _ in range(number)]
        with desk.role("agent"):
            for ticket in tickets:
                flow.propose(ticket, agent=desk.agent, person="agent")
        of_tickets = f"ticket BETWEEN {tickets[0]} AND {tickets[-1]}"
        with desk.role("desk"):
            for (proposal,) in desk.sql(f"SELECT id FROM kernel.proposal WHERE {of_tickets}"):
                flow.stage(str(proposal))
            flow.sequence()
        actions = desk.sql(f"SELECT id FROM kernel.action WHERE {of_tickets} ORDER BY ticket")
        # Its hold window is over.
        desk.sql(
            'UPDATE kernel."authorization" SET not_before = clock_timestamp() - interval \'3 '
            f"seconds' WHERE action IN (SELECT id FROM kernel.action WHERE {of_tickets})"
        )
        desk.sql("DELETE FROM procrastinate_jobs WHERE task_name <> 'restage'")
        return [str(action) for (action,) in actions]

    def next_request(self) -> tuple[str, str]:
        """A group and somebody who asks for it, different each time."""
        return next(self._asked)

    def approve(self, story: Any) -> str:
        """Somebody who was asked says yes."""
        reviewer = story.assignments[0]["person"]
        self.desk.decide(story.action.id, reviewer, "approve")
        # Nobody may approve grave changes faster than they can be read; time goes by here.
        self.desk.sql("UPDATE kernel.decision SET decided_at = decided_at - interval '1 minute'")
        assert self.desk.story(story.action.id).state == "authorized"
        return str(story.action.id)

    def order(self, action: str, **more: Any) -> Order:
        """What an executor is told; it connects as its real role."""
        given: dict[str, Any] = {
            "database": self.desk.url("executor"),
            "target": self.target.url,
            "log": self.log,
            "seal_key": self.seal_key,
        }
        return Order(action=action, **{**given, **more})

    def start(self, action: str, **more: Any) -> BaseProcess:
        """Start an executor for one action."""
        return start(self.order(action, **more))

    def execute(self, action: str, **more: Any) -> int | None:
        """Run an executor to its end; how it ended (-9 when it was killed)."""
        return ended(self.start(action, **more))

    def execute_later(self, action: str, **more: Any) -> int | None:
        """The same, when the lease of the one before is over."""
        self.end_lease()
        return self.execute(action, **more)

    def end_lease(self) -> None:
        """Let the leases of all executors run out, without waiting for it."""
        self.desk.sql("UPDATE kernel.attempt SET lease_until = clock_timestamp()")

    def end_permission(self, action: str) -> None:
        """Let two hours go by for a permission and for what was started with it."""
        self.desk.sql(
            "SET session_replication_role = replica;"
            "UPDATE kernel.\"authorization\" SET not_before = not_before - interval '2 hours', "
            f"expires_at = expires_at - interval '2 hours' WHERE action = '{action}';"
            "UPDATE kernel.execution SET not_before = not_before - interval '2 hours', "
            "expires_at = expires_at - interval '2 hours', "
            f"started_at = started_at - interval '2 hours' WHERE action = '{action}'"
        )

    def state(self, action: str) -> str:
        """Where the action stands."""
        return str(self.desk.story(action).state)

    def effects(self, action: str) -> list[dict[str, Any]]:
        """What happened at the target for this action, by the target's own count."""
        acting = self.desk.story(action).action
        thing = f"{acting.target.id}.{acting.seen['account']}"
        return [effect for effect in self.target.effects() if effect["id"] == thing]

    def outcome(self, action: str) -> list[tuple[Any, ...]]:
        """The outcome and everything that the requester was told, to be compared."""
        return self.desk.sql(
            "SELECT to_jsonb(o), (SELECT array_agg(m.body ORDER BY m.id) FROM public.message m "
            "WHERE m.ticket = a.ticket) FROM kernel.outcome o JOIN kernel.action a "
            f"ON a.id = o.action WHERE a.id = '{action}'"
        )

    def stands(self, action: str) -> str:
        """Where the ticket of the action stands."""
        return str(self.desk.ticket(self.desk.story(action).action.ticket)["stands"])

    def why(self, action: str) -> str:
        """What staff are told about how it ended."""
        return str(self.desk.story(action).outcome["reason"])

    def said(self, action: str) -> str:
        """What the requester was told."""
        return self.desk.said(self.desk.story(action).action.ticket)


def ended(process: BaseProcess, seconds: float = 90) -> int | None:
    """Wait for an executor to end; its exit code."""
    process.join(seconds)
    assert process.exitcode is not None, "the executor hangs"
    return process.exitcode


@contextmanager
def scene(server: Server, folder: Path) -> Iterator[Scene]:
    """A desk and a target of their own."""
    desk = HeldDesk(server, folder)
    try:
        with running_target(folder / "effects") as target:
            yield Scene(desk, target, folder)
    finally:
        desk.close()
