"""Rights that nobody may hold together, asked for one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Desk, Server, group_id
from tests.kernel.at_once import Counting
from tests.story.test_services import asked, gate


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path)
    one.connectors["directory"] = Counting()
    yield one
    one.close()


def join(desk: Desk, who: str, group: str) -> Any:
    return asked(desk, who, f"{group} please", "idp.add_to_group", person=who, group=group)


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
