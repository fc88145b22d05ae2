"""Tickets: words, where they stand, and the turns they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from holdshort.core.attachments import picture
from holdshort.core.terms import Assurance, Channel, Sender
from holdshort.records import audit, db
from holdshort.records.people import DESK


def open_ticket(sender: Sender, beneficiary: str | None) -> int:
    """A new ticket in the sender's name."""
    number: int = db.value(
        "open_ticket",
        requester=sender.person.id,
        beneficiary=beneficiary,
        account=sender.account,
        channel=sender.channel,
        assurance=int(sender.assurance),
        private_to=None,
    )
    return number


def open_by_the_desk(beneficiary: str | None) -> int:
    """A new ticket for what the desk noticed by itself, in its own name."""
    number: int = db.value(
        "open_ticket",
        requester=DESK,
        beneficiary=beneficiary,
        account=None,
        channel=Channel.DESK,
        assurance=int(Assurance.SESSION),
        private_to=None,
    )
    return number


def ticket(number: int) -> db.Row | None:
    """The ticket with where it stands, or None."""
    return db.row("ticket", ticket=number)


def words(number: int) -> str:
    """Everything the requester wrote, in order."""
    return str(db.value("ticket_words", ticket=number) or "")


def messages(number: int) -> list[db.Row]:
    """The conversation, oldest first."""
    return db.rows("messages", ticket=number)


def say(
    number: int, body: str, *, author: str = DESK, kind: str = "answer", subject: str = ""
) -> None:
    """Add a message to the conversation."""
    db.write("say", ticket=number, author=author, kind=kind, subject=subject, body=body)


def turn(number: int, kind: str, *, person: str = DESK, reason: str = "") -> None:
    """Move the ticket: with_agent, asked, staged, with_person or closed."""
    db.write("turn", ticket=number, kind=kind, person=person, reason=reason)


def ask(number: int, question: str, *, author: str = DESK) -> None:
    """Ask the requester something and wait for the answer."""
    say(number, question, author=author, kind="question")
    turn(number, "asked", person=author)
    audit.event("ticket.asked", actor=author, ticket=number)


def hand_over(number: int, reason: str, *, author: str = DESK) -> None:
    """Give the ticket to a person, telling the requester why."""
    say(number, f"A person will take this from here. {reason}".strip(), author=author)
    turn(number, "with_person", person=author, reason=reason)
    audit.event("ticket.handed_over", actor=author, ticket=number)


def close(number: int, answer: str, *, author: str = DESK) -> None:
    """Answer and close; a further word from the requester opens it again."""
    say(number, answer, author=author)
    end(number, author=author)


def end(number: int, *, author: str, **detail: Any) -> None:
    """Close a ticket whose last word is said."""
    turn(number, "closed", person=author)
    audit.event("ticket.closed", actor=author, ticket=number, **detail)


# ------------------------------------------------------------------ files


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message: what is known of it without its bytes."""

    ticket: int
    message: int
    place: int
    name: str
    size: int
    sha256: str
    picture: str
    """The type of a picture by its first bytes; empty for everything else."""


def attachments(number: int) -> list[Attachment]:
    """The files of a ticket, as they were sent."""
    return [_attachment(number, row) for row in db.rows("attachments", ticket=number)]


def by_message(number: int) -> dict[int, list[Attachment]]:
    """The same, by the message that each came with."""
    found: dict[int, list[Attachment]] = {}
    for one in attachments(number):
        found.setdefault(one.message, []).append(one)
    return found


def attachment(number: int, message: int, place: int) -> tuple[Attachment, bytes] | None:
    """One file of this very ticket with its bytes, or None."""
    row = db.row("attachment", ticket=number, message=message, place=place)
    return (_attachment(number, row), bytes(row["content"])) if row else None


def _attachment(number: int, row: db.Row) -> Attachment:
    kept = {name: row[name] for name in ("message", "place", "name", "size", "sha256")}
    return Attachment(ticket=number, picture=picture(bytes(row["mark"])), **kept)
