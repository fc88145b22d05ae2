"""Rights that nobody may hold together, asked for one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.company.read import read
from holdshort.records import mirrors
from holdshort.stops import execution
from tests.conftest import COMPANY
from tests.crash.scene import HeldDesk
from tests.desk import Desk, FileDirectory, Server, group_id
from tests.kernel.at_once import Counting, together
from tests.story.test_services import asked, gate


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path)
    one.connectors["directory"] = Counting()
    yield one
    one.close()


@pytest.fixture
def held(server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose executors start when they are told to."""
    one = HeldDesk(server, tmp_path)
    one.connectors["directory"] = Counting()
    yield one
    one.close()


def join(desk: Desk, who: str, group: str) -> Any:
    return asked(desk, who, f"{group} please", "idp.add_to_group", person=who, group=group)


UNLISTED = (
    "INSERT INTO directory_group (connector, external_id, slug, name) "
    f"VALUES ('directory', '{group_id('Accounts')}', 'Accounts', 'Accounts')"
)
"""A group of the directory that the company's file says nothing about."""


def mirrored(desk: Desk, who: str, group: str) -> None:
    """The directory was read again, after it had been changed."""
    desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) "
        f"SELECT 'directory', '{group_id(group)}', subject, 'account' "
        f"FROM kernel.account WHERE person = '{who}' AND issuer = 'directory'"
    )


def duty(story: Any) -> list[str]:
    return [one.limit for one in story.reasons if one.rule == "raise.duty_conflict"]


def test_14b_a_clerk_who_creates_vendors_and_is_to_approve_payments_waits_with_the_rule(
    desk: Desk,
) -> None:
    story = join(desk, "lea", "payment-approvers")
    assert (gate(story), story.state) == ((3, "HITL"), "waiting")
    assert duty(story) == ["rule pay-vendor"]
    assert story.assignments[0]["person"] == "frieda"


def test_two_halves_approved_one_by_one_come_back_before_the_second_takes_effect(
    desk: Desk,
) -> None:
    """Each alone was harmless when it was approved; the second would complete the pair."""
    first, second = (join(desk, "mateo", one) for one in ("vendor-creators", "payment-approvers"))
    assert duty(first) == duty(second) == []
    desk.decide(first.action.id, "frieda", "approve")
    assert desk.story(first.action.id).state == "executed"
    mirrored(desk, "mateo", "vendor-creators")
    desk.decide(second.action.id, "frieda", "approve")
    assert desk.story(second.action.id).state == "superseded"
    again = desk.actions(second.action.ticket)[-1]
    assert (again.action.version, again.state) == (2, "waiting")
    assert duty(again) == ["rule pay-vendor"]
    assert second.action.id not in desk.connectors["directory"].effects  # type: ignore[attr-defined]


def test_what_was_approved_with_the_rule_on_the_screen_is_not_asked_again(desk: Desk) -> None:
    story = join(desk, "lea", "payment-approvers")
    desk.decide(story.action.id, "frieda", "approve")
    assert desk.story(story.action.id).state == "executed"


# ------------------------------------------------------------------ known, and not known

OF_HR = {"id": "pay-hr", "name": "Pay and hire", "entitlements": ["netsuite:approve-payment"]}


def another_rule(desk: Desk) -> None:
    """Whoever approves payments may not see the records of people either."""
    rule = json.dumps(OF_HR | {"entitlements": [*OF_HR["entitlements"], "hris:people-records"]})
    desk.sql(
        "UPDATE kernel.policy_version SET document = jsonb_set(document, '{conflicts}', "
        f"document->'conflicts' || '[{rule}]'::jsonb)"
    )


def approved(desk: Desk) -> str:
    """Lea's second half, approved with the rule on the screen and begun by nobody yet."""
    story = join(desk, "lea", "payment-approvers")
    desk.decide(story.action.id, "frieda", "approve")
    assert desk.story(story.action.id).state == "authorized"
    return str(story.action.id)


def test_a_second_rule_that_is_broken_meanwhile_is_asked_about_beside_the_approved_one(
    held: Desk,
) -> None:
    another_rule(held)
    action = approved(held)
    mirrored(held, "lea", "hr-records")
    with held.role("executor"):
        execute(held, action)
    held.run()
    again = held.actions(held.story(action).action.ticket)[-1]
    assert (again.action.version, again.state) == (2, "waiting")
    assert duty(again) == ["rule pay-vendor", "rule pay-hr"]
    assert effects(held) == []


