"""The database connection is cut at every statement of a transaction: it is void as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from psycopg.pq import TransactionStatus

from holdshort import flow
from holdshort.records.crossing import Answer, Session
from holdshort.stops import deciding, execution
from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking
from tests.kernel.conftest import target

__all__ = ["target"]


class Knife:
    """Ends the connection right before its n-th statement; begin and commit count as statements."""

    def __init__(self, desk: Desk, at: int) -> None:
        self.desk = desk
        self.left = at
        self.has_cut = False

    def one_by_one(self, cross: Callable[..., list[Answer]]) -> Callable[..., list[Answer]]:
        """Crossing to the server, as the server sees it: one statement after the other."""

        def crossing(session: Session, asked: Sequence[Any]) -> list[Answer]:
            answers = []
            for statement in asked:
                self.pass_by(session.raw)
                answers += cross(session, [statement])
            return answers

        return crossing

    def before_it(self, commit: Callable[[], None]) -> Callable[[], None]:
        """A commit that has nothing to go with is left to Django, which also asks for it twice."""

        def committing() -> None:
            if connection.connection.info.transaction_status != TransactionStatus.IDLE:
                self.pass_by(connection.connection)
            commit()

        return committing

    def pass_by(self, raw: Any) -> None:
        self.left -= 1
        if self.left == 0:
            self.has_cut = True
            self.desk.sql(f"SELECT pg_terminate_backend({raw.info.backend_pid}, 5000)")


def cut(desk: Desk, role: str, at: int, work: Callable[[], object]) -> bool:
    """Do the work with a cut before statement `at`; whether there was one."""
    knife = Knife(desk, at)
    with desk.role(role), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "cross", knife.one_by_one(Session.cross))
        patch.setattr(connection, "commit", knife.before_it(connection.commit))
        try:
            work()
        except (OperationalError, InterfaceError):
            assert knife.has_cut
    return knife.has_cut


def everything(desk: Desk) -> tuple[Any, ...]:
    """Every row that could tell of it, with the events and the wake-ups."""
    others = desk.sql(
        "SELECT (SELECT count(*) FROM kernel.event), (SELECT count(*) FROM kernel.log), "
        "(SELECT count(*) FROM procrastinate_jobs), (SELECT max(read_at) FROM mirror_read)"
    )
    return waking.state(desk), others


def cut_everywhere(desk: Desk, role: str, work: Callable[[], object]) -> int:
    """Cut at one statement after the other until it gets through; how often it was cut."""
    before, at = everything(desk), 1
    while cut(desk, role, at, work):
        assert everything(desk) == before, f"half of it was written, cut at statement {at}"
        at += 1
    assert everything(desk) != before
    return at - 1


def test_a_decision_is_made_as_a_whole_or_not_at_all(desk: Desk) -> None:
    action = scenes.grave(desk)
    story, who = desk.story(action), desk.sender("sven")
    answer = deciding.Answer("approve", story.digest, "0" * 64, comment="Fine.")
    number = story.review["number"]
    assert cut_everywhere(desk, "web", lambda: flow.decide(number, answer, sender=who)) > 8
    assert [one["person"] for one in desk.story(action).decisions] == ["sven"]


def test_a_permission_is_given_as_a_whole_or_not_at_all(desk: Desk) -> None:
    action = scenes.grave(desk)
    scenes.say_yes(desk, action, "sven")
    waking.woken(desk)
    assert cut_everywhere(desk, "desk", lambda: flow.authorize(action)) >= 4
    assert scenes.state_of(desk, action) == "authorized"


def test_the_log_grows_as_a_whole_or_not_at_all(desk: Desk) -> None:
    action = scenes.grave(desk)
    scenes.say_yes(desk, action, "sven")
    desk.stop("desk", "authorize", action)
    waking.woken(desk)
    assert cut_everywhere(desk, "desk", flow.sequence) >= 3
    assert [stop for _, stop, _ in waking.woken(desk)] == ["execute"]


def test_a_claim_is_made_as_a_whole_or_not_at_all(desk: Desk, target: Target) -> None:
    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    claimed = lambda: execution.claim(action, worker="w")  # noqa: E731
    assert cut_everywhere(desk, "executor", claimed) >= 7
    story = desk.story(action)
    assert (story.state, len(story.attempts), target.sent()) == ("executing", 1, 0)


@pytest.mark.parametrize("drift", [False, True])
def test_an_outcome_is_written_as_a_whole_or_not_at_all(
    desk: Desk, target: Target, drift: bool
) -> None:
    scenes.connect(desk)
    action = scenes.approved_but_not_run(desk)
    if drift:
        target.drift(thing(desk.story(action).action), {"active": False})
    with desk.role("executor"):
        claimed = execution.claim(action, worker="w")
        assert claimed is not None
        ending = execution.carry_out(claimed, desk.connectors["directory"])
    assert isinstance(ending, execution.Ending)
    settle = lambda: execution.settle(claimed, ending, seal=str.encode)  # noqa: E731
    assert cut_everywhere(desk, "executor", settle) >= 6
    assert scenes.state_of(desk, action) == ("not_applied" if drift else "executed")
    assert desk.story(action).outcome["fence"] == 1
