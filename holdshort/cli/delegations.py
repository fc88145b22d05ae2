"""`holdshort delegation`: who decides for whom these days."""

from __future__ import annotations

import argparse
from datetime import datetime

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "delegation", "let somebody decide for somebody, for some days")
    give = base.verb(verbs, "give", _give, "let a colleague decide for you")
    give.add_argument("--as", dest="person", required=True, metavar="PERSON", help="whose yes")
    give.add_argument("--to", required=True, metavar="PERSON", help="who decides")
    give.add_argument("--from", dest="starts", type=_moment, help="first moment (default: now)")
    give.add_argument("--until", type=_moment, required=True, help="last moment, with its offset")
    base.verb(verbs, "list", _list, "list those that count or will")
    end = base.verb(verbs, "end", _end, "end one before its time")
    end.add_argument("id")
    end.add_argument("--as", dest="person", required=True, metavar="PERSON")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise argparse.ArgumentTypeError("write it with its offset: 2026-12-03T18:00:00+01:00")
    return moment


def _give(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow
    from holdshort.records import db

    starts = asked.starts or db.now()
    number = flow.delegate(asked.to, starts, asked.until, sender=base.sender(asked.person))
    text = f"{asked.to} decides for {asked.person} until {asked.until:%d %b %H:%M}."
    base.show(asked, {"id": number}, text)


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import db

    rows = db.rows("delegation_list")
    text = base.table(
        ("who decides", "for", "from", "until", "id"),
        [
            (
                r["taker"],
                r["giver"],
                f"{r['starts']:%d %b %H:%M}",
                f"{r['ends']:%d %b %H:%M}",
                r["id"],
            )
            for r in rows
        ],
    )
    base.show(asked, {"delegations": rows}, text if rows else "Nobody decides for anybody else.")


def _end(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from uuid import UUID

    from holdshort import flow

    try:
        number = str(UUID(asked.id))
    except ValueError:
        raise base.CommandError("There is no such delegation.") from None
    flow.take_back(number, sender=base.sender(asked.person))
    base.show(asked, {"id": number}, "It has ended.")
