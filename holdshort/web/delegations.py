"""Who decides for whom these days: giving one's decisions to somebody, and taking them back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from holdshort import flow
from holdshort.core import settings
from holdshort.records import db, people
from holdshort.records.world import World
from holdshort.web import errors
from holdshort.web.screen import Who, screen


@screen("GET", "HEAD", "POST", staff=True)
def delegations(request: HttpRequest, who: Who) -> HttpResponse:
    """The list, and the form that gives one's own decisions to somebody else."""
    if request.method != "POST":
        return _page(request, who)
    try:
        starts, ends = _days(request.POST.get("from", ""), request.POST.get("to", ""))
        flow.delegate(request.POST.get("person", ""), starts, ends, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no)
    return HttpResponseRedirect("/delegations")


@screen("POST", staff=True)
def take_back(request: HttpRequest, who: Who, delegation: UUID) -> HttpResponse:
    """End one before its time."""
    try:
        flow.take_back(str(delegation), sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, problem=no)
    return HttpResponseRedirect("/delegations")


def _days(first: str, last: str) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, in the company's zone."""
    zone = timezone.get_current_timezone()
    try:
        days = [datetime.strptime(day, "%Y-%m-%d").date() for day in (first, last)]
        starts = datetime.combine(days[0], time(), zone)
        ends = datetime.combine(days[1] + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError):
        raise flow.Refused("bad_delegation", "Please choose the first and the last day.") from None
    return starts, ends


def _page(request: HttpRequest, who: Who, problem: flow.Refused | None = None) -> HttpResponse:
    rows = db.rows("delegation_list")
    entered = {entry.person for entry in people.register()}
    others = people.people(entered - {who.person.id})
    most = settings.delegation_days(World().policy())
    given = {
        "mine": [row for row in rows if who.person.id in (row["giver"], row["taker"])],
        "others": [row for row in rows if who.person.id not in (row["giver"], row["taker"])],
        "people": sorted(others.values(), key=lambda one: one.name),
        "decides": who.person.id in entered,
        "most": most,
        "today": timezone.localdate(),
        "last": timezone.localdate() + timedelta(days=most),
        "owner": "owner" in who.person.roles,
        "problem": problem,
        "posted": request.POST,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "delegations.html", given, status=status)
