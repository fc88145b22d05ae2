"""The rows of switches: what is stopped, since when and by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from holdshort.core.terms import Sender
from holdshort.records import db


@dataclass(frozen=True, slots=True)
class Switch:
    """How one scope stands: who switched it last, when and why."""

    scope: str
    is_on: bool
    person: str
    name: str
    reason: str
    set_at: datetime


def off() -> list[Switch]:
    """Everything that is stopped now; `everything` first, then the longest."""
    return [_off(row) for row in db.rows("switches_off")]


def asked(scopes: Iterable[str]) -> db.Asked:
    """The statement that tells which of these scopes are off, to be asked with others."""
    return "stopped_by", {"scopes": list(scopes)}


def told(rows: Iterable[db.Row]) -> list[Switch]:
    """What that statement answered."""
    return [_off(row) for row in rows]


def latest() -> list[Switch]:
    """Every scope that was ever switched, as it stands."""
    return [Switch(**row) for row in db.rows("latest_switches")]


def history() -> list[Switch]:
    """Who switched what, the latest first."""
    return [Switch(**row) for row in db.rows("switch_history")]


def waiting() -> int:
    """How many approved or permitted actions wait for a switch."""
    return int(db.value("held_by_switches"))


def add(scope: str, is_on: bool, reason: str, *, sender: Sender) -> None:
    """Somebody switches a scope. The database refuses who may not."""
    db.run(
        "add_switch",
        scope=scope,
        is_on=is_on,
        person=sender.person.id,
        account=sender.account,
        channel=sender.channel,
        reason=reason,
    )


def _off(row: db.Row) -> Switch:
    return Switch(is_on=False, **row)
