"""`holdshort review`: the same five verbs, duties and record as in the console."""

from __future__ import annotations

import argparse
import json
from typing import Any

from holdshort.cli import base
from holdshort.core.reasons import OVERRIDE

NUMBER_FROM = ("directory", "hr_record", "in_person", "vendor_record", "contract")
RESULT = ("confirmed", "denied", "not_reached")
VERBS = {
    "approve": "say yes to exactly this change",
    "change": "change it first",
    "reject": "say no",
    "hand-over": "give it to somebody else",
    "ask": "ask the requester",
}


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "review", "list, read and answer reviews")
    several = base.verb(verbs, "list", _list, "list open reviews")
    several.add_argument("--as", dest="person", metavar="PERSON", help="only those asked of them")
    several.add_argument("--search", default="", help="words, a ticket number or a name")
    several.add_argument("--page", type=int, default=1)
    one = base.verb(verbs, "show", _show, "read one review")
    one.add_argument("number", type=int)
    for name, help in VERBS.items():
        parser = base.verb(verbs, name, _decide, help)
        parser.set_defaults(verdict=name.replace("-", "_"))
        parser.add_argument("number", type=int)
        parser.add_argument("--as", dest="person", required=True, metavar="PERSON")
        parser.add_argument("--digest", help="decide only about the change with this fingerprint")
        parser.add_argument("--comment", default="", help="free words beside the reason")
        codes = OVERRIDE.get(name.replace("-", "_"))
        if codes:
            parser.add_argument(
                "--reason",
                required=True,
                choices=sorted(codes),
                metavar="CODE",
                help=", ".join(codes),
            )
        if name == "change":
            parser.add_argument(
                "--set",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                required=True,
                help="what is different",
            )
        if name == "hand-over":
            parser.add_argument("--to", required=True, metavar="PERSON")

    _add_call_back(base.verb(verbs, "call-back", _call_back, "record a call that was made"))


def _add_call_back(call: argparse.ArgumentParser) -> None:
    call.add_argument("number", type=int)
    call.add_argument("--as", dest="person", required=True, metavar="PERSON")
    call.add_argument("--number-from", required=True, choices=list(NUMBER_FROM))
    call.add_argument("--result", required=True, choices=list(RESULT))
    call.add_argument("--note", default="", help="what was said")


def _call_back(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    who = base.sender(asked.person)
    flow.call_back(asked.number, asked.number_from, asked.result, asked.note, sender=who)
    base.show(asked, {"review": asked.number, "result": asked.result}, "Recorded.")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import queue
    from holdshort.stops import telling

    page = queue.reviews(
        asked.person or "", mine=bool(asked.person), search=asked.search, page=asked.page
    )
    rows = [
        {
            "number": row["number"],
            "action": str(row["action"]),
            "title": telling.title_of(row["acting"]),
            "tier": row["tier"],
            "requester": row["requester"],
            "expires_at": row["expires_at"],
            "fault": row["fault"],
        }
        for row in page.rows
    ]
    text = base.table(
        ("review", "tier", "change", "closes"),
        [(r["number"], r["tier"], r["title"], f"{r['expires_at']:%d %b %H:%M}") for r in rows],
    )
    base.show(
        asked,
        {"reviews": rows, "total": page.total, "more": page.more},
        text if rows else "Nothing waits.",
    )


def _story(number: int) -> Any:
    from holdshort.records import actions, db

    action = db.value("action_of_review", review=number)
    story = actions.story(str(action)) if action else None
    if story is None:
        raise base.CommandError(f"There is no review {number}.")
    return story


def _show(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import shown
    from holdshort.stops import telling

    story = _story(asked.number)
    data = shown.action(story, technical=True)
    why = "\n".join(f"  - {reason.text}" for reason in story.reasons)
    who = ", ".join(f"{one['person']} ({one['why']})" for one in story.assignments) or "nobody"
    after = "\n".join(f"  + {line}" for line in story.assessment["findings"]["after"])
    base.show(
        asked,
        data,
        f"{telling.title(story)}\n\nWhat will change\n{after}\n\nWhy it stopped\n{why}\n\n"
        f"Asked: {who}\nState: {story.state}\nFingerprint: {story.digest}",
    )


def _decide(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow, shown
    from holdshort.stops import telling
    from holdshort.stops.deciding import Answer

    story = _story(asked.number)
    answer = Answer(
        verdict=asked.verdict,
        digest=asked.digest or story.digest,
        shown=shown.rendering(story),
        reason_code=getattr(asked, "reason", None),
        comment=asked.comment,
        changes=_changes(asked.set) if asked.verdict == "change" else None,
        hand_to=getattr(asked, "to", None),
    )
    decision = flow.decide(asked.number, answer, sender=base.sender(asked.person))
    done = {"decision": decision, "review": asked.number, "verdict": asked.verdict}
    base.show(asked, done, f"Recorded: {asked.verdict.replace('_', ' ')}, {telling.title(story)}.")


def _changes(pairs: list[str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise base.CommandError(f"‘{pair}’ is not NAME=VALUE.", 2)
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    return changes
