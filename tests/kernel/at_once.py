"""Real concurrency: threads with connections of their own, each as a login role."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections

from holdshort.core.terms import Action
from holdshort.machine.database_url import parse_database_url
from holdshort.ports import Drifted, Receipt, Shape
from tests.desk import Desk

Done = tuple[Any, Exception | None]
"""What a call gave, or what it raised."""


@contextmanager
def own_connection(desk: Desk, role: str) -> Iterator[None]:
    """This thread's connection, as the role; other threads keep theirs."""
    mine = connections["default"]
    mine.close()
    mine.settings_dict = {**mine.settings_dict, **parse_database_url(desk.url(role))}
    mine.ensure_connection()
    try:
        yield
    finally:
        mine.close()


def together(desk: Desk, calls: Sequence[tuple[str, Callable[[], Any]]]) -> list[Done]:
    """Run every call in its own thread as its role, all from the same moment."""
    return rounds(desk, [(role, [call]) for role, call in calls])[0]


def rounds(
    desk: Desk, sides: Sequence[tuple[str, Sequence[Callable[[], Any]]]]
) -> list[list[Done]]:
    """Like `together`, many times over: call n of every side starts at the same moment."""
    start = threading.Barrier(len(sides), timeout=60)
    done: list[list[Done]] = [[] for _ in sides]

    def work(side: int, role: str, calls: Sequence[Callable[[], Any]]) -> None:
        with own_connection(desk, role):
            for call in calls:
                start.wait()
                done[side].append(_outcome(call))

    threads = [
        threading.Thread(target=work, args=(side, role, calls))
        for side, (role, calls) in enumerate(sides)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return [list(one) for one in zip(*done, strict=True)]


def _outcome(call: Callable[[], Any]) -> Done:
    try:
        return call(), None
    except Exception as error:
        return None, error


class Counting:
    """A connected app in memory that counts its effects, for races where HTTP would be slow."""

    name = "directory"

    def __init__(self, shape: Shape = Shape.SET) -> None:
        self._shape = shape
        self._lock = threading.Lock()
        self._keys: set[str] = set()
        self.effects: list[str] = []

    def shape(self, action_type: str) -> Shape:
        return self._shape

    def observe(self, action: Action) -> Mapping[str, Any]:
        with self._lock:
            return self._state(action)

    def _state(self, action: Action) -> dict[str, Any]:
        if self._shape is Shape.BLIND:
            return dict(action.seen)
        return {**action.seen, "member": action.id in self.effects}

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        with self._lock:
            if self._shape is Shape.SET and self._state(action) != dict(seen):
                raise Drifted("Changed meanwhile.")
            if self._shape is not Shape.KEYED or key not in self._keys:
                self.effects.append(action.id)
            self._keys.add(key)
        return Receipt({})

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        return None if self._shape is Shape.BLIND else bool(now.get("member"))
