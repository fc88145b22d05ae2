"""Who may never decide what: the duties that one person must not hold together.

Persons are compared by id, never by name or address, so a second account of the same person
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from holdshort.core.terms import Action, Authority, Kind, Person, Reason

NOBODY: Mapping[str, str] = MappingProxyType({})


def who_may_not(
    action: Action,
    person: Person,
    *,
    writer: str | None = None,
    decides_for: Mapping[str, str] = NOBODY,
) -> tuple[Reason, ...]:
    """Every reason why this person may not decide about this action; empty when they may.

    `writer` opened the ticket, perhaps in somebody else's name: they asked for it as much.
    `decides_for` are those who gave this person their decisions now, with their names: what one
    of them has a part in is theirs as little. The rules are `not_human` and `self_approval`,
    which are also the codes of the API. The sponsor of an agent's action is its requester, so
    nothing further is needed for sponsors.
    """
    return (
        *_not_human(person),
        *_self_approval(action, person, writer),
        *_for_a_party(action, person, writer, decides_for),
    )


def _not_human(person: Person) -> tuple[Reason, ...]:
    if person.kind is Kind.HUMAN:
        return ()
    return (Reason("not_human", f"{person.name} is not a human, and only humans decide."),)


def _self_approval(action: Action, person: Person, writer: str | None) -> tuple[Reason, ...]:
    return tuple(
        Reason("self_approval", f"{person.name} {part}, so somebody else must decide.")
        for part, holder in _parts(action, writer)
        if holder == person.id
    )


def _for_a_party(
    action: Action, person: Person, writer: str | None, decides_for: Mapping[str, str]
) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            "self_approval",
            f"{person.name} decides for {decides_for[holder]} now, who {part}, so somebody else "
            "must decide.",
        )
        for part, holder in _parts(action, writer)
        if holder is not None and holder in decides_for
    )


def _parts(action: Action, writer: str | None) -> Iterator[tuple[str, str | None]]:
    """What somebody may have had to do with an action, and who had."""
    yield "asked for this", action.requester
    yield "is the one it is for", action.beneficiary
    yield "started this", action.initiator
    yield "changed this so that more is at stake", _raiser(action)
    yield "wrote this ticket", writer if writer != action.requester else None
    for one in action.params.get("people", ()):
        yield "is one of those it is about", one


def _raiser(action: Action) -> str | None:
    """Whoever raised the stakes by a change; nobody did while the changer is the initiator."""
    return action.changer if action.changer != action.initiator else None


def who_may_adopt(
    author: str, people: Iterable[Person], register: Iterable[Authority]
) -> tuple[Person, ...]:
    """Who may put rules into force that the author wrote: owners and security, never the author.

    Where there is nobody else of these, it is whoever else decides here, so that one person for
    IT and one approver outside it are enough.
    """
    contexts = {entry.person: entry.contexts for entry in register}
    others = [
        person
        for person in people
        if person.id != author
        and person.kind is Kind.HUMAN
        and person.employment.status not in ("ended", "future")
    ]
    first = [
        person
        for person in others
        if "owner" in person.roles or "security" in contexts.get(person.id, ())
    ]
    return tuple(first or (person for person in others if person.id in contexts))


def counted(action: Action, approvers: Iterable[Person]) -> frozenset[str]:
    """The ids of the persons whose yes counts: each once, and only those who may decide."""
    return frozenset(person.id for person in approvers if not who_may_not(action, person))


def still_needed(action: Action, approvers: Iterable[Person], needed: int) -> int:
    """How many further persons must say yes."""
    return max(0, needed - len(counted(action, approvers)))
