"""The company as those knew it who permitted something: their rules, and who had left by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from holdshort.core.terms import Circumstances, Employment, Person
from holdshort.ports import Knows
from holdshort.records import db
from holdshort.records import people as rows
from holdshort.records.actions import Part, Story
from holdshort.records.world import World


def people(story: Story) -> dict[str, Person]:
    """Those whom it concerns about whom HR's record has turned since, each as they were."""
    turned = (row for row in story.concerned if _has_left(row) is not row["had_left"])
    return {row["id"]: _as_they_were(row) for row in turned}


def _has_left(row: Part) -> bool:
    return row["employment_status"] == "ended" or rows.has_left(row["employment_end"])


def _as_they_were(row: Part) -> Person:
    before = Employment("active")
    if row["had_left"]:
        before = Employment("ended", end=row["at"].date() - timedelta(days=1))
    return replace(rows.from_row(dict(row)), employment=before)


def world(story: Story, then: Mapping[str, Person]) -> Knows:
    """Today's world with the rules of then, and these people as they were."""
    version = story.gate["policy_version"]
    return cast(Knows, _World(World(rules=db.row("policy_version", number=version)), then))


def asked(circumstances: Circumstances, then: Mapping[str, Person]) -> Circumstances:
    """The same circumstances, of people as they were."""
    parts = ("requester", "beneficiary", "initiator")
    found = {name: getattr(circumstances, name) for name in parts}
    named = {name: then.get(one.id, one) for name, one in found.items() if one is not None}
    return replace(circumstances, **named)


class _World:
    def __init__(self, world: World, then: Mapping[str, Person]) -> None:
        self._world, self._then = world, then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def person(self, person: str) -> Person | None:
        return self._then.get(person) or self._world.person(person)
