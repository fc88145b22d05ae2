"""Waiting a little for what other processes make of a request, by looking at rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 8.0
"""Seconds that a request waits for its consequence before it says that it takes longer."""

_FIRST_STEP, _LONGEST_STEP = 0.02, 0.08


def until(look: Callable[[], T | None], *, seconds: float = PATIENCE) -> T | None:
    """The first thing that `look` finds, or None when the time is over.

    Another process has only just been woken, so there is nothing to find at once.
    """
    ends, step = time.monotonic() + seconds, _FIRST_STEP
    while True:
        time.sleep(step)
        found = look()
        if found is not None or time.monotonic() >= ends:
            return found
        step = min(step * 2, _LONGEST_STEP)
