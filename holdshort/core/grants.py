"""For how long access may last: rules in code that policy may tighten and never loosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdshort.core.terms import Right, Tier

PRIVILEGED_HOURS = 4
"""The longest that a person may give somebody a privileged right for."""

LONGEST = 8760
"""Hours of a year: the longest that any access for a time lasts."""


def longest(document: Mapping[str, Any], tier: Tier, rights: Sequence[Right] | None) -> int | None:
    """The most hours for which rights may be gained; None where they need not end.

    Only tier 3 with privileged rights, or rights that nobody could confirm, must end.
    """
    if tier is not Tier.HUMAN:
        return None
    if rights is not None and not any(right.privileged for right in rights):
        return None
    return min(PRIVILEGED_HOURS, _tightened(document))


def agreed(asked: int, most: int | None) -> int:
    """How many hours it lasts where `asked` were wanted; 0 is as long as rules allow."""
    if most is None:
        return asked
    return min(asked or most, most)


def sentence(hours: int, asked: int) -> str:
    """What reviewers read about the end of it."""
    plural = "hour" if hours == 1 else "hours"
    more = f" {asked} were asked for." if asked > hours else ""
    return f"Ends by itself {hours} {plural} after it begins.{more}"


def _tightened(document: Mapping[str, Any]) -> int:
    """What policy says; what cannot be read as meant is as short as can be."""
    budgets = document.get("budgets", {})
    said = budgets.get("privileged_hours", PRIVILEGED_HOURS) if isinstance(budgets, Mapping) else 0
    return max(1, said) if isinstance(said, int) and not isinstance(said, bool) else 1
