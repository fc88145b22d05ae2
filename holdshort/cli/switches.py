"""`holdshort switch`: stop everything, one connected app or one kind of change, and go on."""

from __future__ import annotations

import argparse

from holdshort.cli import base

_SCOPE = "everything, connector:NAME, or category:TYPE with or without /TIER"


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "switch", "stop what has not started, and let it go on")
    base.verb(verbs, "list", _list, "what is stopped, since when, and by whom")
    stop = base.verb(verbs, "stop", _stop, "stop at once; whoever works here may")
    go = base.verb(verbs, "go", _go, "let it go on; owners and security may")
    for one in (stop, go):
        one.add_argument("scope", help=_SCOPE)
        one.add_argument("--as", dest="person", required=True, metavar="PERSON")
    stop.add_argument("--reason", default="", help="why, for whoever reads it later")
    go.add_argument("--reason", required=True, help="why it may go on")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import switches

    found, waiting = switches.off(), switches.waiting()
    rows = [
        {"scope": one.scope, "person": one.person, "reason": one.reason, "since": one.set_at}
        for one in found
    ]
    listed = base.table(
        ("stopped", "by", "since (UTC)", "why"),
        [(one.scope, one.name, f"{one.set_at:%d %b %H:%M}", one.reason) for one in found],
    )
    text = f"{listed}\n\nApproved changes that wait for it: {waiting}."
    base.show(asked, {"stopped": rows, "waiting": waiting}, text if rows else "Nothing is stopped.")


def _stop(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.switch_off(asked.scope, asked.reason, sender=base.sender(asked.person))
    text = f"Stopped. Go on with: holdshort switch go {asked.scope} --as YOU --reason WHY"
    base.show(asked, {"scope": asked.scope, "on": False}, text)


def _go(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.switch_on(asked.scope, asked.reason, sender=base.sender(asked.person))
    base.show(asked, {"scope": asked.scope, "on": True}, "It goes on, and so does what waited.")
