"""A directory's entries: the extension the desk reads, and what it keeps of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from scim2_models import (
    URN,
    AnyExtension,
    ComplexAttribute,
    Extension,
    Group,
    Mutability,
    Resource,
    User,
)

from holdshort.ports import MirroredAccount, MirroredGroup


class Account(Extension):
    """What a directory says about signing in that the standard schema has no place for."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:holdshort:2.0:Account")

    locked: bool | None = None
    locked_by: Annotated[str | None, Mutability.read_only] = None
    locked_at: Annotated[datetime | None, Mutability.read_only] = None
    factor_enrolled: Annotated[bool | None, Mutability.read_only] = None


class Mailbox(ComplexAttribute):
    """An e-mail address as the directory has it: many use domains that exist only inside."""

    value: str | None = None
    type: str | None = None
    primary: bool | None = None


class Person(User[AnyExtension]):
    """A person's entry."""

    emails: list[Mailbox] | None = None  # type: ignore[assignment]


Entry = Person[Account]
"""A person's entry with the extension."""

ACCOUNT_WORDS = ",".join(
    (
        *("id", "userName", "displayName", "active", "meta"),
        *(
            f"{Account.__schema__}:{name}"
            for name in ("locked", "lockedBy", "lockedAt", "factorEnrolled")
        ),
    )
)
"""The attributes of a person that the desk reads; the rest is not asked for."""

GROUP_WORDS = "id,externalId,displayName,members,meta"
"""The attributes of a group that the desk reads."""


def version_of(entry: Resource[Any]) -> str:
    """The version of an entry, or when it last changed, or nothing."""
    meta = entry.meta
    if meta is None:
        return ""
    return meta.version or (meta.last_modified.isoformat() if meta.last_modified else "")


def is_locked(entry: Person[Any]) -> bool:
    """Whether the directory says that a lock keeps the person out."""
    state = entry[Account]
    return bool(state and state.locked)


def mirrored_account(entry: Entry) -> MirroredAccount:
    """The entry as the desk keeps it."""
    state = entry[Account] or Account()
    return MirroredAccount(
        external_id=str(entry.id),
        user_name=entry.user_name or "",
        display_name=entry.display_name or "",
        active=entry.active is True,
        factor_enrolled=state.factor_enrolled,
        locked_by=(state.locked_by or "unknown") if state.locked else "",
        locked_at=state.locked_at if state.locked else None,
    )


def mirrored_group(group: Group, nested: set[str]) -> MirroredGroup:
    """The group as the desk keeps it; `nested` are the ids of all groups."""
    members = sorted({member.value for member in group.members or () if member.value})
    return MirroredGroup(
        external_id=str(group.id),
        slug=group.external_id or group.display_name or "",
        display_name=group.display_name or "",
        accounts=tuple(id for id in members if id not in nested),
        groups=tuple(id for id in members if id in nested),
    )
