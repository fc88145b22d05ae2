"""Moving an account to another organisational unit of the directory.

A unit decides which rules apply to an account: its sign-in policies, what is installed for it,
who else may administer it. The directory does not tell the desk, so the policy lists the units
with their rules; a unit whose rules nobody wrote down counts as the worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from holdshort.catalogue import account as about
from holdshort.catalogue import facts
from holdshort.catalogue.account import AccountOf
from holdshort.catalogue.kind import ActionType, Rendering, UnknownTarget
from holdshort.core import consequence
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    DirectoryAccount,
    Findings,
    Level,
    Offered,
    Person,
    Reason,
    Tier,
)
from holdshort.ports import Knows

RULES = "the policy's list of units"


class Move(AccountOf):
    """Whose account, and from which unit to which."""

    unit: str = Field(min_length=1, max_length=64, description="The id of the unit to move it to.")
    from_unit: str = Field(
        min_length=1, max_length=64, description="The id of the unit that it is in now."
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisational unit as the policy describes it; `rules` is None where nobody did."""

    id: str
    name: str
    connector: str
    place: str
    rules: tuple[str, ...] | None


def _unit(id: str, account: DirectoryAccount, person: Person, knows: Knows) -> Unit:
    """The unit with that id, in the account's directory. Raises UnknownTarget."""
    row = _row(id, knows)
    if row is None:
        raise UnknownTarget(f"The policy lists no organisational unit with the id ‘{id}’.")
    try:
        unit = Unit(id, str(row["name"]), str(row["connector"]), str(row["place"]), _rules(row))
    except (KeyError, TypeError):
        raise UnknownTarget(f"The unit ‘{id}’ of the policy cannot be read.") from None
    if unit.connector != account.connector:
        raise UnknownTarget(
            f"The unit ‘{unit.name}’ is in another directory than {person.name}'s account."
        )
    return unit


def _row(id: str, knows: Knows) -> Mapping[str, Any] | None:
    rows = knows.policy().get("units", ())
    units = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return next((row for row in units if row.get("id") == id), None)


def _rules(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    rules = row.get("rules")
    return None if rules is None else tuple(str(rule) for rule in rules)


# ------------------------------------------------------------------ what it does


def _move(params: Move, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    account = facts.account_of(knows, person)
    old = _unit(params.from_unit, account, person, knows)
    new = _unit(params.unit, account, person, knows)
    held, unlisted = knows.rights_of(person.id), knows.unlisted_of(person.id)
    raises = facts.present(
        *about.always_asked(asked, person, held, unlisted),
        _rules_unknown(old, new),
        _rules_lost(old, new, person),
    )
    return Findings(
        target=about.target(account),
        consequence=Consequence(
            consequence.worst(
                [about.reach(asked, person, held, knows, unlisted), _rules_change(old, new, person)]
            ),
            facts.level(0, f"It can be moved back to ‘{old.name}’.", facts.TYPE),
            facts.level(2, "Which rules apply to an account is changed.", facts.TYPE),
            facts.no_cost(),
        ),
        context=about.context(raises, "access"),
        # The connector writes to exactly the places that the approver saw.
        seen=about.seen(account) | {"unit": old.place, "_to": new.place},
        before=(f"{person.name}'s account is in ‘{old.name}’ ({old.place}).", *_said(old)),
        after=(f"It is in ‘{new.name}’ ({new.place}).", *_said(new)),
        read_at=account.read_at,
        raises=raises,
        already=f"Both are the unit ‘{old.name}’." if old.place == new.place else "",
    )


def _said(unit: Unit) -> tuple[str, ...]:
    if unit.rules is None:
        return (f"Rules of ‘{unit.name}’: we could not confirm.",)
    return tuple(f"Applies there: {rule}" for rule in unit.rules) or ("No rule applies there.",)


def _rules_change(old: Unit, new: Unit, person: Person) -> Level:
    """Blast radius: one account under other rules, as far as they are known."""
    if old.rules is None or new.rules is None:
        text = f"We could not confirm which rules change for {person.name}."
        return consequence.unknown(text, RULES)
    return facts.level(1, f"One account under other rules: {person.name}'s.", RULES)


def _rules_unknown(old: Unit, new: Unit) -> Reason | None:
    """Raise: nobody wrote down what applies in one of the units."""
    unknown = [unit for unit in (old, new) if unit.rules is None]
    if not unknown:
        return None
    names = facts.listing(f"‘{unit.name}’" for unit in unknown)
    return Reason(
        rule="raise.unit_rules_unknown",
        text=f"Nobody wrote down which rules apply in {names}, so we assume the worst.",
        observed="unknown",
        limit="the rules of both units",
        would_pass="Write the rules of the unit into the policy (units).",
    )


def _rules_lost(old: Unit, new: Unit, person: Person) -> Reason | None:
    """Raise: a rule that applies now would apply no more."""
    lost = [rule for rule in old.rules or () if rule not in (new.rules or ())]
    if not lost or new.rules is None:
        return None
    return Reason(
        rule="raise.unit_rules_lost",
        text=f"Rules would no longer apply to {person.name}: {facts.listing(lost)}.",
        observed=facts.listing(lost),
        limit="no rule less",
        would_pass="Move it to a unit where the same rules apply.",
    )


# ------------------------------------------------------------------ words and undo


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    old, new = (_name(str(params[which]), knows) for which in ("from_unit", "unit"))
    title = f"Move {name}'s account to ‘{new}’"
    sentence = (
        f"{name}'s account will be in the unit ‘{new}’ and no longer in ‘{old}’; "
        "the rules of the new unit apply to it."
    )
    return Rendering(title, sentence, title)


def _name(id: str, knows: Knows) -> str:
    return str((_row(id, knows) or {}).get("name", id))


def _back(params: Mapping[str, Any]) -> Offered | None:
    back = {"unit": params["from_unit"], "from_unit": params["unit"]}
    return Offered("idp.move_account", {"person": params["person"], **back})


MOVE = ActionType(
    id="idp.move_account",
    title="Move an account",
    domain="identity",
    context="access",
    doc="Moves one directory account to another organisational unit, whose rules then apply to it.",
    params=Move,
    findings=_move,
    render=_render,
    facts=("which rules apply in both units", "whose account it is and its effective rights"),
    undo=_back,
    undo_words="Move the account back to the unit it came from.",
    min_tier=(Tier.POLICY, "It changes which rules apply to an account."),
    budget="accounts",
)

TYPES = (MOVE,)
