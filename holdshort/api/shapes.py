"""The form of an action as the API answers it. A field that is not listed is never sent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from holdshort.api.shape import Free as Free
from holdshort.api.shape import Shape as Shape
from holdshort.api.work import Work
from holdshort.core.terms import Hands, Mode

State = Literal[
    "waiting", "by_hand", "authorized", "executing", "executed", "unknown", "mismatch", "rejected",
    "expired", "superseded", "revoked", "refused", "withdrawn", "not_applied", "undone", "made",
]  # fmt: skip
AssuranceName = Literal["none", "session", "step_up"]


class FieldError(Shape):
    """What is wrong with one field."""

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
    """The one thing that changes, by its immutable id; the name is for reading."""

    connector: str
    id: str
    name: str


class Fact(Shape):
    """What the world says, where that was read, and when."""

    text: str
    source: str
    read_at: datetime | None


class UsedFact(Fact):
    """A fact with its dimension and its age when it was used."""

    dimension: str
    age_seconds: int | None


class Level(Shape):
    """0 (least) to 3 (worst) with the facts behind it."""

    level: int = Field(ge=0, le=3)
    facts: list[Fact]


class Consequence(Shape):
    """What happens if it is wrong, in four dimensions that never compensate."""

    vector: list[int] = Field(
        description="Levels of blast radius, irreversibility, regulatory, cost."
    )
    blast_radius: Level
    irreversibility: Level
    regulatory: Level
    cost: Level


class Preview(Shape):
    """The difference of the world, and when the world was read."""

    before: list[str]
    after: list[str]
    read_at: datetime | None


class Reason(Shape):
    """Why a rule fired; `would_pass` is the smallest change that would have passed."""

    rule: str
    text: str
    policy_version: int | None
    observed: str
    limit: str
    would_pass: str


class Reviewer(Shape):
    """Somebody who was asked, and why."""

    person: str
    name: str
    why: str


class Gate(Shape):
    """Who decides (`mode`), who carries it out (`hands`), and every reason."""

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
    """The permission to run once, inside its window; `position` is its place in the log."""

    basis: Literal["policy", "decisions", "term", "override", "rollback"]
    digest: str
    hands: Hands
    policy_version: int | None
    adopted_by: str | None
    decisions: list[str]
    people: list[str]
    position: int | None
    authorized_at: datetime
    not_before: datetime
    expires_at: datetime


class Attempt(Shape):
    """One try of an execution; a higher fence ends the earlier ones."""

    fence: int
    worker: str
    started_at: datetime
    lease_until: datetime


class Execution(Shape):
    """One authorized run."""

    id: str
    connector: str
    started_at: datetime
    attempts: list[Attempt]


class Outcome(Shape):
    """How it ended, as read back from the target."""

    kind: Literal["verified", "mismatch", "unknown", "not_applied", "recorded"]
    before: Free
    after: Free
    evidence: Free
    reason: str = Field(description="Technical for people who work here, else plain words.")
    at: datetime


class Undo(Shape):
    """Whether there is an inverse, and what it does."""

    possible: bool
    words: str


class Stopped(Shape):
    """The switch that is off over an action, so that it does not start."""

    scope: str
    person: str
    reason: str
    since: datetime


class Made(Shape):
    """What its maker said of a change that was made by hand before anybody permitted it."""

    person: str
    reason: str
    made_at: datetime
    told_at: datetime


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
    stopped: Stopped | None
    needs: list[str]
    superseded_by: str | None
    undoes: str | None
    undone_by: str | None
    undo: Undo
    by_hand: Work | None = Field(
        description="For a person's hands; only people who work here are told."
    )
    made: Made | None = Field(description="Nobody had permitted it; it is on record since.")


class Staged(Shape):
    """What became of a proposal that led to no action, or has not led to one yet."""

    proposal: str
    ticket: int
    result: Literal["being_staged", "nothing_to_do"]
    detail: str


class Doubt(Shape):
    """An action that may have been carried out since, and whether its target shows it now."""

    action: Action
    shown: bool | None = Field(description="null where the target cannot tell, or was not seen")
    problem: str
    seen_at: datetime | None


class SafeMode(Shape):
    """Whether nothing runs, why, and what somebody has to settle."""

    on: bool
    why: str
    since: datetime | None
    doubts: list[Doubt]


class Switch(Shape):
    """How one scope stands: who switched it last, when and why; nobody yet where it is null."""

    scope: str = Field(description="everything, connector:NAME, category:TYPE or …/TIER")
    on: bool
    person: str | None
    reason: str
    since: datetime | None


class Switches(Shape):
    """Every scope that was ever switched, and everything."""

    items: list[Switch]
    total: int
    waiting: int = Field(description="How many approved actions wait for a switch.")
