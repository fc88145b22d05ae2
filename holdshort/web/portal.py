"""The first page: say what you need, and see your tickets."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import flow
from holdshort.core.attachments import FITS
from holdshort.records import queue
from holdshort.web import errors, uploads
from holdshort.web.screen import Who, screen


@screen("GET", "HEAD", "POST")
def home(request: HttpRequest, who: Who) -> HttpResponse:
    """`GET` shows the page, `POST` opens a ticket with the words."""
    if request.method != "POST":
        return _page(request, who)
    words = request.POST.get("words", "")
    try:
        number = flow.receive("", words, sender=who.asks, files=uploads.of(request))
    except flow.Refused as no:
        return _page(request, who, words=words, problem=no)
    return HttpResponseRedirect(f"/tickets/{number}")


def _page(
    request: HttpRequest, who: Who, *, words: str = "", problem: flow.Refused | None = None
) -> HttpResponse:
    search = request.GET.get("search", "").strip()[:200]
    given = {
        "words": words,
        "problem": problem,
        "fits": FITS,
        "chosen": bool(request.FILES),
        "search": search,
        "notices": queue.notices(who.person),
        "page": queue.own_tickets(who.person, search=search, page=page_number(request)),
    }
    return render(
        request, "portal.html", given, status=errors.status_of(problem.code) if problem else 200
    )


def page_number(request: HttpRequest) -> int:
    """Which page of a list is asked for; nonsense means the first."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
