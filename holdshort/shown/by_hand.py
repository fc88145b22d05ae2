"""What a person needs to carry an approved change out, and how what they did matches it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from holdshort import catalogue
from holdshort.connectors import places
from holdshort.connectors.places import Place
from holdshort.records import db, people
from holdshort.records.actions import Story
from holdshort.shown.parts import Data
from holdshort.stops import by_hand as stops
from holdshort.stops import replying


def work(story: Story) -> Data | None:
    """The ready reply, the exact place, the values to copy, and the match once it was looked at.

    None for what is not for a person's hands.
    """
    if story.fate is None or story.fate["kind"] != "by_hand":
        return None
    whose = story.fate["person"]
    found = people.person(whose) if whose else None
    where = place(story)
    ready = replying.article(story) or replying.ready(story, found.name if found else "")
    return {
        "person": whose,
        "turned": stops.turned(story),
        "reply": ready,
        "place": {"system": where.system, "path": where.path, "url": where.url},
        "values": list(values(story)),
        "match": match(story),
    }


def place(story: Story) -> Place:
    """The system and the object in it, as far as the settings of its connected app know."""
    action = story.action
    name = action.target.connector
    for row in db.rows("connectors"):
        if row["name"] == name:
            found = places.place_of(name, row["kind"], row["settings"], action)
            return found if name != "manual" else Place(_thing(story), found.path, found.url)
    return Place(_thing(story) if name == "manual" else name)


def _thing(story: Story) -> str:
    """What no connected app reaches is looked for by its own name."""
    return str(story.assessment["findings"]["target"]["name"] or story.action.target.id)


def values(story: Story) -> Iterator[Data]:
    """Every parameter with what people call it, and the target by its own id."""
    kind = catalogue.REGISTRY.get(story.action.type)
    schema = kind.params.model_json_schema()["properties"] if kind else {}
    for name, value in story.action.params.items():
        yield {"name": name, "label": catalogue.label(name, schema.get(name, {})), "value": value}
    yield {"name": "target", "label": "Target", "value": story.action.target.id}


def match(story: Story) -> Data | None:
    """Whether it was done as recommended, by the target or by the person's own word."""
    told: Any = story.outcome["evidence"] if story.outcome else {}
    if "matched" not in told:
        return None
    kept = ("matched", "observed", "differs")
    return {"said": told["did"], **{name: told[name] for name in kept}}
