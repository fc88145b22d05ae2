"""The decision record: the whole story of one change on one printable page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdshort.records import db, offers, people, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.shown import by_hand
from holdshort.stops import calling_back
from holdshort.web.attachments import attached
from holdshort.web.change import visible
from holdshort.web.drawn import draw, rules_by_day
from holdshort.web.screen import Who, screen

DAY = 24 * 60 * 60


@screen(staff=True)
def record(request: HttpRequest, who: Who, action: UUID) -> HttpResponse:
    """Who asked, what was decided by whom and why, what ran, and every event behind it."""
    story = visible(who, str(action))
    assert story.action.ticket is not None
    given = {
        "story": story,
        "drawn": draw(story, World()),
        "words": tickets.words(story.action.ticket).strip(),
        **attached(tickets.ticket(story.action.ticket), who),
        "initiator": people.person(story.action.initiator),
        "proposal": offers.proposal(str(story.proposed["id"])),
        "names": _names(story),
        "rules": rules_by_day(),
        "versions": db.rows("versions_of_action", root=story.action.root),
        "calls": calling_back.of(story),
        "call_words": calling_back.words(story, db.now()),
        "checks": _checks(story),
        "readback": _readback(story),
        "match": by_hand.match(story),
        "events": queue.events(story.action.id),
        "printed_at": db.now(),
    }
    return render(request, "record.html", given)


def _names(story: Story) -> dict[str, str]:
    action = story.action
    who = {action.requester, action.beneficiary, action.initiator, action.changer}
    who |= {one["person"] for one in (*story.assignments, *story.decisions)}
    who |= {one["instead_of"] for one in story.decisions if one["instead_of"]}
    for part in (story.fate, story.report, story.finding, story.settlement, story.override):
        if part and part.get("person"):
            who.add(part["person"])
    return {key: person.name for key, person in people.people(who).items()}


def _checks(story: Story) -> list[dict[str, Any]]:
    """What an auditor looks for first, each answered from the rows."""
    parties = {story.action.requester, story.action.beneficiary, story.action.initiator}
    yes = [one["person"] for one in story.decided("approve")]
    found = []
    if yes:
        apart = not parties & set(yes)
        text = "Whoever approved did not ask for it, start it or gain from it"
        found.append({"text": text, "holds": apart})
        needed = story.assessment["needed"]
        text = f"Approved by {len(set(yes))} of {needed} needed"
        found.append({"text": text, "holds": len(set(yes)) >= needed})
    if yes and calling_back.needs_calls(story):
        text = "Whoever had to be called was called back and confirmed it"
        found.append({"text": text, "holds": calling_back.missing(story) is None})
    if story.made:
        found.append({"text": "Somebody permitted it before it was made", "holds": False})
    started = _started(story)
    if story.authorization and started:
        text = "Permission was on record before it started"
        found.append({"text": text, "holds": story.authorization["authorized_at"] <= started})
    if story.execution and story.execution["position"] is not None:
        text = f"Permission stands in the log at position {story.position}"
        found.append({"text": text, "holds": story.position is not None})
    if (after := _after_hr(story)) is not None:
        text = f"Access ended {_span(after)} after HR's time; 24 hours are allowed"
        found.append({"text": text, "holds": after <= DAY})
    return found


def _after_hr(story: Story) -> int | None:
    """How many seconds after the end in HR's record it was, if it ended somebody's access."""
    after = story.outcome["evidence"].get("seconds_after_hr_time") if story.outcome else None
    return after if isinstance(after, int) else None


def _span(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min"


def _readback(story: Story) -> list[tuple[str, Any, Any]]:
    """The relevant state before and after, part by part."""
    if story.outcome is None:
        return []
    before, after = story.outcome["before"], story.outcome["after"]
    keys = [key for key in dict.fromkeys((*before, *after)) if not key.startswith("_")]
    return [(key, before.get(key, ""), after.get(key, "")) for key in keys]


def _started(story: Story) -> Any:
    if story.execution:
        return story.execution["started_at"]
    return story.fate["turned_at"] if story.fate and story.fate["kind"] == "by_hand" else None
