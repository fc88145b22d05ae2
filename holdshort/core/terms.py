"""The nouns of Holdshort, as frozen values.

One word for one thing: docs/glossary.md gives the meaning of each. Nothing here reads a
clock, a database or a network; every other package may import this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

# ------------------------------------------------------------------ who


class Kind(StrEnum):
    """What a person is. Only humans decide."""

    HUMAN = "human"
    AGENT = "agent"
    SERVICE = "service"


class Channel(StrEnum):
    """Where words or a decision came from."""

    PORTAL = "portal"
    CONSOLE = "console"
    SLACK = "slack"
    TEAMS = "teams"
    EMAIL = "email"
    API = "api"
    CLI = "cli"


class Assurance(IntEnum):
    """How well the sender proved who they are; higher is stronger."""

    NONE = 0
    SESSION = 1
    STEP_UP = 2


@dataclass(frozen=True, slots=True)
class Employment:
    """What the HR system says. Status is `active`, `ended`, `future` or `unknown`."""

    status: str = "unknown"
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A human, the agent, or a service; `id` is our own and never an e-mail address."""

    id: str
    kind: Kind
    name: str
    email: str = ""
    department: str = ""
    roles: tuple[str, ...] = ()
    manager: str | None = None
    employment: Employment = Employment()


@dataclass(frozen=True, slots=True)
class Authority:
    """An entry of the authority register: what this person may be asked to decide.

    `cost_limit` is in minor units of the company's currency, and None is nothing; `scope` are
    the systems and assets that they decide about, and empty is all of them.
    """

    person: str
    contexts: tuple[str, ...]
    cost_limit: int | None = None
    backup: str | None = None
    absent: tuple[tuple[datetime, datetime], ...] = ()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delegation:
    """`taker` decides for `giver` until then; both have an entry in the register."""

    id: str
    giver: str
    taker: str
    ends: datetime


# ------------------------------------------------------------------ the directory, as mirrored


@dataclass(frozen=True, slots=True)
class Right:
    """One entitlement that somebody effectively holds, and how they came to it."""

    id: str
    name: str
    system: str
    system_name: str
    environment: str
    privileged: bool
    path: tuple[str, ...] = ()
    """Group names from the one joined to the one that carries the right."""

    owner: str | None = None
    """The person who owns the system the right belongs to."""

    data_class: str = ""
    """`public`, `internal`, `confidential` or `restricted`; empty means unknown, so worst."""


@dataclass(frozen=True, slots=True)
class Group:
    """A directory group; `external_id` is the directory's own immutable id."""

    id: str
    name: str
    connector: str
    external_id: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Why an account cannot sign in, if the directory says so."""

    by: str
    """`password_attempts`, or the security rule or person that set the lock."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DirectoryAccount:
    """A person's entry in the directory as last read."""

    connector: str
    external_id: str
    user_name: str
    active: bool
    read_at: datetime
    factor_enrolled: bool | None = None
    lock: Lock | None = None

    @property
    def is_to_come(self) -> bool:
        """Whether an earlier line of the same bundle creates it; it has no id until then."""
        return not self.external_id


AWAITS_ACCOUNT = {"_awaits": "account"}
"""In `seen`: the account is the one that the beneficiary has when this starts."""


# ------------------------------------------------------------------ the inventory, and live looks


