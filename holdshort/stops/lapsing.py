"""Access for a time ends: its inverse runs under the approval that gave it, and is read back.

The rows say what is due and the database compares the times, so a desk that was off, or a system
that was away, only makes it late; late ones are shown and tried again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from holdshort import catalogue
from holdshort.core.grants import told_before
from holdshort.core.settings import zone_of
from holdshort.core.terms import Offered, Sender
from holdshort.records import actions, audit, db, grants, offers, queue, safe_mode, tickets
from holdshort.records.actions import Story
from holdshort.records.grants import Grant
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops import noticing, previewing, staging, telling
from holdshort.stops.assess import assess
from holdshort.stops.circumstances import circumstances_of
from holdshort.stops.refused import Refused, existing, known

TRIED_AGAIN_AFTER = timedelta(minutes=5)
log = structlog.get_logger()


def lapse(action: str) -> None:
    """Take back access whose time is over; `action` gave it, or was the last try to take it."""
    given = original(action)
    with actions.turn_of(given) as (found, at):
        story = existing(found)
        grant = grants.grant(given)
        if grant is None:
            return
        if not grant.due:
            _wait(story, grant, at)
        elif _may_try(grant, at) and safe_mode.halt() is None:
            _take_back(story, grant, at)


def _wait(story: Story, grant: Grant, at: datetime) -> None:
    """It has not ended: in time, whoever holds it and whoever gave it are told that it will."""
    if at < grant.told_at:
        wake("lapse", grant.action, at=grant.told_at)
        return
    wake("lapse", grant.action, at=grant.due_at)
    if told_before(grant.hours):
        world = World()
        title, ends = telling.title(story, world), _said(grant.due_at, world)
        noticing.tell(
            grant.beneficiary,
            f"‘{title}’: this ends by itself on {ends}. If you need it longer, ask for it again "
            "before then; that is decided anew.",
            ticket=grant.ticket,
            action=grant.action,
        )
        for person in _gave(story) - {grant.beneficiary}:
            text = f"‘{title}’, which you approved, ends by itself on {ends}. More is asked anew."
            noticing.tell(person, text, ticket=grant.ticket, action=grant.action)


def _said(at: datetime, world: World) -> str:
    local = at.astimezone(zone_of(world.policy()))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def _gave(story: Story) -> set[str]:
    given = story.authorization or {}
    return {given[key] for key in ("person_1", "person_2") if given.get(key)}


def original(action: str) -> str:
    """The action that gave what this one takes back, or itself."""
    story = known(action)
    return story.action.undoes or action if _takes_back(story) else action


def _takes_back(story: Story) -> bool:
    return story.authorization is not None and story.authorization["basis"] == "term"


def ends_a_grant(story: Story) -> bool:
    """Whether an action takes back access whose time was over."""
    return _takes_back(story)


def _may_try(grant: Grant, at: datetime) -> bool:
    if grant.under_way:
        return False
    return grant.tried_at is None or grant.tried_at + TRIED_AGAIN_AFTER <= at


def _take_back(story: Story, grant: Grant, at: datetime) -> None:
    about, offered = grant.tried or grant.action, inverse(story)
    if previewing.waits(about, (offered,)):
        return
    ticket = tickets.ticket(grant.ticket)
    proposal = offers.proposal(str(story.proposed["id"]))
    assert ticket is not None and proposal is not None
    fresh = new_id()
    draft = {
        "id": fresh,
        "root": fresh,
        "version": 1,
        "ticket": grant.ticket,
        "position": story.action.position,
        "after": (),
        "undoes": grant.action,
    }
    circumstances = circumstances_of(ticket, proposal, at)
    try:
        one = assess(offered, circumstances, World(asking=about), draft=draft)
    except catalogue.CatalogueError as no:
        # It stays overdue, is shown as that, and is tried again.
        log.error("access_not_taken_back", action=grant.action, reason=str(no))
        return
    if one.findings.already:
        _gone(story, one.findings.already)
        return
    approver = (story.authorization or {}).get("person_1")
    staging.write_the_end(one, proposal=proposal.id, approver=approver or grant.beneficiary, at=at)


def inverse(story: Story) -> Offered:
    """What takes back what an action gave."""
    found = staging.inverse(story)
    assert found is not None, "whatever gives access for a time has an inverse"
    return found


def _gone(story: Story, told: str) -> None:
    """Somebody else has taken it back, or it never was there."""
    db.write("add_ending", action=story.action.id, why="gone", person=None)
    audit.event("access.gone", actor=DESK, ticket=story.action.ticket, action=story.action.id)
    telling.say(story, told)


# ------------------------------------------------------------------ before its time


def end_access(action: str, *, sender: Sender) -> None:
    """Access is not needed any more: it is taken back now. Raises Refused."""
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        parties = (story.action.requester, story.action.beneficiary)
        if sender.person.id not in parties and not queue.works_here(sender.person):
            raise Refused("not_yours", "Whose access it is, or who works here, can end it.")
        if grants.grant(action) is None:
            raise Refused("not_granted", "This is no access for a time, or it is over.")
        _end(action, story.action.ticket, sender)


def end_all(number: int, *, sender: Sender) -> None:
    """Access for a time ends with the ticket it was given for."""
    for grant in grants.grants(ticket=number):
        _end(grant.action, number, sender)


def _end(action: str, ticket: int | None, sender: Sender) -> None:
    db.write("add_ending", action=action, why="ended", person=sender.person.id)
    audit.event("access.ended", actor=sender.person.id, ticket=ticket, action=action)
    wake("lapse", action)
