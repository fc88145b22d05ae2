"""`holdshort override`: permit one waiting change alone, in an emergency, or record one that was
made unasked; look at it afterwards.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "override", "emergency overrides (break-glass)")
    base.verb(verbs, "list", _list, "those that nobody else has looked at")
    use = base.verb(verbs, "use", _use, "permit one waiting change alone; owners and security may")
    use.add_argument("action")
    use.add_argument("--as", dest="person", required=True, metavar="PERSON")
    use.add_argument("--reason", required=True, help="why nobody else could be asked")
    made = base.verb(
        verbs, "made", _made, "record what you changed by hand before anybody permitted it"
    )
    made.add_argument("type", help="an action type, as in `holdshort catalogue list`")
    made.add_argument("--as", dest="person", required=True, metavar="PERSON")
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    made.add_argument("--at", required=True, metavar="TIME", help="as 2026-03-01T03:00:00+01:00")
    made.add_argument("--reason", required=True, help="why nobody was asked before")
    look = base.verb(verbs, "look", _look, "say afterwards whether it was right")
    look.add_argument("action")
    look.add_argument("--as", dest="person", required=True, metavar="PERSON")
    look.add_argument("--verdict", required=True, choices=["right", "wrong"])
    look.add_argument("--note", required=True, help="what you looked at")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import overrides

    found = overrides.open_ones()
    left_out = ("name", "second")
    rows = [{n: v for n, v in asdict(one).items() if n not in left_out} for one in found]
    listed = base.table(
        ("kind", "action", "ticket", "by", "since (UTC)", "why"),
        [
            (o.kind, o.action, o.ticket, o.name, f"{o.invoked_at:%d %b %H:%M}", o.reason)
            for o in found
        ],
    )
    base.show(asked, rows, listed if rows else "Nothing is left to look over.")


def _use(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.override(asked.action, asked.reason, sender=base.sender(asked.person))
    text = "Permitted for an hour. Somebody else looks at it within 48 hours."
    base.show(asked, {"action": asked.action}, text)


def _made(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    params = _params(asked.type, asked.set)
    sender = base.sender(asked.person)
    number, _ = flow.record_made(asked.type, params, _time(asked.at), asked.reason, sender=sender)
    text = f"Ticket {number}. Nothing is permitted by it; somebody else looks over it in 48 hours."
    base.show(asked, {"ticket": number}, text)


def _params(type_id: str, pairs: list[str]) -> dict[str, Any]:
    """Text as it is; what is no text in the type is written as in JSON."""
    from holdshort import catalogue

    about = catalogue.find(type_id).params.model_json_schema()["properties"]
    found: dict[str, Any] = {}
    for name, _, text in (pair.partition("=") for pair in pairs):
        plain = about.get(name, {}).get("type", "string") == "string"
        try:
            found[name] = text if plain else json.loads(text)
        except ValueError:
            raise base.CommandError(f"{name}: write it as JSON, as in 4, true or [1]") from None
    return found


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None:
        raise base.CommandError("Write the time with its zone, as in 2026-03-01T03:00:00+01:00.")
    return at


def _look(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.look_over(asked.action, asked.verdict, asked.note, sender=base.sender(asked.person))
    base.show(asked, {"action": asked.action, "verdict": asked.verdict}, "Recorded.")
