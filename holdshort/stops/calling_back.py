"""Nobody proved to be the requester: before a yes, somebody calls them on a number that we know.

An answer to the ticket proves nothing, for whoever wrote it would read it. The call is a row, with
where the number is from and what was said, and the yes rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from holdshort.core.terms import Sender
from holdshort.records import actions, audit, db, people, queue
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.stops.refused import Refused, existing

NUMBER_FROM: Mapping[str, str] = {
    "directory": "The directory",
    "hr_record": "The HR record",
    "in_person": "I asked them in person",
}
RESULT: Mapping[str, str] = {
    "confirmed": "They asked for this",
    "denied": "They did not ask for this",
    "not_reached": "I did not reach them",
}
MISSING, DENIED = "call_back_missing", "call_back_denied"


def call_back(
    review: int, number_from: str, result: str, note: str = "", *, sender: Sender
) -> None:
    """Record one call to the requester. Raises Refused."""
    with actions.turn_to_decide(review=review) as (found, _):
        if found is None:
            raise Refused("not_found", f"There is no review number {review}.")
        story = existing(found)
        _may(story, sender)
        if number_from not in NUMBER_FROM or result not in RESULT:
            raise Refused("bad_answer", "Please say where the number is from and what they said.")
        if len(note) > 1000:
            raise Refused("too_long", "The note is longer than 1,000 characters.")
        db.run(
            "add_call_back",
            id=new_id(),
            action=story.action.id,
            person=sender.person.id,
            account=sender.account,
            channel=sender.channel,
            number_from=number_from,
            result=result,
            note=note.strip(),
        )
        audit.event(
            "call_back.recorded",
            actor=sender.person.id,
            ticket=story.action.ticket,
            action=story.action.id,
            digest=story.digest,
            number_from=number_from,
            result=result,
        )


def _may(story: Story, sender: Sender) -> None:
    """Raise Refused with what is against this person recording a call now."""
    action = story.action
    if not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can record a call.")
    if sender.person.id in (action.requester, action.beneficiary, action.initiator, action.changer):
        raise Refused("self_approval", "You have a part in this, so somebody else must call.")
    if not story.gate["call_back"]:
        raise Refused("not_asked_for", "Whoever asked for this has proved who they are.")
    if story.fate or story.authorization or story.next_version:
        raise Refused("too_late", "This is decided, so a call changes nothing any more.")


def of(story: Story) -> list[db.Row]:
    """The calls on record, the first one first."""
    return db.rows("call_backs", action=story.action.id) if story.gate["call_back"] else []


def missing(story: Story) -> Refused | None:
    """Why nobody may say yes to it yet, as far as it is not known who asked."""
    results = [row["result"] for row in of(story)]
    if not story.gate["call_back"]:
        return None
    name = _name(story.action.requester)
    if "denied" in results:
        return Refused(DENIED, f"{name} said that they did not ask for this. Please reject it.")
    if "confirmed" in results:
        return None
    return Refused(
        MISSING,
        f"Nobody knows yet that {name} asked for this. Call them on a number from the directory, "
        "never one from the ticket, and record the call.",
    )


def _name(person: str) -> str:
    found = people.person(person)
    return found.name if found else person
