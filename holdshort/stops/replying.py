"""The ready reply about work by hand: what the requester is told when it is done."""

from __future__ import annotations

from holdshort import catalogue
from holdshort.records import db, people
from holdshort.records.actions import Story
from holdshort.records.world import World


def ready(story: Story, author: str) -> str:
    """A reply to the requester in plain words, in the name of whoever did it; theirs to edit."""
    action = story.action
    asked = people.person(action.requester)
    kind = catalogue.REGISTRY.get(action.type)
    if kind is None:
        return ""
    words = kind.render(action.params, World.about(action.params))
    lines = (
        f"Hello {_first(asked.name)}," if asked else "Hello,",
        f"this is done: {words.title}. {words.sentence}",
        kind.afterwards,
        "If anything is not as you expected, just answer here.",
        author,
    )
    return "\n\n".join(line for line in lines if line)


def article(story: Story) -> str | None:
    """The answer itself, where sending an article is the work; None for anything else."""
    if story.action.type != "kb.answer" or story.action.ticket is None:
        return None
    found = db.row("article", article=story.action.params.get("article", ""))
    return f"{found['title']}\n\n{found['body']}".strip() if found else None


def _first(name: str) -> str:
    return name.split(" ")[0]
