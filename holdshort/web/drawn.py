"""One change as screens draw it: from its stored bytes and facts, by our own code only.

`shown` is the digest of exactly what is drawn; a decision keeps it, and is not taken when the
drawing has changed since the page was opened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdshort import catalogue
from holdshort.catalogue import Rendering
from holdshort.core.terms import Action, Reason
from holdshort.ports import Knows
from holdshort.records import db
from holdshort.records.actions import Story
from holdshort.web.words import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Level:
    """One row of "If this is wrong"."""

    name: str
    value: int
    facts: tuple[Mapping[str, Any], ...]

    @property
    def texts(self) -> list[str]:
        """The facts in words, each once."""
        return list(dict.fromkeys(_texts(self.facts)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a screen shows of one change."""

    story: Story
    title: str
    sentence: str
    button: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    read_at: datetime | None
    levels: tuple[Level, ...]
    reasons: tuple[Reason, ...]
    notes: tuple[Mapping[str, Any], ...]
    rights: tuple[Mapping[str, Any], ...]
    lookalikes: tuple[str, ...]
    undo_words: str
    undoable: bool
    target: str

    @property
    def allows(self) -> list[Reason]:
        """The reasons that would have let it go ahead."""
        allowed = self.story.assessment["findings"]["policy"]
        passed = allowed["reason"]["rule"] if allowed["verdict"] == "passes" else ""
        return [one for one in self.reasons if one.rule in ("tier.1", passed)]

    @property
    def stops(self) -> list[Reason]:
        """The reasons for which it waits, or may not happen."""
        return [one for one in self.reasons if one not in self.allows]

    @property
    def tier(self) -> int:
        return int(self.story.assessment["tier"])

    @property
    def shown(self) -> str:
        """SHA-256 over what is drawn; ages and who else answered are not part of it."""
        drawn = {
            "digest": self.story.digest,
            "words": [self.title, self.sentence, self.button, self.undo_words],
            "before": self.before,
            "after": self.after,
            "levels": [[one.name, one.value, one.texts] for one in self.levels],
            "reasons": [[one.rule, one.text, one.would_pass] for one in self.reasons],
            "notes": _texts(self.notes),
            "gate": [self.tier, self.story.assessment["mode"]],
        }
        return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()


def draw(story: Story, world: Knows) -> Drawn:
    """Draw one action."""
    kind = catalogue.REGISTRY.get(story.action.type)
    words = _words(story.action, world)
    found = story.assessment["findings"]
    read_at, known = found.get("read_at"), {reason.rule for reason in story.reasons}
    return Drawn(
        story=story,
        title=words.title,
        sentence=words.sentence,
        button=words.button,
        before=tuple(found["before"]),
        after=tuple(found["after"]),
        read_at=datetime.fromisoformat(read_at) if read_at else None,
        levels=_levels(found["consequence"]),
        reasons=story.reasons,
        notes=tuple(one for one in found["notes"] if one["rule"] not in known),
        rights=tuple(found["rights"]),
        lookalikes=tuple(found["lookalikes"]),
        undo_words=kind.undo_words if kind else "Nobody knows any more.",
        undoable=kind is not None
        and kind.inverse(story.action.id, story.action.params) is not None,
        target=found["target"]["name"] or story.action.target.id,
    )


def title(action: Action, world: Knows) -> str:
    """The decision in one line, for lists."""
    return _words(action, world).title


def _words(action: Action, world: Knows) -> Rendering:
    """The catalogue's words; an old record stays readable when its type is gone."""
    kind = catalogue.REGISTRY.get(action.type)
    if kind is None:
        gone = "The catalogue does not list this kind of change any more."
        return Rendering(action.type, gone, action.type)
    return kind.render(action.params, world)


def titled(rows: list[db.Row] | tuple[db.Row, ...], world: Knows) -> list[db.Row]:
    """Rows of a list with the title of their action."""
    return [{**row, "title": title(row["acting"], world)} for row in rows]


def rules_by_day() -> dict[int, datetime]:
    """When each version of the rules came into force, to name it by its day."""
    return {row["number"]: row["adopted_at"] for row in db.rows("version_days")}


def _levels(consequence: Mapping[str, Any]) -> tuple[Level, ...]:
    return tuple(
        Level(name, consequence[key]["value"], tuple(consequence[key]["facts"]))
        for key, name in DIMENSIONS.items()
    )


def _texts(facts: Any) -> list[str]:
    return [fact["text"] for fact in facts]
