"""The queue of reviews: what waits, for whom, until when. Empty is the goal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort.records import queue
from holdshort.records.world import World
from holdshort.web import review
from holdshort.web.drawn import titled
from holdshort.web.queued import STATES, asked_queue
from holdshort.web.screen import Who, screen

SAMPLE = 8


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
        given["lately"] = queue.lately()
        given["sample"] = titled(queue.ran_alone()[:SAMPLE], world)
    return render(request, "review.html", given)
