"""Accounts: suspending, resuming, creating."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from holdshort.catalogue import account as about
from holdshort.catalogue import facts, rights
from holdshort.catalogue.account import AccountOf
from holdshort.catalogue.kind import (
    ActionType,
    Effect,
    Emergency,
    Unconfirmed,
    UnknownTarget,
)
from holdshort.core import employment, guests
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Person,
    PolicyResult,
    PolicyVerdict,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

# ------------------------------------------------------------------ suspending and resuming


class Suspend(AccountOf):
    """Whose account, and whether because the person leaves."""

    leaving: bool = Field(
        default=False, description="Whether it is because the person leaves: then HR decides."
    )
    emergency: Emergency = False
    deleting: bool = Field(
        default=False,
        description="Whether deleting all data of the person was asked for, which waits for HR's "
        "record: then HR decides about this instead.",
    )


def _suspend(params: Suspend, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    account = facts.account_of(knows, person)
    held = knows.rights_of(person.id)
    left = employment.hr_end_date(knows.policy(), knows.policy_version(), person, asked.at)
    proven = left.verdict is PolicyVerdict.PASSES
    unproven = (params.leaving or params.deleting) and not proven
    return Findings(
        target=about.target(account),
        consequence=Consequence(
            about.reach(asked, person, held, knows),
            facts.level(0, "Resuming the account gives back all of it.", facts.TYPE),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context="hr" if unproven else "security",
        seen=about.seen(account),
        before=(f"{person.name} can sign in.",),
        after=(f"{person.name} cannot sign in; the account and its data stay.",),
        read_at=account.read_at,
        policy=_not_needed(person, asked, knows),
        raises=facts.present(
            *about.always_asked(facts.flagged(asked, params.emergency), person, held),
            not_left(person) if params.leaving and unproven else None,
            _not_deleted(person) if params.deleting and unproven else None,
        ),
        already="" if account.active else f"{person.name}'s account is suspended already.",
    )


def _not_deleted(person: Person) -> Reason:
    """Raise: to delete everything was asked for, and the sources differ on whether they left."""
    return Reason(
        rule="raise.source_conflict",
        text=f"Deleting all data of {person.name} was asked for, and HR's record does not say that "
        "they have left. Nothing is deleted. Suspending the account protects as much for now, and "
        "can be taken back.",
        observed=f"employment {person.employment.status}",
        limit="an end date in HR's record",
        would_pass="HR puts the end date into the record; the deletion is asked for again then.",
    )


def _not_needed(person: Person, asked: Circumstances, knows: Knows) -> PolicyResult:
    """The rule of whoever is listed as a guest, and that of everybody else."""
    rows = [row for row in knows.registered("guests") if row.get("person") == person.id]
    version = knows.policy_version()
    if not rows:
        return employment.hr_end_date(knows.policy(), version, person, asked.at)
    guest = {**rows[0], **_said(knows, person)} if len(rows) == 1 else None
    return guests.idle_guest(knows.policy(), version, person.name, guest, asked.at)


def _said(knows: Knows, guest: Person) -> dict[str, Any]:
    """What the owner said here themselves, which counts instead of what the company's file says."""
    consent = knows.consent(guest.id)
    return {} if consent is None else {"consent": consent}


def not_left(person: Person) -> Reason:
    """Raise: somebody says that this person leaves, and HR's record does not."""
    return Reason(
        rule="raise.authority_unproven",
        text=f"HR's record does not say that {person.name} leaves, whoever says so. Ask HR on a "
        "number that you know, not where this came from.",
        observed="no end date that is over",
        limit="an end date in HR's record",
        would_pass="HR puts the end date into the record.",
    )


