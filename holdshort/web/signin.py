"""Signing in and out: by password, or by a one-time link that a person confirms."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from holdshort.core.terms import Assurance, Sender
from holdshort.records import people, signin
from holdshort.records.signin import Account
from holdshort.stops.refused import Refused
from holdshort.web import errors, session
from holdshort.web.screen import READS, Who, company_zone, readable, who_is

WRONG = "The name or the password is not right. Please try again."
USED = "This link was used already, or is too old. Ask for a new one, or use your password."


def authenticate(name: str, password: str) -> Account | None:
    """The account whose password this is."""
    account = signin.find(name)
    right = check_password(password, (account and account.password) or _nobody())
    return account if account and account.password and right else None


def proved_again(who: Who, password: str) -> Sender:
    """The same person, who has just given their password: for one answer. Raises Refused."""
    name = who.person.id
    if signin.locked_until(name) is not None:
        raise Refused("too_fast", "Too many attempts. Try again in some minutes.")
    right = authenticate(name, password) is not None
    signin.note(name, person=name, succeeded=right)
    if not right:
        raise Refused("assurance_too_low", "That is not your password. Nothing was recorded.")
    return replace(who.acts, assurance=Assurance.STEP_UP)


@cache
def _nobody() -> str:
    """Compared with where there is no account, so that an unknown name takes as long."""
    return make_password("nobody has this password")


def sign_in(request: HttpRequest) -> HttpResponse:
    """The page with name and password."""
    if request.method in READS:
        return _page(request)
    if request.method != "POST":
        return errors.not_this_way(request, (*READS, "POST"))
    if not readable(request):
        return errors.bad_request(request)
    name = request.POST.get("name", "").strip()
    until = signin.locked_until(name) if name else None
    if until is not None:
        at = timezone.localtime(until, company_zone())
        text = f"Too many attempts for this name. Try again at {at:%H:%M}, or use a one-time link."
        return _page(request, text, 429)
    account = authenticate(name, request.POST.get("password", ""))
    known = account or signin.find(name)
    signin.note(name, person=known.person if known else None, succeeded=account is not None)
    if account is None:
        return _page(request, WRONG, 403)
    return _enter(request, account)


def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: looking at it signs nobody in, the button on the page does."""
    if request.method in READS:
        person = signin.link_is_for(token)
        found = people.people([person]).get(person) if person else None
        status = 200 if found else 410
        return render(request, "sign_in_link.html", {"person": found, "text": USED}, status=status)
    if request.method != "POST":
        return errors.not_this_way(request, (*READS, "POST"))
    account = signin.use_link(token)
    if account is None:
        return render(request, "sign_in_link.html", {"text": USED}, status=410)
    signin.note(account.person, person=account.person, succeeded=True)
    return _enter(request, account)


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; only a button does this."""
    if request.method != "POST":
        return errors.not_this_way(request, ("POST",))
    session.leave(request)
    return HttpResponseRedirect("/sign-in")


def _page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    if not problem and who_is(request):
        return HttpResponseRedirect(_next(request))
    given: dict[str, Any] = {
        "problem": problem,
        "name": request.POST.get("name", ""),
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "sign_in.html", given, status=status)


def _enter(request: HttpRequest, account: Account) -> HttpResponse:
    session.enter(request, account)
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where they wanted to go, if that is here."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if here and wanted.startswith("/") else "/"
