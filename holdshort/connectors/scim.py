"""A directory that speaks SCIM 2.0 (RFC 7643, RFC 7644): people, groups, membership, passwords.

Every change is a state to reach, so sending it twice is the same as once and the result can be
read back. A password cannot be read back; the changed version of its entry stands in for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from scim2_models import Group, Resource

from holdshort.connectors import directory
from holdshort.connectors.directory import (
    ACTIVE,
    CREATE,
    EVERY_DIRECTORY,
    MEMBER,
    RESET,
    UNLOCK,
    Deadline,
    Overtaken,
)
from holdshort.connectors.passwords import password_for
from holdshort.connectors.places import Console
from holdshort.connectors.references import checked_reference, secret
from holdshort.connectors.scim_entries import (
    ACCOUNT_WORDS,
    GROUP_WORDS,
    Account,
    Entry,
    Mailbox,
    is_locked,
    mirrored_account,
    mirrored_group,
    version_of,
)
from holdshort.connectors.scim_wire import Wire
from holdshort.core.matching import Expected
from holdshort.core.terms import Action
from holdshort.ports import (
    Mirror,
    Receipt,
    RefusedByTarget,
    Shape,
    Unreachable,
)

_LOCKED = f"{Account.__schema__}:locked"


class ScimSettings(BaseModel):
    """Where the directory is and which secret opens it."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field(description="The SCIM 2.0 root, https://…/v2, or env:NAME that holds it.")
    token: str = Field(description="The bearer token by reference: env:NAME or file:PATH.")
    reset_key: str = Field(
        default="env:HOLDSHORT_RESET_KEY",
        description="By reference, the secret that new passwords are derived from.",
    )
    timeout: float = Field(default=10, gt=0, le=120, description="Seconds for one reading.")
    console: Console = {}
    allow_internal: bool = Field(
        default=False, description="Allow loopback and private addresses, and http to them."
    )

    @field_validator("token", "reset_key")
    @classmethod
    def _by_reference(cls, value: str) -> str:
        return checked_reference(value)


