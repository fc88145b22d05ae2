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
"""Hours of a year: the longest that a person may give access for, whatever it is."""

FEW_HOURS = 72
"""Of access that lasts no longer, nobody needs to be told that it is about to end."""

TOLD_HOURS = 168
"""At most so long before its end people are told of it."""


def longest(
    document: Mapping[str, Any],
    tier: Tier,
    rights: Sequence[Right] | None,
    named: Collection[str] = (),
) -> int | None:
    """The most hours for which access may be given; None where it need not end.

    All of tier 3 must end: soonest what has privileged rights, or rights that nobody could confirm,
    and where the rules have a limit for one of `named`: the action type and what it touches.
    """
    if tier is not Tier.HUMAN:
        return None
    limits = [hours for name, hours in _limits(document) if name in named]
    limits.append(_budget(document, "grave_hours", LONGEST))
    if rights is None or any(right.privileged for right in rights):
        limits.append(_budget(document, "privileged_hours", PRIVILEGED_HOURS))
    return min(limits)


def agreed(asked: int, most: int | None) -> int:
    """How many hours it lasts where `asked` were wanted; 0 is as long as rules allow."""
    if most is None:
        return asked
    return min(asked or most, most)


def sentence(hours: int, asked: int) -> str:
    """What reviewers read about the end of it."""
    more = f" Asked for: {in_words(asked)}." if asked > hours else ""
    return f"Ends by itself {in_words(hours)} after it begins.{more}"


def in_words(hours: int) -> str:
    """So many hours as people say it."""
    if hours == LONGEST:
        return "a year"
    days, rest = divmod(hours, 24)
    if days > 1 and not rest:
        return f"{days} days"
    return "1 hour" if hours == 1 else f"{hours} hours"


def told_before(hours: int) -> int:
    """How many hours before its end people are told of it; 0 where they need not be."""
    return min(TOLD_HOURS, hours // 4) if hours > FEW_HOURS else 0


def _budget(document: Mapping[str, Any], name: str, most: int) -> int:
    """What policy says, `most` at most; what cannot be read as meant is as short as can be."""
    budgets = document.get("budgets", {})
    return min(most, _read(budgets.get(name, most) if isinstance(budgets, Mapping) else 0))


def _limits(document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The limits that the rules have for an action type or a target."""
    budgets = document.get("budgets")
    said = budgets.get("longest_hours") if isinstance(budgets, Mapping) else None
    for name, hours in (said or {}).items() if isinstance(said or {}, Mapping) else ():
        yield str(name), _read(hours)


def _read(said: Any) -> int:
    whole = isinstance(said, int) and not isinstance(said, bool)
    return max(SHORTEST, said) if whole else SHORTEST
