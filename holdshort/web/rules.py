"""The rules in force and who adopted them; a waiting version with what it would change."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort.company.differences import Difference, differences
from holdshort.company.schema import Company
from holdshort.records import audit, db, people
from holdshort.stops import adopting
from holdshort.web import duties, errors
from holdshort.web.screen import Who, screen


@screen(staff=True)
def rules(request: HttpRequest, who: Who) -> HttpResponse:
    """The version in force in words, earlier ones, and a waiting one."""
    return _page(request, who)


@screen("POST", staff=True)
def adopt(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """Put a waiting version into force: whoever may, never its author."""
    version = db.row("policy_version_file", number=number)
    if version is None:
        raise Http404
    problem = why_not(version, who)
    if problem:
        return errors.page(request, 403, "You cannot adopt these rules", problem)
    if "understood" not in request.POST:
        return _page(request, who, problem="Please tick that you have read what changes.")
    try:
        with db.transaction():
            db.run("adopt", number=number, person=who.person.id)
            audit.event("policy.adopted", actor=who.person.id, version=number)
    except IntegrityError:
        return errors.page(request, 409, "Already adopted", "Somebody else was faster.")
    return HttpResponseRedirect("/rules")


def why_not(version: db.Row, who: Who) -> str:
    """Why this person may not put this version into force; empty when they may."""
    if version["adopted_by"] is not None:
        return "These rules were adopted already."
    if version["author"] == who.person.id:
        return "You wrote this version, so somebody else must adopt it."
    if who.person.id not in {person.id for person in adopting.who(version["author"])}:
        return "Rules are adopted by an owner, or by somebody who decides security questions."
    return ""


def _page(request: HttpRequest, who: Who, problem: str = "") -> HttpResponse:
    versions = db.rows("policy_versions")
    force = next((one for one in versions if one["adopted_by"]), None)
    waiting = [one for one in versions if not one["adopted_by"]]
    document = (db.row("policy_in_force") or {"document": {}})["document"]
    names = _names(versions, document)
    given = {
        "force": force,
        "earlier": [one for one in versions if one["adopted_by"] and one is not force],
        "waiting": [_waiting(one, force, who) for one in waiting],
        "document": document,
        "names": names,
        "spending": duties.spending(document, names),
        "deciders": duties.deciders(document) if force else (),
        "owners": duties.owners() if force else (),
        "asking": list(duties.asking(document, names)) if force else (),
        "rights": {row["id"]: row for row in db.rows("rights_by_id")},
        "groups": {row["id"]: row["name"] for row in db.rows("groups_to_choose")},
        "problem": problem,
    }
    return render(request, "rules.html", given, status=400 if problem else 200)


def _waiting(version: db.Row, force: db.Row | None, who: Who) -> dict[str, Any]:
    old = Company.model_validate(force["file"]) if force else None
    found: list[Difference] = differences(old, Company.model_validate(version["file"]))
    found.sort(key=lambda one: not one.loosens)
    ends = adopting.how_it_ends(version["author"])
    return {**version, "differences": found, "why_not": why_not(version, who), "ends": ends}


def _names(versions: list[db.Row], document: Any) -> dict[str, str]:
    who = {one["author"] for one in versions} | {one["adopted_by"] or "" for one in versions}
    who |= duties.named(document)
    who |= {one.get("approved_by") or "" for one in document.get("role_templates", ())}
    return {key: person.name for key, person in people.people(who).items()}
