"""One file of a ticket, for whoever may see the ticket."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from holdshort.records import db, queue, tickets
from holdshort.shown.attachments import bytes_of
from holdshort.web.screen import Who, screen
from holdshort.web.ticket import visible


@screen()
def download(request: HttpRequest, who: Who, number: int, message: int, place: int) -> HttpResponse:
    """The bytes, to be saved. Whoever may not see the ticket is told what they are told of it."""
    visible(who, number)
    found = tickets.attachment(number, message, place)
    if found is None:
        raise Http404
    return bytes_of(*found)


def attached(ticket: db.Row | None, who: Who) -> dict[str, Any]:
    """A ticket's files beside a change, and whether this person may have their bytes."""
    files = tickets.attachments(ticket["number"]) if ticket else []
    may = bool(files) and ticket is not None and queue.may_see(who.person, ticket)
    return {"ticket": ticket, "files": files, "readable": may}
