"""One person of the register decides for another, for some days; both can see it, and so can the
record. Nobody gives what they do not have, and nobody gives on what was given to them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from holdshort.core import settings
from holdshort.core.terms import Sender
from holdshort.records import audit, db, people
from holdshort.records.ids import new_id
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops.refused import Refused


def delegate(to: str, starts: datetime, ends: datetime, *, sender: Sender) -> str:
    """Let somebody decide for the sender from one moment to another. Gives the delegation's id."""
    at = db.now()
    starts = max(starts, at)
    _check(to, starts, ends, sender)
    giver, number = sender.person.id, new_id()
    with db.transaction():
        db.write(
            "add_delegation",
            id=number,
            giver=giver,
            taker=to,
            account=sender.account,
            starts=starts,
            ends=ends,
        )
        audit.event(
            "delegation.given", actor=giver, delegation=number, to=to, starts=starts, ends=ends
        )
        for row in db.rows("waits_for", person=giver):
            wake("reroute", row["action"], at=starts)
    return number


def _check(to: str, starts: datetime, ends: datetime, sender: Sender) -> None:
    register = {entry.person for entry in people.register()}
    if sender.person.id not in register:
        raise Refused("not_a_reviewer", "You decide nothing here, so there is nothing to give.")
    if to == sender.person.id or to not in register:
        raise Refused(
            "bad_delegation", "Choose somebody else who decides here: they are on the list."
        )
    if ends <= starts:
        raise Refused("bad_delegation", "The end must lie in the future, and after the start.")
    most = settings.delegation_days(World().policy())
    if ends - starts > timedelta(days=most):
        raise Refused("bad_delegation", f"That is longer than {most} days, the most there is here.")


def take_back(delegation: str, *, sender: Sender) -> None:
    """End a delegation before its time: the giver, the taker or an owner may."""
    found = db.row("delegation", id=delegation)
    if found is None:
        raise Refused("not_found", "There is no such delegation.")
    if sender.person.id not in (found["giver"], found["taker"]) and (
        "owner" not in sender.person.roles
    ):
        raise Refused("not_yours", "Who gave it, who has it, or an owner can end it.")
    if found["by_file"]:
        raise Refused("not_yours", "The company's file says so; take it out there.")
    if found["taken_back"] or found["ends"] <= db.now():
        raise Refused("too_late", "It has ended already.")
    with db.transaction():
        db.write("take_back", id=delegation)
        audit.event("delegation.taken_back", actor=sender.person.id, delegation=delegation)
