"""`holdshort access`: access that ends by itself, and ending it early."""

from __future__ import annotations

import argparse

from holdshort.cli import base


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "access", "access that was given for a time")
    base.verb(verbs, "list", _list, "who holds what until when, and what is overdue")
    end = base.verb(verbs, "end", _end, "end it now; nobody has to approve that")
    end.add_argument("action")
    end.add_argument("--as", dest="person", required=True, metavar="PERSON")


def _list(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort.records import grants

    found = grants.grants()
    names = ("action", "ticket", "type", "beneficiary", "hours", "since", "due_at", "overdue")
    rows = [{name: getattr(one, name) for name in names} for one in found]
    listed = base.table(
        ("action", "ticket", "for", "type", "ends (UTC)", ""),
        [
            (
                o.action,
                o.ticket,
                o.beneficiary,
                o.type,
                f"{o.due_at:%d %b %Y %H:%M}",
                _said(o.overdue),
            )
            for o in found
        ],
    )
    base.show(asked, rows, listed if rows else "Nobody holds access for a time.")


def _said(overdue: bool) -> str:
    return "OVERDUE" if overdue else ""


def _end(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.end_access(asked.action, sender=base.sender(asked.person))
    base.show(asked, {"action": asked.action, "ended": True}, "It is taken back now.")
