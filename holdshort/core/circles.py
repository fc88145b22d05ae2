"""Whoever may be asked about one action, circle after circle, until there are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from holdshort.core.deciders import Candidate, Deciders

GENERAL = "general"
COVERED_BY_GENERAL = frozenset({"access", "finance", "hr", "legal", "facilities", GENERAL})
"""Contexts that a generalist may decide when nobody holds them; security is never among them."""

SMALL_TEAM = 2
"""With so few in the register, each decides whatever their duties allow."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One question to the people of a desk."""

    desk: Deciders
    context: str
    owners: Sequence[tuple[str, str]]
    needed: int

    def chosen(self) -> list[Candidate]:
        """Those who are asked: circle after circle, until there are enough."""
        found: list[Candidate] = []
        for circle in self._circles():
            if authorities(found) < self.needed or self._all_loaded(found):
                found = once([*found, *circle])
        return self._spared(found)

    def _all_loaded(self, found: Sequence[Candidate]) -> bool:
        return all(self.desk.loaded(one.person) for one in found)

    def _spared(self, found: list[Candidate]) -> list[Candidate]:
        """Whoever has too much waiting comes last, and who is asked first instead reads why."""
        free = [one for one in found if not self.desk.loaded(one.person)]
        if not free or not found or free[0] is found[0]:
            return found
        full = [one for one in found if one not in free]
        why = f"{free[0].why}; {self.desk.name(found[0].person)} has {self.desk.cap} or more open"
        return [free[0]._replace(why=why), *free[1:], *full]

    def _circles(self) -> Iterator[list[Candidate]]:
        for groups in self.everybody():
            yield [one for group in groups for one in self.desk.present(group)]

    def everybody(self) -> Iterator[Sequence[Sequence[Candidate]]]:
        """Whoever may be asked, circle after circle, each in groups of equals."""
        desk, context = self.desk, self.context
        holding = desk.holding(context, f"you decide {context} questions")
        general = desk.holding(GENERAL, f"nobody else can decide this {context} question now")
        why = "you are the other person who decides here"
        few = [Candidate(one, why) for one in desk.register]
        yield [Candidate(*one) for one in self.owners], holding
        yield (general if context in COVERED_BY_GENERAL else (),)
        yield (few if len(few) <= SMALL_TEAM else (),)


def once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each person once, at their best place, and in their own name where they can."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        known = found.setdefault(candidate.person, candidate)
        if known.instead_of and not candidate.instead_of:
            found[candidate.person] = candidate
    return list(found.values())


def authorities(candidates: Iterable[Candidate]) -> int:
    """How many say yes where all of these do: somebody and who decides for them are one."""
    return len({one.instead_of or one.person for one in candidates})