def _resume(params: AccountOf, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    account = facts.account_of(knows, person)
    held, unlisted = knows.rights_of(person.id), knows.unlisted_of(person.id)
    raises = facts.present(
        *about.always_asked(asked, person, held, unlisted),
        facts.security_lock(knows, person, account.lock),
        facts.employment_unconfirmed(person, asked),
    )
    return Findings(
        target=about.target(account),
        consequence=Consequence(
            about.reach(asked, person, held, knows, unlisted),
            facts.level(0, "The account can be suspended again at once.", facts.TYPE),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context=about.context(raises, "access"),
        seen=about.seen(account),
        before=(f"{person.name} cannot sign in.",),
        after=(f"{person.name} can sign in again, with {_extent(held, unlisted)}.",),
        read_at=account.read_at,
        raises=raises,
        refusals=facts.present(facts.leaver(person, asked)),
        rights=held or (),
        already=f"{person.name}'s account is active already." if account.active else "",
    )


def _extent(held: facts.Rights | None, unlisted: tuple[str, ...]) -> str:
    if held is None:
        return "rights that we could not confirm"
    known = facts.listing(facts.named(right) for right in held) if held else "no special rights"
    return f"{known}, and whatever comes with {rights.some(unlisted)}" if unlisted else known


# ------------------------------------------------------------------ a new account


def _create(params: AccountOf, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    user_name = _user_name(person)
    account = knows.account(person.id)
    if account is None and knows.rights_of(person.id) is None:
        raise Unconfirmed(f"We could not confirm that {person.name} has no account yet.")
    if account is None and knows.is_user_name_taken(user_name):
        raise UnknownTarget(
            f"The directory has an account ‘{user_name}’ already, and we do not know whose it is."
        )
    lookalikes = knows.lookalikes(person.name)
    return Findings(
        target=Target("directory", user_name, person.name),
        consequence=_new_identity(person, knows),
        context="access",
        seen={
            "account": "",
            "exists": False,
            "user_name": user_name,
            "display_name": person.name,
            "email": person.email,
        },
        before=(f"{person.name} has no account.",),
        after=(f"{person.name} has the account ‘{user_name}’, in no group.",),
        read_at=knows.read_at(),
        policy=employment.hr_start_date(knows.policy(), knows.policy_version(), person, asked.at),
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.beneficiary_differs(asked, person),
            facts.emergency(asked),
            about.not_hired(person, asked),
            facts.looks_like_another(person.name, user_name, lookalikes),
        ),
        refusals=facts.present(facts.leaver(person, asked)),
        already=f"{person.name} has the account ‘{account.user_name}’." if account else "",
        lookalikes=lookalikes,
    )


def _user_name(person: Person) -> str:
    """The part of the work address before the @. Raises UnknownTarget without an address."""
    user_name = person.email.partition("@")[0].lower()
    if not user_name:
        raise UnknownTarget(f"{person.name} has no work address to name the account after.")
    return user_name


def _new_account(params: AccountOf, knows: Knows) -> Effect:
    person = facts.person_named(knows, params.person)
    return Effect(person.id, user_name=_user_name(person))


def _new_identity(person: Person, knows: Knows) -> Consequence:
    return Consequence(
        facts.level(1, f"One person: {person.name}.", facts.DIRECTORY, knows),
        facts.level(1, "The account can be suspended at once; its name stays used.", facts.TYPE),
        facts.level(2, "Somebody new can sign in here.", facts.TYPE),
        facts.no_cost(),
    )


# ------------------------------------------------------------------ the types

SUSPEND = ActionType(
    id="idp.suspend",
    title="Suspend an account",
    domain="identity",
    context="security",
    doc="Blocks the sign-in of one directory account. Nothing is deleted.",
    params=Suspend,
    findings=_suspend,
    render=about.renders(
        "Suspend {name}'s account",
        "{name} will not be able to sign in until the account is resumed; nothing is deleted.",
    ),
    facts=(
        "whose account it is and its effective rights",
        "whether it is active",
        "the end date in HR's record",
        "for guests: when they last signed in, and whether their owner agreed",
        "who asks",
    ),
    undo=about.inverse("idp.resume"),
    undo_words="Resume the account.",
    effect=lambda params, knows: Effect(params.person, suspends=True),
    min_tier=(Tier.POLICY, "It keeps a person from working."),
    policy_rule="account_not_needed",
    budget="accounts",
)

RESUME = ActionType(
    id="idp.resume",
    title="Resume an account",
    domain="identity",
    context="access",
    doc="Lets the person of a suspended directory account sign in again, with all its rights.",
    params=AccountOf,
    findings=_resume,
    render=about.renders(
        "Resume {name}'s account",
        "{name} will be able to sign in again, with every right the account carries.",
    ),
    facts=("the account's effective rights", "who locked it", "employment", "who asks"),
    undo=about.inverse("idp.suspend"),
    undo_words="Suspend the account again.",
    min_tier=(Tier.POLICY, "It gives access back."),
    budget="accounts",
)

CREATE_ACCOUNT = ActionType(
    id="idp.create_account",
    title="Create an account",
    domain="identity",
    context="access",
    doc="Creates the directory account of one person whom HR knows; it is in no group yet.",
    params=AccountOf,
    findings=_create,
    render=about.renders(
        "Create an account for {name}",
        "{name} will have a directory account, in no group and without special rights.",
    ),
    facts=("employment", "whether there is an account already", "names easily mistaken for it"),
    undo=about.inverse("idp.suspend"),
    undo_words="Suspend the new account; it is not deleted.",
    effect=_new_account,
    min_tier=(Tier.POLICY, "It lets somebody new in."),
    budget="accounts",
    policy_rule="hr_start_date",
)


TYPES = (SUSPEND, RESUME, CREATE_ACCOUNT)
