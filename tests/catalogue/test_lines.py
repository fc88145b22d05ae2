"""Bundles as data: how an offer becomes lines, and the world that each line is looked up in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import ActionType, CatalogueError, Effect, Params, Rendering
from holdshort.catalogue.foreseen import foresee
from holdshort.catalogue.kind import made_of_lines
from holdshort.core.terms import Offered
from holdshort.ports import Knows
from holdshort.stops.lines import expand
from tests.catalogue.world import NOW, World, asked


class Nothing(Params):
    """No parameters."""


def bundle(*lines: Offered, id: str = "bundle.test") -> ActionType[Any]:
    """A bundle of exactly these lines."""

    def parts(params: Nothing, at: datetime, knows: Knows) -> Sequence[Offered]:
        return lines

    words = Rendering("Do all of it", "All of it will be done.", "Do all of it")
    return replace(
        catalogue.REGISTRY["idp.add_to_group"],
        id=id,
        params=Nothing,
        findings=made_of_lines,
        expand=parts,
        render=lambda params, knows: words,
    )


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ActionType[Any]]]:
    """A catalogue of this test's own."""
    own = dict(catalogue.REGISTRY)
    monkeypatch.setattr(catalogue, "REGISTRY", own)
    yield own


def join(group: str, *after: int, person: str = "dana") -> Offered:
    return Offered("idp.add_to_group", {"person": person, "group": group}, after)


def test_a_bundle_is_replaced_by_its_lines_in_their_order(registry: Any) -> None:
    registry["bundle.test"] = bundle(join("a"), join("b", 0))
    found = expand([join("x"), Offered("bundle.test", {}, (0,)), join("y", 1)], NOW, World())
    assert [line.offered.params["group"] for line in found] == ["x", "a", "b", "y"]
    assert [line.offered.after for line in found] == [(), (0,), (0, 1), (1, 2)]
    assert [line.whole for line in found] == [0, 1, 1, 2]


def test_what_stays_whole_is_one_line(registry: Any) -> None:
    registry["bundle.test"] = bundle(join("a"), join("b"))
    [line] = expand([Offered("bundle.test", {})], NOW, World(), as_one=frozenset({0}))
    assert line.offered.type == "bundle.test"


def test_lines_are_not_expanded_again(registry: Any) -> None:
    registry["bundle.test"] = bundle(Offered("bundle.test", {}), Offered("bundle.test", {}))
    assert len(expand([Offered("bundle.test", {})], NOW, World())) == 2


def test_a_bundle_without_lines_and_one_with_too_many_are_told(registry: Any) -> None:
    registry["bundle.test"] = bundle()
    with pytest.raises(CatalogueError, match="There is nothing to do"):
        expand([Offered("bundle.test", {})], NOW, World())
    registry["bundle.test"] = bundle(*[join("a")] * 101)
    with pytest.raises(CatalogueError, match="comes to 101 changes; 100 fit"):
        expand([Offered("bundle.test", {})], NOW, World())


def test_a_bundle_itself_can_never_be_staged(registry: Any) -> None:
    with pytest.raises(CatalogueError, match="its lines are staged, and it is not"):
        bundle().findings(Nothing(), asked("dana", World()), World())


# ------------------------------------------------------------------ the world that is foreseen

JOINS = Effect("dana", joins="build-tools")
LEAVES = Effect("dana", leaves="sales-emea")


def ids(rights: Any) -> set[str]:
    return {right.id for right in rights}


def test_a_line_sees_what_it_waits_for() -> None:
    world = foresee(World(), [JOINS, LEAVES], [])
    assert world.is_member("dana", "build-tools") and not world.is_member("dana", "sales-emea")
    assert "aws:AdministratorAccess" in ids(world.rights_of("dana"))
    assert "crm:seller" not in ids(world.rights_of("dana"))
    assert world.rights_of("bea") == World().rights_of("bea")


def test_what_other_lines_may_give_makes_no_line_harmless() -> None:
    world = foresee(World(), [], [JOINS, LEAVES])
    assert not world.is_member("dana", "build-tools") and world.is_member("dana", "sales-emea")
    assert world.rights_of("dana") == World().rights_of("dana")
    assert "aws:AdministratorAccess" in ids(world.rights_coming("dana"))
    assert world.rights_coming("bea") == ()


def test_an_account_that_comes_first_is_there_for_the_lines_that_wait_for_it() -> None:
    known = World()
    del known.accounts["dana"]
    for members in known.members.values():
        members.discard("dana")
    coming = Effect("dana", user_name="dana")
    account = foresee(known, [coming, JOINS], []).account("dana")
    assert account is not None and (account.external_id, account.user_name) == ("", "dana")
    assert foresee(known, [], [coming]).account("dana") is None
    assert foresee(known, [JOINS], []).account("dana") is None
    known.stale = True
    assert foresee(known, [coming], []).account("dana") is None


def test_an_account_that_is_suspended_first_is_suspended_for_the_lines_that_wait_for_it() -> None:
    ends = Effect("dana", suspends=True)
    for awaited, others, active in (([ends], [], False), ([], [ends], True)):
        account = foresee(World(), awaited, others).account("dana")
        assert account is not None and account.active is active


def test_what_is_unknown_stays_unknown() -> None:
    known = World()
    known.stale = True
    world = foresee(known, [JOINS], [JOINS])
    assert world.is_member("dana", "build-tools") is None
    assert world.groups_of("dana") is None
    assert world.rights_of("dana") is None
    assert world.rights_coming("dana") is None
