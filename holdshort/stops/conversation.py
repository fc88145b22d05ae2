"""Talking: words that go back and forth on a ticket, beside the road."""

from __future__ import annotations

from holdshort.core.terms import Sender
from holdshort.records import actions, audit, db, tickets
from holdshort.records.wake import wake
from holdshort.stops import lapsing
from holdshort.stops.attaching import Files, attach, check_files, for_the_log
from holdshort.stops.refused import Refused, known

MAX_WORDS = 20_000


def check_words(subject: str, body: str) -> None:
    """Raise Refused when there is nothing to read, too much, or what cannot be stored."""
    if not (subject + body).strip():
        raise Refused("empty", "Please write what you need.")
    if len(subject) > 200:
        raise Refused("too_long", f"The subject has {len(subject)} characters; 200 fit.")
    if len(body) > MAX_WORDS:
        raise Refused(
            "too_long",
            f"The text has {len(body):,} characters; {MAX_WORDS:,} fit. Please shorten it.",
        )
    if "\x00" in subject + body:
        raise Refused(
            "unreadable", "The text holds characters that cannot be read. Please retype it."
        )


def open_for(subject: str, body: str, *, sender: Sender, author: str) -> int:
    """A ticket for an action that is offered with it, so that the agent is not woken.

    It is in the sender's name; `author` is who wrote its words, the sender or a program.
    """
    check_words(subject, body)
    with db.transaction():
        number = tickets.open_ticket(sender, None)
        tickets.say(number, body, author=author, kind="words", subject=subject)
        tickets.turn(number, "staged", person=author)
        audit.event("ticket.received", actor=author, ticket=number)
    return number


def reply(number: int, body: str, *, sender: Sender, files: Files = ()) -> None:
    """A further word. The requester's goes to the agent, unless people have the ticket."""
    check_words("", body)
    check_files(files)
    with db.turn_of("ticket", number):
        ticket = tickets.ticket(number)
        assert ticket is not None
        tickets.say(number, body, author=sender.person.id, kind="words")
        attach(files)
        audit.event("ticket.replied", actor=sender.person.id, ticket=number, **for_the_log(files))
        if sender.person.id != ticket["requester"] or ticket["stands"] == "with_person":
            return
        if actions.unfinished(number):
            tickets.turn(number, "staged", person=sender.person.id)
            return
        tickets.turn(number, "with_agent", person=sender.person.id)
        wake("propose", number)


def close(number: int, answer: str, *, sender: Sender, files: Files = ()) -> None:
    """A person answers a ticket and closes it; a further word from the requester opens it again."""
    check_words("", answer)
    check_files(files)
    with db.turn_of("ticket", number):
        if actions.unfinished(number):
            raise Refused(
                "unfinished", "A change is still on its way here. Finish or stop it first."
            )
        lapsing.end_all(number, sender=sender)
        tickets.say(number, answer.strip(), author=sender.person.id)
        attach(files)
        tickets.end(number, author=sender.person.id, **for_the_log(files))


def ask_for_a_person(number: int, *, sender: Sender) -> None:
    """The requester would rather talk to a person; open changes of the ticket are withdrawn."""
    with db.turn_of("ticket", number):
        withdraw_all(number, sender=sender)
        audit.event("ticket.handed_over", actor=sender.person.id, ticket=number)
        tickets.turn(
            number, "with_person", person=sender.person.id, reason="You asked for a person."
        )


def withdraw_all(number: int, *, sender: Sender) -> None:
    """Withdraw what has not started; what has started goes on and is told."""
    for action in actions.unfinished(number):
        story = known(action)
        if story.fate is None and not story.older:
            actions.add_fate(story, "withdrawn", person=sender.person.id)
            audit.event("action.withdrawn", actor=sender.person.id, ticket=number, action=action)
