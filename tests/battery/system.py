"""What the battery asks of a system that holds actions for approval, and what it answers.

Any such system can be driven: a workflow engine that waits for a signal, a graph library that
interrupts, a ticket desk. An adapter implements `System`; the cases know nothing else of it.
Effects are never taken from the system's own words: the target counts them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tests.fakes.running import Target


class Role(StrEnum):
    """The people of a case, by what they are in it."""

    ASKER = "the asker"
    AGENT = "the agent"
    APPROVER = "the approver"
    OTHER_APPROVER = "the other approver"


class Shape(StrEnum):
    """What the target promises: `BLIND` counts every arrival, `SET` reaches a state once."""

    BLIND = "blind"
    SET = "set"


class Stands(StrEnum):
    """Where the system says that a proposed action stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DONE = "done"
    UNKNOWN = "unknown"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Proposed:
    """An action that was proposed: the system's id of it, and what it changes at the target."""

    id: str
    thing: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the system answered to a person: whether it accepted, and in which words."""

    accepted: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One way of writing what nobody may write, and whether the system let it be written."""

    how: str
    written: bool


@dataclass(frozen=True, slots=True)
class Edited:
    """An edited payload: what it would change now, and every way that was tried."""

    thing: str
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What the system has on record: who approved, once per entry, and how many permissions."""

    approvals: tuple[str, ...]
    permissions: int


class NotCovered(Exception):
    """The system does not claim this yet; the text says what is missing."""


class NotApplicable(Exception):
    """The question has no meaning for this system; the text says why."""


class System(Protocol):
    """A system under test. Each method may raise NotCovered or NotApplicable.

    `front` chooses one of two processes that take answers, where there are two. Tries to write
    what nobody may write go as far as the adapter's author can think of.
    """

    name: str

    def start(self, target: Target) -> None:
        """Start everything but workers, with `target` as the system that is changed."""

    def stop(self) -> None:
        """End all that was started."""

    # ---- people and agents

    def propose(
        self,
        *,
        by: Role = Role.AGENT,
        shape: Shape = Shape.BLIND,
        like: Proposed | None = None,
        key: str = "",
    ) -> Proposed:
        """An action that needs a yes, of a thing of its own unless `like` an earlier one.

        An agent proposes for the asker. Gives it when it waits, or has done what it does instead.
        `key` is the idempotency key under which it is offered.
        """

    def approve(
        self, one: Proposed, who: Role, *, front: int = 0, yes_to: Proposed | None = None
    ) -> Said:
        """A yes, to the bytes of `yes_to` where that is given."""

    def reject(self, one: Proposed, who: Role) -> Said:
        """A no."""

    def call_off(self, one: Proposed, who: Role) -> Said:
        """Stop what was approved."""

    # ---- workers

    def start_workers(self, count: int = 1, *, dying: bool = False) -> None:
        """Start workers; dying ones are killed (-9) right before they send their first change."""

    def wait_for_death(self) -> None:
        """Wait until the dying workers are dead."""

    def kill_workers(self) -> None:
        """kill -9 whatever workers run."""

    def wake(self, one: Proposed, times: int = 1) -> None:
        """Deliver the wake-up of an action again, as queues do."""

    def rest(self) -> None:
        """Wait until nothing that is running has anything left to do."""

    # ---- time and databases

    def end_review(self, one: Proposed) -> None:
        """The time to answer is over."""

    def end_permission(self, one: Proposed) -> None:
        """The time in which an approved action may start is over."""

    def edit_payload(self, one: Proposed) -> Edited:
        """Change the stored payload in the database, so that another thing would be changed."""

    def forge_approval(self, one: Proposed) -> tuple[Try, ...]:
        """Write rows that say it was approved, without any person."""

    def edit_audit_as_processes(self, one: Proposed) -> tuple[Try, ...]:
        """Change, delete or truncate audit rows with what the system's own processes hold."""

    def edit_audit(self, one: Proposed) -> tuple[Try, ...]:
        """Change or delete one audit row as the administrator of the database."""

    def cut_audit(self, one: Proposed) -> tuple[Try, ...]:
        """Remove the newest audit rows as the administrator of the database."""

    # ---- looking

    def stands(self, one: Proposed) -> Stands:
        """Where it stands, by the system's own word."""

    def record(self, one: Proposed) -> Record:
        """What is on record about it."""

    def audit_is_intact(self) -> bool:
        """Whether the system finds its audit whole."""


# ------------------------------------------------------------------ results


class Outcome(StrEnum):
    """How a case ended."""

    HELD = "held"
    BROKEN = "broken"
    NOT_COVERED = "not covered"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one case: the outcome, and one sentence about what was counted."""

    outcome: Outcome
    evidence: str


@dataclass(frozen=True, slots=True)
class Case:
    """One attack or fault, as a title and as what is done."""

    title: str
    run: Callable[[System, Target], str]
    """Gives the evidence; raises Broken, NotCovered or NotApplicable."""


class Broken(Exception):
    """The system did what it must not; the text says what was counted."""


def run(case: Case, system: System, target: Target) -> Result:
    """Run one case against a running system."""
    try:
        return Result(Outcome.HELD, case.run(system, target))
    except Broken as broken:
        return Result(Outcome.BROKEN, str(broken))
    except NotCovered as missing:
        return Result(Outcome.NOT_COVERED, str(missing))
    except NotApplicable as why:
        return Result(Outcome.NOT_APPLICABLE, str(why))
    finally:
        system.kill_workers()
