"""Many accounts at once: all of them count before the first is touched.

More people than rules alone may reach within an hour are one decision of two people, one of HR and
one of IT; not one account is suspended before it. The limit is a number of people, never a share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.accounts import SUSPEND
from holdshort.catalogue.desk import CONNECTOR, this_ticket
from holdshort.catalogue.kind import (
    ActionType,
    Params,
    Rendering,
    UnknownTarget,
    made_of_lines,
)
from holdshort.core import budgets, employment
from holdshort.core.templates import Unreadable, local
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    Person,
    Reason,
    Tier,
)
from holdshort.ports import Knows

IDENTITY_SYSTEM = "directory"
NAMED = 3
MOST = 500
"""How many people one decision is about at most: whoever decides reads all their names."""


class AccountsOf(Params):
    """Whose accounts."""

    people: list[str] = Field(
        min_length=1, max_length=MOST, description="The ids of the people, each once."
    )


# ------------------------------------------------------------------ the bundle


def _each(params: AccountsOf, at: datetime, knows: Knows) -> Sequence[Offered]:
    people = _who_can_sign_in(params, knows)
    if _too_many(people, at, knows):
        return (Offered(SUSPEND_MANY.id, {"people": people}),)
    return tuple(Offered(SUSPEND.id, {"person": id}) for id in people)


def _who_can_sign_in(params: AccountsOf, knows: Knows) -> list[str]:
    """Without those who are suspended already; all of them where nobody else is left."""
    each = list(dict.fromkeys(params.people))
    accounts = {id: knows.account(facts.person_named(knows, id).id) for id in each}
    return [id for id, one in accounts.items() if one is None or one.active] or each


def _too_many(people: Sequence[str], at: datetime, knows: Knows) -> Reason | None:
    """Why these are for people to decide, with those whose accounts were suspended lately."""
    reached = knows.reached([SUSPEND.id])
    return budgets.too_many(knows.policy(), knows.policy_version(), reached, frozenset(people), at)


def _render_all(params: Mapping[str, Any], knows: Knows) -> Rendering:
    count = len(set(params["people"]))
    title = f"Suspend the accounts of {count} people"
    return Rendering(title, f"{count} people will not be able to sign in until resumed.", title)


SUSPEND_ALL = ActionType(
    id="bundle.suspend",
    title="Suspend several accounts",
    domain="identity",
    context="security",
    doc="Suspends several people's accounts. All of them count before the first is suspended; more "
    "than rules alone may reach are one decision of HR and IT.",
    params=AccountsOf,
    findings=made_of_lines,
    render=_render_all,
    facts=("those of each suspension", "how many people were reached lately"),
    undo_words="Each account is resumed by itself.",
    min_tier=SUSPEND.min_tier,
    expand=_each,
)

# ------------------------------------------------------------------ the one decision


def _held(params: AccountsOf, asked: Circumstances, knows: Knows) -> Findings:
    people = [facts.person_named(knows, id) for id in dict.fromkeys(params.people)]
    ended = {one.id: one for one in people if _has_left(one, asked, knows)}
    directory = knows.asset(IDENTITY_SYSTEM)
    owner = directory.owner if directory else None
    return Findings(
        target=this_ticket(asked),
        consequence=Consequence(
            _reach(len(people), knows),
            facts.level(0, "Resuming the accounts gives back all of them.", facts.TYPE),
            facts.level(2, "Somebody else's access is changed.", facts.TYPE),
            facts.no_cost(),
        ),
        context="access",
        seen={"ended": {id: str(one.employment.end) for id, one in ended.items()}},
        before=(f"{len(people)} people can sign in.", *_named(people, ended)),
        after=_after(people, ended),
        read_at=knows.read_at(),
        raises=facts.present(
            _too_many([one.id for one in people], asked.at, knows),
            facts.sender_unproven(asked),
            facts.emergency(asked),
        ),
        owners=((owner, "you own the directory"),) if owner else (),
        also=("hr",),
    )


def _has_left(person: Person, asked: Circumstances, knows: Knows) -> bool:
    try:
        return employment.has_ended(person, local(knows.policy(), asked.at))
    except Unreadable as error:
        raise UnknownTarget(f"The policy cannot be read: {error}.") from None


def _reach(count: int, knows: Knows) -> Level:
    return facts.level(3, f"The accounts of {count} people.", facts.DIRECTORY, knows)


def _named(people: Sequence[Person], ended: Mapping[str, Person]) -> tuple[str, str]:
    """The first few with what HR's record says, and everybody by name."""
    first = facts.listing(_said(one, ended) for one in people[:NAMED])
    return f"For example {first}.", f"Everybody: {facts.listing(one.name for one in people)}."


def _said(person: Person, ended: Mapping[str, Person]) -> str:
    left = f"left on {person.employment.end}" if person.id in ended else "has not left"
    return f"{person.name} (by HR's record {left})"


def _after(people: Sequence[Person], ended: Mapping[str, Person]) -> tuple[str, ...]:
    nobody = "None of them can sign in; accounts and data stay."
    if not ended:
        return (nobody,)
    return (
        nobody,
        f"{len(ended)} of them, who have left by HR's record, leave their groups as well.",
        "Until this is decided, nobody's access ends because of HR's record alone.",
    )


def _render_held(params: Mapping[str, Any], knows: Knows) -> Rendering:
    count = len(set(params["people"]))
    title = f"Suspend the accounts of {count} people, as one decision"
    effect = f"{count} people will not be able to sign in until resumed. A no suspends nobody."
    return Rendering(title, effect, title)


SUSPEND_MANY = ActionType(
    id="idp.suspend_many",
    title="Suspend many accounts as one decision",
    domain="identity",
    context="access",
    doc="Lets the accounts of many people be suspended, after a yes of HR and one of IT; before "
    "that none is. Each suspension then has its own record, and its own gate where it is graver.",
    params=AccountsOf,
    findings=_held,
    render=_render_held,
    facts=(
        "how many people that is, with those who were suspended lately",
        "whom HR's record says to have left, and when",
        "who owns the directory",
    ),
    undo_words="Each account is resumed by itself.",
    connector=CONNECTOR,
    min_tier=(Tier.HUMAN, "So many accounts are always for people to decide."),
    permanent=True,
    hold_seconds=0,
    needed=lambda params: 2,
    never_alone="So many accounts are never for one person: nothing is lost while they can sign in "
    "for another hour, and everybody's work is where the record is wrong. Suspend by itself "
    "whatever account is being misused.",
)

TYPES = (SUSPEND_ALL, SUSPEND_MANY)
