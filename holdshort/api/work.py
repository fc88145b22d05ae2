"""The form of work by hand as the API answers it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from holdshort.api.shape import Shape


class Place(Shape):
    """Where the work is done; what the connected app's settings do not know is empty."""

    system: str = Field(description="As people call it.")
    path: str = Field(description="Of the object in that system.")
    url: str = Field(description="The page for it, where the setting `console` names one.")


class Value(Shape):
    """One value to copy."""

    name: str
    label: str
    value: Any


class Difference(Shape):
    """One part of the target that is not as recommended."""

    field: str
    recommended: Any
    found: Any


class Match(Shape):
    """How what was done stands to what was recommended."""

    said: Literal["", "as_approved", "differently", "not_done"] = Field(
        description="By the person; empty where the target showed it before anybody said anything."
    )
    matched: Literal["as_recommended", "differently", "not_done"]
    observed: bool = Field(description="Read in the target; else it is the person's own word.")
    differs: list[Difference]


class Work(Shape):
    """What a person needs to carry the action out, and how what they did matches it."""

    person: str | None = Field(description="Whose it is to do.")
    turned: str = Field(
        description="What those who said yes did not know: then do not do it, and report that it "
        "is not done, so that it is asked about again. Empty where nothing has turned."
    )
    reply: str = Field(description="Ready to send to the requester; edit it first if you like.")
    place: Place
    values: list[Value]
    match: Match | None = Field(description="Once it was reported and looked at.")
