"""What the connectors to directories have in common, whatever protocol they speak."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from holdshort.core.matching import Expected
from holdshort.core.terms import Action
from holdshort.ports import Drifted, RefusedByTarget, Shape, Unreachable

ATTEMPTS = 5
"""How often a write is tried against an entry that keeps changing in ways that do not matter."""

THE_DIRECTORY = "The directory"
RESET, UNLOCK, CREATE = "idp.reset_password", "idp.unlock", "idp.create_account"
MOVE = "idp.move_account"
ACTIVE = {"idp.suspend": False, "idp.resume": True}
MEMBER = {
    "idp.add_to_group": True,
    "idp.remove_from_group": False,
}
"""Whether the person is a member afterwards."""

EVERY_DIRECTORY = frozenset({RESET, UNLOCK, CREATE, *ACTIVE, *MEMBER})
"""The action types that each kind of directory carries out."""


class Overtaken(RefusedByTarget):
    """The entry changed between reading and writing; nothing was applied."""


class Gone(RefusedByTarget):
    """There is no such entry."""


class Deadline:
    """A point in time, `seconds` from now, that every request of one operation shares.

    `who` is whoever is waited for, as people call it.
    """

    def __init__(self, seconds: float, who: str = THE_DIRECTORY) -> None:
        self._at = time.monotonic() + seconds
        self._seconds = seconds
        self._who = who

    def left(self) -> float:
        """Seconds left. Raises Unreachable when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise Unreachable(f"{self._who} did not answer in time.")
        return left

    @property
    def is_half_over(self) -> bool:
        """Whether less than half of the time is left."""
        return self._at - time.monotonic() < self._seconds / 2

    def half(self) -> Deadline:
        """Half of what is left, so that something can still be asked afterwards."""
        return Deadline(self.left() / 2, self._who)


def shape(action_type: str) -> Shape:
    """Every change is a state to reach that can be read back, but for a password.

    That one is derived from the sending's key, so that sending it again sets the same one.
    """
    return Shape.KEYED if action_type == RESET else Shape.SET


def applied(action: Action, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool | None:
    """Whether `now` shows the change; for a password, whether its entry has a new version."""
    kind = action.type
    if kind in MEMBER:
        return now.get("member") is MEMBER[kind]
    if kind in ACTIVE:
        return now.get("active") is ACTIVE[kind]
    if kind == UNLOCK:
        return now.get("locked") is False
    if kind == MOVE:
        return bool(now.get("unit") == action.seen["_to"])
    if kind == CREATE:
        asked = ("user_name", "display_name", "email")
        return now.get("exists") is True and all(now[k] == action.seen[k] for k in asked)
    old, new = before.get("_version"), now.get("_version")
    return old != new if old and new else None


def expected(action: Action) -> Expected | None:
    """What an entry shows once the change is made, whoever made it."""
    kind = action.type
    if kind in MEMBER:
        return Expected({"member": MEMBER[kind]})
    if kind in ACTIVE:
        return Expected({"active": ACTIVE[kind]})
    if kind == UNLOCK:
        return Expected({"locked": False})
    if kind == MOVE:
        return Expected({"unit": action.seen["_to"]})
    if kind == CREATE:
        asked = {name: action.seen[name] for name in ("user_name", "display_name", "email")}
        return Expected({"exists": True, **asked}, frozenset({"account"}))
    return Expected({}, frozenset({"_version"})) if kind == RESET else None


def refuse_drift(seen: Mapping[str, Any], now: Mapping[str, Any], who: str = THE_DIRECTORY) -> None:
    """Raise Drifted, naming what differs, unless the relevant state is still `seen`."""
    changed = sorted(k for k in seen if not k.startswith("_") and now.get(k) != _plain(seen[k]))
    if changed:
        raise Drifted(f"{who} changed since this was seen: {', '.join(changed)}.")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def never_stood_still(who: str = THE_DIRECTORY) -> RefusedByTarget:
    """What is said when every attempt at a write was overtaken."""
    return RefusedByTarget(f"{who}'s entry kept changing; nothing was applied. Try again.")
