"""The fake target counts truly, or nothing built on it would prove anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort.core.terms import Action
from holdshort.ports import Drifted, RefusedByTarget, Shape, Unreachable

from ..connectors.conftest import action
from .connector import Fake, FakeSettings, thing
from .running import Target, running_target


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    with running_target(tmp_path / "effects") as target:
        monkeypatch.setenv("FAKE_TARGET_URL", target.url)
        yield target


def fake(shape: Shape, timeout: float = 5) -> Fake:
    return Fake("directory", FakeSettings(shape=shape, timeout=timeout))


def joining() -> Action:
    return action("idp.add_to_group", "g1", account="u1", active=True, member=False)


def send(connector: Fake, asked: Action, key: str = "k", timeout: float = 5) -> None:
    connector.apply(asked, key=key, seen=asked.seen, timeout=timeout)


def test_a_set_shaped_target_reaches_a_state_once(target: Target) -> None:
    connector, asked = fake(Shape.SET), joining()
    send(connector, asked)
    assert connector.applied(asked, asked.seen, connector.observe(asked)) is True
    with pytest.raises(Drifted):
        send(connector, asked, "k2")
    assert len(target.effects()) == 1


def test_a_keyed_target_deduplicates_by_key(target: Target) -> None:
    connector, asked = fake(Shape.KEYED), action("vendor.order", "o1")
    send(connector, asked)
    send(connector, asked)
    send(connector, asked, "other")
    assert (len(target.effects()), target.sent()) == (2, 3)


def test_a_blind_target_does_it_every_time_and_cannot_tell(target: Target) -> None:
    connector, asked = fake(Shape.BLIND), joining()
    send(connector, asked)
    send(connector, asked)
    assert len(target.effects()) == 2
    assert connector.applied(asked, asked.seen, connector.observe(asked)) is None


@pytest.mark.parametrize(
    ("kind", "error", "effects"),
    [
        ("refuse", RefusedByTarget, 0),
        ("fail", Unreachable, 0),
        ("fail_after", Unreachable, 1),
        ("drop", Unreachable, 0),
        ("drop_after", Unreachable, 1),
        ("garbage", Unreachable, 1),
        ("slow", Unreachable, 1),
        ("slow_after", Unreachable, 1),
    ],
)
@pytest.mark.parametrize("shape", [Shape.SET, Shape.BLIND])
def test_each_fault_does_what_it_says(
    target: Target, shape: Shape, kind: str, error: type[Exception], effects: int
) -> None:
    target.fault(kind, seconds=1)
    with pytest.raises(error):
        send(fake(shape), joining(), timeout=0.5)
    target.wait_effects(effects)
    assert (len(target.effects()), target.sent()) == (effects, 1)


@pytest.mark.parametrize(("shape", "effects"), [(Shape.SET, 1), (Shape.KEYED, 1), (Shape.BLIND, 2)])
def test_what_the_wire_delivers_twice_is_sent_once(
    target: Target, shape: Shape, effects: int
) -> None:
    target.fault("duplicate")
    send(fake(shape), joining())
    assert (len(target.effects()), target.sent()) == (effects, 1)


def test_a_fault_for_one_thing_leaves_the_others_alone(target: Target) -> None:
    other = action("idp.add_to_group", "g2", account="u1", active=True, member=False)
    target.fault("drop", id=thing(joining()))
    send(fake(Shape.SET), other)
    with pytest.raises(Unreachable):
        send(fake(Shape.SET), joining())
    assert target.count()["sent_to"] == {thing(other): 1, thing(joining()): 1}


def test_a_change_that_nobody_waits_for_is_under_way_until_it_is_done(target: Target) -> None:
    target.fault("slow", seconds=1)
    with pytest.raises(Unreachable):
        send(fake(Shape.SET), joining(), timeout=0.3)
    assert target.count()["under_way"] == {thing(joining()): 1}
    target.wait_quiet(thing(joining()))
    assert len(target.effects()) == 1


def test_drift_is_seen_and_not_counted(target: Target) -> None:
    connector, asked = fake(Shape.SET), joining()
    target.drift(thing(asked), {"active": False})
    with pytest.raises(Drifted):
        send(connector, asked)
    assert (target.effects(), target.sent()) == ([], 0)


def test_a_reset_gives_a_secret_once_and_changes_the_version(target: Target) -> None:
    connector, asked = fake(Shape.SET), action("idp.reset_password", "u1", account="u1")
    before = connector.observe(asked)
    receipt = connector.apply(asked, key="k", seen=asked.seen, timeout=5)
    now = connector.observe(asked)
    assert receipt.secret and receipt.secret not in str(now)
    assert connector.applied(asked, before, now) is True
