"""Stopping a change before it runs, and undoing it afterwards; both say why."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from holdshort import flow
from holdshort.core import reasons
from holdshort.records import actions, queue, tickets
from holdshort.records.actions import Story
from holdshort.web import errors, waiting
from holdshort.web.screen import Who, screen
from holdshort.web.ticket import staged


@screen("POST", staff=True)
def stop(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Stop what has not started."""
    story = visible(who, str(action))
    return _with_reason(request, who, story, "stop")


@screen("POST", staff=True)
def undo(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Offer the inverse of what ran; it has a gate of its own."""
    story = visible(who, str(action))
    return _with_reason(request, who, story, "undo")


def visible(who: Who, action: str) -> Story:
    """The action, if this person may see its ticket or was asked about it."""
    story = actions.story(action)
    ticket = tickets.ticket(story.action.ticket) if story and story.action.ticket else None
    if story is None or ticket is None:
        raise Http404
    asked = who.person.id in {one["person"] for one in story.assignments}
    if not asked and not queue.may_see(who.person, ticket):
        raise Http404
    return story


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page whose button was used, if that is ours."""
    wanted = request.POST.get("back", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if ours else otherwise)


def _with_reason(request: HttpRequest, who: Who, story: Story, verb: str) -> HttpResponse:
    code = request.POST.get("reason_code", "")
    if not reasons.known(verb, code):
        return errors.page(
            request, 400, f"Why {verb} it?", "Please go back and choose one of the reasons."
        )
    do = flow.stop if verb == "stop" else flow.undo
    try:
        do(story.action.id, code, sender=who.acts)
    except flow.Refused as no:
        return errors.page(request, errors.status_of(no.code), f"We could not {verb} it", str(no))
    number = story.action.ticket
    assert number is not None
    waiting.until(lambda: staged(number))
    return back(request, f"/tickets/{number}")
