"""The desk's own clock notices tickets whose target time is near, and tells who has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from holdshort.catalogue.deadlines import SLA
from holdshort.core import settings
from holdshort.core.terms import Offered
from holdshort.records import audit, db, offers, people, safe_mode, tickets
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.records.world import World

AT_ONCE = 20
"""How many are noticed at a time; the next minute notices more."""


def notice_deadlines() -> int:
    """Offer to tell of each ticket whose time is running out, once. Gives of how many."""
    with db.transaction():
        db.value("lock", key="deadlines")
        world, at = World(), db.now()
        if world.policy_version() is None or safe_mode.halt():
            return 0
        near = [row for row in db.rows("tickets_in_work") if _is_near(row, world, at)][:AT_ONCE]
        for row in near:
            _offer(row["number"])
        return len(near)


def _is_near(row: dict[str, Any], world: World, at: datetime) -> bool:
    return settings.warned_at(world.policy(), row["label"], row["opened_at"]) <= at


def _offer(number: int) -> None:
    """A ticket in the desk's own name, with the offer on it; the other one stays as it stands."""
    desk = people.person(DESK)
    assert desk is not None, "the desk acts in the name of this service"
    own = tickets.open_by_the_desk(None)
    said = f"The target time of ticket {number} is near."
    tickets.say(own, said, kind="words", subject=f"Time is running out: {number}")
    tickets.turn(own, "staged")
    audit.event("ticket.received", actor=DESK, ticket=own)
    proposal = offers.add_one(
        Offered(SLA, {"ticket": number}),
        ticket=own,
        initiator=desk,
        reasoning="Three quarters of its target time are over.",
        confidence=None,
        undoes=None,
    )
    audit.event("proposal.offered", actor=DESK, ticket=own, proposal=proposal)
    wake("stage", proposal)
