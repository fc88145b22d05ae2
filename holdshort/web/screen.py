"""What every screen needs first: who is asking, and whether this screen is for them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from holdshort.core.terms import Assurance, Channel, Kind, Person, Sender
from holdshort.records import db, people, queue
from holdshort.web import errors, session

View = Callable[..., HttpResponse]
READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Who:
    """The person behind a session, the account they came by, and what they see here."""

    person: Person
    account: int
    staff: bool
    contexts: tuple[str, ...]

    def by(self, channel: Channel) -> Sender:
        """This person as the sender of words or of a decision."""
        return Sender(self.person, self.account, channel, Assurance.SESSION)

    @property
    def asks(self) -> Sender:
        """The sender of words on a ticket."""
        return self.by(Channel.PORTAL)

    @property
    def acts(self) -> Sender:
        """The sender of a decision, a stop or a report."""
        return self.by(Channel.CONSOLE)


def who_is(request: HttpRequest) -> Who | None:
    """The signed-in human, checked against the rows at every request."""
    account = session.account_of(request)
    person = people.person(account.person) if account else None
    if account is None or person is None or person.kind is not Kind.HUMAN:
        return None
    return Who(person, account.account, queue.works_here(person), queue.contexts_of(person))


def screen(*methods: str, staff: bool = False) -> Callable[[View], View]:
    """A view for signed-in people only: `view(request, who, ...)`; with `staff`, who work here."""
    allowed = methods or READS

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def shown(request: HttpRequest, **given: Any) -> HttpResponse:
            who = who_is(request)
            if who is None:
                return to_sign_in(request)
            request.who = who  # type: ignore[attr-defined]
            with timezone.override(company_zone()):
                if request.method not in allowed:
                    return errors.not_this_way(request, allowed)
                if staff and not who.staff:
                    return errors.not_yours(request)
                if not readable(request):
                    return errors.bad_request(request)
                return view(request, who, **given)

        shown.methods = allowed  # type: ignore[attr-defined]
        return shown

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in first; what was read goes on afterwards, what was sent has to be sent again."""
    back = f"?next={quote(request.get_full_path())}" if request.method in READS else ""
    return HttpResponseRedirect(f"/sign-in{back}")


def readable(request: HttpRequest) -> bool:
    """Whether everything that was sent can be stored as text."""
    sent = (*request.GET.lists(), *request.POST.lists())
    return not any("\x00" in text for name, texts in sent for text in (name, *texts))


def company_zone() -> ZoneInfo:
    """The time zone that times are shown in; UTC while no company is loaded."""
    about = db.row("company_about")
    try:
        return ZoneInfo(about["timezone"] if about and about["timezone"] else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
