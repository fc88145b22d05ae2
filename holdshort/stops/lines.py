"""Bundles: from what was offered to the lines that are staged, each with its own gate.

A bundle is a proposal. Whatever it is called, and whoever asks, its lines follow from facts; each
is assessed on its own consequence, in the world that the lines before it will leave. So accounts
go ahead while the one line above a limit waits, and the whole is as strict as its strictest line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.catalogue import Effect
from holdshort.catalogue.foreseen import foresee
from holdshort.core import settings
from holdshort.core.terms import Circumstances, Mode, Offered, Phase
from holdshort.ports import Knows
from holdshort.stops import budgets
from holdshort.stops.assess import Assessment, assess
from holdshort.stops.circumstances import here

Draft = Callable[[int], Mapping[str, Any]]
"""The fields of the action at a position that are not about what it does; `id` is one of them."""

MAX_LINES = 100
"""How many lines one offer may come to."""

STRICTNESS = (Mode.HOTL, Mode.SUGGEST, Mode.HITL, Mode.REFUSE)


@dataclass(frozen=True, slots=True)
class Line:
    """One action to be staged; `whole` is the place of the offer that it is a part of."""

    offered: Offered
    whole: int


def expand(
    offered: Sequence[Offered],
    at: datetime,
    knows: Knows,
    *,
    as_one: frozenset[int] = frozenset(),
) -> list[Line]:
    """The lines of an offer, in order. Raises CatalogueError.

    What was to come after a bundle comes after every line of it. Offers at the places `as_one`
    stay whole.
    """
    lines: list[Line] = []
    places: list[range] = []
    for place, one in enumerate(offered):
        parts = () if place in as_one else parts_of(one, at, knows)
        after = tuple(n for earlier in one.after for n in places[earlier])
        start = len(lines)
        for part in parts or (replace(one, after=()),):
            within = tuple(start + earlier for earlier in part.after)
            lines.append(Line(replace(part, after=(*after, *within)), place))
        places.append(range(start, len(lines)))
    if len(lines) > MAX_LINES:
        raise catalogue.CatalogueError(f"It comes to {len(lines)} changes; {MAX_LINES} fit.")
    return lines


def parts_of(offered: Offered, at: datetime, knows: Knows) -> Sequence[Offered]:
    """The lines of one expander; none where it is one change. Raises CatalogueError."""
    kind = catalogue.find(offered.type)
    there = settings.on_its_clock(knows.policy(), at)
    parts = kind.expand(catalogue.parse(kind.id, offered.params), there, knows)
    if kind.is_bundle and not parts:
        raise catalogue.CatalogueError(f"There is nothing to do for ‘{kind.title}’.")
    return parts


def assess_all(
    offered: Sequence[Offered],
    circumstances: Circumstances,
    knows: Knows,
    *,
    draft: Draft,
    phase: Phase | None = None,
) -> list[Assessment]:
    """The gate's answer about every line, those that can be undone first. Raises CatalogueError."""

    def found(as_one: frozenset[int]) -> tuple[list[Line], list[Assessment]]:
        lines = expand(offered, circumstances.at, knows, as_one=as_one)
        return lines, list(_assessed(lines, circumstances, knows, draft, phase))

    lines, answers = found(frozenset())
    lowered = frozenset(
        place
        for place, one in enumerate(offered)
        if _lowers(place, one, lines, answers, circumstances, knows)
    )
    if lowered:
        lines, answers = found(lowered)
    return answers if len(lines) == len(offered) else _reversible_first(answers)


def check(offered: Offered, circumstances: Circumstances, knows: Knows) -> None:
    """Raise CatalogueError where it, or a line of it, names what does not exist."""
    circumstances = here(circumstances, knows.policy())
    for line, world in worlds(expand([offered], circumstances.at, knows), knows):
        kind = catalogue.find(line.offered.type)
        kind.findings(catalogue.parse(kind.id, line.offered.params), circumstances, world)


def _assessed(
    lines: Sequence[Line],
    circumstances: Circumstances,
    knows: Knows,
    draft: Draft,
    phase: Phase | None,
) -> Iterator[Assessment]:
    ids = [str(draft(position)["id"]) for position in range(len(lines))]
    people = budgets.people_of((line.offered for line in lines), circumstances.requester.id)
    for position, (line, world) in enumerate(worlds(lines, knows)):
        after = tuple(ids[earlier] for earlier in line.offered.after)
        given = {**draft(position), "position": position, "after": after}
        yield assess(line.offered, circumstances, world, draft=given, phase=phase, people=people)


def worlds(lines: Sequence[Line], knows: Knows) -> Iterator[tuple[Line, Knows]]:
    """Each line with the world in which its facts are looked up."""
    effects = [_effect(line.offered, knows) for line in lines]
    for position, line in enumerate(lines):
        awaited = _awaited(lines, position)
        others = {n for n in range(len(lines)) if n != position} - awaited
        yield (
            line,
            foresee(
                knows,
                [effect for n in sorted(awaited) if (effect := effects[n])],
                [effect for n in sorted(others) if (effect := effects[n])],
            ),
        )


def _effect(offered: Offered, knows: Knows) -> Effect | None:
    kind = catalogue.find(offered.type)
    return kind.effect(catalogue.parse(kind.id, offered.params), knows)


def _awaited(lines: Sequence[Line], position: int) -> set[int]:
    """Everything that must be done before the line, directly or through others."""
    found: set[int] = set()
    for earlier in lines[position].offered.after:
        found |= {earlier, *_awaited(lines, earlier)}
    return found


def _lowers(
    place: int,
    one: Offered,
    lines: Sequence[Line],
    answers: Sequence[Assessment],
    circumstances: Circumstances,
    knows: Knows,
) -> bool:
    """Whether splitting this would let something pass that is stopped as a whole."""
    parts = [found for line, found in zip(lines, answers, strict=True) if line.whole == place]
    if len(parts) == 1 or catalogue.find(one.type).is_bundle:
        return False
    whole = assess(one, circumstances, knows, draft={"id": "", "root": "", **_UNWRITTEN})
    return max(part.tier for part in parts) < whole.tier


_UNWRITTEN: Mapping[str, Any] = {"version": 1, "ticket": None}


def _reversible_first(answers: Sequence[Assessment]) -> list[Assessment]:
    """In an order that keeps every dependency, what is undone most easily comes first."""
    left, done = list(answers), set[str]()
    ordered: list[Assessment] = []
    while left:
        ready = [one for one in left if done.issuperset(one.action.after)]
        first = min(ready, key=lambda one: one.findings.consequence.irreversibility.value)
        left.remove(first)
        done.add(first.action.id)
        action = replace(first.action, position=len(ordered))
        ordered.append(replace(first, action=action))
    return ordered


def strictest(answers: Sequence[Assessment]) -> Assessment:
    """The line that decides how strict the whole is: by mode, then by tier."""
    return max(answers, key=lambda one: (STRICTNESS.index(one.gate.mode), one.tier))
