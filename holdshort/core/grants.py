"""For how long access may last: rules in code that policy may tighten and never loosen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from holdshort.core.terms import Right, Tier

PRIVILEGED_HOURS = 4
"""The longest that a person may give somebody a privileged right for."""

SHORTEST = 1
"""What counts where a limit is written and cannot be read as meant."""

LONGEST = 8760
"""Hours of a year: the longest that any access for a time lasts."""


def longest(
    document: Mapping[str, Any],
    tier: Tier,
    rights: Sequence[Right] | None,
    named: Collection[str] = (),
) -> int | None:
    """The most hours for which rights may be gained; None where they need not end.

    Only tier 3 must end: with privileged rights, or rights that nobody could confirm, and where the
    rules have a limit for one of `named`: the action type and the ids of what it touches.
    """
    if tier is not Tier.HUMAN:
        return None
    limits = [hours for name, hours in _limits(document) if name in named]
    if rights is None or any(right.privileged for right in rights):
        limits.append(min(PRIVILEGED_HOURS, _tightened(document)))
    return min(limits, default=None)


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
    return _read(said)


def _limits(document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The limits that the rules have for an action type or a target."""
    budgets = document.get("budgets")
    said = budgets.get("longest_hours") if isinstance(budgets, Mapping) else None
    for name, hours in (said or {}).items() if isinstance(said or {}, Mapping) else ():
        yield str(name), _read(hours)


def _read(said: Any) -> int:
    whole = isinstance(said, int) and not isinstance(said, bool)
    return max(SHORTEST, said) if whole else SHORTEST
