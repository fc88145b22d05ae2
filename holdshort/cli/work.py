"""`holdshort work`: what people do by hand, read and reported with the console's own words."""

from __future__ import annotations

import argparse
from typing import Any

from holdshort.cli import base
from holdshort.cli.actions import story_of

DID = ("as_approved", "differently", "not_done")
RESULT = ("applied", "not_applied")


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "work", "what people do by hand, and what they say about it")
    _as(base.verb(verbs, "list", _list, "what waits for a person's hands, or for a look"))
    show = base.verb(verbs, "show", _show, "the place, the values to copy and the ready reply")
    report = base.verb(verbs, "report", _report, "say what you did")
    answer = base.verb(verbs, "answer", _answer, "send the ready answer, and report that")
    find = base.verb(
        verbs, "find", _find, "say what is really there, where we could not confirm it"
    )
    for parser in (show, report, answer, find):
        parser.add_argument("action")
        _as(parser)
    report.add_argument("--did", required=True, choices=DID)
    report.add_argument("--evidence", required=True, metavar="TEXT", help="where it can be seen")
    reply = report.add_mutually_exclusive_group()
    reply.add_argument("--reply", default="", metavar="TEXT", help="tell the requester this")
    reply.add_argument("--ready-reply", action="store_true", help="send the reply that `show` has")
    answer.add_argument("--words", metavar="TEXT", help="in other words than the article's")
    find.add_argument("--result", required=True, choices=RESULT)
    find.add_argument("--note", required=True, metavar="TEXT", help="how you know")


def _as(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="person", required=True, metavar="PERSON")


# ------------------------------------------------------------------ reading


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import queue

    reader = _reader(asked)
    rows = [_row(row) for row in queue.by_hand() if _visible(row["ticket"], reader)]
    listed = base.table(
        ("change", "ticket", "what", "whose", "where", "state"),
        [(r["action"], r["ticket"], r["what"], r["whose"], r["where"], r["state"]) for r in rows],
    )
    base.show(asked, rows, listed if rows else "Nothing to do by hand.")


def _row(row: Any) -> dict[str, Any]:
    from holdshort.records import people
    from holdshort.shown import by_hand
    from holdshort.stops import telling

    story = story_of(str(row["action"]))
    whose = people.person(row["person"]) if row["person"] else None
    return {
        "action": story.action.id,
        "ticket": row["ticket"],
        "what": telling.title(story),
        "whose": whose.name if whose else "somebody's",
        "where": by_hand.place(story).system,
        "state": story.state,
    }


def _show(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.shown import by_hand
    from holdshort.stops import telling

    story = _story(asked, _reader(asked))
    work = by_hand.work(story)
    if work is None:
        raise base.CommandError(f"This is not for a person's hands: {story.state}.")
    place = work["place"]
    where = [place["system"], place["path"], place["url"]]
    copied = {
        "Where": "  ".join(part for part in where if part),
        **{one["label"]: _plain(one["value"]) for one in work["values"]},
    }
    after = "\n".join(f"  + {line}" for line in story.assessment["findings"]["after"])
    warned = f"Do not do it, and report ‘not_done’: {work['turned']}\n\n" if work["turned"] else ""
    text = f"{warned}{telling.title(story)}\n\n{base.fields(copied)}\n\nWhat will change\n{after}"
    base.show(asked, work, f"{text}\n\nReply\n{work['reply']}" if work["reply"] else text)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} = {one}" for name, one in value.items())
    return str(value)


# ------------------------------------------------------------------ reporting


def _report(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow
    from holdshort.shown import by_hand

    sender = _human(asked)
    story = _story(asked, sender.person)
    work = by_hand.work(story) if asked.ready_reply else None
    reply = work["reply"] if work else asked.reply
    flow.report(story.action.id, asked.did, asked.evidence, sender=sender, reply=reply)
    said = {"action": story.action.id, "did": asked.did}
    base.show(asked, said, f"Recorded: {asked.did.replace('_', ' ')}. We look, where we can.")


def _answer(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    sender = _human(asked)
    story = _story(asked, sender.person)
    flow.send_answer(story.action.id, sender=sender, words=asked.words)
    base.show(asked, {"action": story.action.id, "sent": True}, "Sent, and recorded.")


def _find(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    sender = _human(asked)
    story = _story(asked, sender.person)
    flow.find(story.action.id, asked.result, asked.note, sender=sender)
    said = {"action": story.action.id, "result": asked.result}
    base.show(asked, said, f"Recorded: {asked.result.replace('_', ' ')}.")


# ------------------------------------------------------------------ who may see it


def _human(asked: argparse.Namespace) -> Any:
    """Who reports: what was done, and what is there, is said by people."""
    from holdshort.core.terms import Kind

    sender = base.sender(asked.person)
    if sender.person.kind is not Kind.HUMAN:
        raise base.CommandError(f"{sender.person.name} is not a human; only humans do this.")
    return sender


def _reader(asked: argparse.Namespace) -> Any:
    from holdshort.records import queue

    person = base.sender(asked.person).person
    if not queue.works_here(person):
        raise base.CommandError("This is for the people who work on this desk.")
    return person


def _story(asked: argparse.Namespace, person: Any) -> Any:
    """The change, or what is said where there is none, if it is on a ticket that is not theirs."""
    story = story_of(asked.action)
    if story.action.ticket is not None and not _visible(story.action.ticket, person):
        raise base.CommandError(f"There is no change {asked.action}.")
    return story


def _visible(number: int, person: Any) -> bool:
    from holdshort.records import queue, tickets

    ticket = tickets.ticket(number)
    return ticket is not None and queue.may_see(person, ticket)
