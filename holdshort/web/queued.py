"""The list of reviews that an address asks for, shown on its own and beside a review."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from holdshort.ports import Knows
from holdshort.records import db, queue
from holdshort.web.drawn import titled
from holdshort.web.portal import page_number
from holdshort.web.screen import Who

STATES = {"open": "Open", "closed": "Decided", "all": "All"}


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of reviews with what was asked for."""

    page: queue.Page
    rows: list[db.Row]
    mine: bool
    state: str
    search: str

    @property
    def plain(self) -> bool:
        """Whether this is simply everything that waits for this person."""
        return self.mine and self.state == "open" and not self.search and self.page.number == 1


def asked_queue(request: HttpRequest, who: Who, world: Knows) -> Queue:
    """The reviews that the address asks for; by default those that wait for this person."""
    mine = request.GET.get("mine", "1") != "0"
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    search = request.GET.get("search", "").strip()[:200]
    page = queue.reviews(
        who.person.id, mine=mine, state=state, search=search, page=page_number(request)
    )
    return Queue(page, titled(page.rows, world), mine, state, search)
