"""What the road asks of the outside, as protocols: adapters implement them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from holdshort.core.budgets import Reached
from holdshort.core.leavers import Doubt
from holdshort.core.matching import Expected
from holdshort.core.terms import (
    Action,
    Asset,
    DirectoryAccount,
    Group,
    Inquiry,
    Offer,
    Person,
    Preview,
    Right,
)

# ------------------------------------------------------------------ acts: systems that are changed

State = Mapping[str, Any]
"""What a target shows of what a change is about, in the form of `Findings.seen`."""


class Shape(StrEnum):
    """What a target promises about sending the same change twice.

    KEYED deduplicates by idempotency key; SET reaches the same state however often it is
    sent, and can be read back; BLIND promises nothing and cannot be read back.
    """

    KEYED = "keyed"
    SET = "set"
    BLIND = "blind"


class ConnectorError(Exception):
    """Something a connector could not do, in a sentence for a person, without any secret."""


class Unreachable(ConnectorError):
    """The system did not answer, or not in time; whether a change was applied is not known."""


class RefusedByTarget(ConnectorError):
    """The system answered and said no; nothing was applied."""


class Drifted(ConnectorError):
    """The relevant state is not what the approver saw; nothing was applied."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the target said when a change was sent.

    `secret` is a value for the beneficiary alone (a new password); it is sealed at once and
    never logged. `evidence` is kept with the record.
    """

    evidence: Mapping[str, Any]
    secret: str = ""


class Acts(Protocol):
    """A connected app that can be changed."""

    name: str

    def shape(self, action_type: str) -> Shape:
        """What this target promises for actions of that type."""

    def observe(self, action: Action) -> State:
        """The relevant state now, read live. Raises Unreachable or RefusedByTarget."""

    def apply(self, action: Action, *, key: str, seen: State, timeout: float) -> Receipt:
        """Make the change once, under idempotency key `key`, only if the state is still `seen`.

        `timeout` is in seconds. Raises Drifted and RefusedByTarget (not applied), Unreachable.
        """

    def applied(self, action: Action, before: State, now: State) -> bool | None:
        """Whether the read-back `now` shows the change; None where the target cannot tell."""


@runtime_checkable
class Expects(Protocol):
    """A connected app that can name what it shows once a change is made, part by part."""

    def expected(self, action: Action) -> Expected | None:
        """What a reading shows afterwards; None where that cannot be said. Asks nobody."""


@runtime_checkable
class Previews(Protocol):
    """A connected app that can try a change and take it back, so that its effect is known."""

    name: str

    def preview(self, inquiry: Inquiry) -> Preview:
        """What the change would do; nothing stays changed. Raises Unreachable, RefusedByTarget."""


@runtime_checkable
class Probes(Protocol):
    """A connected app that can be tried without changing anything."""

    def probe(self) -> str:
        """A read-only check that the credential works; one plain sentence about what answered."""


@dataclass(frozen=True, slots=True)
class MirroredAccount:
    """A person's entry in a directory, as the directory tells it."""

    external_id: str
    user_name: str
    display_name: str
    active: bool
    factor_enrolled: bool | None
    locked_by: str
    locked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MirroredGroup:
    """A group with its direct members: accounts and groups, by the directory's immutable ids."""

    external_id: str
    slug: str
    display_name: str
    accounts: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mirror:
    """Everything the desk keeps of a directory, read in one go."""

    accounts: Sequence[MirroredAccount]
    groups: Sequence[MirroredGroup]


@runtime_checkable
class Mirrors(Probes, Protocol):
    """A connected app that tells who exists and who belongs to what."""

    name: str

    def mirror(self) -> Mirror:
        """Read all people and groups. Raises Unreachable or RefusedByTarget."""


# ------------------------------------------------------------------ knows: facts, from our mirrors


