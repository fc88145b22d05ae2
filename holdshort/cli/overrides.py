"""`holdshort override`: permit one waiting change alone, in an emergency; look at it afterwards."""

from __future__ import annotations

import argparse

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "override", "emergency overrides (break-glass)")
    base.verb(verbs, "list", _list, "those that nobody else has looked at")
    use = base.verb(verbs, "use", _use, "permit one waiting change alone; owners and security may")
    use.add_argument("action")
    use.add_argument("--as", dest="person", required=True, metavar="PERSON")
    use.add_argument("--reason", required=True, help="why nobody else could be asked")
    look = base.verb(verbs, "look", _look, "say afterwards whether it was right")
    look.add_argument("action")
    look.add_argument("--as", dest="person", required=True, metavar="PERSON")
    look.add_argument("--verdict", required=True, choices=["right", "wrong"])
    look.add_argument("--note", required=True, help="what you looked at")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import overrides

    found = overrides.open_ones()
    names = ("kind", "action", "ticket", "person", "reason", "invoked_at", "due_at", "overdue")
    rows = [{name: getattr(one, name) for name in names} for one in found]
    listed = base.table(
        ("kind", "action", "ticket", "by", "used (UTC)", "why"),
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


def _look(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.look_over(asked.action, asked.verdict, asked.note, sender=base.sender(asked.person))
    base.show(asked, {"action": asked.action, "verdict": asked.verdict}, "Recorded.")
