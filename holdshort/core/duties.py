"""Who may never decide what: the duties that one person must not hold together.

Persons are compared by id, never by name or address, so a second account of the same person
changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from holdshort.core.terms import Action, Kind, Person, Reason


def who_may_not(action: Action, person: Person) -> tuple[Reason, ...]:
    """Every reason why this person may not decide about this action; empty when they may.

    The rules are `not_human` and `self_approval`, which are also the codes of the API. The
    sponsor of an agent's action is its requester, so nothing further is needed for sponsors.
    """
    return (*_not_human(person), *_self_approval(action, person))


def _not_human(person: Person) -> tuple[Reason, ...]:
    if person.kind is Kind.HUMAN:
        return ()
    return (Reason("not_human", f"{person.name} is not a human, and only humans decide."),)


def _self_approval(action: Action, person: Person) -> tuple[Reason, ...]:
    parts = {
        "asked for this": action.requester,
        "is the one it is for": action.beneficiary,
        "started this": action.initiator,
        "changed this so that more is at stake": _raiser(action),
    }
    return tuple(
        Reason("self_approval", f"{person.name} {part}, so somebody else must decide.")
        for part, holder in parts.items()
        if holder == person.id
    )


def _raiser(action: Action) -> str | None:
    """Whoever raised the stakes by a change; nobody did while the changer is the initiator."""
    return action.changer if action.changer != action.initiator else None


def counted(action: Action, approvers: Iterable[Person]) -> frozenset[str]:
    """The ids of the persons whose yes counts: each once, and only those who may decide."""
    return frozenset(person.id for person in approvers if not who_may_not(action, person))


def still_needed(action: Action, approvers: Iterable[Person], needed: int) -> int:
    """How many further persons must say yes."""
    return max(0, needed - len(counted(action, approvers)))
