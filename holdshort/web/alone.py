"""What people decided alone: the named person looks at it afterwards; who works here sees it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import catalogue, flow
from holdshort.core import canonical
from holdshort.records import db, people
from holdshort.records.world import World
from holdshort.stops import alone
from holdshort.web import errors
from holdshort.web.screen import Who, screen


@screen()
def own_decisions(request: HttpRequest, who: Who) -> HttpResponse:
    """The list, for those who work here and for the named person."""
    return _page(request, who)


@screen("POST")
def look(request: HttpRequest, who: Who, decision: UUID) -> HttpResponse:
    """Whether it was right, in the words of whoever looked."""
    result, note = request.POST.get("result", ""), request.POST.get("note", "")
    try:
        alone.look_back(str(decision), result, note, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no)
    return HttpResponseRedirect("/own-decisions")


def _page(request: HttpRequest, who: Who, problem: flow.Refused | None = None) -> HttpResponse:
    looks = alone.looker() == who.person.id
    if not who.staff and not looks:
        return errors.not_yours(request)
    named = people.person(alone.looker()) if alone.looker() else None
    given = {
        "rows": _titled(alone.waiting()),
        "past": _titled(alone.looked_at()),
        "looks": looks,
        "looker": named.name if named else "",
        "problem": problem,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "own_decisions.html", given, status=status)


def _titled(rows: list[db.Row]) -> list[db.Row]:
    """Rows with what each change does, in words."""
    world = World()
    actions = [canonical.action_from(bytes(row["canonical"])) for row in rows]
    words = [catalogue.find(one.type).render(one.params, world) for one in actions]
    return [
        {**row, "title": said.title, "sentence": said.sentence}
        for row, said in zip(rows, words, strict=True)
    ]
