"""Emergency overrides: using one on a waiting change, and looking at those of others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import flow
from holdshort.records import actions, overrides, queue
from holdshort.stops import looking, telling
from holdshort.web import errors
from holdshort.web.change import visible
from holdshort.web.screen import Who, screen

PRIVATE = "Somebody who may read that ticket looks at it."


@screen()
def show(request: HttpRequest, who: Who) -> HttpResponse:
    """Those that are open, and what became of earlier ones; of others what they are named for."""
    return _page(request, who)


@screen("POST", staff=True)
def use(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Permit one change alone."""
    story = visible(who, str(action))
    try:
        flow.override(story.action.id, request.POST.get("reason", ""), sender=who.acts)
    except flow.Refused as no:
        return errors.page(request, errors.status_of(no.code), "We could not do that", str(no))
    return HttpResponseRedirect("/overrides")


@screen("POST")
def look(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Another human says whether it was right."""
    if not any(one.action == str(action) for one in _named_for(who)):
        visible(who, str(action))
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")
    try:
        flow.look_over(str(action), verdict, note, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, no)
    return HttpResponseRedirect("/overrides" if who.staff else "/")


def _page(request: HttpRequest, who: Who, problem: flow.Refused | None = None) -> HttpResponse:
    found = overrides.open_ones() if who.staff else _named_for(who)
    if not who.staff and not found:
        return errors.not_yours(request)
    given: dict[str, Any] = {
        "items": [_item(one, who) for one in found],
        "past": [one for one in overrides.past() if who.staff and _may_see(one["ticket"], who)],
        "problem": problem,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "overrides.html", given, status=status)


def _may_see(ticket: int, who: Who) -> bool:
    return queue.may_see_number(who.person, ticket)


def _named_for(who: Who) -> list[overrides.Override]:
    """Those that this person is named to look over, whether or not they work here."""
    return [one for one in overrides.open_ones() if one.looker == who.person.id]


def _item(one: overrides.Override, who: Who) -> dict[str, Any]:
    """One that is open, and why this person does not look at it, if they may not."""
    story = actions.story(one.action)
    asked = {each["person"] for each in story.assignments} if story else set()
    if not (who.person.id in {one.looker, *asked} or _may_see(one.ticket, who)):
        unread = replace(one, reason="on a private ticket")
        return {"one": unread, "title": "A private change", "not_you": PRIVATE}
    if story is None:
        return {"one": one, "title": one.action, "not_you": ""}
    try:
        looking.check(story, who.acts)
    except flow.Refused as no:
        return {"one": one, "title": telling.title(story), "not_you": str(no)}
    return {"one": one, "title": telling.title(story), "not_you": ""}
