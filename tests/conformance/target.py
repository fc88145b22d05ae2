"""What the suite needs of a system that a connector changes.

A `Target` is the system itself, running, reached by a client that shares no code with the
connector. A `Subject` says how to start one and which connector kind is tried on it. To add
one, write both for it and name the subject in `subjects.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from holdshort.core import canonical

OLD_PASSWORD = "old-Password-1"
"""What opens every account that a target was given."""


@dataclass(frozen=True, slots=True)
class State:
    """The relevant state of one person and one group, as the target has it, in neutral words."""

    account: str
    """The target's own id of the person's account; empty where there is none."""

    user_name: str
    name: str
    email: str
    active: bool
    locked: bool
    unit: str
    """The organisational unit of the account; empty where the target has none."""

    groups: tuple[str, ...]
    """Ids of the groups that the person is a direct member of, sorted."""

    members: tuple[str, ...]
    """Ids of the direct members of the group, sorted."""

    rest_of_account: str
    """Digest of everything else that the account's entry says and that only people change."""

    rest_of_group: str

    @property
    def digest(self) -> str:
        """One digest of it all."""
        return digest(asdict(self))

    def but(self, **changed: Any) -> State:
        """The same with something else in it."""
        return replace(self, **changed)


def digest(entry: Any) -> str:
    """The canonical digest of what a target says."""
    return canonical.digest(canonical.canonical(entry))


class Target(Protocol):
    """A running system with people and groups. Ids are the target's own."""

    port: int
    """Where it listens on 127.0.0.1."""

    units: tuple[str, ...]
    """Two places that accounts can be moved between, new ones being in the first; or none."""

    everybody: tuple[str, ...]
    """Groups of its own that every account is in, which the company's file lists."""

    lock_is_set_by: str
    """In the words of a preview, who sets the locks that `set_locked` makes."""

    secrets: tuple[str, ...]
    """The credential, and a wrong one: neither may ever be said."""

    wrong_reference: str
    """The reference to the wrong credential, which people must be told."""

    def settings(self, port: int, *, wrong: bool = False, timeout: float = 10) -> dict[str, Any]:
        """Settings of a connector that reaches it at that port, with a right or wrong credential.

        `timeout` is in seconds, for one reading.
        """

    def add_person(self, user_name: str, name: str) -> str:
        """A new account that OLD_PASSWORD opens, with the address user_name@acme.example."""

    def add_group(self, slug: str) -> str:
        """A new group of that name."""

    def set_member(self, group: str, account: str, member: bool) -> None: ...

    def set_active(self, account: str, active: bool) -> None: ...

    def set_locked(self, account: str, locked: bool) -> None: ...

    def set_unit(self, account: str, unit: str) -> None: ...

    def set_email(self, account: str, email: str) -> None:
        """Only where people are rows of a table."""

    def note(self, account: str, before: str, after: str) -> None:
        """Leave the note of an earlier change of the address; only where there are notes."""

    def nest(self, group: str) -> None:
        """Make the group a member of a new group, so that it carries more from now on."""

    def churn(self, account: str, group: str) -> None:
        """Change something in both entries that no action looks at, each time to something else.

        Called from a thread of its own.
        """

    def find(self, user_name: str) -> str:
        """The account with that user name, or nothing."""

    def state(self, account: str, group: str) -> State:
        """What it says about both now. `account` may be empty."""

    def signs_in(self, account: str, password: str) -> bool:
        """Whether that password opens that account."""

    def password_mark(self, account: str) -> str:
        """Something that changes whenever the password is set."""

    def writes(self) -> int | None:
        """How many changes it has made so far; None where it cannot tell."""


class Subject(Protocol):
    """A kind of connector on one target, or a kind that has no target."""

    name: str
    """`scim`, or kind and dialect."""

    kind: str

    without: Mapping[str, str]
    """Action types that the kind serves and that cannot be tried on this target, with the
    reason. `"*"` stands for everything: the kind has no target."""

    def running(self, folder: Path) -> AbstractContextManager[Target]:
        """The target in that folder, until the block ends."""
