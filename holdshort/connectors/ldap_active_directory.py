"""Active Directory: users, groups, userAccountControl and unicodePwd.

It knows no assertion control. Where it can, a write names the exact value that it replaces, so
that it fails when somebody else was faster.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE

from holdshort.connectors.ldap_entries import (
    MISTYPED,
    Account,
    Entry,
    Group,
    as_uuid,
    equals,
)
from holdshort.connectors.ldap_wire import Change, Session
from holdshort.ports import RefusedByTarget, Unreachable

RANGE = 1500
"""Members asked for at a time; a directory may give fewer."""

ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"
"""How a server says that it is Active Directory."""

_CONTROL, _COMPUTED = "userAccountControl", "msDS-User-Account-Control-Computed"
_DISABLED, _LOCKED_OUT, _NORMAL = 0x2, 0x10, 0x200
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class ActiveDirectory:
    """How people, groups and changes look in Active Directory."""

    title = "Active Directory"
    rdn_word = "cn"
    people = "(&(objectCategory=person)(objectClass=user))"
    groups = "(objectClass=group)"
    units = "(|(objectClass=organizationalUnit)(objectClass=container))"
    name_word = "sAMAccountName"
    account_words: tuple[str, ...] = (
        *("objectGUID", "sAMAccountName", "displayName", "cn", "primaryGroupID"),
        *(_CONTROL, _COMPUTED, "lockoutTime", "pwdLastSet"),
    )
    group_words: tuple[str, ...] = ("objectGUID", "objectSid", "sAMAccountName", "cn")
    member_word = f"member;range=0-{RANGE - 1}"
    changed_word = "pwdLastSet"

    def with_id(self, id: str) -> str:
        """A filter for the entry with that immutable id. Raises Gone for what cannot be one."""
        return equals("objectGUID", as_uuid(id).bytes_le)

    def account(self, entry: Entry) -> Account:
        """A person's entry as a value."""
        locked = bool(entry.number(_COMPUTED) & _LOCKED_OUT)
        return Account(
            id=_guid(entry),
            user_name=entry.text("sAMAccountName"),
            display_name=entry.text("displayName") or entry.text("cn"),
            active=not entry.number(_CONTROL) & _DISABLED,
            locked_by=MISTYPED if locked else "",
            locked_at=_moment(entry.number("lockoutTime")) if locked else None,
            version=entry.text("pwdLastSet"),
            entry=entry,
            main_group=entry.text("primaryGroupID"),
        )

    def group(self, entry: Entry) -> Group:
        """A group's entry as a value; the last part of its SID is its number."""
        sid = entry.raw("objectSid")
        number = str(int.from_bytes(sid[-4:], "little")) if sid else ""
        slug = entry.text("sAMAccountName") or entry.text("cn")
        return Group(_guid(entry), slug, entry.text("cn"), entry, number)

    def members(self, session: Session, group: Entry) -> Entry:
        """The group with all its members, range by range after the first."""
        found, is_last = _range(group)
        where = equals("objectGUID", group.raw("objectGUID"))
        while not is_last:
            wanted = f"member;range={len(found)}-{len(found) + RANGE - 1}"
            values, is_last = _range(session.only(group.dn, where, (wanted,)))
            found += values
        return Entry(group.dn, {**group.attributes, "member": found})

    # -------------------------------------------------------------- changes

    def activity(self, session: Session, account: Account, active: bool) -> Change:
        """Suspend or resume: one bit of the exact value that was read."""
        old = account.entry.number(_CONTROL)
        new = old & ~_DISABLED if active else old | _DISABLED
        return _replaced(account, _CONTROL, str(old), str(new))

    def unlocking(self, session: Session, account: Account) -> Change:
        """Lift a lockout."""
        return Change(account.entry.dn, {"lockoutTime": [(MODIFY_REPLACE, ["0"])]})

    def membership(self, session: Session, group: Group, account: Account, join: bool) -> Change:
        """Add or remove one member. Raises RefusedByTarget for somebody's main group."""
        if not join and account.main_group == group.number:
            raise RefusedByTarget(
                "This is the person's primary group, which nobody leaves. "
                "Give the account another primary group first."
            )
        how = MODIFY_ADD if join else MODIFY_DELETE
        return Change(
            group.entry.dn,
            {"member": [(how, [account.entry.dn])]},
            exact="not yet a member" if join else "still a member",
            # Taking out somebody who is no member is refused as unwillingToPerform.
            overtaken=() if join else (53,),
        )

    def reset(self, session: Session, account: Account, password: str) -> None:
        """A new password. Raises RefusedByTarget on a connection that anybody can read."""
        _need_encryption(session)
        change = {"unicodePwd": [(MODIFY_REPLACE, [_quoted(password)])]}
        session.modify(Change(account.entry.dn, change))

    def newcomer(
        self, session: Session, name: str, display_name: str, email: str, password: str
    ) -> Mapping[str, Any]:
        """Attributes and classes of a new person, with a password that nobody is told."""
        _need_encryption(session)
        said = {"cn": name, "sAMAccountName": name, "displayName": display_name, "mail": email}
        control = {_CONTROL: str(_NORMAL), "unicodePwd": _quoted(password)}
        return said | control | {"objectClass": ["user"]}


def _need_encryption(session: Session) -> None:
    if not session.encrypted:
        raise RefusedByTarget("A password is sent by ldaps:// or StartTLS only. Change url.")


def _replaced(account: Account, name: str, old: str, new: str) -> Change:
    return Change(
        account.entry.dn,
        {name: [(MODIFY_DELETE, [old]), (MODIFY_ADD, [new])]},
        exact=f"exact value of {name}",
    )


def _guid(entry: Entry) -> str:
    raw = entry.raw("objectGUID")
    if len(raw) != 16:
        raise Unreachable("The directory's answer cannot be read.")
    return str(uuid.UUID(bytes_le=raw))


def _moment(ticks: int) -> datetime | None:
    """A count of 100 ns since 1601."""
    return _EPOCH + timedelta(microseconds=ticks // 10) if 0 < ticks < 2**62 else None


def _quoted(password: str) -> bytes:
    return f'"{password}"'.encode("utf-16-le")


def _range(entry: Entry) -> tuple[list[bytes], bool]:
    """The values of one range, and whether they are the last."""
    for name, values in entry.attributes.items():
        head, _, limits = name.partition(";range=")
        if head == "member" and limits:
            return list(values), limits.endswith("-*")
    return list(entry.attributes.get("member", ())), True
