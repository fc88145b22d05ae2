"""Every attack on the kernel that is written by hand, by what it is about."""

from __future__ import annotations

from tests.kernel.attack import Attack
from tests.kernel.attacks import actions, decisions, people, permissions, turns

BY_HAND: list[Attack] = [
    *actions.ATTACKS,
    *decisions.ATTACKS,
    *people.ATTACKS,
    *permissions.ATTACKS,
    *turns.ATTACKS,
]
