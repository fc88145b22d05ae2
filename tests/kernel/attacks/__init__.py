"""Every attack on the kernel that is written by hand, by what it is about."""

from __future__ import annotations

from tests.kernel.attack import Attack
from tests.kernel.attacks import (
    actions,
    afterwards,
    alone,
    attachments,
    call_backs,
    decisions,
    delegations,
    emergencies,
    grants,
    halted,
    overrides,
    people,
    permissions,
    rollbacks,
    sides,
    switches,
    turns,
)

ON_ONE_DATABASE: list[Attack] = [
    *actions.ATTACKS,
    *afterwards.ATTACKS,
    *alone.ATTACKS,
    *attachments.ATTACKS,
    *call_backs.ATTACKS,
    *decisions.ATTACKS,
    *delegations.ATTACKS,
    *emergencies.ATTACKS,
    *grants.ATTACKS,
    *overrides.ATTACKS,
    *people.ATTACKS,
    *permissions.ATTACKS,
    *rollbacks.ATTACKS,
    *sides.ATTACKS,
    *turns.ATTACKS,
]
"""Attacks that leave a database as it was for the others."""

BY_HAND: list[Attack] = [*ON_ONE_DATABASE, *halted.ATTACKS, *switches.ATTACKS]
