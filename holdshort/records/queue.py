"""Lists for screens, the API and the command line: paged, searchable, each from one statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from django.core.cache import cache

from holdshort.core import canonical
from holdshort.core.terms import Action, Kind, Person
from holdshort.records import db, people

PAGE = 25
COUNTED = 100
"""How many rows beyond a page are counted: the end of a long list is not looked for."""


LATEST_ANSWERS = 500
MINUTE = 60

_LISTS = {
    ("open", True): "open_for",
    ("open", False): "open_here",
    ("past", True): "past_for",
    ("past", False): "past_here",
}
"""The statement of each list of reviews: of what is open or past, for one person or for all."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and how many rows there are on all pages.

    `total` is exact up to COUNTED rows beyond this page's first; then `more` says that there are
    more than that.
    """

    rows: tuple[db.Row, ...]
    total: int
    number: int
    size: int
    more: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def works_here(person: Person) -> bool:
    """Whether somebody sees the tickets of others: owners, and whoever may be asked to decide."""
    if person.kind is not Kind.HUMAN:
        return False
    return "owner" in person.roles or any(one.person == person.id for one in people.register())


def sees_others(person: Person) -> bool:
    """Whether somebody reads what others asked for; an agent does, to offer something for it."""
    return person.kind is Kind.AGENT or works_here(person)


def contexts_of(person: Person) -> tuple[str, ...]:
    """What this person may be asked to decide about."""
    return _contexts(person.id)


def _contexts(person: str) -> tuple[str, ...]:
    found = [one.contexts for one in people.register() if one.person == person]
    return found[0] if found else ()


def reviews(
    person: str, *, mine: bool = True, state: str = "open", search: str = "", page: int = 1
) -> Page:
    """Reviews; `state` is open, closed or all. Rows carry `acting`, the Action under review.

    Of a private ticket they are listed for those who were asked, and in its context.
    """
    found = _page(
        _LISTS["open" if state == "open" else "past", mine],
        page,
        person=person,
        search=search,
        **({} if state == "open" else {"state": state}),
        **({} if mine else {"contexts": list(_contexts(person))}),
    )
    numbers = [row["number"] for row in found.rows]
    return replace(found, rows=tuple(_listed(numbers, person, state)))


def _listed(numbers: list[int], person: str, state: str) -> Iterator[db.Row]:
    """What a list shows of these reviews. What is open waits, so nothing else is asked about it."""
    waits = {"state": "waiting", "standing": "open"}
    past = db.rows("standing_of_reviews", numbers=numbers) if numbers and state != "open" else []
    stands = {row["number"]: row for row in past}
    for row in db.rows("listed_reviews", numbers=numbers, person=person) if numbers else []:
        yield {**_with_action(row), **stands.get(row["number"], waits)}


def tickets(person: Person, *, stands: str = "", search: str = "", page: int = 1) -> Page:
    """The tickets this person may see, newest first."""
    return _page(
        "ticket_list",
        page,
        person=person.id,
        everybody=sees_others(person),
        contexts=list(contexts_of(person)),
        stands=stands,
        search=search,
    )


def own_tickets(person: Person, *, search: str = "", page: int = 1) -> Page:
    """The tickets that this person opened, newest first."""
    return _page("my_tickets", page, person=person.id, search=search)


def notices(person: Person) -> list[db.Row]:
    """What this person was lately told without having asked, newest first."""
    return db.rows(
        "notices",
        person=person.id,
        everybody=sees_others(person),
        contexts=list(contexts_of(person)),
    )


def may_see(person: Person, ticket: db.Row) -> bool:
    """Whether this person may read a ticket: their own, or any that is not private elsewhere."""
    if ticket["requester"] == person.id:
        return True
    private = ticket["private_to"]
    return sees_others(person) and (private is None or private in contexts_of(person))


def may_see_number(person: Person, number: int) -> bool:
    """The same for a ticket by its number."""
    ticket = db.row("ticket", ticket=number)
    return ticket is not None and may_see(person, ticket)


def by_hand() -> list[db.Row]:
    """What people must do or look at, each with its Action as `acting`."""
    return [_with_action(row) for row in db.rows("by_hand_list")]


def ran_alone() -> list[db.Row]:
    """What ran without a person in the last day, each with its Action as `acting`."""
    return [_with_action(row) for row in db.rows("recent_runs", since=_yesterday())]


def lately() -> db.Row:
    """How much ran without a person in the last day, and how much of it somebody stopped."""
    return db.row("ran_without", since=_yesterday()) or {}


def _yesterday() -> datetime:
    return db.now() - timedelta(days=1)


def standing() -> list[db.Row]:
    """What every category has earned."""
    return db.rows("standing_list")


def record_of_confidence(type_id: str, stated: float) -> tuple[int, int]:
    """Right, and of how many, when the agent was about this sure (within five points).

    Of the latest 500 answers of this desk, whatever they were about.
    """
    found = db.row(
        "record_of_confidence",
        type=type_id,
        latest=LATEST_ANSWERS,
        low=round(stated - 0.05, 4),
        high=round(stated + 0.05, 4),
    )
    assert found is not None
    return found["right"], found["of"]


def recent_record_of_confidence(type_id: str, stated: float) -> tuple[int, int]:
    """The same, at most a minute old: what so many say changes slowly, and takes long to count."""
    key = f"{db.name()}:record_of_confidence:{type_id}:{stated}"
    count = partial(record_of_confidence, type_id, stated)
    return cast(tuple[int, int], cache.get_or_set(key, count, MINUTE))


def precedents(action: Action) -> list[db.Row]:
    """The latest decisions about the same type of action on the same target."""
    return db.rows(
        "precedents",
        type=action.type,
        connector=action.target.connector,
        target=action.target.id,
        action=action.id,
    )


def events(action: str) -> list[db.Row]:
    """Every event about an action, oldest first, with its position in the log."""
    return db.rows("events_of_action", action=action)


def _page(statement: str, page: int, *, search: str, **given: Any) -> Page:
    """The page, with its rows as the statement gives them."""
    number = max(1, page)
    first = (number - 1) * PAGE
    rows = db.rows(
        statement,
        limit=PAGE,
        offset=first,
        counted=first + COUNTED + 1,
        search=search,
        like=f"%{search}%",
        **given,
    )
    total = rows[0]["total"] if rows else 0
    more = total > first + COUNTED
    return Page(tuple(rows), total - more, number, PAGE, more)


def _with_action(row: db.Row) -> db.Row:
    if "canonical" not in row:
        return row
    return {**row, "acting": canonical.action_from(bytes(row["canonical"]))}
