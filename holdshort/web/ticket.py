"""One ticket: the conversation, where it stands in plain words, and its changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from holdshort import flow, wiring
from holdshort.core.reasons import OVERRIDE
from holdshort.records import actions, db, grants, people, queue, secrets, tickets
from holdshort.records.actions import Story
from holdshort.records.grants import Grant
from holdshort.records.world import World
from holdshort.web import errors
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


@screen()
def show(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """The page of one ticket."""
    return _page(request, who, _visible(who, number))


@screen("POST")
def reply(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """A further word; staff may close the ticket with it."""
    ticket = _visible(who, number)
    words = request.POST.get("words", "")
    try:
        if who.staff and "close" in request.POST:
            flow.close(number, words, sender=who.asks)
        else:
            flow.reply(number, words, sender=who.asks)
    except flow.Refused as no:
        return _page(request, who, ticket, words=words, problem=no)
    return HttpResponseRedirect(f"/tickets/{number}#latest")


@screen("POST")
def ask_a_person(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """The requester would rather talk to a person."""
    if _visible(who, number)["requester"] != who.person.id:
        return errors.not_yours(request)
    flow.ask_for_a_person(number, sender=who.asks)
    return HttpResponseRedirect(f"/tickets/{number}")


@screen("POST")
def password(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """Show a new password once, on this answer only; it is gone from here afterwards."""
    ticket = _visible(who, number)
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


def _visible(who: Who, number: int) -> db.Row:
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
        "changes": changes,
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
    stories = [story for story in actions.of_ticket(number) if story.next_version is None]
    world = World()
    who = {one["person"] for story in stories for one in story.assignments}
    who |= {story.fate["person"] for story in stories if story.fate and story.fate["person"]}
    names = {key: person.name for key, person in people.people(who).items()}
    held = {one.action: one for one in grants.grants(ticket=number)} if stories else {}
    return [
        _change(story, draw(story, world), names, held.get(story.action.id)) for story in stories
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
    moving = any(change.drawn.story.state in AT_WORK for change in changes)
    return moving or ticket["stands"] == "with_agent" or not staged(ticket["number"])
