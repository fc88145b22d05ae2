"""After people said yes to many suspensions at once: each is staged, as HR's record is by then.

Nobody is asked a second time whether they are too many. Each change still has its own gate, so a
privileged account, or a kind that has earned nothing yet, waits for its own yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.catalogue import leaving
from holdshort.catalogue.accounts import SUSPEND
from holdshort.catalogue.batches import SUSPEND_MANY
from holdshort.core import employment
from holdshort.core.templates import Unreadable, local
from holdshort.core.terms import Circumstances, Offered
from holdshort.records import actions, audit, db, offers, safe_mode, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.world import World
from holdshort.stops import lines, staging, telling
from holdshort.stops.assess import Assessment
from holdshort.stops.circumstances import circumstances_of
from holdshort.stops.refused import existing


def release(action: str) -> None:
    """Stage what a decision about many accounts has let happen, once."""
    with actions.turn_of(action) as (found, at):
        story = existing(found)
        if story.action.type != SUSPEND_MANY.id or story.state != "executed":
            return
        if safe_mode.halt() is not None:
            return
        if db.value("was_released", action=action):
            return
        staged = _stage(story, at)
        audit.event(
            "batch.released", actor=DESK, ticket=story.action.ticket, action=action, staged=staged
        )


def _stage(story: Story, at: datetime) -> int:
    """Stage the changes. Gives how many those are."""
    number = story.action.ticket
    assert number is not None
    ticket = tickets.ticket(number)
    proposal = offers.proposal(str(story.proposed["id"]))
    assert ticket is not None and proposal is not None
    circumstances, staged = circumstances_of(ticket, proposal, at), 0
    for person in story.action.params["people"]:
        try:
            for one in _assessed(story, person, circumstances):
                staging.write(one, proposal=proposal.id, at=at)
                staged += 1
        except catalogue.CatalogueError as no:
            tickets.say(number, str(no))
    if not staged:
        telling.finish(story, "Nothing is left to do.")
    return staged


def _assessed(story: Story, person: str, circumstances: Circumstances) -> Iterator[Assessment]:
    world = World(asking=story.action.id)
    offered = _offered(story, person, world, circumstances.at)
    found = lines.assess_all([offered], circumstances, world, draft=_drafts(story))
    needed = {one.action.id for one in found if not one.findings.already}
    return (staging.waiting_only_for(needed, one) for one in found if one.action.id in needed)


def _offered(story: Story, person: str, world: World, at: datetime) -> Offered:
    """All access of who has left ends; of others the account is suspended. Raises CatalogueError
    where HR's record has changed since: then nobody said yes to that.
    """
    known, said = world.person(person), story.action.seen["ended"].get(person)
    if known is None:
        raise catalogue.UnknownTarget(f"Nobody here has the id ‘{person}’ any more.")
    try:
        left = employment.has_ended(known, local(world.policy(), at))
    except Unreadable as error:
        raise catalogue.UnknownTarget(f"The policy cannot be read: {error}.") from None
    if said and (not left or str(known.employment.end) != said):
        raise catalogue.UnknownTarget(
            f"HR's record does not say any more that {known.name} left on {said}, so nothing was "
            "changed for them."
        )
    return (
        leaving.offboarding(known, at, world) if said else Offered(SUSPEND.id, {"person": person})
    )


def _drafts(story: Story) -> lines.Draft:
    ids = [new_id() for _ in range(lines.MAX_LINES)]

    def draft(position: int) -> Mapping[str, Any]:
        fresh = ids[position]
        return {"id": fresh, "root": fresh, "version": 1, "ticket": story.action.ticket}

    return draft
