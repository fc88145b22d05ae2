"""Permission to run one action once: from the policy in force, or from people who said yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from holdshort import catalogue
from holdshort.core.grants import told_before
from holdshort.core.terms import Hands, PolicyVerdict, Reason
from holdshort.records import actions, audit, db, people
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops import asking, desk, doubting, looking, moved, telling
from holdshort.stops.assess import Assessment
from holdshort.stops.refused import known

RUNS_WITHIN = timedelta(hours=1)
BY_HAND_WITHIN = timedelta(days=7)
TAKEN_BACK_WITHIN = timedelta(days=1)
_GROUNDS = (
    "policy_version",
    "standing",
    "standing_granted",
    "decision_1",
    "person_1",
    "decision_2",
    "person_2",
)


def by_policy(story: Story, one: Assessment, *, at: datetime) -> None:
    """A standing permission of the policy in force, for a category that was granted it."""
    start = at + timedelta(seconds=one.type.hold_seconds)
    _authorize(
        story,
        basis="policy",
        not_before=start,
        expires_at=start + RUNS_WITHIN,
        policy_version=one.policy_version,
        standing=one.standing.id,
        standing_granted=True,
    )
    _wake_at_its_end(story)
    if story.action.target.connector == "desk":
        desk.carry_out(story)


def by_decisions(story: Story, *, at: datetime) -> None:
    """Permission from different people who said yes to exactly these bytes."""
    yes = story.yes
    second = yes[1] if story.gate["needed"] > 1 else {}
    by_hand = story.gate["hands"] == Hands.PERSON
    _authorize(
        story,
        basis="decisions",
        not_before=at,
        expires_at=at + (BY_HAND_WITHIN if by_hand else RUNS_WITHIN),
        decision_1=yes[0]["id"],
        person_1=yes[0]["person"],
        decision_2=second.get("id"),
        person_2=second.get("person"),
    )
    _wake_at_its_end(story)
    if story.gate["emergency"]:
        telling.say(story, f"‘{telling.title(story)}’ was approved. {looking.WITHIN}")
    if by_hand and against_it_now(known(story.action.id)):
        wake("restage", story.action.id)
    elif by_hand:
        _give_to(story, asking.hands(story, yes[0]["person"], at=at))
    elif story.action.target.connector == "desk":
        desk.carry_out(story)


def against_it_now(story: Story) -> tuple[str, ...]:
    """What those who permitted it did not know, where nobody looks right before it is done."""
    return (*(one.text for one in _objections(story)), *moved.against_it(story))


def objected(story: Story) -> bool:
    """Whether something speaks against it that was not known when it was permitted."""
    return bool(_objections(story))


def _objections(story: Story) -> tuple[Reason, ...]:
    """Holds placed since, and rights that the person got meanwhile and must not hold together with
    this one, or may have got.
    """
    action = story.action
    group = action.params.get("group")
    world = World.before_access(group) if group else World(last=True)
    try:
        against = catalogue.find(action.type).objections(action.params, world)
    except catalogue.CatalogueError:
        # What it names is gone; the app says so itself when it is asked right before.
        return ()
    told = {_said(reason) for reason in story.reasons} if against else set()
    return tuple(reason for reason in against if _said(reason) not in told)


def _said(reason: Reason) -> tuple[str, str, str]:
    return reason.rule, reason.limit, reason.observed


def _wake_at_its_end(story: Story) -> None:
    if hours := int(story.action.params.get("hours", 0)):
        db.write("wake_its_end", action=story.action.id, before=told_before(hours))


def by_term(story: Story, approver: str, *, at: datetime) -> None:
    """The end of access was approved when it was given, and its time is over."""
    by_hand = story.gate["hands"] == Hands.PERSON
    _authorize(story, basis="term", not_before=at, expires_at=at + TAKEN_BACK_WITHIN)
    if by_hand:
        _give_to(story, asking.hands(story, approver, at=at))


def by_rollback(story: Story, approver: str, ends_at: datetime, *, at: datetime) -> None:
    """The undo was approved together with its change, and its time is not over."""
    by_hand = story.gate["hands"] == Hands.PERSON
    _authorize(story, basis="rollback", not_before=at, expires_at=min(at + RUNS_WITHIN, ends_at))
    if by_hand:
        _give_to(story, asking.hands(story, approver, at=at))
    elif story.action.target.connector == "desk":
        desk.carry_out(story)


def by_override(story: Story, *, at: datetime) -> bool:
    """One human permitted it alone, for an hour; False where nobody did, or the hour is over."""
    if story.override is None:
        return False
    ends = story.override["invoked_at"] + RUNS_WITHIN
    if ends <= at:
        return False
    _authorize(story, basis="override", not_before=at, expires_at=ends)
    _wake_at_its_end(story)
    if story.gate["hands"] == Hands.PERSON:
        _give_to(story, story.override["person"])
    elif story.action.target.connector == "desk":
        desk.carry_out(story)
    return True


def outlived(story: Story) -> bool:
    """Whether rules permitted it, and other rules, another standing or a doubt have come since.

    People said yes to these bytes, so their permission ends only with what they could not know:
    what no yes overrules, or where more would stop it now than they saw.
    """
    permission = story.authorization
    if permission is not None and objected(story):
        return True
    by_rules = permission is not None and permission["basis"] == "policy"
    if by_rules:
        latest = "rules_hold", {"action": story.action.id}
        [hold], doubt = db.together(latest, doubting.asked_about(story))
        if not all(hold.values()) or doubting.since(story, doubt) is not None:
            return True
    return moved.graver(story)


def closed(story: Story, at: datetime) -> Reason | None:
    """Why the rule that permitted it does not permit it at this moment; None where it does."""
    permission = story.authorization
    still = catalogue.find(story.action.type).still
    if still is None or permission is None or permission["basis"] != "policy":
        return None
    result = still(story.action.params, World(), at)
    if result.verdict is PolicyVerdict.PASSES:
        return None
    return result.reason or Reason("policy.none", "Needs a person: no rule allows it now.")


def doubted(story: Story) -> Reason | None:
    """Why HR's record, which alone permitted it, does not count any more."""
    return doubting.since(story, db.together(doubting.asked_about(story))[0])


