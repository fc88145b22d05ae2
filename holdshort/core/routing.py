"""Which reviewer is asked, and why: by what they own and may decide, never by chance.

Nobody is asked without an entry in the authority register. An empty answer is a visible fault
that names who can end the wait; it never lets an action through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from holdshort.core.deciders import Candidate, Deciders
from holdshort.core.terms import Reason

GENERAL = "general"
COVERED_BY_GENERAL = frozenset({"access", "finance", "hr", "legal", "facilities", GENERAL})
"""Contexts that a generalist may decide when nobody holds them; security is never among them."""

SMALL_TEAM = 2
"""With so few in the register, each decides whatever their duties allow."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody who is asked, the reason as they read it, and their place: 1 is asked first."""

    person: str
    why: str
    rank: int
    delegation: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Who is asked. There is a `fault` when too few can be, and every wait names its end."""

    reviewers: tuple[Assigned, ...]
    fault: Reason | None
    who_can_end_it: str


def route(
    desk: Deciders,
    *,
    context: str,
    owners: Sequence[tuple[str, str]],
    needed: int = 1,
    keepers: Sequence[str] = (),
) -> Routing:
    """Owners first, then those who decide the context; among equals whoever has least waiting.

    `needed` is how many must say yes; `keepers` are the names of those who may change the
    authority register.
    """
    wait = _Wait(desk, context, owners, needed)
    chosen = wait.chosen()
    reviewers = tuple(
        Assigned(one.person, one.why, rank, one.delegation, one.instead_of)
        for rank, one in enumerate(chosen, start=1)
    )
    if authorities(chosen) >= needed:
        return Routing(reviewers, None, f"{desk.names(chosen)} can end this wait by deciding.")
    return Routing(reviewers, _fault(wait, chosen, keepers), _endings(wait, keepers))


@dataclass(frozen=True, slots=True)
class _Wait:
    """One question to the people of a desk."""

    desk: Deciders
    context: str
    owners: Sequence[tuple[str, str]]
    needed: int

    def chosen(self) -> list[Candidate]:
        """Those who are asked: circle after circle, until there are enough."""
        found: list[Candidate] = []
        for circle in self._circles():
            if authorities(found) < self.needed:
                found = _once([*found, *circle])
        return found

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


def why_not(desk: Deciders, person: str, *, context: str, owners: Sequence[tuple[str, str]]) -> str:
    """Why this person is none of those who may be asked, whoever is here; empty if they are."""
    if person not in desk.register:
        return f"{desk.name(person)} decides nothing here."
    if obstacle := desk.barrier(person):
        return obstacle.sentence
    circles = _Wait(desk, context, owners, 1).everybody()
    asked = {
        one
        for groups in circles
        for group in groups
        for one in (candidate.person for candidate in group)
    }
    if person not in {stand_in for one in asked for stand_in in desk.line(one)}:
        return f"{desk.name(person)} decides other questions."
    return ""


def _once(candidates: Sequence[Candidate]) -> list[Candidate]:
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


# ------------------------------------------------------------------ too few


def _fault(wait: _Wait, chosen: Sequence[Candidate], keepers: Sequence[str]) -> Reason:
    short = "nobody here may decide it"
    if chosen:
        short = f"only {wait.desk.names(chosen)} may decide it here"
    people = "a person" if wait.needed == 1 else f"{wait.needed} people"
    return Reason(
        "routing.nobody",
        f"Needs {people}, and {short}. {_endings(wait, keepers)}",
        observed=" ".join(wait.desk.obstacles(chosen)) or "The authority register is empty.",
        would_pass=f"naming another reviewer for {wait.context} questions",
    )


def _endings(wait: _Wait, keepers: Sequence[str]) -> str:
    """Who can end a wait that nobody may decide, and how: the quickest way first."""
    owner = " or ".join(keepers) or "An owner of this desk"
    another = f"naming another reviewer for {wait.context} questions in company.yaml"
    return " ".join(
        filter(
            None,
            (
                _asked_by_another(wait),
                _when_somebody_is_back(wait),
                f"{owner} can end this wait by {another}.",
                f"{wait.desk.name(wait.desk.action.requester)} can withdraw it.",
            ),
        )
    )


def _asked_by_another(wait: _Wait) -> str:
    """Where the deciders have a part in it, the beneficiary can ask instead."""
    who = wait.desk.action.beneficiary
    apart = replace(wait.desk.action, requester=who, initiator=who, changer=who)
    free = replace(wait, desk=replace(wait.desk, action=apart, writer=None)).chosen()
    if authorities(free) < wait.needed:
        return ""
    return f"If {wait.desk.name(who)} asks for it, {wait.desk.names(free)} can decide."


def _when_somebody_is_back(wait: _Wait) -> str:
    """The first day on which enough people are here."""
    entries = wait.desk.register.values()
    for end in sorted(end for entry in entries for _, end in entry.absent if end > wait.desk.at):
        there = replace(wait, desk=replace(wait.desk, at=end)).chosen()
        if authorities(there) >= wait.needed:
            return f"{wait.desk.names(there)} can decide from {end.day} {end:%b}."
    return ""
