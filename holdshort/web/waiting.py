"""Waiting a moment for the desk, which works in processes of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 8.0
STEP = 0.03


def until(done: Callable[[], object]) -> bool:
    """Look again every 30 ms, for at most 8 s; whether it came about in that time."""
    ends = time.monotonic() + SECONDS
    while not done():
        if time.monotonic() >= ends:
            return False
        time.sleep(STEP)
    return True
