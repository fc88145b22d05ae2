"""What an answer to a review leads to: its record, the end, or the next version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.core.terms import Reason, Sender
from holdshort.records import actions, audit, db, people, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.stops import alone, asking, staging, telling
from holdshort.stops.deciding import Answer, on_their_own_word


def record(story: Story, answer: Answer, *, sender: Sender) -> str:
    """Write the decision, and wake what follows from it. Gives the decision's id."""
    decision = new_id()
    assert story.review is not None
    own = on_their_own_word(story, answer, sender)
    db.write(
        "add_decision",
        id=decision,
        review=story.review["number"],
        digest=answer.digest,
        person=sender.person.id,
        account=sender.account,
        verdict=answer.verdict,
        reason_code=answer.reason_code,
        changes=db.as_json(answer.changes) if answer.changes is not None else None,
        hand_to=answer.hand_to,
        channel=sender.channel,
        assurance=int(sender.assurance),
        shown=answer.shown,
        authority="self_declared" if own else "independent",
        justification=(answer.justification or "").strip() if own else None,
    )
    if answer.comment:
        db.write("add_note", decision=decision, comment=answer.comment)
    who, ticket = sender.person.id, story.action.ticket
    audit.event(
        "decision.made", actor=who, ticket=ticket, action=story.action.id, decision=decision
    )
    if answer.verdict == "ask" and ticket is not None:
        tickets.ask(ticket, answer.comment, author=who)
    wake("authorize", story.action.id, at=db.now() + alone.COOLING_OFF if own else None)
    return decision


def change(story: Story, decision: Mapping[str, Any], *, at: datetime) -> None:
    """The reviewer changed it: this version ends, the next one is asked anew."""
    actions.add_fate(story, "superseded", person=decision["person"], reason=decision["reason_code"])
    audit.event(
        "action.superseded",
        actor=decision["person"],
        ticket=story.action.ticket,
        action=story.action.id,
    )
    params = {**story.action.params, **decision["changes"]}
    stage_again(story, params, at=at, changed_by=decision["person"])


def outlive(story: Story, why: Reason) -> None:
    """What permitted it holds no longer: this version ends unused, and whoever asked is told."""
    actions.add_fate(story, "superseded", person=None, reason=why.rule)
    audit.event("action.superseded", actor=DESK, ticket=story.action.ticket, action=story.action.id)
    before = f"before ‘{telling.title(story)}’ could run"
    telling.say(story, f"{why.text} {before}. It is looked at again.")


def stage_again(
    story: Story, params: Mapping[str, Any], *, at: datetime, changed_by: str | None = None
) -> None:
    """The next version. Where the world is already so, that is told; where none can be made, a
    person takes the ticket. Either is the end of it, so both happen once.
    """
    try:
        with db.transaction():
            already = staging.stage_again(story, params, at=at, changed_by=changed_by)
    except catalogue.CatalogueError as error:
        _ends(story, "given_up")
        _leave_to_a_person(story, str(error))
    else:
        if already:
            _ends(story, "already_so")
            telling.finish(story, already)


def leave_to_the_grant(story: Story) -> None:
    """No version follows a try to take access back; the grant is due still, and tried again."""
    _ends(story, "due_still")
    assert story.action.undoes is not None
    wake("lapse", story.action.undoes)


def _ends(story: Story, why: str) -> None:
    """No next version follows, whatever a wake-up says later."""
    audit.event(
        "review.not_reopened",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        why=why,
    )


def _leave_to_a_person(story: Story, why: str) -> None:
    number = story.action.ticket
    ticket = tickets.ticket(number) if number is not None else None
    if ticket is None or ticket["stands"] == "closed":
        return
    if ticket["stands"] == "with_person":
        tickets.say(ticket["number"], why)
    else:
        tickets.hand_over(ticket["number"], why)


def reject(story: Story) -> None:
    """A no from one of those who were asked ends it."""
    no = story.decided("reject")[0]
    actions.add_fate(story, "rejected", person=no["person"], reason=no["reason_code"])
    audit.event(
        "action.rejected", actor=no["person"], ticket=story.action.ticket, action=story.action.id
    )
    telling.ended(story, "was not approved", detail=no.get("comment") or "")


def hand_over(story: Story, *, at: datetime) -> None:
    """Add the people to whom a reviewer handed the review."""
    handed = story.decided("hand_over")
    asked = {assignment["person"] for assignment in story.assignments} if handed else set()
    for decision in handed:
        if decision["hand_to"] in asked:
            continue
        giver = people.person(decision["person"])
        db.write(
            "add_assignment",
            review=decision["review"],
            person=decision["hand_to"],
            why=f"{giver.name if giver else decision['person']} handed this to you",
            rank=len(asked) + 1,
            delegation=None,
        )
        asking.note_sides(story, decision["review"], [decision["hand_to"]], at=at)
        audit.event(
            "review.handed_over",
            actor=decision["person"],
            ticket=story.action.ticket,
            action=story.action.id,
            to=decision["hand_to"],
        )
