"""What the requester reads about their changes, in plain words."""

from __future__ import annotations

from holdshort import catalogue
from holdshort.core.terms import Action
from holdshort.records import actions, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops import progress


def title(story: Story, world: World | None = None) -> str:
    """What the action does, as screens and messages name it."""
    return title_of(story.action, world)


def title_of(action: Action, world: World | None = None) -> str:
    """The same for an action alone."""
    return catalogue.find(action.type).render(action.params, world or World()).title


def say(story: Story, text: str) -> None:
    """Add a line to the ticket's conversation."""
    if story.action.ticket is not None:
        tickets.say(story.action.ticket, text)


def ended(story: Story, how: str, *, detail: str = "", final: bool = False) -> None:
    """Tell that a change ended without effect; a `final` no is one that no person here changes."""
    said = f"‘{title(story)}’ {how}. {detail}".strip()
    finish(story, said if final else f"{said} You can ask to talk to a person.")


def finish(story: Story, text: str, *, others_open: bool | None = None) -> None:
    """Tell how a change ended, and close the ticket when it was the last one.

    `others_open` says whether others are on the road, where that was read already.
    """
    number = story.action.ticket
    if number is None:
        return
    if others_open is None:
        others_open = any(one != story.action.id for one in actions.unfinished(number))
    among_others = others_open or story.action.position or story.action.after
    so_far = progress.summary(number) if among_others else ""
    said = " ".join(filter(None, (text, so_far)))
    if others_open:
        tickets.say(number, said)
    else:
        tickets.close(number, said)
