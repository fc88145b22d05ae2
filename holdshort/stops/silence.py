"""Nobody answers: those who were asked are reminded, then somebody else is asked as well.

That it closes as not approved at the end is `flow.expire`. Silence never lets anything through.
"""

from __future__ import annotations

from datetime import datetime

from holdshort.records import audit, db
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.stops import asking, telling

REMINDED, ESCALATED = 1, 2


def go_on(story: Story, *, at: datetime) -> None:
    """Do what is due by now, once. Where the clock jumped over a step, the next includes it."""
    review = story.review
    if review is None or story.state != "waiting" or review["expires_at"] <= at or story.halted:
        return
    done = {row["step"] for row in db.rows("reminders", review=review["number"])}
    if _due(review["escalate_at"], at) and ESCALATED not in done:
        _remember(story, REMINDED, ESCALATED)
        _ask_somebody_else(story, at=at)
    elif _due(review["remind_at"], at) and REMINDED not in done:
        _remember(story, REMINDED)
        _tell(story, "review.reminded", asking.silent(story))


def _due(when: datetime | None, at: datetime) -> bool:
    return when is not None and when <= at


def _remember(story: Story, *steps: int) -> None:
    assert story.review is not None
    for step in steps:
        db.write("add_reminder", review=story.review["number"], step=step)


def _ask_somebody_else(story: Story, *, at: datetime) -> None:
    more = asking.escalate(story, at=at)
    _tell(story, "review.escalated", more)
    title = telling.title(story)
    if more:
        telling.say(
            story, f"‘{title}’ was not answered, so {asking.called(more)} is asked as well."
        )
    else:
        telling.say(
            story,
            f"‘{title}’ was not answered, and nobody else here can be asked. Without an answer it "
            "is closed as not approved.",
        )


def _tell(story: Story, name: str, people: list[str]) -> None:
    ticket, action = story.action.ticket, story.action.id
    audit.event(name, actor=DESK, ticket=ticket, action=action, asked=people)
