"""All tickets, for the people who work on the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort.records import queue
from holdshort.web.portal import page_number
from holdshort.web.screen import Who, screen
from holdshort.web.words import STANDS


@screen(staff=True)
def listing(request: HttpRequest, who: Who) -> HttpResponse:
    """Searchable, by where they stand, newest first."""
    stands = request.GET.get("stands", "")
    stands = stands if stands in STANDS else ""
    search = request.GET.get("search", "").strip()[:200]
    page = queue.tickets(who.person, stands=stands, search=search, page=page_number(request))
    given = {"page": page, "search": search, "stands": stands, "choices": STANDS}
    return render(request, "tickets.html", given)
