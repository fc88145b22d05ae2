"""`holdshort notices`: whether people can be told outside the console."""

from __future__ import annotations

import argparse
import time

from holdshort.cli import base

PATIENCE = 30.0
"""Seconds in which the desk has sent a test, or tried to."""


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "notices", "what people hear outside the console")
    test = base.verb(verbs, "test", _test, "let the desk send a test by mail and pager")
    test.add_argument("--to", dest="person", required=True, metavar="PERSON")


def _test(asked: argparse.Namespace) -> int:
    base.connect(asked, "desk")
    from holdshort import wiring
    from holdshort.records import people

    found, person = wiring.notices(), people.person(asked.person)
    if found is None or not (found.mail or found.pager):
        raise base.CommandError("No mail or pager is set up: write `notices` in company.yaml.")
    if person is None or not person.email:
        raise base.CommandError(f"Nobody here has the id ‘{asked.person}’ and an e-mail address.")
    channels = [name for name in ("mail", "pager") if getattr(found, name)]
    told = _told(channels, person.id)
    lines = [f"{one['channel']}: {_said(one, person.email)}" for one in told]
    base.show(asked, told, "\n".join(lines))
    return 0 if all(one["state"] == "sent" for one in told) else 1


def _told(channels: list[str], person: str) -> list[dict[str, str]]:
    """What became of a test on each channel; what was not sent is withdrawn."""
    from holdshort.records import db
    from holdshort.records.ids import new_id

    key = new_id()
    ids = [
        db.value("add_test", channel=one, key=key, person=person if one == "mail" else None)
        for one in channels
    ]
    ends, rows = time.monotonic() + PATIENCE, db.rows("delivery_states", ids=ids)
    while any(not row["reason"] and row["state"] == "waiting" for row in rows):
        if time.monotonic() > ends:
            break
        time.sleep(0.2)
        rows = db.rows("delivery_states", ids=ids)
    db.run("settle_deliveries", ids=ids, state="needless", reason="")
    return rows


def _said(one: dict[str, str], address: str) -> str:
    if one["state"] == "sent":
        return f"sent to {address}" if one["channel"] == "mail" else "sent"
    return one["reason"] or f"not tried within {PATIENCE:.0f} seconds. Does the desk run?"
