"""Saying no to a person, in their words."""

from __future__ import annotations

from holdshort.records import actions
from holdshort.records.actions import Story


class Refused(Exception):
    """What somebody wanted is not possible; `code` is stable, the text is for them."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def known(action: str) -> Story:
    """The action with that id and everything about it. Raises Refused."""
    return existing(actions.story(action))


def existing(story: Story | None) -> Story:
    """The story that was read. Raises Refused when there is none."""
    if story is None:
        raise Refused("not_found", "There is no such action.")
    return story
