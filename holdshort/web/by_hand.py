"""Work for people's hands, and results that only a person can confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import flow
from holdshort.records import actions, db, people, queue
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.shown import by_hand
from holdshort.stops import by_hand as stops
from holdshort.stops import replying
from holdshort.web import errors, waiting
from holdshort.web.change import visible
from holdshort.web.drawn import Drawn, draw
from holdshort.web.fields import Choice, fields
from holdshort.web.screen import Who, screen

DID = {
    "as_approved": "Exactly as approved",
    "differently": "Differently",
    "not_done": "Not done",
}
FOUND = {"applied": "It is in place", "not_applied": "It did not happen"}


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do or to look at: whose it is, where, the values to copy, the ready reply."""

    drawn: Drawn
    number: int
    person: str
    asker: str
    place: Any
    steps: tuple[Choice, ...]
    reply: str
    is_article: bool
    reported: bool
    match: Any
    turned: str
    """What those who said yes did not know."""


@screen(staff=True)
def show(request: HttpRequest, who: Who) -> HttpResponse:
    """Both lists, those of this person first."""
    return _page(request, who)


@screen("POST", staff=True)
def report(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """What somebody did by hand."""
    story = visible(who, str(action))
    did, evidence = request.POST.get("did", ""), request.POST.get("evidence", "")
    reply = request.POST.get("reply", "") if "send" in request.POST else ""
    try:
        flow.report(story.action.id, did, evidence, sender=who.acts, reply=reply)
    except flow.Refused as no:
        return _page(request, who, problem=no, at=story.action.id)
    return _done(story)


@screen("POST", staff=True)
def send(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Send the ready answer, and report that."""
    story = visible(who, str(action))
    words = request.POST.get("reply")
    try:
        flow.send_answer(story.action.id, sender=who.acts, words=words)
    except flow.Refused as no:
        return _page(request, who, problem=no, at=story.action.id)
    return _done(story)


@screen("POST", staff=True)
def find(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """What is really there, where the program could not confirm it."""
    story = visible(who, str(action))
    result, note = request.POST.get("result", ""), request.POST.get("note", "")
    try:
        flow.find(story.action.id, result, note, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no, at=story.action.id)
    return HttpResponseRedirect("/by-hand")


def _done(story: Story) -> HttpResponse:
    def settled() -> bool:
        now = actions.story(story.action.id)
        return now is not None and now.outcome is not None

    waiting.until(settled)
    return HttpResponseRedirect("/by-hand")


def _page(
    request: HttpRequest, who: Who, *, problem: flow.Refused | None = None, at: str = ""
) -> HttpResponse:
    rows = queue.by_hand()
    work = [_work(row, who) for row in rows if _may_see(who, row)]
    work.sort(key=lambda one: one.person != who.person.name)
    given = {
        "to_do": [one for one in work if one.drawn.story.state == "by_hand"],
        "to_find": [one for one in work if one.drawn.story.state != "by_hand"],
        "names": {key: one.name for key, one in people.people(_told_by(work)).items()},
        "did": DID,
        "found": FOUND,
        "problem": problem,
        "gone": problem is not None and at not in {one.drawn.story.action.id for one in work},
        "at": at,
        "posted": request.POST,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "by_hand.html", given, status=status)


def _told_by(work: list[Work]) -> set[str]:
    return {one.drawn.story.report["person"] for one in work if one.drawn.story.report}


def _may_see(who: Who, row: db.Row) -> bool:
    from holdshort.records import tickets

    ticket = tickets.ticket(row["ticket"])
    return ticket is not None and queue.may_see(who.person, ticket)


def _work(row: db.Row, who: Who) -> Work:
    story = actions.story(str(row["action"]))
    assert story is not None
    names = people.people(filter(None, (row["person"], story.action.requester)))
    whose, asker = (names.get(one) for one in (row["person"], story.action.requester))
    article = replying.article(story)
    return Work(
        drawn=draw(story, World()),
        number=row["ticket"],
        person=whose.name if whose else "",
        asker=asker.name if asker else "",
        place=by_hand.place(story),
        steps=_steps(story),
        reply=article or replying.ready(story, who.person.name),
        is_article=article is not None,
        reported=story.report is not None,
        match=by_hand.match(story),
        turned=stops.turned(story),
    )


def _steps(story: Story) -> tuple[Choice, ...]:
    """The values that somebody types elsewhere, with the ids that tell namesakes apart."""
    shown = [
        Choice(_value(field), field.label)
        for field in fields(story.action.type, story.action.params)
        if field.value not in ("", None)
    ]
    target = story.action.target
    name = story.assessment["findings"]["target"]["name"] or target.id
    return (*shown, Choice(name, f"In the {target.connector}", target.id))


def _value(field: Any) -> str:
    if isinstance(field.value, bool):
        return "yes" if field.value else "no"
    names = {choice.value: choice.name for choice in field.choices}
    return str(names.get(field.value, field.value))
