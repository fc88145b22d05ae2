"""Those who may be asked about one action, at one moment, and why others may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from holdshort.core.duties import who_may_not
from holdshort.core.stakes import NOTHING, Stakes, beyond
from holdshort.core.terms import Action, Authority, Delegation, Person


class Candidate(NamedTuple):
    """A person's id and why they are asked; by which delegation, and whose decision it is then."""

    person: str
    why: str
    delegation: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why somebody cannot be asked: as a sentence, and as the end of "you stand in for Bo"."""

    sentence: str
    aside: str


@dataclass(frozen=True, slots=True)
class Deciders:
    """Those who may be asked about one action, at one moment."""

    action: Action
    writer: str | None
    register: Mapping[str, Authority]
    people: Mapping[str, Person]
    at: datetime
    open_reviews: Mapping[str, int]
    stakes: Stakes = NOTHING
    delegations: tuple[Delegation, ...] = ()
    """Those that count at this moment."""

    cap: int = 20
    """With so many open reviews somebody is asked after the others."""

    def holding(self, context: str, why: str) -> list[Candidate]:
        """Those of the register who decide that context."""
        return [Candidate(e.person, why) for e in self.register.values() if context in e.contexts]

    def present(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those who can answer now, or their stand-ins; whoever has least waiting comes first."""
        there = [found for one in candidates for found in self.answering(one)]
        return sorted(there, key=lambda one: (self.open_reviews.get(one.person, 0), one.person))

    def answering(self, candidate: Candidate) -> list[Candidate]:
        """The candidate and whoever decides for them, or the first of their line of backups."""
        first, why = candidate.person, candidate.why
        instead = self._instead(first)
        for person in self.line(first):
            obstacle = self.obstacle(person)
            if obstacle is None:
                return [Candidate(person, why), *instead]
            if instead:
                return instead
            if person == first:
                why = f"you stand in for {self.name(person)}{obstacle.aside}"
        return []

    def _instead(self, giver: str) -> list[Candidate]:
        """Who decides for somebody now, as far as that one might decide it themselves."""
        if giver not in self.register or self.barrier(giver):
            return []
        return [
            Candidate(one.taker, self._for_whom(one), one.id, giver)
            for one in self.delegations
            if one.giver == giver and one.taker in self.register and not self._hindered(one.taker)
        ]

    def _for_whom(self, one: Delegation) -> str:
        return f"you decide for {self.name(one.giver)} until {one.ends.day} {one.ends:%b}"

    def _hindered(self, taker: str) -> bool:
        """Whether somebody cannot decide even for another: they are away, or have a part in it."""
        return self._excluded(taker) is not None or self._away(self.people[taker]) is not None

    def line(self, person: str) -> list[str]:
        """A person of the register with their line of backups there."""
        found: list[str] = []
        while person in self.register and person not in found:
            found.append(person)
            person = self.register[person].backup or ""
        return found

    def obstacles(self, chosen: Sequence[Candidate]) -> list[str]:
        """Why each other person of the register is not asked, one sentence each."""
        asked = {one.person for one in chosen}
        found = {one: self.obstacle(one) for one in self.register if one not in asked}
        return [
            obstacle.sentence if obstacle else f"{self.name(person)} decides other questions."
            for person, obstacle in found.items()
        ]

    def obstacle(self, person: str) -> Obstacle | None:
        """What keeps this person of the register from answering now, if anything does."""
        return self.barrier(person) or self._away(self.people[person])

    def barrier(self, person: str) -> Obstacle | None:
        """What keeps this person of the register from ever answering, if anything does."""
        if excluded := self._excluded(person):
            return excluded
        who = self.people[person]
        if limit := beyond(self.register[person], self.stakes):
            return Obstacle(f"{who.name} {limit}.", f", who {limit}")
        return None

    def _excluded(self, person: str) -> Obstacle | None:
        """What keeps somebody from deciding this for whomever."""
        who = self.people.get(person)
        if who is None or not _works_here(who, self.at):
            return Obstacle(f"{self.name(person)} does not work here now.", ", who is not here now")
        for_whom = {
            one.giver: self.name(one.giver) for one in self.delegations if one.taker == person
        }
        if ties := who_may_not(self.action, who, writer=self.writer, decides_for=for_whom):
            return Obstacle(ties[0].text, ", who may not decide this")
        return None

    def loaded(self, person: str) -> bool:
        """Whether somebody has so much waiting that others are asked first."""
        return self.open_reviews.get(person, 0) >= self.cap

    def hands(self, approver: str, context: str, owners: Sequence[tuple[str, str]]) -> str:
        """Who does by hand what was approved: the approver, if it is their field at all.

        An approver outside IT says yes and does not do IT's work; whoever is here does, even for
        themselves, since somebody else decided.
        """
        field = {one.person for one in self.holding(context, "")} | {owner for owner, _ in owners}
        there = sorted(one for one in field & self.register.keys() if self._is_here(one))
        return there[0] if there and approver not in field else approver

    def _is_here(self, person: str) -> bool:
        who = self.people.get(person)
        return who is not None and _works_here(who, self.at) and self._away(who) is None

    def _away(self, who: Person) -> Obstacle | None:
        for start, end in self.register[who.id].absent:
            if start <= self.at < end:
                until = f"until {end.day} {end:%b}"
                return Obstacle(f"{who.name} is away {until}.", f" {until}")
        return None

    def name(self, person: str) -> str:
        """How a person is called, by their id if nobody knows."""
        return self.people[person].name if person in self.people else person

    def names(self, candidates: Sequence[Candidate]) -> str:
        """The names of candidates, as a choice."""
        return " or ".join(self.name(one.person) for one in candidates)


def _works_here(person: Person, at: datetime) -> bool:
    """Outside approvers have no employment record, so only one that says otherwise counts."""
    job = person.employment
    ended = job.end is not None and job.end < at.date()
    return job.status not in {"ended", "future"} and not ended
