"""Switches: what the database itself refuses, tried with rows written by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.kernel.attack import Attack, refused_by
from tests.kernel.attacks import switches
from tests.kernel.rows import Kernel
from tests.kernel.test_attacks import name


@pytest.fixture
def kernel(kernel: Kernel) -> Iterator[Kernel]:
    """The same database for every test, in which nothing is stopped before or after it."""
    yield kernel
    with contextlib.suppress(Exception):
        kernel.sql("TRUNCATE kernel.switch")


@pytest.mark.parametrize("attack", switches.ATTACKS, ids=name)
def test_an_attack_on_switches_is_refused_by_its_control(kernel: Kernel, attack: Attack) -> None:
    scene = attack.scene(kernel)
    if attack.arrange:
        attack.arrange(kernel, scene)
    with pytest.raises(Exception) as caught:
        attack.strike(kernel, scene)
    assert refused_by(caught.value) == attack.refused_by


@pytest.mark.parametrize(
    "scope", ["connector:sql", "category:idp.add_to_group/2", "category:idp.add_to"]
)
def test_what_a_switch_is_not_over_starts(kernel: Kernel, scope: str) -> None:
    switches.switch(kernel, scope=scope)
    kernel.outcome(kernel.running())


def test_what_has_started_goes_on_to_its_end(kernel: Kernel) -> None:
    made = kernel.running()
    switches.switch(kernel)
    kernel.outcome(kernel.attempt(made, 2), fence=2)


def test_decisions_permissions_and_endings_are_taken_all_the_time(kernel: Kernel) -> None:
    switches.switch(kernel)
    kernel.approved()
    kernel.turned(kernel.approved(), "revoked", "web")
    kernel.turned(kernel.reviewed(), "expired", "desk")


@pytest.mark.parametrize("person", ["ines", "sven"])
def test_owners_and_security_let_it_go_on(kernel: Kernel, person: str) -> None:
    made = kernel.logged(kernel.approved())
    switches.switch(kernel)
    switches.switch(kernel, is_on=True, person=person, reason="Looked.")
    kernel.turned(made, "claimed")


@pytest.mark.parametrize("role", ["desk", "executor", "agent"])
def test_only_the_web_switches(kernel: Kernel, role: str) -> None:
    with pytest.raises(Exception) as caught:
        switches.switch(kernel, role, person="ines")
    assert refused_by(caught.value) == "rights on switch"
