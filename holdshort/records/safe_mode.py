"""Safe mode: an older state of the desk came back, and nobody has reconciled it yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdshort.core.terms import Sender
from holdshort.records import actions, db
from holdshort.records.actions import Story


@dataclass(frozen=True, slots=True)
class Halt:
    """Why nothing runs: which older state came back, and when that was noticed.

    `reason` is `backup`, with the fingerprint and time of the backup, or `log`: somebody had
    `seen` the log go further than `position`, where it ends now.
    """

    id: int
    reason: str
    backup: str
    kept_at: datetime | None
    position: int
    seen: int | None
    noticed_at: datetime

    @property
    def why(self) -> str:
        """What happened, in a sentence."""
        if self.kept_at is not None:
            return f"this desk was restored from a backup of {self.kept_at:%d %B %Y, %H:%M} UTC."
        return (
            f"this database is an older one: its log ends at {self.position}, and was seen at "
            f"{self.seen} before."
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """One change that may have been carried out since, and what its target showed last.

    `shown` says whether the target shows the change; None where it cannot tell, or where nobody
    has looked yet (`seen_at` is None).
    """

    story: Story
    shown: bool | None
    now: Any
    problem: str
    seen_at: datetime | None


def halt() -> Halt | None:
    """The older state that is not reconciled, or None while all is well."""
    found = db.row("safe_mode")
    return Halt(**found) if found else None


def doubts() -> list[Doubt]:
    """Everything a person still has to settle, oldest first."""
    found = []
    for row in db.rows("in_doubt"):
        story = actions.story(str(row["action"]))
        assert story is not None
        found.append(Doubt(story, row["shown"], row["now"], row["problem"] or "", row["seen_at"]))
    return found


def past() -> list[db.Row]:
    """Who let the desk run again after which older state, the latest first."""
    return db.rows("reconciliations")


def add_settlement(action: str, halt: Halt, result: str, note: str, *, sender: Sender) -> None:
    """What a person says became of one change."""
    db.run(
        "add_settlement",
        action=action,
        restoration=halt.id,
        person=sender.person.id,
        account=sender.account,
        result=result,
        note=note,
    )


def add_reconciliation(note: str, *, sender: Sender) -> None:
    """A person answers for going on; ends safe mode."""
    db.run(
        "add_reconciliation",
        person=sender.person.id,
        account=sender.account,
        channel=sender.channel,
        note=note,
    )


def log_end() -> tuple[int, datetime | None]:
    """Where the log ends, and when that position was given; -1 while it is empty."""
    found = db.row("log_end")
    return (found["position"], found["sequenced_at"]) if found else (-1, None)
