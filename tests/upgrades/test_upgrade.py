"""An older database with paused actions in it is migrated, and every one goes to its right end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort.machine.keys import unseal
from holdshort.records import schema
from tests.desk import Desk, Server
from tests.fakes.running import Target, running_target
from tests.kernel import scenes, waking
from tests.records.catalogue import PARTS, RIGHTS, Ask, lines
from tests.upgrades import old


@pytest.fixture(scope="module", params=old.VERSIONS)
def upgraded(request: pytest.FixtureRequest, server: Server) -> tuple[str, dict[str, Any]]:
    """A template of the older database after `holdshort migrate`, and its ids by their state."""
    name = f"upgraded_from_{request.param}"
    names = old.restore(server, request.param, name)
    old.migrate(server, name)
    return name, names


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    with running_target(tmp_path / "effects") as one:
        monkeypatch.setenv("FAKE_TARGET_URL", one.url)
        yield one


@pytest.fixture
def desk(
    upgraded: tuple[str, dict[str, Any]], server: Server, tmp_path: Path, target: Target
) -> Iterator[Desk]:
    one = Desk(server, tmp_path, upgraded[0])
    scenes.connect(one)
    yield one
    one.close()


@pytest.fixture
def names(upgraded: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return upgraded[1]


def test_an_upgraded_database_is_the_same_as_a_fresh_one(desk: Desk, server: Server) -> None:
    def fresh(statement: str) -> list[tuple[Any, ...]]:
        return server.admin(statement, database="template_of_tests")

    assert plain(desk.sql) == plain(fresh)


def test_before_it_is_migrated_no_process_starts_on_it(server: Server) -> None:
    for version in old.VERSIONS:
        name = f"not_migrated_{version}"
        old.restore(server, version, name)
        with_tables_of_then = Desk.__new__(Desk)
        with_tables_of_then.server, with_tables_of_then.database = server, name
        for role in ("web", "agent", "desk", "executor"):
            unfit = pytest.raises(schema.Unfit, match="run `holdshort migrate`")
            with with_tables_of_then.role(role), unfit:
                schema.require_fit()
        with_tables_of_then.close()


def test_what_was_waiting_is_approved_and_runs_once(
    desk: Desk, names: dict[str, Any], target: Target
) -> None:
    desk.decide(names["waiting"], "sven", "approve")
    assert ended(desk, names["waiting"], target) == ("executed", 1)


def test_half_approved_needs_the_other_person_still(
    desk: Desk, names: dict[str, Any], target: Target
) -> None:
    desk.sweep()
    assert ended(desk, names["half"], target) == ("waiting", 0)
    desk.decide(names["half"], "nadia", "approve")
    assert ended(desk, names["half"], target) == ("executed", 1)


@pytest.mark.parametrize("state", ["logged", "unlogged"])
def test_what_was_approved_runs_once(
    desk: Desk, names: dict[str, Any], target: Target, state: str
) -> None:
    assert ended(desk, names[state], target) == ("authorized", 0)
    for _ in range(3):
        waking.pass_time(desk)
        desk.sweep()
    assert ended(desk, names[state], target) == ("executed", 1)


def test_what_waits_for_its_hold_window_goes_on_waiting_and_then_runs_once(
    desk: Desk, names: dict[str, Any], target: Target
) -> None:
    # However long the tests before this one took, the window is still open.
    desk.sql(
        "UPDATE kernel.\"authorization\" SET not_before = clock_timestamp() + interval '30 s' "
        f"WHERE action = '{names['held']}'"
    )
    desk.sql("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    desk.run()
    assert ended(desk, names["held"], target) == ("authorized", 0)
    waking.open_hold(desk, names["held"])
    desk.sweep()
    assert ended(desk, names["held"], target) == ("executed", 1)


def test_what_a_dead_worker_began_is_ended_once(
    desk: Desk, names: dict[str, Any], target: Target
) -> None:
    assert ended(desk, names["running"], target) == ("executing", 0)
    desk.sweep()
    assert ended(desk, names["running"], target) == ("executed", 1)
    assert len(desk.story(names["running"]).attempts) == 2


def test_what_was_given_to_a_persons_hands_is_reported(desk: Desk, names: dict[str, Any]) -> None:
    from holdshort import flow

    who = desk.sender("sven")
    with desk.role("web"):
        flow.report(names["by_hand"], "not_done", "He is back already.", sender=who)
    desk.run()
    assert desk.story(names["by_hand"]).state == "not_applied"


def test_a_question_is_answered_and_the_review_goes_on(
    desk: Desk, names: dict[str, Any], target: Target
) -> None:
    assert desk.ticket(desk.story(names["asked"]).action.ticket)["stands"] == "asked"
    desk.decide(names["asked"], "nadia", "approve")
    assert ended(desk, names["asked"], target) == ("executed", 1)


@pytest.mark.parametrize("state", ["review_over", "permission_over"])
def test_what_nobody_answered_in_time_closes(
    desk: Desk, names: dict[str, Any], target: Target, state: str
) -> None:
    desk.sweep()
    assert ended(desk, names[state], target) == ("expired", 0)


def test_an_unread_password_waits_for_its_owner_and_is_read_once(
    desk: Desk, names: dict[str, Any]
) -> None:
    from holdshort.machine.errors import MachineError
    from holdshort.records import secrets

    with desk.role("web"):
        sealed = secrets.take(names["executed"], person="dana")
        assert secrets.take(names["executed"], person="dana") is None
    # It was sealed for the key of then, which is not in the dump.
    with pytest.raises(MachineError, match="another key"):
        unseal(desk.seal_private, sealed or b"")


def test_a_ticket_that_waits_for_the_agent_is_read(desk: Desk, names: dict[str, Any]) -> None:
    desk.agent.will("idp.add_to_group", person="bea", group="crm-users")
    desk.run()
    assert desk.action(names["with_agent"]).action.params["group"] == "crm-users"


def plain(ask: Ask) -> list[str]:
    """The whole catalogue; a dump writes brackets and casts of a condition in another way."""
    return [
        re.sub(r"[() ]|::(text|character varying)|\[\]", "", line)
        for line in lines(ask, PARTS | RIGHTS)
    ]


def ended(desk: Desk, action: str, target: Target) -> tuple[str, int]:
    """The state of an action, and how often it took effect at the target."""
    acting = desk.story(action).action
    thing = f"{acting.target.id}.{acting.seen['account']}"
    return desk.story(action).state, sum(one["id"] == thing for one in target.effects())
