"""Which of several sides each of those who were asked speaks for, where each must say yes.

It is written when they are asked, and the database counts no yes for a side that somebody was not
asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdshort.core.circles import Wait, apart
from holdshort.core.deciders import Candidate
from holdshort.records import db
from holdshort.records.actions import Story


def note(review: int, wait: Wait, people: Iterable[str]) -> None:
    """Write for which sides these people are asked."""
    asked = [(person, side) for person in people for side in sorted(wait.speaks_for(person))]
    people, sides = [one for one, _ in asked], [side for _, side in asked]
    db.write("add_sides", review=review, people=people, sides=sides)


def taken(story: Story, wait: Wait, person: str) -> str:
    """Why a yes of this person adds nothing to those on record; empty where it does."""
    before = [str(one["person"]) for one in story.yes]
    spoken = _spoken_for(story, wait, before, person)
    if apart(spoken):
        return ""
    sides = " and ".join(wait.contexts)
    if not spoken[-1]:
        return f"This needs a yes for {sides}, each of somebody who decides that; you do not."
    said = wait.desk.names([Candidate(one, "") for one in before])
    return f"This needs a yes for {sides}. With that of {said} there is one for what you decide."


def _spoken_for(
    story: Story, wait: Wait, before: Sequence[str], person: str
) -> list[frozenset[str]]:
    """For which sides each of those who said yes was asked, and what this person still decides
    of what they were asked for. What was asked before sides were written is worked out anew.
    """
    if not story.gate["sides"]:
        return [wait.speaks_for(one) for one in (*before, person)]
    assert story.review is not None, "whoever answers was asked"
    rows = db.rows("sides", review=story.review["number"])
    *written, own = (
        frozenset(row["side"] for row in rows if row["person"] == one) for one in (*before, person)
    )
    return [*written, own & wait.speaks_for(person)]
