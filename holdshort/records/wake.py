"""Waking the next stop of the road. A wake-up carries one row id and no authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdshort.records import db

QUEUES = {
    "propose": "agent",
    "stage": "desk",
    "authorize": "desk",
    "expire": "desk",
    "reroute": "desk",
    "remind": "desk",
    "restage": "desk",
    "lapse": "desk",
    "release": "desk",
    "forget": "desk",
    "unread": "desk",
    "execute": "executor",
    "observe": "executor",
    "preview": "executor",
}
"""Which process works which stop."""


def wake(stop: str, row: object, *, at: datetime | None = None) -> None:
    """Wake a stop in this very transaction; a rollback takes the wake-up back."""
    db.write("wake", queue=QUEUES[stop], stop=stop, id=str(row), at=at)


def wake_once(stop: str, row: object) -> None:
    """The same for the sweep: while such a wake-up of the sweep still waits, there is no second."""
    db.write("wake_once", queue=QUEUES[stop], stop=stop, id=str(row), only=f"{stop}:{row}")


# ------------------------------------------------------------------ working them off


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A wake-up that a worker has taken; `job` is its number."""

    job: int
    stop: str
    row: str


def next_of(queue: str, worker: int, *, done: int | None) -> WakeUp | None:
    """Forget the wake-up that is done and take the one that has waited longest.

    Both need not reach the disk at once: what is forgotten too late is found not to be due.
    """
    found = db.row("next_wake_up", queue=queue, worker=worker, done=done)
    return WakeUp(found["id"], found["stop"], found["row"]) if found else None


def forget(job: int, worker: int) -> None:
    """Forget a wake-up that is done."""
    db.run("forget_wake_up", job=job, worker=worker)


def failed(job: int) -> None:
    """Keep a wake-up whose stop failed, for people to look at; the sweep wakes it again."""
    db.run("wake_up_failed", job=job)
