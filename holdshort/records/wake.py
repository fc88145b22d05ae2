"""Waking the next stop of the road. A wake-up carries one row id and no authority."""

from __future__ import annotations

from datetime import datetime

from holdshort.records import db

QUEUES = {
    "propose": "agent",
    "stage": "desk",
    "authorize": "desk",
    "expire": "desk",
    "restage": "desk",
    "forget": "desk",
    "unread": "desk",
    "execute": "executor",
    "observe": "executor",
}
"""Which process works which stop."""


def wake(stop: str, row: object, *, at: datetime | None = None) -> None:
    """Wake a stop in this very transaction; a rollback takes the wake-up back."""
    db.run("wake", queue=QUEUES[stop], stop=stop, id=str(row), at=at)


def wake_once(stop: str, row: object) -> None:
    """The same for the sweep: while such a wake-up of the sweep still waits, there is no second."""
    db.run("wake_once", queue=QUEUES[stop], stop=stop, id=str(row), only=f"{stop}:{row}")
