"""Who must say yes, in desks of one, three and five people: the last part of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from holdshort.core.deciders import Deciders
from holdshort.core.routing import route
from holdshort.core.stakes import Stakes
from holdshort.core.terms import Action, Authority, Delegation

from .examples import NOON, action, person

AWAY = ((datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)),)
EVERYTHING = ("security", "access", "finance", "hr", "legal", "facilities", "general")

TEAMS: dict[str, tuple[Authority, ...]] = {
    "one for IT (ina), one outside it (olaf)": (
        Authority("ina", EVERYTHING, 100_000, "olaf"),
        Authority("olaf", ("general",), 5_000_000),
    ),
    "three (security apart from routine)": (
        Authority("sam", ("security",), backup="ina"),
        Authority("ina", ("access", "facilities", "general"), 100_000, "tom"),
        Authority("tom", ("access", "hr", "finance"), 500_000, "ina"),
    ),
    "five (primary and backup)": (
        Authority("sam", ("security", "access"), backup="nora"),
        Authority("nora", ("security",), backup="sam"),
        Authority("ina", ("access", "facilities", "general"), 100_000, "tom"),
        Authority("tom", ("access", "general"), backup="ina"),
        Authority("fay", ("finance", "hr", "legal"), 5_000_000),
    ),
}
ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "administrator rights": ("security", {}),
    "membership of a group": ("access", {}),
    "a contract of 2,000.00": ("finance", {"stakes": Stakes(spends=200_000, currency="EUR")}),
    "a vendor's bank account (two)": ("finance", {"needed": 2}),
    "a server room (security, and facilities)": (
        "security",
        {"needed": 2, "also": ("facilities",)},
    ),
    "a record about a person": ("hr", {}),
}


def circumstances(first: str, second: str) -> dict[str, dict[str, Any]]:
    """What may be so, with the ones who are asked first and second."""
    own = action(requester=first, beneficiary=first)
    gave = Delegation("d", first, second, AWAY[0][1])
    return {
        "asked for by somebody else": {},
        f"asked for by {first}": {"action": own},
        f"asked for by {first}, who gave {second} their decisions": {
            "action": own,
            "delegations": (gave,),
        },
        f"{first} is away": {"away": {first}},
        f"{first} has 20 open": {"open_reviews": {first: 20}},
        "nobody is here": {"away": {"*"}},
    }


def printed() -> Iterator[str]:
    """For every desk, what is asked for and how it came about: who is asked, in which order."""
    yield "WHO MUST SAY YES (in this order; one of them, or as many as said; nobody: it waits)"
    for team, register in TEAMS.items():
        for what, (context, more) in ACTIONS.items():
            yield ""
            yield f"{team}: {what}"
            usual = _asked(register, context, **more)
            named = [*usual, "nobody", "nobody"]
            for words, change in circumstances(named[0], named[1]).items():
                if "gave nobody" in words:
                    continue
                found = _asked(register, context, **{**more, **change})
                yield f"  {words:56}{', '.join(found) or 'nobody'}"


def _asked(register: tuple[Authority, ...], context: str, **change: Any) -> list[str]:
    away, needed = change.pop("away", set()), change.pop("needed", 1)
    also = change.pop("also", ())
    entries = {one.person: _absent(one) if {one.person, "*"} & away else one for one in register}
    asked_for: Action = change.pop("action", action())
    people = {one: person(one) for one in (*entries, asked_for.requester)}
    desk = Deciders(
        asked_for, None, entries, people, NOON, change.pop("open_reviews", {}), **change
    )
    found = route(desk, context=context, owners=(), needed=needed, also=also)
    names = [
        f"{one.person} for {one.instead_of}" if one.instead_of else one.person
        for one in found.reviewers
    ]
    return [*names, "(too few)"] if names and found.fault else names


def _absent(one: Authority) -> Authority:
    return Authority(one.person, one.contexts, one.cost_limit, one.backup, AWAY)
