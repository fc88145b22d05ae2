"""Looking over an emergency afterwards: who may, and reminding those who could.

An emergency runs outside its window after one yes, or was made by hand before anybody said yes.
That it was one is for somebody else to say, in 48 hours from when it began, or was told of; until
then it stands open before everybody who works here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from holdshort.core.terms import Sender
from holdshort.records import audit, overrides, people
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.stops import noticing, telling
from holdshort.stops.refused import Refused

REMINDED_BEFORE = timedelta(hours=24)
WITHIN = "Somebody else looks over it within 48 hours, because it was an emergency."


def deciders(story: Story) -> set[str]:
    """Who answers for it: whoever made it unasked, broke the glass, or said yes."""
    if story.made is not None:
        return {story.made["person"]}
    if story.override is not None:
        return {story.override["person"]}
    given = story.authorization or {}
    did = story.report["person"] if outdated(story) and story.report else None
    return {one for one in (given.get("person_1"), given.get("person_2"), did) if one}


def outdated(story: Story) -> str:
    """Why what was done by hand is not what its approvers knew; empty where it is."""
    return str(story.outcome["evidence"].get("outdated", "")) if story.outcome else ""


def check(story: Story, sender: Sender) -> None:
    """Raise Refused where this person is not another than those who permitted it."""
    person = sender.person.id
    if person in deciders(story):
        alone = story.override is not None or story.made is not None
        what = "what you did alone" if alone else "what you said yes to"
        if outdated(story):
            what = "what you said yes to, or did"
        raise Refused("self_approval", f"Somebody else looks at {what}.")
    if story.override is None and person in _parties(story) and _apart(story):
        raise Refused("self_approval", "You had a part in this, so somebody else looks at it.")


def remind(story: Story, *, at: datetime) -> None:
    """Tell everybody who could look that it is due, once."""
    one = overrides.emergency(story.action.id)
    if one is None or one.due_at - REMINDED_BEFORE > at:
        return
    named = {one.looker} if one.looker else set()
    who = sorted(named | (_apart(story) or _here() - deciders(story)))
    how = "was made before anybody permitted it" if story.made else "was an emergency"
    if outdated(story):
        how = "was done by hand after what was approved had changed"
    text = f"‘{telling.title(story)}’ {how}. Please look over it by {_said(one.due_at)}."
    for person in who:
        noticing.tell(person, text, ticket=story.action.ticket, action=story.action.id)
    ticket, action = story.action.ticket, story.action.id
    audit.event("emergency.reminded", actor=DESK, ticket=ticket, action=action, told=who)


def _apart(story: Story) -> set[str]:
    """Those who work here and neither permitted it nor have a part in it."""
    return _here() - deciders(story) - _parties(story)


def _here() -> set[str]:
    return {entry.person for entry in people.register()}


def _parties(story: Story) -> set[str]:
    action = story.action
    return {action.requester, action.beneficiary, action.initiator, action.changer}


def _said(when: datetime) -> str:
    return f"{when:%H:%M} UTC on {when.day} {when:%B}"
