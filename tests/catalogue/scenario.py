"""A ticket of the specification as data: what is asked, and what the gate must make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from holdshort.core.terms import PolicyVerdict, Tier


@dataclass(frozen=True)
class Scenario:
    id: str
    requester: str
    type: str
    params: Mapping[str, Any]
    levels: tuple[int, int, int, int]
    tier: Tier
    raises: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    policy: PolicyVerdict = PolicyVerdict.NONE
    how: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    """A piece of the first fact behind B, I, G and C."""

    world: Mapping[str, Any] = field(default_factory=dict)
    """What is otherwise in the world than usually, by the World's attribute."""
