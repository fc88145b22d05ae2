"""What connected apps answered when they were asked what a change would do."""

from __future__ import annotations

from holdshort.core import canonical
from holdshort.core.terms import Inquiry, Preview
from holdshort.records import db


def answer(about: str, inquiry: Inquiry) -> Preview | None:
    """The answer for a proposal, or an action that is asked anew; None before there is one."""
    found = db.row("preview", about=about, inquiry=_key(inquiry))
    return Preview(**found) if found else None


def keep(about: str, inquiry: Inquiry, answered: Preview) -> None:
    """Keep an answer; the first one counts."""
    db.write(
        "add_preview",
        about=about,
        inquiry=_key(inquiry),
        seen=db.as_json(answered.seen),
        shown=db.as_json(answered.shown),
        problem=answered.problem,
    )


def _key(inquiry: Inquiry) -> str:
    asked = {"connector": inquiry.connector, "type": inquiry.type, "words": inquiry.words}
    return canonical.digest(canonical.canonical(asked))
