"""One person who is alone: where nobody else can decide something small, and the rules allow it for
that type, whoever asked answers for it, after a while to think, and somebody looks at it later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from holdshort.core import settings
from holdshort.core.deciders import Deciders
from holdshort.core.routing import Assigned, Routing
from holdshort.core.terms import Assurance, Findings, Gate, Sender, Tier
from holdshort.records import audit, db, people
from holdshort.records.actions import Story
from holdshort.stops.refused import Refused

COOLING_OFF = timedelta(minutes=15)
LEAST_WORDS = 20
"""So many characters at least say why."""

WHY = "nobody else can decide this now, so you answer for it yourself"


def instead(who: Routing, desk: Deciders, findings: Findings, tier: Tier, answer: Gate) -> Routing:
    """The same routing; or, where nobody can be asked and the rules allow it, whoever asked."""
    requester, own = desk.action.requester, settings.alone(desk.policy)
    grave = tier is Tier.HUMAN or any(
        right.privileged or right.environment in ("production", "unknown")
        for right in findings.rights
    )
    possible = not who.reviewers and not grave and answer.needed == 1
    if not possible or desk.action.type not in own.types or not looks(own.reviewed_by, requester):
        return who
    if not desk.may_be_alone(requester):
        return who
    end = f"{desk.name(requester)} can end this wait by answering for it alone."
    return Routing((Assigned(requester, WHY, 1),), who.fault, f"{end} {who.who_can_end_it}")


def looks(reviewer: str, requester: str) -> bool:
    """Whether the named person can look at it afterwards."""
    found = people.person(reviewer) if reviewer and reviewer != requester else None
    return found is not None and found.employment.status != "ended"


def check(story: Story, justification: str, *, sender: Sender) -> None:
    """Raise Refused with what is against somebody answering for themselves now."""
    if len(justification.strip()) < LEAST_WORDS or len(justification) > 4000:
        raise Refused(
            "reason_missing", f"Please write in {LEAST_WORDS} characters or more why you do this."
        )
    if late := [row for row in waiting() if row["late"] and row["person"] == sender.person.id]:
        raise Refused(
            "not_looked_at",
            f"{len(late)} of your own decisions is older than seven days, and nobody has looked at "
            "it. Until somebody has, you make no further one.",
        )
    if sender.assurance < Assurance.STEP_UP:
        raise Refused("assurance_too_low", "Please give your password again for this.")


def applies(story: Story, sender: Sender) -> bool:
    """Whether this person is alone with this."""
    return bool(story.gate["alone"]) and sender.person.id == story.action.requester


def cooling(story: Story, at: datetime) -> bool:
    """Whether the time to think better of it is not over."""
    return any(
        one["authority"] == "self_declared" and at < one["decided_at"] + COOLING_OFF
        for one in story.yes
    )


# ------------------------------------------------------------------ looking at it afterwards


def waiting() -> list[db.Row]:
    """What people decided alone and nobody has looked at, oldest first."""
    return db.rows("own_decisions_to_look_at")


def looked_at() -> list[db.Row]:
    """What was looked at, the latest first."""
    return db.rows("own_decisions_looked_at")


def looker() -> str:
    """Who is named to look at what people decide alone; empty where nobody is."""
    found = db.row("policy_in_force")
    return settings.alone(found["document"] if found else {}).reviewed_by


def look_back(decision: str, result: str, note: str, *, sender: Sender) -> None:
    """The named person says whether it was right. Raises Refused."""
    found: Any = db.row("own_decision", id=decision)
    if found is None or found["looked_at"] is not None:
        raise Refused("already_decided", "There is nothing left to look at here.")
    if sender.person.id != looker() or sender.person.id == found["person"]:
        raise Refused("not_yours", "The person whom the rules name looks at it, and nobody else.")
    if result not in ("right", "wrong") or not note.strip():
        raise Refused("evidence_missing", "Please say whether it was right, and what you saw.")
    with db.transaction():
        db.write(
            "add_lookback",
            decision=decision,
            decider=found["person"],
            person=sender.person.id,
            account=sender.account,
            result=result,
            note=note.strip()[:4000],
        )
        audit.event(
            "decision.looked_at",
            actor=sender.person.id,
            action=str(found["action"]),
            decision=decision,
            result=result,
        )
