"""A worker that fails begins again; one that could not begin at all says so and ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdshort import jobs


class App:
    """An app of the job queue whose workers do what the test says, one after the other."""

    def __init__(self, *works: Callable[[], Any]) -> None:
        self.works = list(works)
        self.connector = self

    def get_worker_connector(self) -> None:
        return None

    def with_connector(self, connector: None) -> App:
        return self

    @asynccontextmanager
    async def open_async(self) -> AsyncIterator[None]:
        if not self.works:
            raise OSError("the database is away")
        yield

    async def run_worker_async(self, **asked: Any) -> None:
        await self.works.pop(0)()


async def fails() -> None:
    raise OSError("the database is away")


async def stops_by_itself() -> None:
    """What the worker does when it loses a connection that it listens on."""


async def is_told_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(60)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*asked: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(jobs, "SECONDS_AFTER_FAILURE", 0.01)
    monkeypatch.setattr(jobs, "_retry_stalled", never)


def work(monkeypatch: pytest.MonkeyPatch, *works: Callable[[], Any]) -> App:
    app = App(*works)
    monkeypatch.setattr(jobs, "app", app)
    asyncio.run(jobs._work("desk"))
    return app


def test_a_worker_that_lost_its_database_begins_again_until_a_signal_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = work(monkeypatch, fails, stops_by_itself, fails, is_told_to_end, fails)
    assert app.works == [fails]


def test_a_worker_without_a_database_at_the_start_ends_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(OSError, match="the database is away"):
        work(monkeypatch)


def test_a_signal_ends_a_worker_that_waits_for_its_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "SECONDS_AFTER_FAILURE", 60)

    async def fails_while_a_signal_comes() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        raise OSError("the database is away")

    assert work(monkeypatch, fails_while_a_signal_comes).works == []
