"""Jobs of a dead worker come back, each on its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from holdshort import jobs


@dataclass
class Job:
    id: int


@dataclass
class Manager:
    """A job manager that cannot put back job 1, and perhaps cannot even be asked."""

    away: bool = False
    retried: list[int] = field(default_factory=list)

    async def get_stalled_jobs(self, **asked: Any) -> list[Job]:
        if self.away:
            raise OSError("the database is away")
        return [Job(1), Job(2)]

    async def retry_job(self, job: Job) -> None:
        if job.id == 1:
            raise ValueError("another job holds its place")
        self.retried.append(job.id)


def test_a_job_that_cannot_be_put_back_does_not_hold_up_the_others() -> None:
    manager: Any = Manager()
    asyncio.run(jobs.put_back(manager, "desk"))
    assert manager.retried == [2]


def test_a_database_that_is_away_is_asked_again_later() -> None:
    manager: Any = Manager(away=True)
    asyncio.run(jobs.put_back(manager, "desk"))
    assert manager.retried == []
