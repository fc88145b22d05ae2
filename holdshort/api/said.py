"""What people said about a change under review: their answers, and their calls."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from holdshort.api.shapes import AssuranceName, Free, Shape
from holdshort.core.terms import Channel

Verdict = Literal["approve", "change", "reject", "ask", "hand_over"]


class Decision(Shape):
    """One person's answer. `shown` is the SHA-256 of what they were shown."""

    id: str
    person: str
    verdict: Verdict
    reason_code: str | None
    changes: Free | None
    hand_to: str | None
    channel: Channel
    authority: str
    justification: str | None = Field(description="Why, where they decided alone.")
    instead_of: str | None = Field(description="For whom they decided, by delegation.")
    comment: str
    assurance: AssuranceName
    digest: str
    shown: str
    decided_at: datetime


class CallBack(Shape):
    """A call to whoever is to have asked for it; `number_from` is never the ticket."""

    id: str
    person: str
    number_from: Literal["directory", "hr_record", "in_person"]
    result: Literal["confirmed", "denied", "not_reached"]
    note: str
    channel: Channel
    called_at: datetime