def test_whoever_is_in_a_group_that_nobody_lists_may_hold_the_other_half(held: Desk) -> None:
    """Only where some rule is about what is gained: anything else is as harmless as it was."""
    held.sql(UNLISTED)
    mirrored(held, "mateo", "Accounts")
    half, club = (join(held, "mateo", one) for one in ("payment-approvers", "photo-club"))
    assert "raise.group_unlisted" in {one.rule for one in half.reasons}
    assert gate(half) == (3, "HITL")
    assert "raise.group_unlisted" not in {one.rule for one in club.reasons}
    assert gate(club)[1] == "HOTL"


def test_a_group_that_nobody_lists_and_that_was_joined_meanwhile_is_asked_about(held: Desk) -> None:
    action = approved(held)
    held.sql(UNLISTED)
    mirrored(held, "lea", "Accounts")
    with held.role("executor"):
        execute(held, action)
    held.run()
    again = held.actions(held.story(action).action.ticket)[-1]
    assert (again.action.version, again.state) == (2, "waiting")
    assert "raise.group_unlisted" in {one.rule for one in again.reasons}
    assert effects(held) == []


# ------------------------------------------------------------------ two halves at the same time


def both_halves(desk: Desk) -> tuple[str, str]:
    """Two changes that are harmless alone, approved, and begun by nobody yet."""
    made = [join(desk, "mateo", one) for one in ("vendor-creators", "payment-approvers")]
    for one in made:
        desk.decide(one.action.id, "frieda", "approve")
    first, second = (str(one.action.id) for one in made)
    assert {desk.story(one).state for one in (first, second)} == {"authorized"}
    return first, second


def execute(desk: Desk, action: str) -> None:
    flow.execute(action, connectors=desk.connectors, worker="test", seal=str.encode)


def effects(desk: Desk) -> list[str]:
    return list(desk.connectors["directory"].effects)  # type: ignore[attr-defined]


def asked_anew(desk: Desk, action: str) -> None:
    """The second half is put to people again, with the rule, and has had no effect."""
    desk.run()
    again = desk.actions(desk.story(action).action.ticket)[-1]
    assert (again.action.version, again.state) == (2, "waiting")
    assert duty(again) == ["rule pay-vendor"]
    assert action not in effects(desk)


def test_of_two_halves_that_two_executors_claim_at_once_one_takes_effect(
    held: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has passed its last check and has not committed when the second comes."""
    halves, start = both_halves(held), execution._start
    waiting = (
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
        f"WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = '{held.database}'"
    )

    def when_the_other_is_here(*told: Any) -> Any:
        started.append(told)
        for _ in range(400):
            if len(started) == 2 or held.server.admin(waiting) != [(0,)]:
                break
        return start(*told)

    started: list[Any] = []
    monkeypatch.setattr(execution, "_start", when_the_other_is_here)
    done = together(held, [("executor", partial(execute, held, one)) for one in halves])
    assert [error for _, error in done if error] == []
    [won] = effects(held)
    [lost] = set(halves) - {won}
    asked_anew(held, lost)


def test_a_half_that_has_begun_and_that_nobody_has_read_back_counts(held: Desk) -> None:
    first, second = both_halves(held)
    with held.role("executor"):
        assert execution.claim(first, worker="dead") is not None
        execute(held, second)
    asked_anew(held, second)


def test_a_half_that_took_effect_counts_before_the_directory_is_read_again(held: Desk) -> None:
    first, second = both_halves(held)
    with held.role("executor"):
        execute(held, first)
        execute(held, second)
    assert effects(held) == [first]
    asked_anew(held, second)


def test_a_reading_that_began_before_the_first_half_does_not_hide_it(held: Desk) -> None:
    first, second = both_halves(held)

    class Meanwhile(FileDirectory):
        def mirror(self) -> Any:
            found = super().mirror()
            execute(held, first)
            return found

    with held.role("executor"):
        mirrors.refresh(Meanwhile(read(COMPANY)))
        execute(held, second)
    assert effects(held) == [first]
    asked_anew(held, second)


def test_a_half_that_did_not_happen_counts_no_more(held: Desk) -> None:
    first, second = both_halves(held)
    directory, held.connectors = held.connectors, {}
    with held.role("executor"):
        execute(held, first)
    held.connectors = directory
    assert held.story(first).state == "not_applied"
    with held.role("executor"):
        execute(held, second)
    assert effects(held) == [second]
