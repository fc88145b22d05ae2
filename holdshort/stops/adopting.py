"""Rules that loosen a control wait until somebody else adopts them: who may, in a sentence."""

from __future__ import annotations

from holdshort.core import duties
from holdshort.core.terms import Person
from holdshort.records import db, people


def who(author: str) -> tuple[Person, ...]:
    """Those who may put into force what this author wrote, by name."""
    register = people.register()
    owners = {row["person"] for row in db.rows("owners_of_the_desk")}
    known = people.people(owners | {entry.person for entry in register}).values()
    return duties.who_may_adopt(author, sorted(known, key=lambda one: one.name), register)


def how_it_ends(author: str) -> str:
    """Who can end the wait of a version that this author wrote, and how."""
    found = who(author)
    if found:
        names = " or ".join(person.name for person in found)
        return f"{names} can end this wait by adopting it on the page Rules."
    by = people.person(author)
    name = by.name if by else author
    return (
        f"Nobody but its author may adopt it. Let somebody else apply the file "
        f"(`holdshort company apply FILE --as PERSON`), so that {name} can adopt it."
    )
