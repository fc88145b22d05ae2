"""What the API answers beside single actions: tickets, reviews, records, assessments, lists."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from holdshort.api.said import CallBack, Decision
from holdshort.api.said import Verdict as Verdict
from holdshort.api.shapes import (
    Action,
    AssuranceName,
    Authorization,
    Consequence,
    Execution,
    Free,
    Gate,
    Outcome,
    Preview,
    Reviewer,
    Shape,
    State,
    Target,
    Undo,
    UsedFact,
)
from holdshort.core.terms import Channel, Hands, Mode

Stands = Literal["with_agent", "asked", "staged", "with_person", "closed"]

# ------------------------------------------------------------------ tickets


class Attachment(Shape):
    """A file of a message; its bytes are at `url`, for whoever may see the ticket."""

    name: str
    size: int = Field(description="In bytes.")
    type: str = Field(
        description="image/png, image/jpeg, image/gif or image/webp where its first bytes say so;"
        " else application/octet-stream."
    )
    sha256: str
    url: str


class Message(Shape):
    """One message of a ticket's conversation."""

    id: int
    author: str
    author_name: str
    kind: Literal["words", "answer", "question"]
    subject: str
    body: str
    sent_at: datetime
    attachments: list[Attachment]


class Brief(Shape):
    """An action in a list."""

    id: str
    version: int
    type: str
    digest: str
    state: State
    tier: Literal[1, 2, 3]
    mode: Mode
    hands: Hands
    review: int | None


class ListedTicket(Shape):
    """A ticket in a list; `actions` are the latest versions."""

    number: int
    url: str
    subject: str
    requester: str
    requester_name: str
    channel: Channel
    stands: Stands
    opened_at: datetime
    actions: list[Brief]


class Ticket(Shape):
    """A ticket with its conversation and every version of its actions."""

    number: int
    url: str
    subject: str
    requester: str
    beneficiary: str | None
    channel: Channel
    assurance: AssuranceName
    stands: Stands
    reason: str
    opened_at: datetime
    turned_at: datetime
    messages: list[Message]
    resumable: bool = Field(description="A part of a bundle failed; `/resume` goes on with it.")
    actions: list[Action]


class Tickets(Shape):
    """A page of tickets; `total` counts all pages, or with `more` those looked at so far."""

    items: list[ListedTicket]
    page: int
    pages: int
    total: int
    more: bool = Field(description="There are more: both numbers grow on later pages.")


# ------------------------------------------------------------------ reviews and records


class ListedReview(Shape):
    """A review in a list."""

    number: int
    state: Literal["open", "closed"]
    action: str
    type: str
    version: int
    title: str
    ticket: int
    requester: str
    requester_name: str
    tier: Literal[1, 2, 3]
    mode: Mode
    hands: Hands
    digest: str
    opened_at: datetime
    expires_at: datetime
    why: str | None = Field(description="Why you were asked; null when you were not.")


class Reviews(Shape):
    """A page of reviews; `total` counts all pages, or with `more` those looked at so far."""

    items: list[ListedReview]
    page: int
    pages: int
    total: int
    more: bool = Field(description="There are more: both numbers grow on later pages.")


class Review(Shape):
    """The question put to reviewers about one action. Decide with its `digest`."""

    number: int
    state: Literal["open", "closed"]
    digest: str
    rendering: str
    opened_at: datetime
    expires_at: datetime
    fault: str
    reasoning: str
    reviewers: list[Reviewer]
    call_back: bool = Field(description="Whether a yes needs a confirmed call to the requester.")
    call_vendor: bool = Field(description="Whether a yes needs a confirmed call to the vendor.")
    call_backs: list[CallBack]
    decisions: list[Decision]
    action: Action


class Decided(Shape):
    """A decision on record, and the action as it stands now."""

    decision: str
    review: int
    verdict: Verdict
    action: Action


class Record(Shape):
    """The whole story of one action, from proposal to outcome."""

    action: Action
    proposal: Free
    assessment: Free
    facts: list[UsedFact]
    rights_gained: list[Free]
    call_backs: list[CallBack]
    decisions: list[Decision]
    authorization: Authorization | None
    fate: Free | None
    executions: list[Execution]
    before: Free | None
    after: Free | None
    outcome: Outcome | None
    report: Free | None
    finding: Free | None
    settlement: Free | None
    versions: list[Free]
    events: list[Free]


# ------------------------------------------------------------------ assessments and lists


class AssessedGate(Gate):
    """The gate of a dry run."""

    who_can_end_it: str


class Standing(Shape):
    """What one category has earned."""

    category: str
    phase: Literal[1, 2, 3]
    granted: bool
    basis: str
    since: datetime


class AssessedLine(Shape):
    """What the gate would answer about one action; nothing was written."""

    type: str
    title: str
    params: Free
    needs: list[str] = Field(description="Places, in `actions`, of what must be done first.")
    target: Target
    category: str
    phase: Literal[1, 2, 3]
    policy_version: int | None
    facts: list[UsedFact]
    consequence: Consequence
    tier: Literal[1, 2, 3]
    gate: AssessedGate
    preview: Preview
    already: str = Field(description="Filled in when the world is already as asked.")


class Assessment(AssessedLine):
    """The same about what was asked; a bundle has the strictest tier and mode of its lines."""

    actions: list[AssessedLine] = Field(description="The lines of a bundle; else empty.")


class ActionType(Shape):
    """An entry of the catalogue."""

    id: str
    title: str
    domain: str
    context: str
    description: str
    params: Free = Field(description="JSON Schema of the parameters.")
    facts: list[str]
    undo: Undo
    connector: str
    policy_rule: str | None
    min_tier: Free | None
    permanent: bool = Field(description="Whether it always needs a person, whatever was earned.")
    permanent_part: str = Field(description="Which part of it does; empty where all of it does.")
    hold_seconds: int


class Catalogue(Shape):
    """Every action type."""

    items: list[ActionType]
    total: int


class Autonomy(Shape):
    """Every category that has earned something."""

    items: list[Standing]
    total: int


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Check(Shape):
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


class Ready(Shape):
    """Whether the process can do its work."""

    ready: bool
    checks: list[Check]
