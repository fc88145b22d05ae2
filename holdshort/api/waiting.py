"""Waiting a little for what other processes make of a request, by looking at rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 8.0
"""Seconds that a request waits for its consequence before it says that it takes longer."""

_FIRST_STEP, _LONGEST_STEP = 0.01, 0.08


def until(look: Callable[[], T | None], *, seconds: float = PATIENCE) -> T | None:
    """The first thing that `look` finds, or None when the time is over."""
    ends, step = time.monotonic() + seconds, _FIRST_STEP
    while True:
        found = look()
        if found is not None or time.monotonic() >= ends:
            return found
        time.sleep(step)
        step = min(step * 1.5, _LONGEST_STEP)
