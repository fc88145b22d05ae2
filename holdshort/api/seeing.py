"""What a token may see: what its person may see; an agent sees whatever is not private.

What may not be seen is not there: the answer is the same 404.
"""

from __future__ import annotations

from uuid import UUID

from holdshort.api.problems import Problem
from holdshort.records import actions, db, people, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.tokens import Bearer


def ticket(bearer: Bearer, number: int) -> db.Row:
    """The ticket. Raises Problem."""
    found = tickets.ticket(number)
    if found is None or not queue.may_see(bearer.person, found):
        raise Problem("not_found", f"There is no ticket number {number}.")
    return found


def action(bearer: Bearer, identity: UUID | str) -> Story:
    """The action with its story. Raises Problem."""
    story = actions.story(str(identity))
    if story is None or not _may_see(bearer, story):
        raise Problem("not_found", f"There is no action {identity}.")
    return story


def review(bearer: Bearer, number: int) -> Story:
    """The story of the action that a review is about. Raises Problem."""
    story = actions.of_review(number)
    if story is None or not _may_see(bearer, story):
        raise Problem("not_found", f"There is no review number {number}.")
    return story


def decidable(bearer: Bearer, number: int) -> Story:
    """The story that somebody answers. Whoever was not asked is told so, unless it is private.

    Raises Problem.
    """
    story = actions.to_answer(number)
    if story is None or (story.private_to is not None and not _may_see(bearer, story)):
        raise Problem("not_found", f"There is no review number {number}.")
    return story


def _may_see(bearer: Bearer, story: Story) -> bool:
    """Its parties and those who are asked see an action; so does whoever sees its ticket."""
    parties = {story.action.requester, story.action.beneficiary, story.action.initiator}
    if bearer.person.id in parties | {one["person"] for one in story.assignments}:
        return True
    found = tickets.ticket(story.action.ticket) if story.action.ticket is not None else None
    return found is not None and queue.may_see(bearer.person, found)


def technical(bearer: Bearer) -> bool:
    """Whether technical reasons are told: only to people who can mend what these name."""
    return queue.works_here(bearer.person)


def known_person(identity: str, field: str) -> None:
    """Raise Problem unless somebody here has that id."""
    if people.person(identity) is None:
        text = f"Nobody here has the id ‘{identity}’."
        raise Problem("unknown_person", text, errors=[{"field": field, "detail": text}])
