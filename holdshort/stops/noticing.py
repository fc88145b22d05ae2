"""Telling people what they did not ask for: what was refused, to those it concerns, and notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.records import audit, db, people
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.stops import telling

CONCERNED: Mapping[str, tuple[str, ...]] = {
    "refuse.leaver": ("hr", "security"),
    "refuse.legal_hold": ("legal",),
    "refuse.personal_data": ("hr",),
}
"""Whose business it is that somebody tried: the contexts of those who are told."""

PRIVATE: Mapping[str, str] = {"refuse.personal_data": "hr"}
"""Refusals after which nobody reads the ticket but its requester and that context's people."""

FINAL = frozenset({"refuse.legal_hold", "refuse.personal_data"})
"""What no person here can overrule. A stale fact they can, so there they can be asked."""


def refused(story: Story) -> None:
    """Tell the requester that it is not allowed, and those whose business it is that it was tried.

    A private ticket is made so first, in the same transaction, so that the words are nowhere else.
    """
    reason, number = story.reasons[0], story.action.ticket
    if number is not None and reason.rule in PRIVATE:
        db.write("make_private", ticket=number, context=PRIVATE[reason.rule])
    told = _concerned(story, CONCERNED.get(reason.rule, ()))
    for person in told:
        text = f"‘{telling.title(story)}’ was refused: {reason.text}"
        tell(person, text, ticket=number, action=story.action.id)
    audit.event(
        "action.refused",
        actor=DESK,
        ticket=number,
        action=story.action.id,
        rule=reason.rule,
        told=told,
    )
    final = reason.rule in FINAL
    telling.ended(story, "is not allowed", detail=reason.text, final=final)


ANNOUNCED: Mapping[str, tuple[str, ...]] = {"idp.suspend_many": ("hr", "security")}
"""What more people hear of than those who are asked: whose business it is that it waits."""


def opened(story: Story) -> None:
    """A question was put that stops more than itself; those whose business that is are told."""
    if not story.action.seen.get("ended"):
        return
    until = "Until then nobody's access ends because of HR's record alone."
    for person in _concerned(story, ANNOUNCED.get(story.action.type, ())):
        text = f"‘{telling.title(story)}’ waits to be decided. {until}"
        tell(person, text, ticket=story.action.ticket, action=story.action.id)


def _concerned(story: Story, contexts: tuple[str, ...]) -> list[str]:
    """Those who decide about one of these contexts, without whoever tried."""
    return [
        entry.person
        for entry in people.register()
        if set(entry.contexts) & set(contexts) and entry.person != story.action.requester
    ]


def send(story: Story, params: Mapping[str, Any]) -> None:
    """The effect of a notice: the very words that were assessed reach the person in them."""
    seen = story.action.seen
    tell(seen["person"], seen["text"], ticket=story.action.ticket, action=story.action.id)
    telling.finish(story, f"Done: {telling.title(story)}.")


def tell(person: str, text: str, *, ticket: int | None, action: str) -> None:
    """Put something before a person; each is told once about an action."""
    db.write("tell", person=person, text=text, ticket=ticket, action=action)
