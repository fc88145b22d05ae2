"""The queue of reviews: what waits, for whom, until when. Empty is the goal."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort.ports import Knows
from holdshort.records import db, queue
from holdshort.records.world import World
from holdshort.web import review
from holdshort.web.drawn import titled
from holdshort.web.portal import page_number
from holdshort.web.screen import Who, screen

STATES = {"open": "Open", "closed": "Decided", "all": "All"}
SAMPLE = 8


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


@screen(staff=True)
def reviews(request: HttpRequest, who: Who) -> HttpResponse:
    """The list; on a wide screen with its first review beside it."""
    world = World()
    found = asked_queue(request, who, world)
    given = {"queue": found, "states": STATES, "at_list": True}
    if found.rows:
        first = review.asked(found.rows[0]["number"], who)
        if first is not None:
            given |= review.seen(first, who, world)
    else:
        given["lately"] = db.row("ran_without")
        given["sample"] = titled(queue.ran_alone()[:SAMPLE], world)
    return render(request, "review.html", given)
