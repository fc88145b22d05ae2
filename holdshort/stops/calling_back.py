"""Before a yes somebody calls whoever is to have asked, or the vendor whose money would move.

An answer to the ticket proves nothing, for whoever wrote it would read it. The call is a row, with
where the number is from and what was said, and the yes rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdshort.catalogue import vendors
from holdshort.core.terms import Sender
from holdshort.records import actions, audit, db, people, queue
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.world import World
from holdshort.stops.refused import Refused, existing

NUMBER_FROM: Mapping[str, str] = {
    "directory": "The directory",
    "hr_record": "The HR record",
    "in_person": "I asked them in person",
    "vendor_record": "The vendor's record, from before today",
    "contract": "The signed contract",
}
OF_VENDORS = ("vendor_record", "contract")
RESULT: Mapping[str, str] = {
    "confirmed": "They asked for this",
    "denied": "They did not ask for this",
    "not_reached": "I did not reach them",
}
MISSING, DENIED = "call_back_missing", "call_back_denied"


def call_back(
    review: int, number_from: str, result: str, note: str = "", *, sender: Sender
) -> None:
    """Record one call, to whom the number belongs. Raises Refused."""
    with actions.turn_to_decide(review=review) as (found, at):
        if found is None:
            raise Refused("not_found", f"There is no review number {review}.")
        story = existing(found)
        _may(story, sender)
        if number_from not in NUMBER_FROM or result not in RESULT:
            raise Refused("bad_answer", "Please say where the number is from and what they said.")
        if len(note) > 1000:
            raise Refused("too_long", "The note is longer than 1,000 characters.")
        if number_from not in choices(story, at):
            raise Refused("bad_answer", "That number is not one to call about this.")
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
    if not needs_calls(story):
        raise Refused("not_asked_for", "Whoever asked for this has proved who they are.")
    if story.fate or story.authorization or story.next_version:
        raise Refused("too_late", "This is decided, so a call changes nothing any more.")


def needs_calls(story: Story) -> bool:
    """Whether a yes rests on a call."""
    return bool(story.gate["call_back"] or story.gate["call_vendor"])


def choices(story: Story, at: datetime) -> dict[str, str]:
    """Where the number of a call may be from, with the words for it."""
    asker = [code for code in NUMBER_FROM if code not in OF_VENDORS]
    found = asker if story.gate["call_back"] else []
    if story.gate["call_vendor"]:
        on_file = vendors.number_of(str(story.action.params["vendor"]), at, World())
        found = [*found, *(OF_VENDORS if on_file else ["contract"])]
    return {code: NUMBER_FROM[code] for code in found}


def words(story: Story, at: datetime) -> dict[str, Any]:
    """What a screen needs to show calls and to record one."""
    asker = _name(story.action.requester) if story.gate["call_back"] else ""
    vendor = story.assessment["findings"]["target"]["name"] if story.gate["call_vendor"] else ""
    return {
        "from": NUMBER_FROM,
        "result": RESULT,
        "choices": choices(story, at),
        "whom": " or ".join(filter(None, (asker, vendor))),
    }


def of(story: Story) -> list[db.Row]:
    """The calls on record, the first one first, each with `whom` it was to.

    Of a vendor only those about these very bytes.
    """
    if not needs_calls(story):
        return []
    rows = db.rows("call_backs", action=story.action.id)
    vendor = story.assessment["findings"]["target"]["name"]
    calls = [
        {**row, "whom": vendor if to_vendor(row) else _name(story.action.requester)} for row in rows
    ]
    return [call for call in calls if call["same"] or not to_vendor(call)]


def to_vendor(call: Mapping[str, Any]) -> bool:
    """Whether the vendor was called, and not whoever is to have asked."""
    return call["number_from"] in OF_VENDORS


def missing(story: Story) -> Refused | None:
    """Why nobody may say yes to it yet, as far as that rests on a call."""
    calls = of(story)
    if story.gate["call_back"]:
        name = _name(story.action.requester)
        why = (
            f"Nobody knows yet that {name} asked for this. Call them on a number from the "
            "directory, never one from the ticket, and record the call."
        )
        results = {call["result"] for call in calls if not to_vendor(call)}
        if no := _not_confirmed(name, results, why):
            return no
    if story.gate["call_vendor"]:
        name = str(story.assessment["findings"]["target"]["name"])
        why = (
            f"Nobody knows yet that {name} wants this. Call them on a number that was on file "
            "before today, never one from the ticket, and record the call."
        )
        return _not_confirmed(name, {call["result"] for call in calls if to_vendor(call)}, why)
    return None


def _not_confirmed(name: str, results: set[str], why: str) -> Refused | None:
    if "denied" in results:
        return Refused(DENIED, f"{name} said that they did not ask for this. Please reject it.")
    return None if "confirmed" in results else Refused(MISSING, why)


def _name(person: str) -> str:
    found = people.person(person)
    return found.name if found else person
