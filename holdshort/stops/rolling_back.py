"""An undo that the approval of its change covered: exactly that, once, before its time is over.

Everything else that undoes a change is a change, with a gate of its own.
"""

from __future__ import annotations

from datetime import datetime

from holdshort.core import rollbacks
from holdshort.core.terms import Kind, Offered
from holdshort.records import actions, audit, db, people, queue
from holdshort.records.actions import Story
from holdshort.stops import authorizing, telling

FREEZE = "raise.freeze"
"""Nobody who said yes knew of it: then the undo is asked for like anything else."""


def go_on(story: Story, *, at: datetime) -> bool:
    """Permit what the approval of the change that it undoes covered; False where none did."""
    if story.action.undoes is None or story.halted or story.stopped:
        return False
    change = actions.story(story.action.undoes)
    offered = Offered(story.action.type, story.action.params)
    if change is None or not rollbacks.covers(change.action.seen, offered):
        return False
    covered = db.row("rollback", action=change.action.id)
    if covered is None or not _by_somebody_who_may(story, change) or _frozen(story):
        return False
    telling.say(story, f"‘{telling.title(story)}’ was approved with the change that it undoes.")
    audit.event(
        "rollback.covered",
        actor=story.action.initiator,
        ticket=story.action.ticket,
        action=story.action.id,
        undoes=change.action.id,
    )
    authorizing.by_rollback(story, covered["approver"], covered["ends_at"], at=at)
    return True


def _by_somebody_who_may(story: Story, change: Story) -> bool:
    """As for a stop: a human who asked for the change, or who works here."""
    who = people.person(story.action.initiator)
    if who is None or who.kind is not Kind.HUMAN:
        return False
    return who.id == change.action.requester or queue.works_here(who)


def _frozen(story: Story) -> bool:
    return any(one["rule"] == FREEZE for one in story.assessment["findings"]["raises"])
