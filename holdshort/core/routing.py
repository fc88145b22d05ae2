"""Which reviewer is asked, and why: by what they own and may decide, never by chance.

Nobody is asked without an entry in the authority register. An empty answer is a visible fault
that names who can end the wait; it never lets an action through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from holdshort.core.circles import Wait, once
from holdshort.core.deciders import Candidate, Deciders
from holdshort.core.terms import Reason


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
    also: Sequence[str] = (),
) -> Routing:
    """Owners first, then those who decide the context; among equals whoever has least waiting.

    `needed` is how many must say yes; `keepers` are the names of those who may change the
    authority register. Of the context and of each of `also` somebody else must say yes.
    """
    wait = Wait(desk, context, owners, needed, also)
    chosen = wait.chosen()
    reviewers = tuple(
        Assigned(one.person, one.why, rank, one.delegation, one.instead_of)
        for rank, one in enumerate(chosen, start=1)
    )
    if wait.enough():
        return Routing(reviewers, None, f"{_speakers(wait)} can end this wait by deciding.")
    return Routing(reviewers, _fault(wait, keepers), _endings(wait, keepers))


def why_not(
    desk: Deciders,
    person: str,
    *,
    context: str,
    owners: Sequence[tuple[str, str]],
    also: Sequence[str] = (),
) -> str:
    """Why this person is none of those who may be asked, whoever is here; empty if they are."""
    if person not in desk.register:
        return f"{desk.name(person)} decides nothing here."
    if obstacle := desk.barrier(person):
        return obstacle.sentence
    if also and Wait(desk, context, owners, 1, also).speaks_for(person):
        return ""
    circles = Wait(desk, context, owners, 1).everybody()
    asked = {
        one
        for groups in circles
        for group in groups
        for one in (candidate.person for candidate in group)
    }
    if also or person not in {stand_in for one in asked for stand_in in desk.line(one)}:
        return f"{desk.name(person)} decides other questions."
    return ""


def escalation(
    desk: Deciders,
    silent: Sequence[str],
    *,
    context: str,
    owners: Sequence[tuple[str, str]],
    also: Sequence[str] = (),
) -> list[Candidate]:
    """Who is asked as well when those who were asked are silent: their backups; without any who
    can answer, everybody else who may be asked here.
    """
    backups = [
        Candidate(person, f"{desk.name(one)} has not answered, and you are the backup")
        for one in silent
        for person in desk.line(one)[1:]
    ]
    others = [
        one._replace(why="those who were asked have not answered")
        for one_context in (context, *also)
        for groups in Wait(desk, one_context, owners, 1).everybody()
        for group in groups
        for one in group
    ]
    sides = Wait(desk, context, owners, 1, also)
    for candidates in (backups, others):
        found = [one for one in candidates if one.person in desk.register]
        found = [one for one in once(found) if desk.obstacle(one.person) is None]
        found = [one for one in found if not also or sides.speaks_for(one.person)]
        if new := [one for one in found if one.person not in silent]:
            return new
    return []


# ------------------------------------------------------------------ too few


def _speakers(wait: Wait) -> str:
    """Who can end a wait, as a choice; with several sides a choice for each."""
    if not wait.also:
        return wait.desk.names(wait.chosen())
    sides = zip(wait.contexts, wait.sides(), strict=True)
    return ", and ".join(f"{wait.desk.names(side)} for {context}" for context, side in sides)


def _fault(wait: Wait, keepers: Sequence[str]) -> Reason:
    people = "a person" if wait.needed == 1 else f"{wait.needed} people"
    return Reason(
        "routing.nobody",
        f"Needs {people}, and {_too_few(wait)}. {_endings(wait, keepers)}",
        observed=" ".join(wait.desk.obstacles(wait.able())) or "The authority register is empty.",
        would_pass=f"naming another reviewer for {_questions(wait)}",
    )


def _too_few(wait: Wait) -> str:
    able = wait.able()
    if not able:
        return "nobody here may decide it"
    empty = [one for one, side in zip(wait.contexts, wait.sides(), strict=True) if not side]
    if wait.also and empty:
        return f"nobody here may say yes for {' or '.join(empty)}"
    return f"only {wait.desk.names(able)} may decide it here"


def _questions(wait: Wait) -> str:
    return f"{' and '.join(wait.contexts)} questions"


def _endings(wait: Wait, keepers: Sequence[str]) -> str:
    """Who can end a wait that nobody may decide, and how: the quickest way first."""
    owner = " or ".join(keepers) or "An owner of this desk"
    another = f"naming another reviewer for {_questions(wait)} in company.yaml"
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


def _asked_by_another(wait: Wait) -> str:
    """Where the deciders have a part in it, the beneficiary can ask instead."""
    who = wait.desk.action.beneficiary
    apart = replace(wait.desk.action, requester=who, initiator=who, changer=who)
    free = replace(wait, desk=replace(wait.desk, action=apart, writer=None))
    if not free.enough():
        return ""
    return f"If {wait.desk.name(who)} asks for it, {_speakers(free)} can decide."


def _when_somebody_is_back(wait: Wait) -> str:
    """The first day on which enough people are here."""
    entries = wait.desk.register.values()
    for end in sorted(end for entry in entries for _, end in entry.absent if end > wait.desk.at):
        there = replace(wait, desk=replace(wait.desk, at=end))
        if there.enough():
            return f"{_speakers(there)} can decide from {end.day} {end:%b}."
    return ""
