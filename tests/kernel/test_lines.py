"""A bundle on the road: its lines get a gate each, in the world that the others leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue.kind import Params
from holdshort.core.terms import Offer, Offered
from holdshort.ports import Knows
from tests.catalogue.test_lines import bundle, join
from tests.desk import Desk
from tests.fakes.running import Target
from tests.kernel import scenes


@pytest.fixture(autouse=True)
def connected(desk: Desk, target: Target) -> None:
    scenes.connect(desk)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    own = dict(catalogue.REGISTRY)
    monkeypatch.setattr(catalogue, "REGISTRY", own)
    return own


def staged(desk: Desk, *offered: Offered, person: str = "dana") -> list[Any]:
    desk.agent.next = Offer("bundle", 0.97, "As asked.", "scripted", offered)
    return desk.actions(desk.ask(person, "please"))


def gates(actions: Sequence[Any]) -> list[tuple[int, str]]:
    return [(one.assessment["tier"], one.assessment["mode"]) for one in actions]


def test_each_line_of_a_bundle_has_its_own_gate(desk: Desk, registry: Any) -> None:
    registry["bundle.test"] = bundle(join("photo-club"), join("build-tools", 0))
    first, second = staged(desk, Offered("bundle.test", {}))
    assert gates([first, second]) == [(2, "HOTL"), (3, "HITL")]
    assert [first.action.position, second.action.position] == [0, 1]
    assert second.needs == (first.action.id,)
    assert first.proposed["id"] == second.proposed["id"]


def test_what_can_be_undone_comes_first_and_dependencies_are_kept(
    desk: Desk, registry: Any
) -> None:
    reset = Offered("idp.reset_password", {"person": "dana"})
    registry["bundle.test"] = bundle(
        reset, replace(join("newsletter"), after=(0,)), join("photo-club")
    )
    desk.sql("DELETE FROM membership")
    found = staged(desk, Offered("bundle.test", {}))
    assert [one.action.params.get("group", "reset") for one in found] == [
        *("photo-club", "reset", "newsletter")
    ]
    assert found[2].needs == (found[1].action.id,)


def test_two_lines_that_together_break_a_duty_are_both_held(desk: Desk, registry: Any) -> None:
    desk.sql("DELETE FROM membership")
    lines = (join("vendor-creators"), join("payment-approvers"))
    registry["bundle.test"] = bundle(*lines)
    for one in staged(desk, Offered("bundle.test", {})):
        raised = [reason["rule"] for reason in one.assessment["findings"]["raises"]]
        assert "raise.duty_conflict" in raised
        assert one.assessment["mode"] == "HITL"


def test_a_waiting_line_makes_no_other_line_harmless(desk: Desk, registry: Any) -> None:
    registry["bundle.test"] = bundle(join("build-tools"), join("ci-runners"))
    found = staged(desk, Offered("bundle.test", {}))
    assert gates(found) == [(3, "HITL"), (3, "HITL")]


# ------------------------------------------------------------------ a type that splits itself


class Groups(Params):
    """One group, or several."""

    person: str
    group: str = "build-tools"


def splits(*groups: str) -> catalogue.ActionType[Any]:
    def parts(params: Groups, at: datetime, knows: Knows) -> Sequence[Offered]:
        about = {"person": params.person}
        return [Offered("test.join", {**about, "group": group}) for group in groups]

    like = catalogue.REGISTRY["idp.add_to_group"]
    return replace(like, id="test.join", params=Groups, expand=parts)


def test_a_type_may_split_itself_so_that_only_the_grave_part_waits(
    desk: Desk, registry: Any
) -> None:
    registry["test.join"] = splits("photo-club", "build-tools")
    desk.sql(
        "INSERT INTO kernel.standing (category, phase, granted, basis) "
        "SELECT 'test.join/' || n, 3, n < 3, 'demo' FROM generate_series(2, 3) n"
    )
    found = staged(desk, Offered("test.join", {"person": "dana", "group": "build-tools"}))
    assert gates(found) == [(2, "HOTL"), (3, "HITL")]


def test_a_split_that_would_lower_the_tier_is_not_made(desk: Desk, registry: Any) -> None:
    registry["test.join"] = splits("photo-club", "newsletter")
    [whole] = staged(desk, Offered("test.join", {"person": "dana", "group": "build-tools"}))
    assert whole.action.params == {"person": "dana", "group": "build-tools", "hours": 4}
    assert gates([whole]) == [(3, "HITL")]
