"""Which reviewer is asked, and why: by what they own and may decide, never by chance.

Nobody is asked without an entry in the authority register. An empty answer is a visible fault
that names who can end the wait; it never lets an action through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdshort.core.duties import who_may_not
from holdshort.core.terms import Action, Authority, Person, Reason

GENERAL = "general"
COVERED_BY_GENERAL = frozenset({"access", "finance", "hr", "legal", "facilities", GENERAL})
"""Contexts that a generalist may decide when nobody holds them; security is never among them."""

SMALL_TEAM = 2
"""With so few in the register, each decides whatever their duties allow."""

Candidate = tuple[str, str]
"""A person's id, and why they are asked."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody who is asked, the reason as they read it, and their place: 1 is asked first."""

    person: str
    why: str
    rank: int


@dataclass(frozen=True, slots=True)
class Routing:
    """Who is asked. There is a `fault` exactly when nobody can be, and every wait names its end."""

    reviewers: tuple[Assigned, ...]
    fault: Reason | None
    who_can_end_it: str


def route(
    *,
    action: Action,
    context: str,
    owners: Sequence[Candidate],
    register: Sequence[Authority],
    people: Mapping[str, Person],
    at: datetime,
    open_reviews: Mapping[str, int],
) -> Routing:
    """Owners first, then those who decide the context; among equals whoever has least waiting."""
    desk = _Desk(action, {entry.person: entry for entry in register}, people, at, open_reviews)
    first = (owners, desk.holding(context, f"you decide {context} questions"))
    chosen = _once([one for circle in first for one in desk.present(circle)])
    for circle in _fallbacks(desk, context):
        chosen = chosen or _once(desk.present(circle))
    return _asked(desk, chosen) if chosen else _nobody(desk, context)


def _fallbacks(desk: _Desk, context: str) -> Sequence[list[Candidate]]:
    """Who is asked, circle by circle, when neither an owner nor anybody of the context can be."""
    general = desk.holding(GENERAL, f"nobody else can decide this {context} question now")
    few = [(one, "you are the other person who decides here") for one in desk.register]
    return (
        general if context in COVERED_BY_GENERAL else [],
        few if len(few) <= SMALL_TEAM else [],
    )


def _once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each person once, at their best place."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate[0], candidate)
    return list(found.values())


def _asked(desk: _Desk, chosen: Sequence[Candidate]) -> Routing:
    reviewers = tuple(Assigned(*one, rank) for rank, one in enumerate(chosen, start=1))
    names = " or ".join(desk.name(person) for person, _ in chosen)
    return Routing(reviewers, None, f"{names} can end this wait by deciding.")


def _nobody(desk: _Desk, context: str) -> Routing:
    remedy = f"adding a reviewer for {context} questions"
    ending = f"An owner of this desk can end this wait by {remedy}."
    known = " ".join(desk.obstacles()) or "The authority register is empty."
    text = f"Needs a person, and nobody here may decide it. {ending}"
    fault = Reason("routing.nobody", text, observed=known, would_pass=remedy)
    return Routing((), fault, ending)


# ------------------------------------------------------------------ who is there


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Why somebody cannot be asked: as a sentence, and as the end of "you stand in for Bo"."""

    sentence: str
    aside: str


@dataclass(frozen=True, slots=True)
class _Desk:
    """Those who may be asked about one action, at one moment."""

    action: Action
    register: Mapping[str, Authority]
    people: Mapping[str, Person]
    at: datetime
    open_reviews: Mapping[str, int]

    def holding(self, context: str, why: str) -> list[Candidate]:
        return [(e.person, why) for e in self.register.values() if context in e.contexts]

    def present(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those who can answer now, or their stand-ins; whoever has least waiting comes first."""
        there = [found for one in candidates if (found := self.answering(one))]
        return sorted(there, key=lambda one: (self.open_reviews.get(one[0], 0), one[0]))

    def answering(self, candidate: Candidate) -> Candidate | None:
        """The candidate, or the first of their line of backups who can answer."""
        person, why = candidate
        passed: set[str] = set()
        while person in self.register and person not in passed:
            obstacle = self.obstacle(person)
            if obstacle is None:
                return person, why
            if not passed:
                why = f"you stand in for {self.name(person)}{obstacle.aside}"
            passed.add(person)
            person = self.register[person].backup or ""
        return None

    def obstacles(self) -> list[str]:
        """Why each person of the register is not asked, one sentence each."""
        found = {person: self.obstacle(person) for person in self.register}
        return [
            obstacle.sentence if obstacle else f"{self.name(person)} decides other questions."
            for person, obstacle in found.items()
        ]

    def obstacle(self, person: str) -> _Obstacle | None:
        """What keeps this person of the register from answering, if anything does."""
        who = self.people.get(person)
        if who is None or not _works_here(who, self.at):
            return _Obstacle(
                f"{self.name(person)} does not work here now.", ", who is not here now"
            )
        if ties := who_may_not(self.action, who):
            return _Obstacle(ties[0].text, ", who may not decide this")
        for start, end in self.register[person].absent:
            if start <= self.at < end:
                until = f"until {end.day} {end:%b}"
                return _Obstacle(f"{who.name} is away {until}.", f" {until}")
        return None

    def name(self, person: str) -> str:
        return self.people[person].name if person in self.people else person


def _works_here(person: Person, at: datetime) -> bool:
    """Outside approvers have no employment record, so only one that says otherwise counts."""
    job = person.employment
    ended = job.end is not None and job.end < at.date()
    return job.status not in {"ended", "future"} and not ended
