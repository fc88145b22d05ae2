"""Tickets: open one, read it, write on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Status

from holdshort import flow, shown
from holdshort.api import answers, seeing
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import NewMessage, NewTicket
from holdshort.api.once import once
from holdshort.api.params import Number, Page, Search, Wait
from holdshort.api.problems import Problem
from holdshort.api.waiting import until
from holdshort.core.attachments import ANYTHING, PICTURES
from holdshort.core.terms import Assurance, Kind, Sender
from holdshort.records import actions, db, people, queue, tickets
from holdshort.records.tokens import Bearer
from holdshort.shown.attachments import bytes_of
from holdshort.stops import resuming

router = Router(tags=["tickets"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BYTES = {
    "description": "The bytes; a picture that is one by its first bytes is called so.",
    "content": dict.fromkeys((ANYTHING, *PICTURES), _BINARY),
}


@router.post(
    "/tickets",
    auth=needs("tickets:write", files=True),
    response={201: answers.Ticket},
    operation_id="open_ticket",
    summary="Ask for something",
)
def open_ticket(request: Request, body: NewTicket, wait: Wait = 0.0) -> Status[Any] | HttpResponse:
    """Opens a ticket in the name of the token's person, and wakes the agent.

    With `wait`, answers as soon as the agent has offered something, at the latest after so many
    seconds. Honours `Idempotency-Key`.
    """
    sender = _requester(request.auth, body.on_behalf_of)
    if body.beneficiary is not None:
        seeing.known_person(body.beneficiary, "beneficiary")

    def make() -> dict[str, Any]:
        number = flow.receive(
            body.subject,
            body.body,
            sender=sender,
            beneficiary=body.beneficiary,
            files=[one.as_file() for one in body.attachments],
        )
        return {"ticket": number}

    return once(request, body, make, lambda made: (201, _worked_on(request, made["ticket"], wait)))


@router.get(
    "/tickets",
    auth=needs("tickets:read"),
    response=answers.Tickets,
    operation_id="list_tickets",
    summary="Tickets, newest first",
)
def list_tickets(
    request: Request,
    page: Page = 1,
    search: Search = "",
    stands: Annotated[answers.Stands | None, Query()] = None,
) -> dict[str, Any]:
    """The tickets the token's person may see, a page at a time."""
    found = queue.tickets(request.auth.person, stands=stands or "", search=search, page=page)
    numbers = [row["number"] for row in found.rows]
    listed: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
    for row in db.rows("actions_of_tickets", tickets=numbers):
        listed[row.pop("ticket")].append({**row, "id": str(row["id"])})
    return {
        "items": [_listed(row, listed[row["number"]]) for row in found.rows],
        "page": found.number,
        "pages": found.pages,
        "total": found.total,
        "more": found.more,
    }


@router.get(
    "/tickets/{number}",
    auth=needs("tickets:read"),
    response=answers.Ticket,
    operation_id="read_ticket",
    summary="One ticket",
)
def read_ticket(request: Request, number: Number) -> dict[str, Any]:
    """A ticket with its conversation and its actions."""
    seeing.ticket(request.auth, number)
    return _shown(request, number)


@router.post(
    "/tickets/{number}/messages",
    auth=needs("tickets:write", files=True),
    response={201: answers.Ticket},
    operation_id="write_message",
    summary="Write on a ticket",
)
def write_message(
    request: Request, number: Number, body: NewMessage, wait: Wait = 0.0
) -> Status[Any]:
    """Adds a message, with files if there are any.

    The requester's goes to the agent, unless people have the ticket.
    """
    seeing.ticket(request.auth, number)
    files = [one.as_file() for one in body.attachments]
    flow.reply(number, body.body, sender=request.auth.sender, files=files)
    return Status(201, _worked_on(request, number, wait))


@router.get(
    "/tickets/{number}/attachments/{message}/{place}",
    auth=needs("tickets:read"),
    operation_id="read_attachment",
    summary="The bytes of one attached file",
    openapi_extra={"responses": {200: _BYTES}},
)
def read_attachment(
    request: Request, number: Number, message: Number, place: Number
) -> HttpResponse:
    """The file as it was sent, to be saved and not opened: nobody has looked for malware in it.

    Whoever may not see the ticket is answered as if there was none. An agent is told what files
    are called, and never what is in them.
    """
    seeing.ticket(request.auth, number)
    if request.auth.person.kind is Kind.AGENT:
        raise Problem("not_allowed", "An agent gets the names of files, never what is in them.")
    found = tickets.attachment(number, message, place)
    if found is None:
        raise Problem("not_found", f"Ticket number {number} has no such file.")
    return bytes_of(*found)


