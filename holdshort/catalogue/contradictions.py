"""Where a ticket's words, or what is asked for, do not fit the facts: shown to whoever decides."""

from __future__ import annotations

import re
from collections.abc import Iterable

from holdshort.catalogue import facts
from holdshort.core.terms import Asset, Circumstances, Person, Reason

RULE = "note.text_contradicts"
_HARMLESS = re.compile(r"\b(dev|development|test|testing|staging|sandbox|non-?prod\w*)\b", re.I)
_MODEST = re.compile(r"\b(read[- ]only|harmless|not? admin\w*|nothing special)\b", re.I)


def with_rights(asked: Circumstances, rights: facts.Rights) -> tuple[Reason, ...]:
    """Where the ticket's words say less than the facts do. Shown; they change no level."""
    production = [right for right in rights if right.environment == "production"]
    return facts.present(
        _contradiction(_HARMLESS, asked, map(facts.named, production), "production"),
        _contradiction(
            _MODEST, asked, map(facts.named, facts.privileged(rights)), "privileged rights"
        ),
    )


def with_inventory(asked: Circumstances, asset: Asset) -> tuple[Reason, ...]:
    """The same for a thing of the inventory that the words call harmless."""
    against = [f"{asset.name} (production)"] if asset.environment == "production" else []
    return facts.present(_contradiction(_HARMLESS, asked, against, "production"))


def with_the_record(asked: Circumstances, person: Person) -> tuple[Reason, ...]:
    """Where HR's record does not say that somebody has left from whom things are taken for that."""
    if facts.has_left(person, asked):
        return ()
    text = f"HR's record does not say that {person.name} has left."
    observed = f"employment {person.employment.status}"
    return (Reason(rule="note.not_left", text=text, observed=observed),)


def _contradiction(
    claim: re.Pattern[str], asked: Circumstances, against: Iterable[str], world: str
) -> Reason | None:
    said = claim.search(asked.ticket_text)
    things = tuple(against)
    if said is None or not things:
        return None
    return Reason(
        rule=RULE,
        text=f"The ticket says ‘{said.group()}’, but this reaches {world}.",
        observed=facts.listing(things),
        limit=f"the ticket's words: ‘{said.group()}’",
    )
