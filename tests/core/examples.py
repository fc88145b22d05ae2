"""A small cast and one ordinary action, for the tests of the core."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from holdshort.core.terms import Action, Employment, Kind, Person, Target

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def person(identity: str, **changes: Any) -> Person:
    """A human who works here, named after their id."""
    active = Employment("active", date(2020, 1, 1))
    usual = Person(identity, Kind.HUMAN, identity.title(), employment=active)
    return replace(usual, **changes)


def action(**changes: Any) -> Action:
    """Dana's wish to join a group, staged by the agent."""
    usual = Action(
        id="act-1",
        root="act-1",
        version=1,
        type="idp.add_to_group",
        params={"group": "build-tools", "member": "dana"},
        target=Target("scim", "grp-42", "Build tools"),
        requester="dana",
        beneficiary="dana",
        initiator="agent",
        changer="agent",
        ticket=17,
        seen={"member": False},
    )
    return replace(usual, **changes)


FIELDS = ("role_templates", "confidence", "id", "version", "role", "entitlements", "groups")
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["Engineer", "a", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
    ),
    max_leaves=15,
)
"""Whatever somebody may have written into a policy file."""
