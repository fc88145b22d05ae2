"""Whoever may be asked about one action, circle after circle, until there are enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product, zip_longest

from holdshort.core.deciders import Candidate, Deciders

GENERAL = "general"
COVERED_BY_GENERAL = frozenset({"access", "finance", "hr", "legal", "facilities", GENERAL})
"""Contexts that a generalist may decide when nobody holds them; security is never among them."""

SMALL_TEAM = 2
"""With so few in the register, each decides whatever their duties allow."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One question to the people of a desk.

    With `also` it has several sides: of the context and of each of these somebody else must say
    yes.
    """

    desk: Deciders
    context: str
    owners: Sequence[tuple[str, str]]
    needed: int
    also: Sequence[str] = ()

    @property
    def contexts(self) -> tuple[str, ...]:
        """Every context whose people must say yes."""
        return (self.context, *self.also)

    def chosen(self) -> list[Candidate]:
        """Those who are asked: circle after circle, until there are enough.

        Where a side has nobody, fewer are asked than needed: the wait stays open to more.
        """
        if self.also:
            return self.able() if apart(self._speakers()) else self.able()[: len(self.also)]
        found: list[Candidate] = []
        for circle in self._circles():
            if authorities(found) < self.needed or self._all_loaded(found):
                found = once([*found, *circle])
        return self._spared(found)

    def enough(self) -> bool:
        """Whether those who are asked can end the wait, for each side somebody else."""
        if self.also:
            return apart(self._speakers())
        return authorities(self.chosen()) >= self.needed

    def able(self) -> list[Candidate]:
        """Everybody who could be asked; the first of each side first."""
        if not self.also:
            return self.chosen()
        found = list(filter(None, chain.from_iterable(zip_longest(*self.sides()))))
        return [one._replace(why=_merged(one, found)) for one in once(found)]

    def sides(self) -> list[list[Candidate]]:
        """For each context those who may speak for it; more where the first are the same."""
        found = [self._side(context).chosen() for context in self.contexts]
        if apart(_authorities(side) for side in found):
            return found
        return [self._side(context, len(self.contexts)).chosen() for context in self.contexts]

    def speaks_for(self, person: str) -> frozenset[str]:
        """For which contexts a yes of this person counts: those they decide, or stand in for."""
        return frozenset(context for context in self.contexts if self._reaches(person, context))

    def _reaches(self, person: str, context: str) -> bool:
        lines = (self.desk.line(one.person) for one in self.desk.holding(context, ""))
        asked = dict(zip(self.contexts, self.sides(), strict=True))[context]
        return any(person in line for line in lines) or person in {one.person for one in asked}

    def _side(self, context: str, needed: int = 1) -> Wait:
        """Owners speak for what they decide, and for the first context where that is none."""
        mine = self._holding(context)
        if context == self.context:
            mine |= {owner for owner, _ in self.owners}.difference(
                *map(self._holding, self.contexts)
            )
        owners = [owner for owner in self.owners if owner[0] in mine]
        return Wait(self.desk, context, owners, needed)

    def _holding(self, context: str) -> set[str]:
        return {one.person for one in self.desk.holding(context, "")}

    def _speakers(self) -> list[set[str]]:
        return [_authorities(side) for side in self.sides()]

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
    return len(_authorities(candidates))


def apart(sides: Iterable[Collection[str]]) -> bool:
    """Whether one can be taken of each, and no two are the same."""
    return any(len(set(taken)) == len(taken) for taken in product(*sides))


def _authorities(candidates: Iterable[Candidate]) -> set[str]:
    return {one.instead_of or one.person for one in candidates}


def _merged(candidate: Candidate, found: Iterable[Candidate]) -> str:
    """Every reason for which somebody is asked."""
    return "; ".join(dict.fromkeys(one.why for one in found if one.person == candidate.person))
