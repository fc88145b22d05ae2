"""What each process does by the clock: again and again, whatever happens once."""

from __future__ import annotations

import threading

import pytest

from holdshort import jobs


@pytest.mark.parametrize("process", jobs.CLOCKS)
def test_every_clock_strikes_again(process: str) -> None:
    assert jobs.CLOCKS[process].keys() <= jobs.SECONDS_BETWEEN.keys()


def test_a_clock_that_failed_once_strikes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SECONDS_AFTER_FAILURE", 0.0)
    struck, stopped = list[int](), threading.Event()

    def strike() -> None:
        struck.append(len(struck))
        if len(struck) == 1:
            raise RuntimeError("the first time")
        if len(struck) == 3:
            stopped.set()

    jobs._tick("deadlines", strike, 0.0, stopped)
    assert len(struck) == 3
