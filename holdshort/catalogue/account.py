"""What the account types share: parameters, levels, raises and words about one account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts, rights
from holdshort.catalogue.kind import Params, Rendering
from holdshort.core import consequence
from holdshort.core.templates import starting
from holdshort.core.terms import (
    Circumstances,
    DirectoryAccount,
    Level,
    Offered,
    Person,
    Reason,
    Target,
)
from holdshort.ports import Knows


class AccountOf(Params):
    """Whose account."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")


# ------------------------------------------------------------------ levels and raises


def reach(
    asked: Circumstances,
    person: Person,
    held: facts.Rights | None,
    knows: Knows,
    unlisted: tuple[str, ...] = (),
) -> Level:
    """Blast radius: an account reaches as far as the rights it carries.

    `unlisted` are its groups of which nobody says what they give, for what lets somebody in. What
    keeps somebody out is not graver for them: an ending that waits leaves open what nobody knows.
    """
    if held is None:
        text = f"We could not confirm what {person.name} may do."
        return consequence.unknown(text, facts.DIRECTORY)
    strong = facts.far_reaching(held)
    if strong:
        found = facts.listing(facts.named(right) for right in strong)
        return facts.level(3, f"{person.name} holds {found}.", facts.DIRECTORY, knows)
    if unlisted:
        text = f"Nobody says what {person.name} may do through {rights.some(unlisted)}."
        return consequence.unknown(text, facts.COMPANY)
    if asked.requester.id == person.id:
        return facts.level(0, f"{person.name}'s own account.", facts.DIRECTORY, knows)
    return facts.level(1, f"One person: {person.name}.", facts.DIRECTORY, knows)


def regulated(asked: Circumstances, person: Person) -> Level:
    if asked.requester.id == person.id:
        return facts.level(0, "Their own credential.", facts.CHANNEL)
    return facts.level(2, "Somebody else's access is changed.", facts.CHANNEL)


def always_asked(
    asked: Circumstances,
    person: Person,
    held: facts.Rights | None,
    unlisted: tuple[str, ...] = (),
) -> tuple[Reason | None, ...]:
    """The raises that every change to an account can meet; `unlisted` as for `reach`."""
    return (
        facts.sender_unproven(asked),
        facts.beneficiary_differs(asked, person),
        facts.beneficiary_privileged(person, held),
        rights.unlisted(person, unlisted),
        facts.emergency(asked),
    )


def not_hired(person: Person, asked: Circumstances) -> Reason | None:
    """Raise: HR neither says that this person works here nor that they will, and when."""
    return None if starting(person, asked.at) else facts.employment_unconfirmed(person, asked)


def context(raises: tuple[Reason, ...], otherwise: str) -> str:
    """Whatever was raised about an account is for security to decide."""
    return "security" if raises else otherwise


def target(account: DirectoryAccount) -> Target:
    return Target(account.connector, account.external_id, account.user_name)


def seen(account: DirectoryAccount) -> dict[str, Any]:
    return {
        "account": account.external_id,
        "active": account.active,
        "locked": account.lock is not None,
    }


# ------------------------------------------------------------------ words


def renders(title: str, sentence: str) -> Callable[[Mapping[str, Any], Knows], Rendering]:
    """Both texts say `{name}` where the person's name goes."""

    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        name = facts.name_of(params, knows)
        titled = title.replace("{name}", name)
        return Rendering(titled, sentence.replace("{name}", name), titled)

    return render


def inverse(type_id: str) -> Callable[[Mapping[str, Any]], Offered | None]:
    def undo(params: Mapping[str, Any]) -> Offered | None:
        return Offered(type_id, {"person": params["person"]})

    return undo
