"""The desk's own clock notices who has left by HR's record, and starts to end their access.

Nobody has to ask. Each leaver is a ticket of their own, in the desk's name; more than rules alone
may reach in an hour are one, for people to decide, and nothing else starts until they have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from holdshort.catalogue import facts, leaving
from holdshort.catalogue.batches import MOST, SUSPEND_MANY
from holdshort.core import budgets, employment
from holdshort.core.templates import Unreadable, local
from holdshort.core.terms import Action, Circumstances, Findings, Offered
from holdshort.ports import Knows
from holdshort.records import audit, batches, db, leavers, offers, people, safe_mode, tickets
from holdshort.records.leavers import Leaver
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.records.world import World

ENDS_ACCESS = ("idp.suspend", "idp.revoke_sessions", "idp.remove_from_group")


def notice_leavers() -> int:
    """Start what HR's record asks for. Gives for how many people; 0 while it must not start.

    Where the directory was not read lately nobody knows who can sign in, and it waits for that.
    Raises Unreadable where the policy names no time zone.
    """
    with db.transaction():
        db.value("lock", key="leavers")
        world, at = World(), db.now()
        if world.policy_version() is None or safe_mode.halt() or batches.undecided():
            return 0
        found = leavers.noticed(local(world.policy(), at).date())
        if not found or world.groups_of(found[0].person) is None:
            return 0
        _start(found, world, at)
        return len(found)


def _start(found: Sequence[Leaver], world: World, at: datetime) -> None:
    if _too_many(found, world, at):
        for part in _parts(found):
            people = [one.person for one in part]
            _open(part, Offered(SUSPEND_MANY.id, {"people": people}), world, of=len(found))
        return
    for one in found:
        person = world.person(one.person)
        assert person is not None, "a profile is a person's"
        _open([one], leaving.offboarding(person, at, world), world)


def _too_many(found: Sequence[Leaver], world: World, at: datetime) -> bool:
    people = frozenset(one.person for one in found)
    reached = world.reached([*ENDS_ACCESS])
    version = world.policy_version()
    return budgets.too_many(world.policy(), version, reached, people, at) is not None


def _parts(found: Sequence[Leaver]) -> list[Sequence[Leaver]]:
    """As many decisions as it takes for all, about the same number each: nobody is left over."""
    count = -(-len(found) // MOST)
    size = -(-len(found) // count)
    return [found[first : first + size] for first in range(0, len(found), size)]


def _open(found: Sequence[Leaver], offered: Offered, world: World, *, of: int = 1) -> None:
    """One ticket in the desk's own name, with the offer on it; `of` are noticed together."""
    desk = people.person(DESK)
    assert desk is not None, "the desk acts in the name of this service"
    number = tickets.open_by_the_desk(found[0].person if len(found) == 1 else None)
    lines = [f"{one.name} left on {one.ended_on.isoformat()}." for one in found]
    if of > len(found):
        lines.insert(0, f"{of} people have left at once; {len(found)} of them are on this ticket.")
    said = "\n".join(["HR's record says:", *lines])
    tickets.say(number, said, kind="words", subject=_subject(found))
    tickets.turn(number, "staged")
    for one in found:
        ended_at = employment.over_at(one.ended_on, world.policy())
        leavers.add(one, ended_at=ended_at, ticket=number)
    audit.event("ticket.received", actor=DESK, ticket=number)
    proposal = offers.add_one(
        offered,
        ticket=number,
        initiator=desk,
        reasoning="The last day in HR's record is over.",
        confidence=None,
        undoes=None,
    )
    audit.event("proposal.offered", actor=DESK, ticket=number, proposal=proposal)
    wake("stage", proposal)


def _subject(found: Sequence[Leaver]) -> str:
    return f"{found[0].name} has left" if len(found) == 1 else f"{len(found)} people have left"


# ------------------------------------------------------------------ how long it took


def since_the_end(action: Action) -> dict[str, Any]:
    """For the evidence of what ended access: HR's time, and how long after it that was (CC6.2).

    HR's time is the end of the last day in the record, or when that record came, if later.
    """
    end = leavers.end_of(action.beneficiary) if action.type in ENDS_ACCESS else None
    if end is None:
        return {}
    try:
        over = employment.over_at(end.ended_on, World().policy())
    except Unreadable:
        return {}
    since, now = max(over, end.recorded_at or over), db.now()
    if since > now:
        return {}
    return {
        "hr_time": since.isoformat(),
        "seconds_after_hr_time": int((now - since).total_seconds()),
    }


# ------------------------------------------------------------------ whom it concerns


def behind_it(findings: Findings, asked: Circumstances) -> Findings:
    """The same findings, for people to decide where whoever stands behind it has left.

    What is refused for a leaver needs no reason to be decided by people.
    """
    raised = facts.requester_left(asked)
    if raised is None or any(one.rule == facts.LEAVER for one in findings.refusals):
        return findings
    return replace(findings, raises=(*findings.raises, raised))


def who_left(action: Action, asked: Circumstances, knows: Knows) -> frozenset[str]:
    """Those whom an action concerns who have left by HR's record, as it was assessed."""
    concerned = (asked.requester, asked.initiator, knows.person(action.beneficiary))
    return frozenset(one.id for one in concerned if one and facts.has_left(one, asked))
