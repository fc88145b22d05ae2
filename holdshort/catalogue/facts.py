"""Questions about people, accounts and rights that several action types ask, answered once.

A raise is a reason that sends an action to a person whatever its levels say; a refusal is a
reason not to do it at all. Both are None where nothing is wrong. Unknown counts as worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from holdshort.catalogue.kind import Unconfirmed, UnknownTarget
from holdshort.core.templates import employed
from holdshort.core.terms import (
    Assurance,
    Channel,
    Circumstances,
    DirectoryAccount,
    Fact,
    Group,
    Kind,
    Level,
    Lock,
    Person,
    Reason,
    Right,
)
from holdshort.ports import Knows

DIRECTORY = "the directory"
HR = "the HR record"
CHANNEL = "the channel the words came by"
TYPE = "the action type"
COMPANY = "the register of systems"
EMERGENCY = "raise.emergency"
"""The rule of whatever a person called an emergency."""

UNPROVEN = "raise.requester_unproven"
"""The rule of whatever nobody proved to have asked for."""

LEAVER = "refuse.leaver"
"""The rule of whatever nobody who has left gets."""

MISTYPED = "password_attempts"
"""How the directory says that an account was locked by wrong passwords."""

Rights = tuple[Right, ...]

# ------------------------------------------------------------------ the named things


def person_named(knows: Knows, person: str) -> Person:
    """The person with that id. Raises UnknownTarget."""
    found = knows.person(person)
    if found is None:
        raise UnknownTarget(f"Nobody here has the id ‘{person}’.")
    return found


def group_named(knows: Knows, group: str) -> Group:
    """The group with that id. Raises UnknownTarget."""
    found = knows.group(group)
    if found is None:
        raise UnknownTarget(f"No group here has the id ‘{group}’.")
    return found


def account_of(knows: Knows, person: Person) -> DirectoryAccount:
    """The person's directory entry. Raises Unconfirmed: without one there is no target."""
    found = knows.account(person.id)
    if found is None:
        raise Unconfirmed(f"We could not confirm that {person.name} has a directory account.")
    return found


# ------------------------------------------------------------------ levels


def level(value: int, text: str, source: str, knows: Knows | None = None) -> Level:
    """A level with one fact behind it; with `knows`, as old as the directory's last reading."""
    return Level(value, (Fact(text, source, knows.read_at() if knows else None),))


def no_cost() -> Level:
    """For types that spend nothing."""
    return level(0, "Costs nothing.", TYPE)


def privileged(rights: Iterable[Right]) -> Rights:
    """Those of the rights that are privileged."""
    return tuple(right for right in rights if right.privileged)


def far_reaching(rights: Iterable[Right]) -> Rights:
    """Those that are privileged or reach production; an unknown environment counts as that."""
    return tuple(right for right in rights if right.privileged or in_production(right))


def in_production(right: Right) -> bool:
    """Whether the right reaches what customers depend on, as far as we know."""
    return right.environment in ("production", "unknown", "")


def named(right: Right) -> str:
    """A right in words: `AWS ReadOnlyAccess in AWS (production)`."""
    return f"{right.name} in {right.system_name} ({_environment(right)})"


def _environment(right: Right) -> str:
    unknown = right.environment in ("unknown", "")
    return "environment unknown" if unknown else right.environment


