"""Work by hand against its recommendation: done as recommended, differently, or not at all.

What the target shows counts before what anybody says. Where the target cannot be asked, the
person's own word is the answer, and is told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Did = str
"""What the person says: `as_approved`, `differently` or `not_done`."""


class Matched(StrEnum):
    """How what was done stands to what was recommended."""

    AS_RECOMMENDED = "as_recommended"
    DIFFERENTLY = "differently"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a target shows once a change is made: `values`, and other values of `moves`.

    A name that is in neither is to stay as it was.
    """

    values: Mapping[str, Any]
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of the target that is not as recommended."""

    field: str
    recommended: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: how it matches, whether the target said so, and how the action ends."""

    matched: Matched
    observed: bool
    outcome: str
    """A kind of outcome: `verified`, `mismatch`, `not_applied` or `recorded`."""

    differs: tuple[Difference, ...] = ()


WORDS = {
    "as_approved": Matched.AS_RECOMMENDED,
    "differently": Matched.DIFFERENTLY,
    "not_done": Matched.NOT_DONE,
}


def differences(
    expected: Expected | None, before: Mapping[str, Any], now: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Where the target is not as recommended; none where nobody knows what it should show.

    Names that begin with _ inform, and count only where they are expected.
    """
    if expected is None:
        return ()
    kept = {name: value for name, value in before.items() if not name.startswith("_")}
    wanted = {name: value for name, value in kept.items() if name not in expected.moves}
    wanted |= expected.values
    return tuple(
        Difference(name, value, now.get(name))
        for name, value in wanted.items()
        if not _same(value, now.get(name))
    )


def by_word(did: Did) -> Match:
    """What a person says, where the target cannot be asked."""
    return Match(WORDS[did], False, "not_applied" if did == "not_done" else "recorded")


def match(
    did: Did,
    shown: bool | None,
    expected: Expected | None,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
) -> Match:
    """What a person says, against the target: `shown` is whether it has the change, if it tells.

    A person's word that the target contradicts is a mismatch, which somebody has to look at.
    """
    differs = differences(expected, before, now)
    moved = _moved(expected, before, now)
    if shown is None and not (expected and moved and differs):
        return by_word(did)
    if shown:
        there = Matched.DIFFERENTLY if differs or did == "differently" else Matched.AS_RECOMMENDED
        return Match(there, True, "mismatch" if did == "not_done" else "verified", differs)
    there = Matched.DIFFERENTLY if moved else Matched.NOT_DONE
    agreed = there is Matched.NOT_DONE and did == "not_done"
    return Match(there, True, "not_applied" if agreed else "mismatch", differs)


def afterwards(shown: bool | None, expected: Expected | None, now: Mapping[str, Any]) -> Match:
    """What a person says they made before anybody permitted it, against the target.

    Nobody looked before it was made, so only what the target is to show now can be compared; what
    is seen by a move alone cannot.
    """
    wanted = expected.values if expected else {}
    differs = tuple(
        Difference(name, value, now.get(name))
        for name, value in wanted.items()
        if not _same(value, now.get(name))
    )
    if differs:
        return Match(Matched.DIFFERENTLY, True, "mismatch", differs)
    if wanted or shown:
        return Match(Matched.AS_RECOMMENDED, True, "verified")
    return by_word("as_approved")


def _moved(expected: Expected | None, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether anything that matters is not as it was."""
    asked = {*expected.values, *expected.moves} if expected else set()
    names = {name for name in before if not name.startswith("_")} | (asked & before.keys())
    return any(not _same(before[name], now.get(name)) for name in names)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON has it, where true is not 1 and a tuple is a list."""
    one, other = _plain(one), _plain(other)
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
