"""One ticket: the conversation, where it stands in plain words, and its changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from holdshort import flow, wiring
from holdshort.core.attachments import FITS
from holdshort.core.reasons import OVERRIDE
from holdshort.records import actions, db, grants, people, queue, secrets, tickets
from holdshort.records.actions import Story
from holdshort.records.grants import Grant
from holdshort.records.world import World
from holdshort.stops import progress, resuming
from holdshort.web import errors, uploads, waiting
from holdshort.web.drawn import Drawn, draw
from holdshort.web.screen import Who, screen

AT_WORK = ("authorized", "executing")
SLOW = timedelta(seconds=45)
"""After this long the page says that the assistant may be away, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change on the ticket, with who is asked about it and what may be done now."""

    drawn: Drawn
    asked: tuple[str, ...]
    hands: str
    stoppable: bool
    undoable: bool
    grant: Grant | None
    """Access for a time that it gave and that has not ended."""

    comes_after: str = ""
    """The title of an earlier line that this one waits for."""

    ended_before: bool = False
    """Whether that line ended without effect, so that this one can never run."""


@screen()
def show(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """The page of one ticket."""
    return _page(request, who, visible(who, number))


@screen("POST")
def reply(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """A further word; staff may close the ticket with it."""
    ticket = visible(who, number)
    words, files = request.POST.get("words", ""), uploads.of(request)
    try:
        if who.staff and "close" in request.POST:
            flow.close(number, words, sender=who.asks, files=files)
        else:
            flow.reply(number, words, sender=who.asks, files=files)
    except flow.Refused as no:
        return _page(request, who, ticket, words=words, problem=no)
    return HttpResponseRedirect(f"/tickets/{number}#latest")


@screen("POST")
def ask_a_person(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """The requester would rather talk to a person."""
    if visible(who, number)["requester"] != who.person.id:
        return errors.not_yours(request)
    flow.ask_for_a_person(number, sender=who.asks)
    return HttpResponseRedirect(f"/tickets/{number}")


@screen("POST", staff=True)
def resume(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """Go on with a bundle of which a part failed."""
    ticket = visible(who, number)
    try:
        flow.resume(number, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, ticket, problem=no)
    waiting.until(lambda: staged(number))
    return HttpResponseRedirect(f"/tickets/{number}")


@screen("POST")
def password(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """Show a new password once, on this answer only; it is gone from here afterwards."""
    ticket = visible(who, number)
    action = request.POST.get("action", "")
    if action not in {str(row["action"]) for row in secrets.waiting(number, person=who.person.id)}:
        return _page(request, who, ticket, gone=True, status=410)
    sealed = secrets.take(action, person=who.person.id)
    if sealed is None:
        return _page(request, who, ticket, gone=True, status=410)
    return _page(request, who, ticket, secret=wiring.unseal(sealed))


def staged(number: int) -> bool:
    """Whether everything offered on the ticket was looked at by the desk."""
    return bool(db.value("ticket_is_staged", ticket=number))


def visible(who: Who, number: int) -> db.Row:
    """The ticket. Raises Http404 where there is none, or not for this person."""
    ticket = tickets.ticket(number)
    if ticket is None or not queue.may_see(who.person, ticket):
        raise Http404
    return ticket


def _page(
    request: HttpRequest,
    who: Who,
    ticket: db.Row,
    *,
    words: str = "",
    problem: flow.Refused | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    number = ticket["number"]
    ticket = tickets.ticket(number) or ticket
    changes = _changes(number)
    names = people.people(filter(None, (ticket["requester"], ticket["beneficiary"])))
    given = {
        "ticket": ticket,
        "mine": ticket["requester"] == who.person.id,
        "requester": names[ticket["requester"]],
        "beneficiary": names.get(ticket["beneficiary"] or ""),
        "messages": tickets.messages(number),
        "files": tickets.by_message(number),
        "fits": FITS,
        "chosen": bool(request.FILES),
        "changes": changes,
        "open": [one for one in changes if one.drawn.story.state in progress.OPEN],
        "finished": sum(one.drawn.story.state in progress.DONE for one in changes),
        "resumable": resuming.can_resume(number),
        "passwords": secrets.waiting(number, person=who.person.id),
        "words": words,
        "problem": problem,
        "reasons": {verb: OVERRIDE[verb] for verb in ("stop", "undo")},
        "done": any(change.drawn.story.state == "executed" for change in changes),
        "live": _at_work(ticket, changes),
        "slow": timezone.now() - ticket["turned_at"] > SLOW,
        **more,
    }
    status = errors.status_of(problem.code) if problem else status
    return render(request, "ticket.html", given, status=status)


def _changes(number: int) -> list[Change]:
    """The newest version of every change, in the order of the ticket."""
    world, found = World(), progress.lines(number)
    shown = {one.id for one in found}
    stories = [story for story in actions.of_ticket(number) if story.action.id in shown]
    held, dead = progress.blocked(found), progress.dead(found)
    who = {one["person"] for story in stories for one in story.assignments}
    who |= {story.fate["person"] for story in stories if story.fate and story.fate["person"]}
    names = {key: person.name for key, person in people.people(who).items()}
    grants_held = {one.action: one for one in grants.grants(ticket=number)} if stories else {}
    changes = [
        _change(story, draw(story, world), names, grants_held.get(story.action.id))
        for story in stories
    ]
    return [
        replace(one, comes_after=held[id].title, ended_before=id in dead) if id in held else one
        for one, id in ((one, one.drawn.story.action.id) for one in changes)
    ]


def _change(story: Story, drawn: Drawn, names: dict[str, str], grant: Grant | None) -> Change:
    by = story.fate["person"] if story.fate else None
    return Change(
        drawn=drawn,
        asked=tuple(names[one["person"]] for one in story.assignments),
        hands=names.get(by or "", ""),
        stoppable=story.state in ("waiting", "authorized"),
        undoable=story.state == "executed" and drawn.undoable and story.undone_by is None,
        grant=grant,
    )


def _at_work(ticket: db.Row, changes: list[Change]) -> bool:
    """Whether something is about to happen by itself, so that the page looks again."""
    moving = any(
        change.drawn.story.state in AT_WORK and not change.comes_after for change in changes
    )
    return moving or ticket["stands"] == "with_agent" or not staged(ticket["number"])
