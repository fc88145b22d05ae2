"""Actions that touch our own tables only: authorized, executed and settled in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from holdshort.catalogue import incidents
from holdshort.records import actions, audit, db, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.stops import noticing, telling


def carry_out(story: Story) -> None:
    """Do it, in the transaction that authorized it; nothing outside changes."""
    actions.add_fate(story, "claimed", hands="executor", person=None)
    execution = new_id()
    db.write("add_execution", id=execution, action=story.action.id, connector="desk")
    db.write("add_attempt", execution=execution, fence=1, lease=0, worker=DESK)
    EFFECTS[story.action.type](story, story.action.params)
    db.write(
        "add_outcome",
        action=story.action.id,
        kind="verified",
        execution=execution,
        fence=1,
        before=db.as_json({}),
        after=db.as_json({}),
        evidence=db.as_json({}),
        reason="",
    )
    audit.event(
        "execution.settled",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        outcome="verified",
    )


def _answer(story: Story, params: Mapping[str, Any]) -> None:
    article = db.row("article", article=params["article"])
    assert article is not None, "the facts found the article in this transaction"
    said = "If this does not help, you can ask to talk to a person."
    telling.finish(story, f"{article['title']}\n\n{article['body'].strip()}\n\n{said}")


def _categorise(story: Story, params: Mapping[str, Any]) -> None:
    db.write("label", ticket=story.action.ticket, label=params["label"])


def _route(story: Story, params: Mapping[str, Any]) -> None:
    assert story.action.ticket is not None
    tickets.hand_over(story.action.ticket, f"It is with the people for {params['context']}.")


def _declare(story: Story, params: Mapping[str, Any]) -> None:
    """The reports come together; what people are told about it is for a person to send."""
    number, label = story.action.ticket, incidents.label(params["title"])
    assert number is not None
    for report in sorted({int(one) for one in params["reports"]} | {number}):
        db.write("label", ticket=report, label=label)
    tickets.hand_over(number, f"‘{params['title']}’ is declared. Nobody was written to yet.")


def _keep(story: Story, params: Mapping[str, Any]) -> None:
    """What somebody said is this action itself: whoever needs it finds it among what was done."""
    telling.finish(story, f"Done: {telling.title(story)}.")


def _release(story: Story, params: Mapping[str, Any]) -> None:
    """What was let go is staged by a stop of its own, each change with its own gate."""
    wake("release", story.action.id)


def _status(story: Story, params: Mapping[str, Any]) -> None:
    telling.say(story, params.get("text") or "Your ticket is being worked on.")


EFFECTS: Mapping[str, Callable[[Story, Mapping[str, Any]], None]] = {
    "kb.answer": _answer,
    "notify.send": noticing.send,
    "notify.sla": noticing.send,
    "ticket.categorise": _categorise,
    "ticket.route": _route,
    "ticket.status": _status,
    "guest.consent": _keep,
    "incident.declare": _declare,
    "idp.suspend_many": _release,
}
"""What each of these types does; a test holds this against the catalogue."""