@dataclass(frozen=True, slots=True)
class Asset:
    """A database, host or the like as the inventory has it, or a system; `unknown` is worst."""

    id: str
    name: str
    kind: str
    environment: str
    criticality: str
    data_class: str
    connector: str | None = None
    """The connected app through which it is changed; None where a person has to."""

    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a connected app must be asked before an action can be assessed."""

    connector: str
    type: str
    words: Mapping[str, Any]
    """What the app needs to try the change: plain data, without any secret."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a connected app answered: it tried the change and took it back.

    `seen` is the relevant state as `Acts.observe` gives it, `shown` what else people and facts
    need. With a `problem`, a sentence for people, there is neither.
    """

    seen: Mapping[str, Any]
    shown: Mapping[str, Any]
    problem: str = ""
    read_at: datetime | None = None


# ------------------------------------------------------------------ consequence


class Tier(IntEnum):
    """1 automatic, 2 policy-gated, 3 human-gated. Computed, never configured."""

    AUTOMATIC = 1
    POLICY = 2
    HUMAN = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the world says about an action, where it was read and when."""

    text: str
    source: str
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """0 (least) to 3 (worst) with the facts behind it."""

    value: int
    facts: tuple[Fact, ...]

    def __post_init__(self) -> None:
        if self.value not in (0, 1, 2, 3):
            raise ValueError(f"a level is 0, 1, 2 or 3, not {self.value!r}")


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an action does if it is wrong, in four dimensions that never compensate."""

    blast_radius: Level
    irreversibility: Level
    regulatory: Level
    cost: Level

    @property
    def vector(self) -> tuple[int, int, int, int]:
        """The four levels in the order B, I, G, C."""
        return (
            self.blast_radius.value,
            self.irreversibility.value,
            self.regulatory.value,
            self.cost.value,
        )


# ------------------------------------------------------------------ the gate


class Phase(IntEnum):
    """1 fully gated, 2 supervised, 3 expanded; per category."""

    GATED = 1
    SUPERVISED = 2
    EXPANDED = 3


class Mode(StrEnum):
    """Who decides."""

    HOTL = "HOTL"
    SUGGEST = "SUGGEST"
    HITL = "HITL"
    REFUSE = "REFUSE"


class Hands(StrEnum):
    """Who carries it out."""

    EXECUTOR = "executor"
    PERSON = "person"


class PolicyVerdict(StrEnum):
    """What the one policy rule of a type says about these parameters."""

    PASSES = "passes"
    FAILS = "fails"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule fired: never a boolean.

    `observed`, `limit` and `would_pass` are short texts for the screen; `would_pass` names
    the smallest change that would have passed.
    """

    rule: str
    text: str
    policy_version: int | None = None
    observed: str = ""
    limit: str = ""
    would_pass: str = ""


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """The verdict of a type's policy rule and the reason for it."""

    verdict: PolicyVerdict
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer: who decides, who carries it out, how many must say yes, and every reason."""

    mode: Mode
    hands: Hands
    needed: int
    min_assurance: Assurance
    reasons: tuple[Reason, ...]


# ------------------------------------------------------------------ what the agent offers


@dataclass(frozen=True, slots=True)
class Offered:
    """One action of a proposal, before anything about it is believed."""

    type: str
    params: Mapping[str, Any]
    after: tuple[int, ...] = ()
    """Positions, within the proposal, of the actions that must be done first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the agent offers for a ticket.

    Exactly one of `actions`, `question` (asked of the requester) and `hand_over` (why a
    person must take the ticket) is filled in. `confidence` is stated, 0 to 1.
    """

    label: str
    confidence: float
    reasoning: str
    agent_version: str
    actions: tuple[Offered, ...] = ()
    question: str = ""
    hand_over: str = ""


# ------------------------------------------------------------------ the action


@dataclass(frozen=True, slots=True)
class Target:
    """The one thing an action changes: connector, the target's immutable id, a name to show."""

    connector: str
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One typed, parameterised operation on one target; immutable, identified by its digest.

    `requester`, `beneficiary`, `initiator` and `changer` are person ids. `changer` is whoever
    raised the stakes by a change, and the initiator when nobody did. `seen` is the part of the
    target's state that matters to this action, as it was when the action was staged.
    """

    id: str
    root: str
    version: int
    type: str
    params: Mapping[str, Any]
    target: Target
    requester: str
    beneficiary: str
    initiator: str
    changer: str
    ticket: int | None
    seen: Mapping[str, Any]
    position: int = 0
    after: tuple[str, ...] = ()
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How an action came about; everything about the sender that facts may use."""

    requester: Person
    beneficiary: Person | None
    initiator: Person
    channel: Channel
    assurance: Assurance
    at: datetime
    confidence: float | None = None
    emergency: bool = False
    ticket_text: str = ""
    """Shown where it contradicts a fact; never a fact itself."""

    ticket: int | None = None
    """The ticket's number, for actions on the ticket itself."""

    opened: datetime | None = None
    """When the ticket was opened, from which deadlines of the law count."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the world says about one action at staging time, before any rule is asked.

    `before` and `after` are lines of the difference of the world; `seen` is the relevant
    state that the claim compares again; `rights` are the effective rights gained.
    `context` names whose authority decides; of each of `also` somebody else must say yes as well
    (one at most: a permission rests on two decisions). `owners` are preferred reviewers with the
    reason.
    """

    target: Target
    consequence: Consequence
    context: str
    seen: Mapping[str, Any]
    before: tuple[str, ...]
    after: tuple[str, ...]
    read_at: datetime | None
    policy: PolicyResult = PolicyResult(PolicyVerdict.NONE)
    raises: tuple[Reason, ...] = ()
    refusals: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    rights: tuple[Right, ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()
    already: str = ""
    """Filled in when the world is already as asked; then there is nothing to do."""

    lookalikes: tuple[str, ...] = field(default=())
    """Names that imitate another entry: shown with ids, and never approved from chat."""

    spends: int | None = 0
    """The total commitment, in minor units of the company's currency; None where unknown."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says something: the person, through which of their accounts, and how well proved."""

    person: Person
    account: int
    channel: Channel
    assurance: Assurance
