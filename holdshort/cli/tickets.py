"""`holdshort ticket`: write, list and read tickets."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from holdshort.cli import base
from holdshort.core.attachments import FITS, MOST_BYTES, NewFile, in_words, new_file


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "ticket", "write, list and read tickets")
    new = base.verb(verbs, "new", _new, "write a ticket for somebody")
    new.add_argument("text", help="what is needed, in their words")
    new.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who asks")
    new.add_argument("--subject", default="", help="a subject line")
    _add_attach(new)
    reply = base.verb(verbs, "reply", _reply, "write on a ticket")
    reply.add_argument("number", type=int)
    reply.add_argument("text", help="what is added, in their words")
    reply.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who writes")
    _add_attach(reply)
    ask = base.verb(verbs, "foretell", _foretell, "who would be asked about a change, and why")
    ask.add_argument("type", help="an action type, as in `GET /api/v1/catalogue`")
    ask.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who would ask")
    ask.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    several = base.verb(verbs, "list", _list, "list tickets, newest first")
    several.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who looks")
    several.add_argument("--search", default="", help="words, a number or a name")
    several.add_argument("--page", type=int, default=1)
    one = base.verb(verbs, "show", _show, "read one ticket")
    one.add_argument("number", type=int)
    rest = base.verb(verbs, "resume", _resume, "go on with a bundle of which a part failed")
    rest.add_argument("number", type=int)
    rest.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who goes on")


def _resume(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow
    from holdshort.records import tickets

    if tickets.ticket(asked.number) is None:
        raise base.CommandError(f"There is no ticket {asked.number}.")
    proposal = flow.resume(asked.number, sender=base.sender(asked.person))
    told = "What is left is offered anew, each change with its gate; what is done stays done."
    base.show(asked, {"number": asked.number, "proposal": proposal}, told)


def _new(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    number = flow.receive(
        asked.subject, asked.text, sender=base.sender(asked.person), files=_files(asked)
    )
    base.show(asked, {"number": number}, f"Ticket {number} is with the assistant.")


def _reply(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow
    from holdshort.records import queue, tickets

    sender, ticket = base.sender(asked.person), tickets.ticket(asked.number)
    if ticket is None or not queue.may_see(sender.person, ticket):
        raise base.CommandError(f"There is no ticket {asked.number} that {asked.person} may see.")
    flow.reply(asked.number, asked.text, sender=sender, files=_files(asked))
    base.show(asked, {"number": asked.number}, f"That is on ticket {asked.number} now.")


def _add_attach(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--attach", action="append", default=[], type=Path, metavar="FILE", help=f"a file. {FITS}"
    )


def _files(asked: argparse.Namespace) -> list[NewFile]:
    return [_file(path) for path in asked.attach]


def _file(path: Path) -> NewFile:
    """A file of this machine; of one that is too large only the size is read."""
    if path.exists() and not path.is_file():
        raise base.CommandError(f"{path} is not a file.")
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise base.CommandError(f"{path} cannot be read: {reason}.") from error
    return new_file(path.name, content, size)


def _foretell(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from dataclasses import asdict

    from holdshort.stops.foretelling import foretell

    params = dict(pair.partition("=")[::2] for pair in asked.set)
    found = foretell(asked.type, params, sender=base.sender(asked.person))
    people = "".join(f"\n  {name}: {why}" for name, why in found.asked)
    reasons = "".join(f"\n  - {text}" for text in found.reasons)
    base.show(asked, asdict(found), f"{found.sentence}{people}\n\nWhy{reasons}")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import queue

    page = queue.tickets(base.sender(asked.person).person, search=asked.search, page=asked.page)
    rows = [
        (row["number"], row["requester_name"], row["stands"], row["subject"]) for row in page.rows
    ]
    text = base.table(("ticket", "from", "stands", "about"), rows)
    data = {"tickets": page.rows, "total": page.total, "more": page.more, "page": page.number}
    count = f"more than {page.total}" if page.more else f"{page.total}"
    base.show(asked, data, f"{text}\n{count} tickets, page {page.number} of {page.pages}")


def _show(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from dataclasses import asdict

    from holdshort import shown
    from holdshort.records import actions, tickets

    ticket = tickets.ticket(asked.number)
    if ticket is None:
        raise base.CommandError(f"There is no ticket {asked.number}.")
    messages = tickets.messages(asked.number)
    stories = [shown.action(story, technical=True) for story in actions.of_ticket(asked.number)]
    files = tickets.attachments(asked.number)
    talk = "\n".join(_said(one, files) for one in messages)
    changes = [(s["id"], s["type"], s["tier"], s["gate"]["mode"], s["state"]) for s in stories]
    text = f"Ticket {asked.number}, {ticket['stands']}\n\n{talk}"
    if changes:
        text += "\n\n" + base.table(("change", "type", "tier", "mode", "state"), changes)
    base.show(
        asked,
        {
            **ticket,
            "messages": messages,
            "attachments": [asdict(one) for one in files],
            "actions": stories,
        },
        text,
    )


def _said(message: Any, files: Sequence[Any]) -> str:
    names = [one for one in files if one.message == message["id"]]
    lines = [f"  attached: {one.name} ({in_words(one.size)})" for one in names]
    return "\n".join([f"{message['author_name']}: {message['body']}", *lines])
