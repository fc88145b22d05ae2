"""An older state came back: notice it, look what happened since, settle it, and go on.

While it is not reconciled the database refuses everything that starts. Whatever was staged
before it came back never starts any more: it is settled by a person, or asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdshort.core.terms import Sender
from holdshort.machine import witness
from holdshort.machine.witness import Seen
from holdshort.ports import Acts, ConnectorError
from holdshort.records import actions, audit, db, queue, safe_mode, tickets
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.records.safe_mode import Halt
from holdshort.records.wake import wake
from holdshort.stops import execution, telling
from holdshort.stops.refused import Refused, known

ON_ITS_WAY = ("waiting", "authorized", "executing", "by_hand")
RESULTS = ("done", "again", "dropped")
ASKED_ANEW = ("waiting", "authorized")
"""What is asked anew when nobody said otherwise; what somebody had begun is looked at instead."""

STAGED_BEFORE = "It was offered before this desk was put back to an older state."
UNDER_WAY = "It was under way when this desk was put back to an older state."


# ------------------------------------------------------------------ notice


def watch(path: Path) -> None:
    """Compare the log with what was seen of it before; a shorter one halts the desk.

    Raises MachineError when the witness cannot be read or kept.
    """
    before = witness.read(path)
    if before is not None and not _continues(before):
        _halt(before)
    position, sequenced_at = safe_mode.log_end()
    if before is None or (before.position, before.sequenced_at) != (position, sequenced_at):
        witness.write(path, Seen(position, sequenced_at, db.now()))


def _continues(before: Seen) -> bool:
    """Whether the log still holds what was seen at its end."""
    if before.sequenced_at is None:
        return True
    return bool(db.value("sequenced_at", position=before.position) == before.sequenced_at)


def _halt(before: Seen) -> None:
    """Once for all processes that notice; a backup that was restored meanwhile explains it."""
    with db.turn_of("desk", "older"):
        if db.value("restored_since", since=before.seen_at):
            return
        position, _ = safe_mode.log_end()
        db.run("add_restoration", position=position, seen=before.position)
        audit.event("execution.halted", actor=DESK, position=position, seen=before.position)


# ------------------------------------------------------------------ look


def look(action: str, connectors: Mapping[str, Acts]) -> None:
    """See what the target of a change in doubt shows, without touching it."""
    story = actions.story(action)
    if story is None or not story.older or story.state not in ON_ITS_WAY:
        return
    shown, now, problem = _seen(story, connectors)
    with db.turn_of("action", action):
        db.run("add_sighting", action=action, shown=shown, now=db.as_json(now), problem=problem)
        current = known(action)
        if current.state == "executing" and safe_mode.halt() is None:
            _end_run(current, shown, now)


def _seen(
    story: Story, connectors: Mapping[str, Acts]
) -> tuple[bool | None, Mapping[str, Any], str]:
    name = story.action.target.connector
    connector = connectors.get(name)
    if connector is None:
        return None, {}, f"There is no connected app named ‘{name}’ to look at."
    try:
        now = execution.observe(execution.complete(story.action), connector)
    except ConnectorError as no:
        return None, {}, str(no)
    return connector.applied(story.action, story.action.seen, now), now, ""


def _end_run(story: Story, shown: bool | None, now: Mapping[str, Any]) -> None:
    """Nobody settled a run that had begun: what the target shows counts, else a person looks."""
    assert story.execution is not None
    kind, reason = ("verified", "") if shown else ("unknown", UNDER_WAY)
    written = db.run(
        "add_outcome",
        action=story.action.id,
        kind=kind,
        execution=story.execution["id"],
        fence=story.attempts[-1]["fence"],
        before=db.as_json(story.action.seen),
        after=db.as_json(now),
        evidence=db.as_json({}),
        reason=reason,
    )
    if written:
        ticket = story.action.ticket
        audit.event(
            "execution.settled", actor=DESK, ticket=ticket, action=story.action.id, outcome=kind
        )
        execution.tell(story, kind, reason)


# ------------------------------------------------------------------ settle


def settle(action: str, result: str, note: str, *, sender: Sender) -> None:
    """A person says what became of one change: done, again (ask for it anew), or dropped."""
    halt = _open_for(sender)
    if result not in RESULTS:
        raise Refused("bad_answer", f"Say one of: {', '.join(RESULTS)}.")
    with db.turn_of("action", action):
        story = known(action)
        if not story.older or story.settlement or story.state not in ON_ITS_WAY:
            raise Refused("not_in_doubt", f"There is nothing to settle about it: {story.state}.")
        if not _may_see(story, sender):
            raise Refused("not_found", "There is no such action.")
        _settle(story, halt, result, note.strip()[:4000], sender)


def _settle(story: Story, halt: Halt, result: str, note: str, sender: Sender) -> None:
    action, person = story.action.id, sender.person.id
    safe_mode.add_settlement(action, halt, result, note, sender=sender)
    if story.fate is None and result != "again":
        actions.add_fate(story, "withdrawn", person=person, reason=result)
    audit.event(
        "action.settled", actor=person, ticket=story.action.ticket, action=action, result=result
    )
    if result == "again":
        wake("restage", action)
        telling.say(story, f"‘{telling.title(story)}’ will be looked at anew. {_WHY}")
    elif result == "done":
        telling.finish(story, f"We looked: ‘{telling.title(story)}’ is in place.")
    else:
        telling.ended(story, "was dropped", detail=_WHY)


_WHY = "This desk was put back to an older state."


def _may_see(story: Story, sender: Sender) -> bool:
    number = story.action.ticket
    ticket = tickets.ticket(number) if number is not None else None
    return ticket is not None and queue.may_see(sender.person, ticket)


# ------------------------------------------------------------------ go on


def reconcile(note: str, *, sender: Sender) -> int:
    """A person answers for going on. What is left is asked anew, or dropped where somebody has
    rejected it already. Gives how many that were.
    """
    if not note.strip():
        raise Refused("note_missing", "Please write what you looked at.")
    with db.turn_of("desk", "older"):
        halt = _open_for(sender)
        left = [one.story for one in safe_mode.doubts() if one.story.state in ASKED_ANEW]
        for story in left:
            _settle(story, halt, "dropped" if story.decided("reject") else "again", "", sender)
        safe_mode.add_reconciliation(note.strip()[:4000], sender=sender)
        audit.event("desk.reconciled", actor=sender.person.id, restoration=halt.id)
    return len(left)


def _open_for(sender: Sender) -> Halt:
    """The older state that this person may speak about. Raises Refused."""
    if not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can say this.")
    halt = safe_mode.halt()
    if halt is None:
        raise Refused("not_in_safe_mode", "This desk is not in safe mode.")
    return halt


# ------------------------------------------------------------------ ask anew


def asks_anew(story: Story) -> bool:
    """Whether the next version is due: somebody wants it still, or it was staged while halted."""
    if story.next_version is not None or (story.halted and not story.older):
        return False
    if story.settlement is not None:
        return bool(story.settlement["result"] == "again")
    return _never_permitted(story)


def _never_permitted(story: Story) -> bool:
    """It would have run by itself, but no permission could be given while the desk was halted."""
    return (
        story.assessment["mode"] == "HOTL"
        and story.authorization is None
        and story.fate is None
        and not story.older
    )


def replace(story: Story) -> None:
    """End the version that is asked anew, unless its turn was taken long ago."""
    if story.fate is None:
        actions.add_fate(story, "superseded", person=None, reason="older")
        audit.event(
            "action.superseded", actor=DESK, ticket=story.action.ticket, action=story.action.id
        )
