"""Signing in: a new password, lifting a lock."""

from __future__ import annotations

from holdshort.catalogue import account as about
from holdshort.catalogue import facts
from holdshort.catalogue.account import AccountOf
from holdshort.catalogue.kind import ActionType
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    DirectoryAccount,
    Findings,
    Level,
    Person,
    Reason,
)
from holdshort.ports import Knows

# ------------------------------------------------------------------ a new password


def _unenrolled(person: Person, account: DirectoryAccount) -> Reason | None:
    if account.factor_enrolled:
        return None
    known = "unknown" if account.factor_enrolled is None else "none enrolled"
    return Reason(
        rule="raise.no_enrolled_factor",
        text=f"{person.name} has no enrolled factor that would prove who opens the link.",
        observed=f"second factor {known}",
        limit="an enrolled factor",
        would_pass=f"{person.name} enrols a factor, or a person confirms them in another way.",
    )


def _for_somebody_else(asked: Circumstances, person: Person) -> Reason | None:
    if asked.requester.id == person.id:
        return None
    return Reason(
        rule="raise.authority_unproven",
        text=f"{asked.requester.name} asks for a new password for {person.name}'s account.",
        observed=f"asked by {asked.requester.name}",
        limit=f"asked by {person.name}",
        would_pass=f"{person.name} asks.",
    )


def _reset(params: AccountOf, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    account = facts.account_of(knows, person)
    held, unlisted = knows.rights_of(person.id), knows.unlisted_of(person.id)
    raises = facts.present(
        *about.always_asked(asked, person, held, unlisted),
        _for_somebody_else(asked, person),
        _unenrolled(person, account),
        facts.security_lock(knows, person, account.lock),
        facts.employment_unconfirmed(person, asked),
    )
    back_in = f"{person.name} signs in with another new password within minutes."
    return Findings(
        target=about.target(account),
        consequence=Consequence(
            about.reach(asked, person, held, knows, unlisted),
            facts.level(1, back_in, facts.TYPE),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context=about.context(raises, "access"),
        seen=about.seen(account),
        before=(f"The password {person.name} has now works.",),
        after=(
            f"A new password works; only {person.name} can read it, once.",
            "The old password works no more.",
        ),
        read_at=account.read_at,
        raises=raises,
        refusals=facts.present(facts.leaver(person, asked)),
    )


# ------------------------------------------------------------------ lifting a lock


def _unlock(params: AccountOf, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    account = facts.account_of(knows, person)
    held, unlisted = knows.rights_of(person.id), knows.unlisted_of(person.id)
    control = facts.security_lock(knows, person, account.lock)
    raises = facts.present(
        *about.always_asked(asked, person, held, unlisted),
        control,
        facts.employment_unconfirmed(person, asked),
    )
    who = facts.locked_by(knows, account.lock) if account.lock else ""
    return Findings(
        target=about.target(account),
        consequence=Consequence(
            about.reach(asked, person, held, knows, unlisted),
            _after_the_lock(control, person, knows),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context=about.context(raises, "access"),
        seen=about.seen(account),
        before=(f"{person.name}'s account is locked by {who}.",) if who else (),
        after=(f"{person.name} can sign in again with the same password.",),
        read_at=account.read_at,
        raises=raises,
        refusals=facts.present(facts.leaver(person, asked)),
        already="" if account.lock else f"{person.name}'s account is not locked.",
    )


def _after_the_lock(control: Reason | None, person: Person, knows: Knows) -> Level:
    if control is None:
        return facts.level(0, "The sign-in can be blocked again at once.", facts.TYPE)
    text = f"If the lock was right, whoever else has {person.name}'s password gets in."
    return facts.level(2, text, facts.DIRECTORY, knows)


# ------------------------------------------------------------------ the types

RESET_PASSWORD = ActionType(
    id="idp.reset_password",
    title="Set a new password",
    domain="identity",
    context="access",
    doc="Replaces the password of one directory account. The person alone reads the new one, once.",
    params=AccountOf,
    findings=_reset,
    render=about.renders(
        "Set a new password for {name}",
        "{name} will get a new password that only they can read, once; the old one stops working.",
    ),
    facts=(
        "how the requester proved who they are",
        "whose account it is and its effective rights",
        "enrolled factor",
        "who locked the account",
        "employment",
    ),
    undo_words="The old password cannot be brought back; another new one can be set in minutes.",
    afterwards="You get the new password in person or by phone, never in a message. Please choose "
    "your own when you sign in.",
    hold_seconds=0,
)

UNLOCK = ActionType(
    id="idp.unlock",
    title="Unlock an account",
    domain="identity",
    context="access",
    doc="Lifts the lock on one directory account. A lock that security set is a control.",
    params=AccountOf,
    findings=_unlock,
    render=about.renders(
        "Unlock {name}'s account",
        "{name} will be able to sign in again with the password they have.",
    ),
    facts=("who or what locked the account", "its effective rights", "employment", "who asks"),
    undo=about.inverse("idp.suspend"),
    undo_words="Block the sign-in again by suspending the account.",
    afterwards="Please try to sign in again.",
    hold_seconds=0,
)

TYPES = (RESET_PASSWORD, UNLOCK)