class Knows(Protocol):
    """Facts about people, groups and rights. None means unknown, and unknown counts as worst."""

    def person(self, person: str) -> Person | None: ...

    def account(self, person: str) -> DirectoryAccount | None:
        """The person's directory entry; None when there is none or the mirror is stale."""

    def is_user_name_taken(self, user_name: str) -> bool | None:
        """Whether anybody's directory entry has that name, in whatever capitals."""

    def group(self, group: str) -> Group | None: ...

    def is_member(self, person: str, group: str) -> bool | None:
        """Direct membership."""

    def groups_of(self, person: str) -> tuple[str, ...] | None:
        """Our ids of the groups that the person is directly in, sorted."""

    def rights_of(self, person: str) -> tuple[Right, ...] | None:
        """Effective rights held now, group nesting included, as far as anybody says."""

    def unlisted_of(self, person: str) -> tuple[str, ...]:
        """Names of the groups that the person is in of which nobody says what they give, sorted."""

    def rights_coming(self, person: str) -> tuple[Right, ...] | None:
        """Rights on their way: by what has begun and does not show yet, and by a bundle's lines."""

    def rights_through(self, group: str) -> tuple[Right, ...] | None:
        """Effective rights that membership of the group carries, nesting included."""

    def containers_of(self, group: str) -> tuple[str, ...] | None:
        """Immutable ids of every group that contains this one, nesting included, sorted."""

    def lookalikes(self, name: str) -> tuple[str, ...]:
        """Names of other people and groups that a reader could mistake for this one."""

    def read_at(self) -> datetime | None:
        """When the directory was last read."""

    def asset(self, asset: str) -> Asset | None:
        """A thing of the inventory in force, or a system."""

    def account_in(self, person: str, connector: str) -> str | None:
        """The person's account in a connected app, by that app's own immutable id."""

    def held_before(self, change: str, person: str) -> str | None:
        """What somebody was at an app before that change, or one that it renewed."""

    def preview(self, inquiry: Inquiry) -> Preview | None:
        """What the app answered about this very change; None where it was not asked."""

    def reached(self, types: Sequence[str], requester: str = "") -> Sequence[Reached]:
        """Whom these types reached in a day by rules alone, or are to for this requester."""

    def privileged(self, people: Collection[str]) -> frozenset[str] | None:
        """Those of these people who hold a privileged right, group nesting included."""

    def released(self) -> frozenset[str]:
        """Whom people have let go as many at once, on the ticket that is asked about."""

    def doubt(self, person: str) -> Doubt | None:
        """Why HR's record alone does not count for this person now."""

    def patched(self, type_id: str, patch: str) -> Sequence[str]:
        """What changes of this type reached with these patches in the last day, by id."""

    def connected(self, name: str) -> bool:
        """Whether the company has connected an app under that name."""

    def reports(self, numbers: Sequence[int]) -> Sequence[Mapping[str, Any]]:
        """Those not private: number, requester, opened_at, label, stands, holder."""

    def policy(self) -> Mapping[str, Any]:
        """The document of the policy version in force (company.yaml's policy sections)."""

    def policy_version(self) -> int | None: ...
    def registered(self, section: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a section of the company's file in force that is no policy: devices …"""

    def consent(self, guest: str) -> Mapping[str, Any] | None:
        """What the owner of a guest's account said last: `person`, `given` and `until` as days."""

    def ordered_for(self, person: str) -> tuple[str, ...]:
        """Ids of the equipment that this desk has ordered for the person, or is about to."""

    def opens_for_a_time(self, person: str) -> tuple[str, ...]:
        """Zones that a person's badge opens because this desk gave them for a time."""

    def article(self, article: str) -> Mapping[str, Any] | None:
        """A knowledge article: title, body, audience."""

    def spent(self, vendor: str, days: int) -> int | None:
        """What a vendor got in the last days, or is to get, besides this; in minor units."""

    def cost_limit(self, person: str) -> int | None:
        """Up to how much a person may spend, in minor units; None is nothing."""

    def met(self) -> Mapping[str, Any]:
        """What the target showed instead, where the version before met a world that had moved."""


# ------------------------------------------------------------------ agent: offers, never decides


@dataclass(frozen=True, slots=True)
class Words:
    """A ticket as the agent may see it: untrusted text, files by name only, and who is asking."""

    ticket: int
    requester: str
    requester_name: str
    subject: str
    body: str
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Something in the directory that a text may name."""

    kind: str
    """`person`, `group`, `application` or `article`."""
    id: str
    name: str
    also: tuple[str, ...] = ()
    """Other names it goes by: an e-mail address, a user name, an abbreviation."""


class Agent(Protocol):
    """Reads a ticket and offers. It holds no credential and can only return an Offer."""

    version: str

    def propose(self, words: Words, names: Sequence[Named]) -> Offer:
        """What to do about the ticket. Ambiguous or unknown names become a question."""
