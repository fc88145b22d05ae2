"""Asking by form: for people who know what they need, and whenever the agent is off."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import catalogue, flow
from holdshort.catalogue import ActionType
from holdshort.catalogue.consents import CONSENT
from holdshort.catalogue.page import heading
from holdshort.core.attachments import FITS
from holdshort.records import people, queue, tickets
from holdshort.stops.foretelling import Foretold, foretell
from holdshort.web import uploads, waiting
from holdshort.web.fields import fields, given, with_known
from holdshort.web.screen import Who, screen
from holdshort.web.ticket import staged


def offered() -> list[ActionType[Any]]:
    """The types that somebody may ask for directly: those that change something outside, and what
    only they themselves can say.
    """
    kinds = catalogue.REGISTRY.values()
    return [kind for kind in kinds if kind.connector != "desk" or kind.id == CONSENT]


@screen()
def forms(request: HttpRequest, who: Who) -> HttpResponse:
    """Every form there is."""
    given = {"domains": _domains(), "ticket": _ticket(request.GET.get("ticket", ""), who)}
    return render(request, "forms.html", given)


def _domains() -> dict[str, list[ActionType[Any]]]:
    """The forms by what they are about, under the headings that the catalogue has."""
    found: dict[str, list[ActionType[Any]]] = {}
    for kind in offered():
        found.setdefault(heading(kind.domain), []).append(kind)
    return found


@screen("GET", "HEAD", "POST")
def form(request: HttpRequest, who: Who, type_id: str) -> HttpResponse:
    """One form; sending it opens a ticket, or for staff adds a change to one."""
    kind = catalogue.REGISTRY.get(type_id)
    if kind is None or kind not in offered():
        raise Http404
    posted = request.POST if request.method == "POST" else request.GET
    ticket = _ticket(posted.get("ticket", ""), who)
    if request.method != "POST":
        return _page(
            request, kind, ticket, {"person": ticket["requester"] if ticket else who.person.id}
        )
    params = given(type_id, request.POST.dict())
    words = request.POST.get("words", "")
    try:
        if "foretell" in request.POST:
            foretold = _foretell(type_id, params, who, ticket)
            return _page(request, kind, ticket, params, words=words, foretold=foretold)
        number = flow.ask_by_form(
            type_id,
            params,
            words=words,
            sender=who.asks,
            ticket=ticket["number"] if ticket else None,
            files=uploads.of(request),
        )
    except catalogue.BadParams as bad:
        return _page(request, kind, ticket, params, problems=bad.fields, words=words)
    except (flow.Refused, catalogue.CatalogueError) as no:
        return _page(request, kind, ticket, params, problem=str(no), words=words)
    waiting.until(lambda: staged(number))
    return HttpResponseRedirect(f"/tickets/{number}")


def _foretell(type_id: str, params: dict[str, Any], who: Who, ticket: Any) -> Foretold:
    """Who would be asked, if this was sent; nothing is written."""
    requester = people.person(ticket["requester"]) if ticket else None
    return foretell(type_id, params, sender=who.asks, requester=requester)


def _ticket(text: str, who: Who) -> Any:
    """The ticket that a member of staff fills the form in for."""
    found = tickets.ticket(int(text)) if text.isdecimal() and len(text) < 16 else None
    return found if found and who.staff and queue.may_see(who.person, found) else None


def _page(
    request: HttpRequest,
    kind: ActionType[Any],
    ticket: Any,
    values: dict[str, Any],
    *,
    problems: dict[str, str] | None = None,
    problem: str = "",
    words: str = "",
    foretold: Foretold | None = None,
) -> HttpResponse:
    given = {
        "kind": kind,
        "ticket": ticket,
        "fields": with_known(fields(kind.id, values, problems)),
        "problem": problem or ("Please look at the marked fields." if problems else ""),
        "words": words,
        "fits": FITS,
        "chosen": bool(request.FILES),
        "foretold": foretold,
    }
    return render(request, "form.html", given, status=400 if problem or problems else 200)
