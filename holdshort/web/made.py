"""Saying that one changed something by hand before anybody permitted it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from holdshort import catalogue, flow
from holdshort.catalogue import ActionType
from holdshort.core.terms import Sender
from holdshort.records import people
from holdshort.stops.afterwards import TOLD_WITHIN, looker_for
from holdshort.web import signin, waiting
from holdshort.web.fields import fields, given
from holdshort.web.forms import offered
from holdshort.web.screen import Who, screen
from holdshort.web.ticket import staged

MINUTES = "%Y-%m-%dT%H:%M"


def _kinds() -> list[ActionType[Any]]:
    """What somebody changes outside, one by one."""
    return [kind for kind in offered() if not kind.is_bundle and kind.connector != "desk"]


@screen(staff=True)
def kinds(request: HttpRequest, who: Who) -> HttpResponse:
    """What was it that they changed?"""
    return render(request, "made_kinds.html", {"kinds": _kinds()})


@screen("GET", "HEAD", "POST", staff=True)
def form(request: HttpRequest, who: Who, type_id: str) -> HttpResponse:
    """One change: what, when, and why nobody was asked."""
    kind = catalogue.REGISTRY.get(type_id)
    if kind is None or kind not in _kinds():
        raise Http404
    if request.method != "POST":
        return _page(request, who, kind, {})
    params = given(type_id, request.POST.dict())
    try:
        at = _time(request.POST.get("made_at", ""))
        reason = request.POST.get("reason", "")
        number, _ = flow.record_made(type_id, params, at, reason, sender=_sender(request, who))
    except catalogue.BadParams as bad:
        return _page(request, who, kind, params, problems=bad.fields)
    except (flow.Refused, catalogue.CatalogueError) as no:
        return _page(request, who, kind, params, problem=str(no))
    waiting.until(lambda: staged(number))
    return HttpResponseRedirect(f"/tickets/{number}")


def _sender(request: HttpRequest, who: Who) -> Sender:
    """The person; better proved where they are alone and gave their password for this."""
    secret = request.POST.get("password", "")
    return signin.proved_again(who, secret) if secret else who.acts


def _time(text: str) -> datetime:
    """A minute in the company's zone."""
    try:
        return datetime.strptime(text, MINUTES).replace(tzinfo=timezone.get_current_timezone())
    except ValueError:
        raise flow.Refused("bad_answer", "Please choose when you made it.") from None


def _page(
    request: HttpRequest,
    who: Who,
    kind: ActionType[Any],
    values: dict[str, Any],
    *,
    problems: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    now = timezone.localtime()
    looker = looker_for(who.person.id)
    said = {
        "looker": people.people([looker])[looker].name if looker else "",
        "kind": kind,
        "fields": fields(kind.id, values, problems),
        "problem": problem or ("Please look at the marked fields." if problems else ""),
        "latest": now.strftime(MINUTES),
        "earliest": (now - TOLD_WITHIN + timedelta(minutes=1)).strftime(MINUTES),
        "posted": request.POST,
    }
    return render(request, "made.html", said, status=400 if said["problem"] else 200)