@router.post(
    "/tickets/{number}/resume",
    auth=needs("actions:report"),
    response={201: answers.Ticket, 202: answers.Ticket},
    operation_id="resume_ticket",
    summary="Go on with a partly done bundle",
)
def resume_ticket(request: Request, number: Number) -> Status[Any]:
    """Offers anew what failed in a bundle, each line with its gate; what is done stays done.

    A person who works on the desk asks for it. Lines on their way, and those somebody said no
    to, are left as they are. 202 says that staging takes longer; 409 `nothing_to_resume` that
    nothing is left that could be tried again.
    """
    seeing.ticket(request.auth, number)
    if request.auth.person.kind is not Kind.HUMAN:
        text = f"{request.auth.person.name} is not a human; only humans do this."
        raise Problem("not_human", text)
    flow.resume(number, sender=request.auth.sender)
    done = until(lambda: db.value("ticket_is_staged", ticket=number) or None)
    return Status(201 if done else 202, _shown(request, number))


# ------------------------------------------------------------------ in whose name


def _requester(bearer: Bearer, on_behalf_of: str | None) -> Sender:
    """In whose name a ticket is opened, and how well that is proved. Raises Problem."""
    if on_behalf_of is None:
        return in_the_name_of(bearer)
    if "tickets:on_behalf" not in bearer.scopes:
        raise Problem("missing_scope", "This token lacks the scope tickets:on_behalf.")
    seeing.known_person(on_behalf_of, "on_behalf_of")
    person = people.person(on_behalf_of)
    assert person is not None
    return replace(bearer.sender, person=person, assurance=Assurance.NONE)


def in_the_name_of(bearer: Bearer) -> Sender:
    """The human who asks: the token's person, or the sponsor who gave a program its token.

    Raises Problem where there is no human.
    """
    if bearer.person.kind is Kind.HUMAN:
        return bearer.sender
    if bearer.sponsor is None:
        text = "This token has no sponsor. Name a ticket, or use a token made with a sponsor."
        raise Problem("sponsor_missing", text)
    return replace(bearer.sender, person=bearer.sponsor, assurance=Assurance.SESSION)


# ------------------------------------------------------------------ as data


def _worked_on(request: Request, number: int, wait: float) -> dict[str, Any]:
    """The ticket, once the agent and the desk have had their turn or the wait is over."""
    until(lambda: True if _answered(number) else None, seconds=wait)
    return _shown(request, number)


def _answered(number: int) -> bool:
    found = tickets.ticket(number)
    return found is not None and found["stands"] != "with_agent"


def _shown(request: Request, number: int) -> dict[str, Any]:
    technical = seeing.technical(request.auth)
    found = tickets.ticket(number)
    assert found is not None
    kept = ("number", "requester", "beneficiary", "channel", "stands", "reason")
    return {
        **{name: found[name] for name in kept},
        "subject": found["subject"] or "",
        "url": url(number),
        "assurance": Assurance(found["assurance"]).name.lower(),
        "opened_at": found["opened_at"].isoformat(),
        "turned_at": found["turned_at"].isoformat(),
        "resumable": resuming.can_resume(number),
        "messages": _messages(number),
        "actions": [shown.action(one, technical=technical) for one in actions.of_ticket(number)],
    }


def _listed(row: db.Row, briefs: list[dict[str, Any]]) -> dict[str, Any]:
    kept = ("number", "requester", "channel", "stands", "opened_at")
    return {
        **{name: row[name] for name in kept},
        "subject": row["subject"] or "",
        "requester_name": row["requester_name"] or row["requester"],
        "url": url(row["number"]),
        "actions": briefs,
    }


def _messages(number: int) -> list[dict[str, Any]]:
    kept = ("id", "author", "author_name", "kind", "subject", "body")
    files = tickets.by_message(number)
    return [
        {
            **{name: row[name] for name in kept},
            "sent_at": row["sent_at"].isoformat(),
            "attachments": [_file(one) for one in files.get(row["id"], ())],
        }
        for row in tickets.messages(number)
    ]


def _file(one: tickets.Attachment) -> dict[str, Any]:
    address = f"/api/v1/tickets/{one.ticket}/attachments/{one.message}/{one.place}"
    return shown.attachment(one, address=address)


def url(number: int) -> str:
    """Where people read the ticket."""
    return f"/tickets/{number}"
