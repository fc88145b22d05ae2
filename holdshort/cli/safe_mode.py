"""`holdshort safe-mode`: what may have happened since, and going on, as on the page Safe mode."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from holdshort.cli import base

WORD = "reconciled"
"""What somebody types to end safe mode."""

_HOW_IT_ENDS = 'Go on with: holdshort safe-mode end --as YOU --note "what I looked at"'


def add_to(nouns: base.Nouns) -> None:
    """Add the commands."""
    verbs = base.noun(nouns, "safe-mode", "after an older state of the desk came back")
    base.verb(verbs, "show", _show, "say whether nothing runs, why, and what is in doubt")
    settle = base.verb(verbs, "settle", _settle, "say what became of one change")
    settle.add_argument("action")
    settle.add_argument("--as", dest="person", required=True, metavar="PERSON")
    settle.add_argument(
        "--result",
        required=True,
        choices=["done", "again", "dropped"],
        help="it is in place, ask for it anew, or it is not wanted any more",
    )
    settle.add_argument("--note", default="", help="how you know")
    end = base.verb(verbs, "end", _end, "go on; what was not settled is asked anew")
    end.add_argument("--as", dest="person", required=True, metavar="PERSON")
    end.add_argument("--note", required=True, help="what you looked at")
    end.add_argument("--confirm", metavar="WORD", help=f"the word ‘{WORD}’, else it is asked for")


def _show(asked: argparse.Namespace) -> int:
    base.connect(asked, "web")
    from holdshort.records import safe_mode

    halt = safe_mode.halt()
    if halt is None:
        base.show(asked, {"on": False, "doubts": []}, "This desk is not in safe mode.")
        return 0
    rows = [_row(one) for one in safe_mode.doubts()]
    listed = base.table(
        ("change", "ticket", "stood", "the target shows it", "what"),
        [(r["action"], r["ticket"], r["state"], r["shown"], r["title"]) for r in rows],
    )
    what = listed if rows else "Nothing was on its way."
    text = f"Nothing runs: {halt.why}\n\n{what}\n\n{_HOW_IT_ENDS}"
    base.show(asked, {"on": True, "why": halt.why, "doubts": rows}, text)
    return 0


def _row(doubt: Any) -> dict[str, Any]:
    from holdshort.stops import telling

    action = doubt.story.action
    seen = {True: "yes", False: "no", None: "cannot tell"}[doubt.shown]
    return {
        "action": action.id,
        "ticket": action.ticket,
        "state": doubt.story.state,
        "title": telling.title(doubt.story),
        "shown": (doubt.problem or seen) if doubt.seen_at else "not looked at yet",
    }


def _settle(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    flow.settle(asked.action, asked.result, asked.note, sender=base.sender(asked.person))
    base.show(asked, {"action": asked.action, "result": asked.result}, "Recorded.")


def _end(asked: argparse.Namespace) -> None:
    base.connect(asked, "web")
    from holdshort import flow

    who = base.sender(asked.person)
    word = asked.confirm
    if word is None:
        print(f"Type {WORD} to let this desk run again: ", end="", file=sys.stderr, flush=True)
        word = sys.stdin.readline().strip()
    if word != WORD:
        raise base.CommandError(f"That was not ‘{WORD}’. Nothing runs still.")
    left = flow.reconcile(asked.note, sender=who)
    base.show(asked, {"on": False, "asked_anew": left}, runs_again(left))


def runs_again(left: int) -> str:
    """What ended with safe mode, where `left` changes were not settled before."""
    anew = {
        0: "",
        1: " 1 change that was not settled is asked anew.",
    }
    many = f" {left} changes that were not settled are asked anew."
    return f"This desk runs again.{anew.get(left, many)}"
