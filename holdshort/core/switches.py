"""Switches: which scopes stand over an action, and what a stop says at the gate."""

from __future__ import annotations

import re
from datetime import datetime

from holdshort.core.terms import Reason, Tier

EVERYTHING = "everything"
_CONNECTOR = re.compile(r"connector:([A-Za-z0-9._-]{1,64})")
_CATEGORY = re.compile(r"category:([a-z_]+\.[a-z_]+)(?:/([123]))?")


def over(connector: str, type_id: str, tier: Tier) -> tuple[str, ...]:
    """Every scope whose switch stops an action of that type and tier at that connector."""
    category = f"category:{type_id}"
    return EVERYTHING, f"connector:{connector}", category, f"{category}/{int(tier)}"


def parts(scope: str) -> tuple[str, str, int | None] | None:
    """A scope as (kind, name, tier): kind is `everything`, `connector` or `category`.

    None where it is no scope.
    """
    if scope == EVERYTHING:
        return EVERYTHING, "", None
    if found := _CONNECTOR.fullmatch(scope):
        return "connector", found[1], None
    if found := _CATEGORY.fullmatch(scope):
        return "category", found[1], int(found[2]) if found[2] else None
    return None


def reason(what: str, by: str, since: datetime) -> Reason:
    """Why the gate asks a person: `what` is stopped, in words that begin a sentence."""
    return Reason(
        rule="switch.off",
        text=f"Needs a person: {by} stopped {what} at {since:%H:%M on %d %B} (UTC).",
        observed="off",
        limit="on",
        would_pass="Switching it on again.",
    )
