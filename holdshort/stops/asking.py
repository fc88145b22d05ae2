"""Who is asked about an action: when its review opens, and again when too few can answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from holdshort.core import routing
from holdshort.core.deciders import Candidate, Deciders
from holdshort.core.routing import Routing
from holdshort.core.terms import Action
from holdshort.records import audit, db, panels, people
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.stops import telling

REVIEW_FOR = timedelta(hours=72)


def whom(
    action: Action,
    *,
    context: str,
    owners: Sequence[Candidate],
    needed: int,
    at: datetime,
) -> Routing:
    """Who may decide about an action now, as the register and the directory know them."""
    return routing.route(
        deciders(action, owners, at=at),
        context=context,
        owners=owners,
        needed=needed,
        keepers=[row["name"] for row in db.rows("owners_of_the_desk")],
    )


def deciders(action: Action, owners: Sequence[Candidate], *, at: datetime) -> Deciders:
    """Those who decide here, as far as this action goes."""
    register = people.register()
    involved = {entry.person for entry in register} | {entry.backup or "" for entry in register}
    involved |= {owner for owner, _ in owners} | {action.requester, action.beneficiary}
    waiting = db.rows("open_reviews", people=[entry.person for entry in register])
    return Deciders(
        action=action,
        writer=db.value("writer_of_ticket", ticket=action.ticket),
        register={entry.person: entry for entry in register},
        people=people.people(involved),
        at=at,
        open_reviews={row["person"]: row["open"] for row in waiting},
    )


def hands(story: Story, approver: str, *, at: datetime) -> str:
    """Who does by hand what this person approved."""
    context, owners = _field(story)
    return deciders(story.action, owners, at=at).hands(approver, context, owners)


def open_review(story: Story, who: Routing, *, at: datetime) -> None:
    """Put the question, and tell the requester who can end the wait."""
    fault = who.fault.text if who.fault else None
    number = db.value(
        "add_review",
        action=story.action.id,
        expires_at=at + REVIEW_FOR,
        fault=fault,
        panel=panels.of(who.reviewers),
    )
    audit.event(
        "review.opened",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        review=number,
        asked=[asked.person for asked in who.reviewers],
    )
    if story.action.version == 1 or fault:
        needs = f"‘{telling.title(story)}’ needs a yes from a person first."
        telling.say(story, f"{needs} {who.who_can_end_it}")


def again(story: Story, *, at: datetime) -> None:
    """Ask whoever can decide now and was not asked; without anybody it goes on waiting."""
    assert story.review is not None
    context, owners = _field(story)
    needed = story.assessment["needed"]
    who = whom(story.action, context=context, owners=owners, needed=needed, at=at)
    asked = {assignment["person"] for assignment in story.assignments}
    more = [one for one in who.reviewers if one.person not in asked]
    if not more:
        return
    last = max((assignment["rank"] for assignment in story.assignments), default=0)
    for rank, one in enumerate(more, start=last + 1):
        db.write(
            "add_assignment",
            review=story.review["number"],
            person=one.person,
            why=one.why,
            rank=rank,
        )
    audit.event(
        "review.asked_again",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        asked=[one.person for one in more],
    )
    telling.say(story, f"‘{telling.title(story)}’ can be decided now. {who.who_can_end_it}")


def _field(story: Story) -> tuple[str, list[Candidate]]:
    """The context that an action belongs to, and the owners of what it changes."""
    findings = story.assessment["findings"]
    return findings["context"], [(person, why) for person, why in findings["owners"]]
