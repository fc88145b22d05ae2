"""Safe mode: what may have happened since the older state was kept, and going on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import flow
from holdshort.records import queue, safe_mode, tickets
from holdshort.records.safe_mode import Doubt
from holdshort.records.world import World
from holdshort.stops import execution
from holdshort.web import errors, waiting
from holdshort.web.change import visible
from holdshort.web.drawn import Drawn, draw
from holdshort.web.screen import Who, screen

WORD = "reconciled"
RESULTS = {
    "done": "It is in place: record it as done",
    "again": "Still wanted: ask for it anew",
    "dropped": "Not wanted any more: drop it",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One change in doubt, with what its target shows in words and what that suggests."""

    drawn: Drawn
    doubt: Doubt
    sight: str
    tone: str
    suggested: str


@screen(staff=True)
def show(request: HttpRequest, who: Who) -> HttpResponse:
    """The page; calm when nothing is wrong."""
    return _page(request, who)


@screen("POST", staff=True)
def settle(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """What somebody says became of one change."""
    story = visible(who, str(action))
    result, note = request.POST.get("result", ""), request.POST.get("note", "")
    try:
        flow.settle(story.action.id, result, note, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no, at=story.action.id)
    return HttpResponseRedirect("/safe-mode")


@screen("POST", staff=True)
def end(request: HttpRequest, who: Who) -> HttpResponse:
    """Let the desk run again: with a reason, and a word that nobody types by mistake."""
    note = request.POST.get("note", "")
    try:
        if request.POST.get("word", "").strip().lower() != WORD:
            raise flow.Refused("unconfirmed", f"To go on, type the word {WORD}.")
        flow.reconcile(note, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no)
    waiting.until(lambda: not any(one.story.state == "waiting" for one in safe_mode.doubts()))
    return HttpResponseRedirect("/safe-mode")


def _page(
    request: HttpRequest, who: Who, *, problem: flow.Refused | None = None, at: str = ""
) -> HttpResponse:
    halt = safe_mode.halt()
    doubts = safe_mode.doubts() if halt else []
    seen = [one for one in doubts if _may_see(who, one)]
    asked_anew = [
        one
        for one in doubts
        if one.story.state in flow.ASKED_ANEW and not one.story.decided("reject")
    ]
    given = {
        "halt": halt,
        "items": [_item(one) for one in seen],
        "hidden": len(doubts) - len(seen),
        "asked_anew": len(asked_anew),
        "begun": sum(one.story.state == "executing" for one in doubts),
        "by_hand": sum(one.story.state == "by_hand" for one in doubts),
        "past": safe_mode.past(),
        "results": RESULTS,
        "word": WORD,
        "problem": problem,
        "at": at,
        "posted": request.POST,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "safe_mode.html", given, status=status)


def _may_see(who: Who, doubt: Doubt) -> bool:
    number = doubt.story.action.ticket
    ticket = tickets.ticket(number) if number is not None else None
    return ticket is not None and queue.may_see(who.person, ticket)


def _item(doubt: Doubt) -> Item:
    return Item(draw(doubt.story, World()), doubt, *_sight(doubt))


def _sight(doubt: Doubt) -> tuple[str, str, str]:
    """What the target shows: in words, their tone, and the answer that it suggests."""
    where = doubt.story.action.target.connector
    if doubt.seen_at is None:
        return f"We are looking in the {where}.", "wait", ""
    if doubt.problem:
        return f"We could not look: {doubt.problem}", "bad", ""
    if doubt.shown:
        return f"The {where} shows it already.", "good", "done"
    if doubt.shown is None:
        return f"The {where} cannot tell whether it happened. Please look there.", "wait", ""
    if execution.drifted(doubt.story.action.seen, doubt.now):
        return f"The {where} does not show it, and something else changed there.", "wait", "again"
    return f"The {where} does not show it.", "wait", "again"