def voided(story: Story, at: datetime) -> Reason | None:
    """Why a permission that nobody used is not used any more, so that it is asked anew."""
    if doubt := doubted(story):
        return doubt
    if outlived(story):
        return Reason("rules", "The rules changed")
    if held_up(story):
        return Reason("switch", "It was stopped for longer than its permission held")
    over = closed(story, at)
    said = over.text.removeprefix("Needs a person: ").removesuffix(".") if over else ""
    return replace(over, text=f"Its time was over ({said})") if over else None


def held_up(story: Story) -> bool:
    """Whether its permission ran out while it was stopped, and nothing stops it any more."""
    if story.authorization is None or story.stopped is not None:
        return False
    return bool(db.value("held_up", action=story.action.id))


def _give_to(story: Story, person: str) -> None:
    """The decision is on record first; only then is it somebody's work."""
    actions.add_fate(story, "by_hand", hands="person", person=person)
    found = people.person(person)
    name = found.name if found else person
    telling.say(story, f"‘{telling.title(story)}’ was approved. {name} will do it by hand.")


def _authorize(
    story: Story, *, basis: str, not_before: datetime, expires_at: datetime, **grounds: Any
) -> None:
    told = audit.told(
        "authorization.granted",
        actor=grounds.get("person_1") or DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        digest=story.digest,
        basis=basis,
        expires_at=expires_at,
    )
    answer = ("category", "tier", "mode", "hands", "needed")
    db.write(
        "add_authorization",
        **told,
        digest=story.digest,
        type=story.action.type,
        connector=story.action.target.connector,
        basis=basis,
        not_before=not_before,
        expires_at=expires_at,
        **{name: story.gate[name] for name in answer},
        **{name: grounds.get(name) for name in _GROUNDS},
    )