class Scim:
    """A SCIM 2.0 directory as a connected app: it acts, and it tells who exists."""

    Settings: ClassVar[type[BaseModel]] = ScimSettings
    scopes: ClassVar[tuple[str, ...]] = (
        "read users and groups",
        "create users; change active, password and the lock of users",
        "change members of groups",
    )
    serves: ClassVar[frozenset[str]] = EVERY_DIRECTORY

    def __init__(self, name: str, settings: ScimSettings) -> None:
        self.name = name
        self._timeout = settings.timeout
        self._reset_key = settings.reset_key
        self._wire = Wire(settings.base_url, settings.token, allow_internal=settings.allow_internal)

    def shape(self, action_type: str) -> Shape:
        """A state to reach that can be read back, or for a password a sending with a key."""
        return directory.shape(action_type)

    def observe(self, action: Action) -> Mapping[str, Any]:
        """The relevant state now. Keys that start with `_` inform and are never compared."""
        return self._read(action, Deadline(self._timeout))[0]

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Make the change if the relevant state is still `seen`; unrelated changes never block.

        SCIM knows no idempotency keys; `key` names the sending, and a new password follows from it.
        """
        deadline = Deadline(timeout)
        while True:
            now, entry = self._read(action, deadline)
            directory.refuse_drift(seen, now)
            try:
                return self._write(action, entry, key, deadline)
            except Overtaken:
                if deadline.is_half_over:
                    raise directory.never_stood_still() from None

    def applied(
        self, action: Action, before: Mapping[str, Any], now: Mapping[str, Any]
    ) -> bool | None:
        """Whether `now` shows the change; for a password, whether its entry has a new version."""
        return directory.applied(action, before, now)

    def expected(self, action: Action) -> Expected | None:
        """What its entry shows once the change is made."""
        return directory.expected(action)

    def mirror(self) -> Mirror:
        """Read all people and groups, page by page."""
        deadline = Deadline(self._timeout * 6)
        accounts = self._wire.every(Entry, deadline, only=ACCOUNT_WORDS)
        groups = self._wire.every(Group, deadline, only=GROUP_WORDS)
        nested = {str(group.id) for group in groups}
        return Mirror(
            accounts=[mirrored_account(entry) for entry in accounts],
            groups=[mirrored_group(group, nested) for group in groups],
        )

    def probe(self) -> str:
        """Read one person and one group, change nothing."""
        deadline = Deadline(self._timeout)
        people = self._wire.page(Entry, deadline, only="id", count=1).total_results
        groups = self._wire.page(Group, deadline, only="id", count=1).total_results
        conditional = "with" if self._wire.conditional(deadline) else "without"
        return (
            f"The directory answered: {people} people, {groups} groups, "
            f"{conditional} conditional writes."
        )

    # -------------------------------------------------------------- reading

    def _read(
        self, action: Action, deadline: Deadline
    ) -> tuple[dict[str, Any], Resource[Any] | None]:
        """The relevant state, and the entry that a change would be written to."""
        if action.type not in self.serves:
            raise RefusedByTarget(f"The directory does not carry out {action.type}.")
        if action.type == CREATE:
            return self._read_free_name(action, deadline), None
        if action.type in MEMBER:
            return self._read_membership(action, deadline)
        entry = self._wire.get(Entry, action.target.id, deadline, only=ACCOUNT_WORDS)
        state = _account_state(entry)
        return (state | {"_version": version_of(entry)} if action.type == RESET else state), entry

    def _read_membership(
        self, action: Action, deadline: Deadline
    ) -> tuple[dict[str, Any], Resource[Any]]:
        account = str(action.seen["account"])
        entry = self._wire.get(Entry, account, deadline, only=ACCOUNT_WORDS)
        containers = self._containers(action.target.id, deadline)
        # Last, because this one is written to: whatever changes it in between costs an attempt.
        group = self._wire.get(Group, action.target.id, deadline, only=GROUP_WORDS)
        state = {
            "account": str(entry.id),
            "active": entry.active is True,
            "group": str(group.id),
            "member": any(member.value == account for member in group.members or ()),
            "containers": containers,
        }
        return state, group

    def _containers(self, group: str, deadline: Deadline) -> list[str]:
        """Every group that contains this one, however deep, once."""
        found: set[str] = set()
        waiting = [group]
        while waiting:
            inner = json.dumps(waiting.pop())
            for outer in self._wire.every(
                Group, deadline, where=f"members.value eq {inner}", only="id"
            ):
                if outer.id and outer.id != group and outer.id not in found:
                    found.add(outer.id)
                    waiting.append(outer.id)
        return sorted(found)

    def _read_free_name(self, action: Action, deadline: Deadline) -> dict[str, Any]:
        name = action.target.id
        holders = self._wire.every(
            Entry,
            deadline,
            where=f"userName eq {json.dumps(name)}",
            only="id,userName,displayName,emails",
        )
        asked = {k: action.seen[k] for k in ("display_name", "email")}
        if not holders:
            return {"account": "", "exists": False, "user_name": name} | asked
        holder = holders[0]
        return {
            "account": str(holder.id),
            "exists": True,
            "user_name": holder.user_name or "",
            "display_name": holder.display_name or "",
            "email": str(next((email.value for email in holder.emails or ()), "")),
        }

    # -------------------------------------------------------------- writing

    def _write(
        self, action: Action, entry: Resource[Any] | None, key: str, deadline: Deadline
    ) -> Receipt:
        condition = "If-Match" if self._wire.conditional(deadline) else "read just before"
        if entry is None:
            created = self._wire.create(_new_entry(action), deadline)
            return Receipt({"entry": str(created.id), "condition": "unique name", "key": key})
        evidence = {
            "entry": str(entry.id),
            "version_before": version_of(entry),
            "condition": condition,
            "key": key,
        }
        if action.type == RESET:
            password = password_for(key, secret(self._reset_key))
            return self._reset(entry, password, evidence, deadline)
        self._wire.change(entry, _operation(action), deadline)
        return Receipt(evidence)

    def _reset(
        self, entry: Resource[Any], password: str, evidence: dict[str, str], deadline: Deadline
    ) -> Receipt:
        operation = {"op": "replace", "path": "password", "value": password}
        evidence |= {"verified_by": "changed version"}
        try:
            self._wire.change(entry, operation, deadline.half())
        except Unreachable as away:
            # A new version would not tell whether it arrived: somebody else may have changed the
            # entry. The same password once more is harmless, and spares waiting for an attempt.
            now = self._wire.get(Entry, str(entry.id), deadline, only=ACCOUNT_WORDS)
            if _account_state(now) != _account_state(entry):
                raise
            try:
                self._wire.change(now, operation, deadline)
            except RefusedByTarget:
                raise away from None
            evidence |= {"sent": "twice, the same password"}
        return Receipt(evidence, secret=password)


def _account_state(entry: Any) -> dict[str, Any]:
    return {
        "account": str(entry.id),
        "active": entry.active is True,
        "locked": is_locked(entry),
    }


def _operation(action: Action) -> dict[str, Any]:
    if action.type in ACTIVE:
        return {"op": "replace", "path": "active", "value": ACTIVE[action.type]}
    if action.type == UNLOCK:
        return {"op": "replace", "path": _LOCKED, "value": False}
    account = str(action.seen["account"])
    if MEMBER[action.type]:
        return {"op": "add", "path": "members", "value": [{"value": account, "type": "User"}]}
    return {"op": "remove", "path": f"members[value eq {json.dumps(account)}]"}


def _new_entry(action: Action) -> Entry:
    email = action.seen["email"]
    return Entry(
        user_name=action.target.id,
        display_name=action.seen["display_name"],
        active=True,
        emails=[Mailbox(value=email, primary=True)] if email else None,
    )
