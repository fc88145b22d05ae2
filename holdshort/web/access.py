"""Access for a time: what is overdue first, then who holds what until when."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort import flow
from holdshort.records import actions, grants, queue, tickets
from holdshort.records.grants import Grant
from holdshort.stops import telling
from holdshort.web import errors
from holdshort.web.change import back
from holdshort.web.screen import Who, screen


@screen(staff=True)
def show(request: HttpRequest, who: Who) -> HttpResponse:
    """The page; calm while nobody holds anything for a time."""
    found = [one for one in grants.grants() if _may_see(who, one)]
    given = {
        "overdue": [{"grant": one, "title": _title(one)} for one in found if one.overdue],
        "others": [{"grant": one, "title": _title(one)} for one in found if not one.overdue],
    }
    return render(request, "access.html", given)


@screen("POST")
def end(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Whoever holds it gives it up, or somebody who works here ends it."""
    grant = grants.grant(str(action))
    if grant is None or not (who.person.id == grant.beneficiary or _may_see(who, grant)):
        raise Http404
    try:
        flow.end_access(str(action), sender=who.acts)
    except flow.Refused as no:
        return errors.page(request, errors.status_of(no.code), "We could not end it", str(no))
    return back(request, f"/tickets/{grant.ticket}")


def _may_see(who: Who, one: Grant) -> bool:
    ticket = tickets.ticket(one.ticket)
    return ticket is not None and queue.may_see(who.person, ticket)


def _title(one: Grant) -> str:
    story = actions.story(one.action)
    assert story is not None
    return telling.title(story)
