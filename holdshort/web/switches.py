"""Stop: one big button for everything, smaller ones for one app or one kind of change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import catalogue, flow
from holdshort.records import switches
from holdshort.stops import switching
from holdshort.web import errors
from holdshort.web.screen import Who, screen


@screen(staff=True)
def show(request: HttpRequest, who: Who) -> HttpResponse:
    """What is stopped, and what can be."""
    return _page(request, who)


@screen("POST", staff=True)
def off(request: HttpRequest, who: Who) -> HttpResponse:
    """Stop, at once: whoever presses it has decided already."""
    scope, reason = request.POST.get("scope", ""), request.POST.get("reason", "")
    try:
        flow.switch_off(scope, reason, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, no)
    return HttpResponseRedirect("/switches")


@screen("POST", staff=True)
def on(request: HttpRequest, who: Who) -> HttpResponse:
    """Let it go on, with a reason that stays on record."""
    scope, reason = request.POST.get("scope", ""), request.POST.get("reason", "")
    try:
        flow.switch_on(scope, reason, sender=who.acts)
    except flow.Refused as no:
        return _page(request, who, no)
    return HttpResponseRedirect("/switches")


def _opening(words: str) -> str:
    """A place on a button that is under the heading of connected apps."""
    short = words.removeprefix("the connected app for ").removeprefix("the connected app ")
    return short[:1].upper() + short[1:]


def _page(request: HttpRequest, who: Who, problem: flow.Refused | None = None) -> HttpResponse:
    found = switches.off()
    stopped = {one.scope for one in found}
    kinds = sorted(catalogue.REGISTRY.values(), key=lambda kind: kind.title)
    given = {
        "off": found,
        "everything": "everything" in stopped,
        "waiting": switches.waiting() if found else 0,
        "may_go": switching.may_go(who.person),
        "apps": {
            name: _opening(switching.place(name))
            for name in switching.places()
            if f"connector:{name}" not in stopped
        },
        "kinds": [kind for kind in kinds if f"category:{kind.id}" not in stopped],
        "past": switches.history(),
        "problem": problem,
        "posted": request.POST,
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "switches.html", given, status=status)
