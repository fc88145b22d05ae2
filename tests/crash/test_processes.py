"""The desk and the executor as they really run, killed at work: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort import flow
from tests.crash.processes import Processes, until
from tests.crash.scene import Scene


@pytest.fixture
def processes(on: Scene, tmp_path: Path) -> Iterator[Processes]:
    made = Processes(on, tmp_path / "log")
    yield made
    made.kill_all()


def wake(on: Scene, action: str, times: int = 1) -> None:
    """Jobs to execute an action, as the desk leaves them."""
    on.desk.sql(
        "INSERT INTO public.procrastinate_jobs (queue_name, task_name, args) "
        f"SELECT 'executor', 'execute', jsonb_build_object('id', '{action}') "
        f"FROM generate_series(1, {times})"
    )


def test_a_job_whose_executor_was_killed_is_done_by_the_next_one(
    on: Scene, processes: Processes
) -> None:
    action, effects = on.authorized(), len(on.target.effects())
    on.target.fault("slow_after", seconds=60)
    wake(on, action)
    first = processes.start("executor")
    on.target.wait_effects(effects + 1, seconds=60)
    processes.kill(first)
    assert on.state(action) == "executing"
    on.end_lease()
    processes.start("executor")  # No desk runs: nobody sweeps, the job itself must come back.
    until(lambda: on.state(action) == "executed", "the action was verified")
    assert len(on.effects(action)) == 1
    until(lambda: jobs(on) == 0, "the job was finished")


def test_doubled_jobs_and_two_executors_have_one_effect_each(
    on: Scene, processes: Processes
) -> None:
    actions = [on.authorized() for _ in range(3)]
    for action in actions:
        wake(on, action, times=20)
    processes.start("executor")
    processes.start("executor")
    until(lambda: jobs(on) == 0, "all jobs were finished")
    for action in actions:
        story = on.desk.story(action)
        assert (story.state, len(story.attempts)) == ("executed", 1)
        assert len(on.effects(action)) == 1


def test_lost_wake_ups_are_found_by_the_sweep(on: Scene, processes: Processes) -> None:
    action = on.authorized()  # The held desk threw the wake-up away.
    processes.start("desk")
    processes.start("executor")
    until(lambda: on.state(action) == "executed", "the action was verified")
    assert len(on.effects(action)) == 1


def test_an_executor_whose_connections_break_goes_on(on: Scene, processes: Processes) -> None:
    actions = [on.authorized() for _ in range(5)]
    processes.start("executor")
    for action in actions:
        wake(on, action)
        until(lambda: on.state(action) == "executed", "the action was verified")  # noqa: B023
        break_connections(on)
    assert [len(on.effects(action)) for action in actions] == [1] * len(actions)


def test_a_desk_whose_connections_break_goes_on(on: Scene, processes: Processes) -> None:
    processes.start("desk")
    for _ in range(3):
        number = pour_in(on)
        until(lambda: staged(on, [number]) == 1, "the ticket was staged")  # noqa: B023
        until(lambda: unlogged(on) == 0, "every event is in the log")
        break_connections(on)


TICKETS = 12


def test_a_desk_that_is_killed_again_and_again_loses_and_doubles_nothing(
    on: Scene, processes: Processes
) -> None:
    chance = random.Random(5)
    desk = processes.start("desk")
    numbers = []
    for _ in range(TICKETS):
        numbers.append(pour_in(on))
        if chance.random() < 0.4:
            time.sleep(chance.uniform(0.0, 0.4))
            processes.kill(desk)
            desk = processes.start("desk")
    until(lambda: staged(on, numbers) == TICKETS, "every ticket was staged")
    for number in numbers:
        assert len(on.desk.actions(number)) == 1
    assert (
        on.desk.sql(
            "SELECT count(*) FROM kernel.proposal p JOIN kernel.action a ON a.proposal "
            "= p.id GROUP BY p.id HAVING count(*) > 1"
        )
        == []
    )
    until(lambda: unlogged(on) == 0, "every event is in the log")
    [(last, count)] = on.desk.sql("SELECT max(position), count(*) FROM kernel.log")
    assert last == count - 1
    on.desk.sql("DELETE FROM procrastinate_jobs WHERE status = 'failed'")


def pour_in(on: Scene) -> int:
    """A ticket with its proposal; the desk process does the rest."""
    group, person = on.next_request()
    who = on.desk.sender(person)
    with on.desk.role("web"):
        number = flow.receive("", f"please add me to {group}", sender=who)
    on.desk.agent.will("idp.add_to_group", person=person, group=group)
    with on.desk.role("agent"):
        flow.propose(number, agent=on.desk.agent, person="agent")
    return number


def break_connections(on: Scene) -> None:
    """The database ends every connection of the processes, as a restart does."""
    on.desk.sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def jobs(on: Scene) -> int:
    return int(on.desk.sql("SELECT count(*) FROM procrastinate_jobs")[0][0])


def staged(on: Scene, numbers: list[int]) -> int:
    listed = ",".join(map(str, numbers))
    found = on.desk.sql(
        f"SELECT count(*) FROM kernel.review r JOIN kernel.action a ON a.id = r.action "
        f"WHERE a.ticket IN ({listed})"
    )
    return int(found[0][0])


def unlogged(on: Scene) -> int:
    found = on.desk.sql(
        "SELECT count(*) FROM kernel.event e "
        "WHERE NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id)"
    )
    return int(found[0][0])