def listing(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *head, last = list(words) or ["nothing"]
    return f"{', '.join(head)} and {last}" if head else last


# ------------------------------------------------------------------ raises


def present(*reasons: Reason | None) -> tuple[Reason, ...]:
    """The reasons that apply."""
    return tuple(reason for reason in reasons if reason is not None)


def sender_unproven(asked: Circumstances) -> Reason | None:
    """Raise: nobody proved to be the requester. A sender's address on an e-mail proves nothing."""
    if asked.assurance >= Assurance.SESSION and asked.channel is not Channel.EMAIL:
        return None
    return Reason(
        rule=UNPROVEN,
        text=f"We could not confirm that {asked.requester.name} sent this.",
        observed=f"by {asked.channel}, {asked.assurance.name.lower().replace('_', '-')} sign-in",
        limit="a signed-in session",
        would_pass="Ask from a signed-in session; else a person must call back on a known number.",
    )


def requester_left(asked: Circumstances) -> Reason | None:
    """Raise: whoever stands behind it has left, so nobody answers for wanting it any more."""
    behind = asked.initiator if asked.initiator.kind is Kind.HUMAN else asked.requester
    if not has_left(behind, asked):
        return None
    return Reason(
        rule="raise.requester_left",
        text=f"{behind.name}, who asked for this, has left.",
        observed=_employment(behind, asked),
        limit="somebody who works here",
        would_pass="Somebody who works here asks for it, if it is needed still.",
    )


def flagged(asked: Circumstances, emergency: bool) -> Circumstances:
    """The same circumstances, as an emergency where the form says so."""
    return replace(asked, emergency=asked.emergency or emergency)


def emergency(asked: Circumstances) -> Reason | None:
    """Raise: somebody called it an emergency, so a human decides."""
    if not asked.emergency:
        return None
    return Reason(rule=EMERGENCY, text=f"{asked.initiator.name} flagged this as an emergency.")


def beneficiary_differs(asked: Circumstances, person: Person) -> Reason | None:
    """Raise: the change is for somebody else than the person it is recorded for."""
    if asked.beneficiary is None or asked.beneficiary.id == person.id:
        return None
    return Reason(
        rule="raise.beneficiary_differs",
        text=f"This is recorded as for {asked.beneficiary.name}, but it changes {person.name}.",
        observed=person.id,
        limit=asked.beneficiary.id,
        would_pass=f"Record it as for {person.name}.",
    )


def beneficiary_privileged(person: Person, held: Rights | None) -> Reason | None:
    """Raise: the account itself carries privileged rights, however ordinary the request."""
    if held is None:
        return Reason(
            rule="raise.beneficiary_privileged",
            text=f"We could not confirm what {person.name} may do, so we assume the most.",
            observed="unknown",
            limit="no privileged right",
            would_pass="Read the directory again.",
        )
    if not privileged(held):
        return None
    return Reason(
        rule="raise.beneficiary_privileged",
        text=f"{person.name} holds privileged rights; whoever has this account has them too.",
        observed=listing(named(right) for right in privileged(held)),
        limit="no privileged right",
        would_pass=f"An account of {person.name} without privileged rights.",
    )


def employment_unconfirmed(person: Person, asked: Circumstances) -> Reason | None:
    """Raise: the HR record does not say that this person works here today."""
    if employed(person, asked.at):
        return None
    return Reason(
        rule="raise.employment_unconfirmed",
        text=f"The HR record does not say that {person.name} works here today.",
        observed=_employment(person, asked),
        limit="employment active",
        would_pass="HR confirms the employment.",
    )


def looks_like_another(name: str, target: str, others: tuple[str, ...]) -> Reason | None:
    """Raise: a reader could take this name for another one, so a person compares the ids."""
    if not others:
        return None
    return Reason(
        rule="raise.lookalike",
        text=f"The name ‘{name}’ is easily mistaken for {listing(f'‘{o}’' for o in others)}.",
        observed=f"id {target}",
        limit="a name that cannot be mistaken",
        would_pass="Rename one of them.",
    )


def security_lock(knows: Knows, person: Person, lock: Lock | None) -> Reason | None:
    """Raise: a security rule or a person locked the account, not mistyped passwords."""
    if lock is None or lock.by == MISTYPED:
        return None
    who = locked_by(knows, lock)
    since = f" at {lock.at:%H:%M on %d %B}" if lock.at else ""
    return Reason(
        rule="raise.undoes_security_control",
        text=f"{person.name}'s account was locked by {who}{since}; that is a security control.",
        observed=f"locked by {who}",
        limit="locked by mistyped passwords",
        would_pass="Security lifts the lock.",
    )


def locked_by(knows: Knows, lock: Lock) -> str:
    """Who or what set the lock, in words."""
    setter = knows.person(lock.by)
    if setter is not None:
        return setter.name
    if lock.by in ("", "unknown"):
        return "somebody we could not identify"
    return "mistyped passwords" if lock.by == MISTYPED else f"the rule ‘{lock.by}’"


# ------------------------------------------------------------------ refusals


def has_left(person: Person, asked: Circumstances) -> bool:
    """Whether employment is over; the last day itself still counts as employed."""
    return left_by(person, asked.at)


def left_by(person: Person, at: datetime) -> bool:
    """The same at that moment."""
    end = person.employment.end
    return person.employment.status == "ended" or (end is not None and end < at.date())


def leaver(person: Person, asked: Circumstances) -> Reason | None:
    """Refusal: nobody who left gets access back or more of it."""
    if not has_left(person, asked):
        return None
    return Reason(
        rule=LEAVER,
        text=f"The HR record says that {person.name} no longer works here.",
        observed=_employment(person, asked),
        limit="employment active",
        would_pass="HR corrects the record; a person can be asked.",
    )


def _employment(person: Person, asked: Circumstances) -> str:
    job = person.employment
    if has_left(person, asked):
        return f"employment ended {job.end.isoformat()}" if job.end else "employment ended"
    start = f", from {job.start.isoformat()}" if job.start else ""
    return f"employment {job.status}{start}"


# ------------------------------------------------------------------ names for rendering


def name_of(params: Mapping[str, Any], knows: Knows) -> str:
    """The name of the person an action is about, or the id where nobody has it any more."""
    found = knows.person(str(params["person"]))
    return found.name if found else f"‘{params['person']}’"
