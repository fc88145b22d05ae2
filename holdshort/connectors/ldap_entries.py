"""What an LDAP directory says, as values: entries, accounts, groups, distinguished names."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from holdshort.connectors.directory import Gone
from holdshort.ports import MirroredAccount, MirroredGroup, Unreachable

MISTYPED = "password_attempts"
"""Who set a lock that comes from wrong passwords."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was sent: its distinguished name and its attributes in lower case."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def raw(self, name: str) -> bytes:
        """The first value, or nothing."""
        values = self.attributes.get(name.lower()) or (b"",)
        return values[0]

    def text(self, name: str) -> str:
        """The first value as text. Raises Unreachable where it is not text."""
        return _text(self.raw(name))

    def texts(self, name: str) -> list[str]:
        """All values as text. Raises Unreachable where one is not text."""
        return [_text(value) for value in self.attributes.get(name.lower()) or ()]

    def number(self, name: str) -> int:
        """The first value as a number, 0 where there is none. Raises Unreachable."""
        text = self.text(name) or "0"
        if not text.lstrip("-").isdecimal():
            raise Unreachable("The directory's answer cannot be read.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's entry; `version` changes whenever the password does."""

    id: str
    user_name: str
    display_name: str
    active: bool
    locked_by: str
    locked_at: datetime | None
    version: str
    entry: Entry
    main_group: str = ""
    """The id of the group that it belongs to without being listed there."""

    @property
    def locked(self) -> bool:
        """Whether wrong passwords keep the person out."""
        return bool(self.locked_by)

    def mirrored(self) -> MirroredAccount:
        """The entry as the desk keeps it; no directory here tells about a second factor."""
        return MirroredAccount(
            external_id=self.id,
            user_name=self.user_name,
            display_name=self.display_name,
            active=self.active,
            factor_enrolled=None,
            locked_by=self.locked_by,
            locked_at=self.locked_at,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A group's entry; `number` is how accounts name it as their main group, where they do."""

    id: str
    slug: str
    name: str
    entry: Entry
    number: str = ""


def mirrored_groups(groups: Iterable[Group], accounts: Iterable[Account]) -> list[MirroredGroup]:
    """Groups with their direct members; a member that is neither account nor group is left out."""
    groups, accounts = list(groups), list(accounts)
    people = {comparable(one.entry.dn): one.id for one in accounts}
    nested = {comparable(one.entry.dn): one.id for one in groups}
    return [_mirrored(group, people, nested, accounts) for group in groups]


def _mirrored(
    group: Group, people: Mapping[str, str], nested: Mapping[str, str], accounts: list[Account]
) -> MirroredGroup:
    members = [comparable(dn) for dn in group.entry.texts("member")]
    main = {one.id for one in accounts if group.number and one.main_group == group.number}
    return MirroredGroup(
        external_id=group.id,
        slug=group.slug,
        display_name=group.name,
        accounts=tuple(sorted({people[dn] for dn in members if dn in people} | main)),
        groups=tuple(sorted({nested[dn] for dn in members if dn in nested})),
    )


# ------------------------------------------------------------------ ids, moments, filters


def as_uuid(id: str) -> uuid.UUID:
    """An immutable id. Raises Gone for what cannot be one."""
    try:
        return uuid.UUID(id)
    except ValueError:
        raise Gone(
            "The directory has no such entry: its id is not one of this directory."
        ) from None


def moment(text: str) -> datetime | None:
    """A generalized time (20260131083000.123456Z), or None where it is not a real moment."""
    try:
        return datetime.strptime(text.partition(".")[0].rstrip("Z"), "%Y%m%d%H%M%S").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def equals(attribute: str, value: str | bytes) -> str:
    """A filter for one attribute with exactly this value, whatever characters it has."""
    return f"({attribute}={escape_filter_chars(value)})"


# ------------------------------------------------------------------ distinguished names


def split(dn: str) -> tuple[str, str]:
    """The first part of a distinguished name and the rest, its place."""
    escaped = False
    for position, letter in enumerate(dn):
        if letter == "," and not escaped:
            return dn[:position], dn[position + 1 :].lstrip()
        escaped = letter == "\\" and not escaped
    return dn, ""


def comparable(dn: str) -> str:
    """The same text for the same name, however it is written. Never sent anywhere."""
    try:
        parts = parse_dn(dn, strip=True)
    except LDAPInvalidDnError:
        return dn.casefold()
    return "\0".join(
        f"{name.casefold()}={' '.join(_unescaped(value).casefold().split())}{join}"
        for name, value, join in parts
    )


def is_below(dn: str, base: str) -> bool:
    """Whether the entry with the first name is `base` or somewhere below it."""
    return f"\0{comparable(dn)}".endswith(f"\0{comparable(base)}")


def _unescaped(value: str) -> str:
    found, rest = bytearray(), value
    while rest:
        head, rest = rest[0], rest[1:]
        if head != "\\":
            found += head.encode()
        elif len(rest) > 1 and all(c in "0123456789abcdefABCDEF" for c in rest[:2]):
            found.append(int(rest[:2], 16))
            rest = rest[2:]
        else:
            found += rest[:1].encode()
            rest = rest[1:]
    return found.decode("utf-8", "replace")


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Unreachable("The directory's answer cannot be read.") from None
