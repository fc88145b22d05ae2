"""What the rules say of money and of people: limits of spending, who is asked, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from holdshort import catalogue
from holdshort.core import money, settings
from holdshort.core.terms import Authority
from holdshort.records import db, health, people

CONTEXTS = ("access", "security", "finance", "hr", "legal", "facilities", "general")
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class Spending:
    """Up to how much one kind of purchase goes ahead, counted how, and whom more than that asks."""

    what: str
    amount: str
    counted: str
    owner: str


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who is asked: about what, up to how much money, and who stands in."""

    name: str
    limit: str
    backup: str
    only: tuple[str, ...]
    absent: tuple[Any, ...]


def spending(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Spending]:
    """The limits of the rules, in their order."""
    return [
        Spending(
            _title(row["flow"]),
            money.said(row["limit"], row["currency"]),
            _counted(row),
            names.get(row["owner"], row["owner"]),
        )
        for row in document.get("thresholds", ())
    ]


def _title(flow: str) -> str:
    kind = catalogue.REGISTRY.get(flow)
    return kind.title if kind else flow


def _counted(row: Mapping[str, Any]) -> str:
    if row["per"] == "item":
        return "for each item, with its whole commitment"
    return f"for all that one vendor gets in a {row['period']}"


def deciders(document: Mapping[str, Any]) -> list[tuple[str, list[Decider]]]:
    """Who is asked about what, question by question; one that nobody answers has nobody."""
    register = people.register()
    names = _names(register)
    currency = settings.currency(document)
    return [
        (context, [_decider(one, names, currency) for one in register if context in one.contexts])
        for context in CONTEXTS
    ]


def _decider(one: Authority, names: Mapping[str, str], currency: str) -> Decider:
    spends = one.cost_limit
    return Decider(
        name=names.get(one.person, one.person),
        limit=money.said(spends, currency) if spends else "",
        backup=names.get(one.backup or "", ""),
        only=one.scope,
        absent=one.absent,
    )


def owners() -> list[tuple[str, list[str]]]:
    """Who answers for which systems, and is asked about them; without a name, nobody."""
    found: dict[str, list[str]] = {}
    for row in db.rows("system_owners"):
        found.setdefault(row["owner_name"] or "", []).append(row["name"])
    return sorted(found.items(), key=lambda one: (not one[0], one[0]))


def asking(document: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """When and how long people are asked, a sentence each."""
    said = settings.section(document)
    days = [DAYS.get(day, day) for day in said.get("days", ())]
    hours = f"{said.get('from')} to {said.get('to')} in {document['company']['timezone']}"
    yield f"Work is {_listed(days)}, {hours}."
    yield (
        f"Without an answer in {said.get('answer_within_hours')} working hours a change is closed "
        "as not approved. At a third of them people are reminded, at two thirds their backups are "
        "asked as well."
    )
    if pages := [_title(one) for one in said.get("pages", ())]:
        yield f"These are counted at night, too, and told at once: {_listed(pages)}."
    yield f"With {settings.open_reviews(document)} open reviews somebody is asked last."
    most = settings.delegation_days(document)
    yield f"Decisions are given to somebody else for {most} days at most."
    alone = settings.alone(document)
    if alone.types:
        what = _listed([_title(one) for one in sorted(alone.types)])
        looks = names.get(alone.reviewed_by, alone.reviewed_by)
        yield f"Where nobody else can be asked, one may decide alone: {what}. {looks} looks at it."
    else:
        yield "Nobody decides about their own request, not even where nobody else can be asked."
    yield health.notices()[1]


def named(document: Mapping[str, Any]) -> set[str]:
    """Whose names these sentences need."""
    found = {row["owner"] for row in document.get("thresholds", ())}
    return found | {settings.alone(document).reviewed_by}


def _names(register: tuple[Authority, ...]) -> dict[str, str]:
    who = {one.person for one in register} | {one.backup for one in register if one.backup}
    return {key: person.name for key, person in people.people(who).items()}


def _listed(words: list[str]) -> str:
    *head, end = words or ["no day"]
    return f"{', '.join(head)} and {end}" if head else end
