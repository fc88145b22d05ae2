"""People as the road sees them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from holdshort.core import settings
from holdshort.core.terms import Authority, Delegation, Employment, Kind, Person
from holdshort.records import db

DESK = "holdshort"
"""The service person in whose name the desk and the executor act."""


def person(identity: str) -> Person | None:
    """The person with that id, or None."""
    found = db.row("person", person=identity)
    return from_row(found) if found else None


def people(identities: Iterable[str]) -> dict[str, Person]:
    """Several people by id; unknown ids are left out."""
    found = db.rows("people_by_id", people=sorted(set(identities)))
    return {row["id"]: from_row(row) for row in found}


def has_left(ended_on: date | None) -> bool:
    """Whether a last day is over, on the company's own clock."""
    if ended_on is None:
        return False
    company = {"company": db.row("company_about")}
    return ended_on < settings.on_its_clock(company, db.now()).date()


def account(identity: str, issuer: str) -> int | None:
    """The person's account with that issuer, unless it was taken from them."""
    number: int | None = db.value("account", person=identity, issuer=issuer)
    return number


def register() -> tuple[Authority, ...]:
    """Who may be asked to decide what."""
    return register_from(db.rows("register"))


def register_from(rows: Iterable[db.Row]) -> tuple[Authority, ...]:
    """The same from rows that were read already."""
    return tuple(
        Authority(
            person=row["person"],
            contexts=tuple(row["contexts"]),
            cost_limit=row["cost_limit"],
            backup=row["backup"],
            scope=tuple(row["scope"]),
            absent=tuple((starts, ends) for starts, ends in row["absent"]),
        )
        for row in rows
    )


def delegations(at: datetime) -> tuple[Delegation, ...]:
    """Who decides for whom at that moment."""
    return delegations_from(db.rows("delegations", at=at))


def delegations_from(rows: Iterable[db.Row]) -> tuple[Delegation, ...]:
    """The same from rows that were read already."""
    return tuple(
        Delegation(str(row["id"]), row["giver"], row["taker"], row["ends"]) for row in rows
    )


def decides_for(person: str) -> dict[str, str]:
    """Those who gave this person their decisions now, with their names."""
    return {row["giver"]: row["name"] for row in db.rows("decides_for", person=person)}


def from_row(row: db.Row) -> Person:
    """The person of a row of `person` or `people_by_id`."""
    return Person(
        id=row["id"],
        kind=Kind(row["kind"]),
        name=row["name"],
        email=row["email"],
        department=row["department"],
        roles=tuple(row["roles"]),
        manager=row["manager"],
        employment=Employment(
            row["employment_status"], row["employment_start"], row["employment_end"]
        ),
    )
