"""Two at once: whoever comes second finds the turn taken."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.core.terms import Sender
from holdshort.ports import Shape
from holdshort.stops.deciding import Answer
from tests.desk import Desk
from tests.kernel import scenes, waking
from tests.kernel.at_once import Counting, Done, rounds, together
from tests.kernel.rows import Kernel

ROOT = Path(__file__).resolve().parents[2]
SHAPES = [Shape.SET, Shape.KEYED, Shape.BLIND]


@pytest.fixture
def rows(desk: Desk) -> Iterator[Kernel]:
    one = Kernel(desk)
    yield one
    one.close()


def permitted(rows: Kernel, count: int) -> list[str]:
    """So many actions that a program may start now, written row by row."""
    made = [rows.approved() for _ in range(count)]
    rows.logged(made[0])
    waking.woken(rows.desk)
    return [one.id for one in made]


def execute(target: Counting, action: str) -> None:
    flow.execute(action, connectors={"directory": target}, worker="w", seal=str.encode)


def stop(action: str, sender: Sender) -> None:
    flow.stop(action, "wrong", sender=sender)


def raised(done: list[Done]) -> list[str]:
    return [getattr(error, "code", type(error).__name__) for _, error in done if error]


def fates(desk: Desk) -> dict[str, str]:
    return {str(a): str(k) for a, k in desk.sql("SELECT action, kind FROM kernel.fate")}


# ------------------------------------------------------------------ stop against run


def test_o12_stop_and_run_at_once_200_times_have_one_winner_each(desk: Desk, rows: Kernel) -> None:
    target, sender = Counting(), desk.sender("ines")
    actions = permitted(rows, 200)
    both = rounds(
        desk,
        [
            ("web", [partial(stop, action, sender) for action in actions]),
            ("executor", [partial(execute, target, action) for action in actions]),
        ],
    )
    found = fates(desk)
    assert sorted(found) == sorted(actions)
    for action, done in zip(actions, both, strict=True):
        effects = target.effects.count(action)
        if found[action] == "revoked":
            assert effects == 0 and not raised(done)
        else:
            assert (found[action], effects, raised(done)) == ("claimed", 1, ["too_late"])
    won = Counter(found.values())
    assert set(won) == {"revoked", "claimed"}, f"the race never went both ways: {won}"


def test_o12_stop_and_expiry_at_once_are_one_end(desk: Desk, rows: Kernel) -> None:
    sender, actions = desk.sender("ines"), permitted(rows, 20)
    for action in actions:
        waking.end_permission(desk, action)
    rounds(
        desk,
        [
            ("web", [partial(stop, action, sender) for action in actions]),
            ("desk", [partial(flow.expire, action) for action in actions]),
            ("executor", [partial(execute, Counting(), action) for action in actions]),
        ],
    )
    assert set(fates(desk).values()) <= {"revoked", "expired"}
    assert len(fates(desk)) == 20


@pytest.mark.parametrize("shape", SHAPES)
def test_o11_two_executors_and_doubled_wake_ups_are_one_effect(
    desk: Desk, rows: Kernel, shape: Shape
) -> None:
    target, actions = Counting(shape), permitted(rows, 20)
    twice = [partial(execute, target, action) for action in actions for _ in range(2)]
    both = rounds(desk, [("executor", twice), ("executor", twice), ("executor", twice)])
    assert not [trouble for done in both for trouble in raised(done)]
    assert sorted(target.effects) == sorted(actions)
    assert desk.sql("SELECT count(*) FROM kernel.outcome") == [(20,)]


@pytest.mark.parametrize("shape", SHAPES)
def test_o11_two_who_take_over_a_dead_execution_are_one_effect(
    desk: Desk, rows: Kernel, shape: Shape
) -> None:
    from holdshort.stops import execution

    target, action = Counting(shape), permitted(rows, 1)[0]
    with desk.role("executor"):
        execution.claim(action, worker="dead")
    desk.sql("UPDATE kernel.attempt SET lease_until = clock_timestamp()")
    together(desk, [("executor", partial(execute, target, action))] * 4)
    story = desk.story(action)
    assert (len(story.attempts), len(target.effects)) == (2, 0 if shape is Shape.BLIND else 1)


# ------------------------------------------------------------------ answers


def answer(desk: Desk, action: str, verdict: str, **more: Any) -> tuple[int, Answer]:
    story = desk.story(action)
    return story.review["number"], Answer(verdict, story.digest, "0" * 64, **more)


def answering(desk: Desk, action: str, person: str, verdict: str, **more: Any) -> Callable[[], str]:
    review, said = answer(desk, action, verdict, **more)
    return partial(flow.decide, review, said, sender=desk.sender(person))


def test_twenty_approvals_at_once_are_one_permission(desk: Desk) -> None:
    action, target = scenes.grave(desk), Counting()
    desk.connectors["directory"] = target
    calls = [answering(desk, action, person, "approve") for person in ("sven", "nadia")] * 10
    done = together(desk, [("web", call) for call in calls])
    assert Counter(raised(done)) == {"already_decided": 19}
    desk.run()
    assert desk.sql("SELECT count(*) FROM kernel.decision") == [(1,)]
    assert desk.sql('SELECT count(*) FROM kernel."authorization"') == [(1,)]
    assert len(target.effects) == 1


def test_authorize_woken_by_many_at_once_is_one_permission(desk: Desk) -> None:
    action = scenes.grave(desk)
    scenes.say_yes(desk, action, "sven")
    done = together(desk, [("desk", partial(flow.authorize, action))] * 6)
    assert not raised(done)
    assert desk.sql('SELECT count(*) FROM kernel."authorization"') == [(1,)]


@pytest.mark.parametrize("turn", range(5))
def test_yes_and_no_at_once_are_one_consistent_end(desk: Desk, turn: int) -> None:
    action, target = scenes.grave(desk), Counting()
    desk.connectors["directory"] = target
    done = together(
        desk,
        [
            ("web", answering(desk, action, "sven", "approve")),
            ("web", answering(desk, action, "nadia", "reject", reason_code="too_risky")),
        ],
    )
    assert raised(done) == ["already_decided"]
    desk.run()
    verdict = desk.story(action).decisions[0]["verdict"]
    ends = {"approve": ("executed", 1), "reject": ("rejected", 0)}
    assert (scenes.state_of(desk, action), len(target.effects)) == ends[verdict]


def test_two_changes_at_once_are_one_second_version(desk: Desk) -> None:
    action = scenes.grave(desk)
    groups = {"sven": "crm-admins", "nadia": "aws-readers"}
    calls = [
        answering(desk, action, who, "change", reason_code="too_much", changes={"group": group})
        for who, group in groups.items()
    ]
    assert raised(together(desk, [("web", call) for call in calls])) == ["already_decided"]
    together(desk, [("desk", partial(flow.authorize, action))] * 4)
    found = desk.actions(desk.story(action).action.ticket)
    assert [one.action.version for one in found] == [1, 2]
    assert found[1].action.params["group"] == groups[found[0].decisions[0]["person"]]


def test_a_yes_and_the_end_of_its_time_never_both_count(desk: Desk) -> None:
    action, target = scenes.grave(desk), Counting()
    desk.connectors["directory"] = target
    desk.sql(
        "UPDATE kernel.review SET expires_at = clock_timestamp() + interval '300 milliseconds'"
    )
    call = answering(desk, action, "sven", "approve")

    def wait_and_end() -> None:
        for _ in range(200):
            flow.expire(action)

    together(desk, [("web", call), ("desk", wait_and_end)])
    desk.run()
    waking.run_by_sweep_alone(desk)
    story = desk.story(action)
    assert story.state in ("executed", "expired")
    assert (story.state == "executed") == (len(target.effects) == 1)


# ------------------------------------------------------------------ staging and the log


def test_a_proposal_staged_by_many_at_once_becomes_one_action(desk: Desk) -> None:
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    sender = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "please", sender=sender)
    propose = partial(flow.propose, number, agent=desk.agent, person="agent")
    assert not raised(together(desk, [("agent", propose)] * 5))
    proposals = desk.sql("SELECT id FROM kernel.proposal")
    assert len(proposals) == 1
    stage = partial(flow.stage, str(proposals[0][0]))
    assert not raised(together(desk, [("desk", stage)] * 5))
    assert len(desk.actions(number)) == 1


SEQUENCER = """
import sys, django
django.setup()
from holdshort import flow
print(sum(flow.sequence(window=flow.LATE if n % 2 else flow.IN_FLIGHT) for n in range(60)))
"""


def test_two_sequencers_leave_no_gap_and_no_double(desk: Desk, rows: Kernel) -> None:
    made = rows.staged()
    processes = [_sequencer(desk) for _ in range(2)]
    for _ in range(300):
        rows.event(made, name="action.staged")
    given = [int(process.communicate(timeout=60)[0]) for process in processes]
    with desk.role("desk"):
        flow.sequence(window=flow.OVERTAKEN)
    positions = [position for (position,) in desk.sql("SELECT position FROM kernel.log ORDER BY 1")]
    assert positions == list(range(len(positions)))
    assert desk.sql("SELECT count(*) FROM kernel.event") == [(len(positions),)]
    assert sum(given) > 0


def _sequencer(desk: Desk) -> subprocess.Popen[str]:
    import os

    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "holdshort.settings",
        "HOLDSHORT_ROLE": "desk",
        "HOLDSHORT_DESK_DATABASE_URL": desk.url("desk"),
    }
    return subprocess.Popen(
        [sys.executable, "-c", SEQUENCER],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_an_event_that_commits_late_still_gets_its_place(desk: Desk, rows: Kernel) -> None:
    import psycopg

    made = rows.staged()
    with psycopg.connect(desk.url("desk")) as slow:
        slow.execute(
            "INSERT INTO kernel.event (name, actor, detail) VALUES ('action.staged', 'agent', '{}')"
        )
        for _ in range(5):
            rows.event(made, name="action.staged")
        with desk.role("desk"):
            assert flow.sequence() >= 5
        slow.commit()
    with desk.role("desk"):
        assert flow.sequence() == 1
    assert desk.sql("SELECT max(position) + 1 = count(*) FROM kernel.log") == [(True,)]
