"""The form of what the API answers. A field that is not listed here is never sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from holdshort.core.terms import Channel, Hands, Mode

State = Literal[
    "waiting", "by_hand", "authorized", "executing", "executed", "unknown", "mismatch", "rejected",
    "expired", "superseded", "revoked", "refused", "withdrawn", "not_applied", "undone",
]  # fmt: skip
Stands = Literal["with_agent", "asked", "staged", "with_person", "closed"]
Verdict = Literal["approve", "change", "reject", "ask", "hand_over"]
AssuranceName = Literal["none", "session", "step_up"]
Free = dict[str, Any]


class Shape(BaseModel):
    """An object of the API with exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class FieldError(Shape):
    field: str
    detail: str


class Problem(Shape):
    """What went wrong (RFC 9457). `code` is stable; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError]


# ------------------------------------------------------------------ actions


class Target(Shape):
    connector: str
    id: str
    name: str


class Fact(Shape):
    text: str
    source: str
    read_at: datetime | None


class UsedFact(Fact):
    dimension: str
    age_seconds: int | None


class Level(Shape):
    level: int = Field(ge=0, le=3)
    facts: list[Fact]


class Consequence(Shape):
    vector: list[int] = Field(
        description="Levels of blast radius, irreversibility, regulatory, cost."
    )
    blast_radius: Level
    irreversibility: Level
    regulatory: Level
    cost: Level


class Preview(Shape):
    before: list[str]
    after: list[str]
    read_at: datetime | None


class Reason(Shape):
    rule: str
    text: str
    policy_version: int | None
    observed: str
    limit: str
    would_pass: str


class Reviewer(Shape):
    person: str
    name: str
    why: str


class Gate(Shape):
    mode: Mode
    hands: Hands
    reasons: list[Reason]
    reviewers: list[Reviewer]
    needed: int
    min_assurance: AssuranceName
    expires_at: datetime | None


class Confidence(Shape):
    """What the agent stated, and how often people agreed when it was about this sure."""

    stated: float | None
    calibrated: float | None
    right: int
    of: int


class Authorization(Shape):
    basis: Literal["policy", "decisions"]
    digest: str
    hands: Hands
    policy_version: int | None
    adopted_by: str | None
    decisions: list[str]
    people: list[str]
    log_position: int | None
    authorized_at: datetime
    not_before: datetime
    expires_at: datetime


class Attempt(Shape):
    fence: int
    worker: str
    started_at: datetime
    lease_until: datetime


class Execution(Shape):
    id: str
    connector: str
    started_at: datetime
    attempts: list[Attempt]


class Outcome(Shape):
    kind: Literal["verified", "mismatch", "unknown", "not_applied", "recorded"]
    before: Free
    after: Free
    evidence: Free
    reason: str
    at: datetime


class Undo(Shape):
    possible: bool
    words: str


class Action(Shape):
    """One typed operation on one target. The digest is the SHA-256 of the bytes in `canonical`."""

    id: str
    version: int
    type: str
    category: str
    title: str
    sentence: str
    params: Free
    target: Target
    digest: str
    canonical: str
    rendering: str
    ticket: int | None
    requester: str
    beneficiary: str
    initiator: str
    staged_at: datetime
    preview: Preview
    consequence: Consequence
    tier: Literal[1, 2, 3]
    gate: Gate
    confidence: Confidence
    state: State
    review: int | None
    authorization: Authorization | None
    executions: list[Execution]
    outcome: Outcome | None
    needs: list[str]
    superseded_by: str | None
    undoes: str | None
    undone_by: str | None
    undo: Undo


class Staged(Shape):
    """What became of a proposal that led to no action, or has not led to one yet."""

    proposal: str
    ticket: int
    result: Literal["being_staged", "nothing_to_do"]
    detail: str


# ------------------------------------------------------------------ tickets


class Message(Shape):
    id: int
    author: str
    author_name: str
    kind: Literal["words", "answer", "question"]
    subject: str
    body: str
    sent_at: datetime


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
    actions: list[Action]


class Tickets(Shape):
    items: list[ListedTicket]
    page: int
    pages: int
    total: int


# ------------------------------------------------------------------ reviews and records


class Decision(Shape):
    id: str
    person: str
    verdict: Verdict
    reason_code: str | None
    changes: Free | None
    hand_to: str | None
    channel: Channel
    authority: str
    comment: str
    assurance: AssuranceName
    digest: str
    shown: str
    decided_at: datetime


class ListedReview(Shape):
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
    items: list[ListedReview]
    page: int
    pages: int
    total: int


class Review(Shape):
    number: int
    state: Literal["open", "closed"]
    digest: str
    rendering: str
    opened_at: datetime
    expires_at: datetime
    fault: str
    reasoning: str
    reviewers: list[Reviewer]
    decisions: list[Decision]
    action: Action


class Decided(Shape):
    """A decision on record, and the action as it stands now."""

    decision: str
    review: int
    verdict: Verdict
    action: Action


class Record(Shape):
    action: Action
    proposal: Free
    assessment: Free
    facts: list[UsedFact]
    rights_gained: list[Free]
    decisions: list[Decision]
    authorization: Authorization | None
    fate: Free | None
    executions: list[Execution]
    before: Free | None
    after: Free | None
    outcome: Outcome | None
    report: Free | None
    finding: Free | None
    versions: list[Free]
    events: list[Free]


# ------------------------------------------------------------------ assessments and lists


class AssessedGate(Gate):
    who_can_end_it: str


class Standing(Shape):
    category: str
    phase: Literal[1, 2, 3]
    granted: bool
    basis: str
    since: datetime


class Assessment(Shape):
    """What the gate would answer; nothing was written."""

    type: str
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


class ActionType(Shape):
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
    permanent: bool
    hold_seconds: int


class Catalogue(Shape):
    items: list[ActionType]
    total: int


class Autonomy(Shape):
    items: list[Standing]
    total: int


class Health(Shape):
    status: Literal["ok"]
    version: str


class Check(Shape):
    name: str
    ok: bool
    detail: str


class Ready(Shape):
    ready: bool
    checks: list[Check]
