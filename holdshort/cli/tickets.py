"""`holdshort ticket`: write, list and read tickets."""

from __future__ import annotations

import argparse

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "ticket", "write, list and read tickets")
    new = base.verb(verbs, "new", _new, "write a ticket for somebody")
    new.add_argument("text", help="what is needed, in their words")
    new.add_argument("--as", dest="person", required=True, metavar="PERSON", help="who asks")
    new.add_argument("--subject", default="", help="a subject line")
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

    number = flow.receive(asked.subject, asked.text, sender=base.sender(asked.person))
    base.show(asked, {"number": number}, f"Ticket {number} is with the assistant.")


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
    from holdshort import shown
    from holdshort.records import actions, tickets

    ticket = tickets.ticket(asked.number)
    if ticket is None:
        raise base.CommandError(f"There is no ticket {asked.number}.")
    messages = tickets.messages(asked.number)
    stories = [shown.action(story, technical=True) for story in actions.of_ticket(asked.number)]
    talk = "\n".join(f"{m['author_name']}: {m['body']}" for m in messages)
    changes = [(s["id"], s["type"], s["tier"], s["gate"]["mode"], s["state"]) for s in stories]
    text = f"Ticket {asked.number}, {ticket['stands']}\n\n{talk}"
    if changes:
        text += "\n\n" + base.table(("change", "type", "tier", "mode", "state"), changes)
    base.show(asked, {**ticket, "messages": messages, "actions": stories}, text)
