"""OpenLDAP: inetOrgPerson, groupOfNames and the password policy overlay (ppolicy).

A suspension is the overlay's own administrative lock, the moment 000001010000Z, which no time and
no sign-in lifts. Any other moment there is a lockout after wrong passwords: another thing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE

from holdshort.connectors.ldap_entries import (
    MISTYPED,
    Account,
    Entry,
    Group,
    as_uuid,
    comparable,
    equals,
    moment,
)
from holdshort.connectors.ldap_wire import Change, Session
from holdshort.ports import RefusedByTarget

_SUSPENDED = "000001010000Z"
_LOCK = "pwdAccountLockedTime"
_CHANGED = "pwdChangedTime"
_PPOLICY = "1.3.6.1.4.1.42.2.27.8.5.1"


class OpenLdap:
    """How people, groups and changes look in OpenLDAP."""

    title = "OpenLDAP"
    rdn_word = "uid"
    people = "(objectClass=inetOrgPerson)"
    groups = "(objectClass=groupOfNames)"
    units = "(objectClass=organizationalUnit)"
    name_word = "uid"
    account_words: tuple[str, ...] = (
        "entryUUID",
        "uid",
        "cn",
        "displayName",
        "entryCSN",
        _CHANGED,
        _LOCK,
    )
    group_words: tuple[str, ...] = ("entryUUID", "cn")
    member_word = "member"
    changed_word = _CHANGED

    def __init__(self, empty_member: str) -> None:
        self._empty_member = empty_member

    def with_id(self, id: str) -> str:
        """A filter for the entry with that immutable id. Raises Gone for what cannot be one."""
        return equals("entryUUID", str(as_uuid(id)))

    def account(self, entry: Entry) -> Account:
        """A person's entry as a value."""
        lock = entry.text(_LOCK)
        locked = bool(lock) and lock != _SUSPENDED
        return Account(
            id=str(as_uuid(entry.text("entryUUID"))),
            user_name=entry.text("uid"),
            display_name=entry.text("displayName") or entry.text("cn"),
            active=lock != _SUSPENDED,
            locked_by=MISTYPED if locked else "",
            locked_at=moment(lock) if locked else None,
            version=entry.text(_CHANGED) or entry.text("entryCSN"),
            entry=entry,
        )

    def group(self, entry: Entry) -> Group:
        """A group's entry as a value."""
        name = entry.text("cn")
        return Group(str(as_uuid(entry.text("entryUUID"))), name, name, entry)

    def members(self, session: Session, group: Entry) -> Entry:
        """The group with all its members: they were sent with it."""
        return group

    # -------------------------------------------------------------- changes

    def activity(self, session: Session, account: Account, active: bool) -> Change:
        """Suspend or resume. Raises RefusedByTarget without ppolicy."""
        self._need_policy(session)
        change = (MODIFY_DELETE, [_SUSPENDED]) if active else (MODIFY_REPLACE, [_SUSPENDED])
        return Change(account.entry.dn, {_LOCK: [change]}, _as_it_was(account), show=_LOCK)

    def unlocking(self, session: Session, account: Account) -> Change:
        """Lift the lockout that was seen, and no other. Raises RefusedByTarget without ppolicy."""
        self._need_policy(session)
        lock = account.entry.text(_LOCK)
        return Change(
            account.entry.dn, {_LOCK: [(MODIFY_DELETE, [lock])]}, _as_it_was(account), show=_LOCK
        )

    def membership(self, session: Session, group: Group, account: Account, join: bool) -> Change:
        """Add or remove one member. Raises RefusedByTarget for the last one."""
        dn, member = group.entry.dn, equals("member", account.entry.dn)
        same = equals("entryUUID", group.id)
        if join:
            joining = [(MODIFY_ADD, [account.entry.dn])]
            return Change(dn, {"member": joining}, f"(&{same}(!{member}))", show="member")
        left = session.only(dn, same, ("member",)).texts("member")
        changes: list[tuple[str, list[str]]] = [(MODIFY_DELETE, [account.entry.dn])]
        if {comparable(one) for one in left} <= {comparable(account.entry.dn)}:
            if not self._empty_member:
                raise RefusedByTarget(
                    "The person is the group's last member, and a groupOfNames needs one. "
                    "Set empty_member for this connector, or delete the group by hand."
                )
            changes.append((MODIFY_ADD, [self._empty_member]))
        return Change(dn, {"member": changes}, f"(&{same}{member})", show="member")

    def reset(self, session: Session, account: Account, password: str) -> None:
        """A new password by the Password Modify operation (RFC 3062).

        Raises RefusedByTarget for a suspended account, because ppolicy lifts every lock then.
        """
        if not account.active:
            raise RefusedByTarget(
                "The account is suspended, and here a new password would end that. Resume it first."
            )
        _let_the_second_pass(account)
        session.set_password(account.entry.dn, password)

    def newcomer(
        self, session: Session, name: str, display_name: str, email: str, password: str
    ) -> Mapping[str, Any]:
        """Attributes and classes of a new person, who has no password yet."""
        last = display_name.split()[-1] if display_name.split() else name
        said = {"uid": name, "cn": display_name or name, "sn": last, "displayName": display_name}
        return said | {"mail": email, "objectClass": ["inetOrgPerson"]}

    def _need_policy(self, session: Session) -> None:
        if _PPOLICY not in session.offers.controls:
            raise RefusedByTarget(
                "The directory has no password policy overlay (ppolicy), without which an account "
                "can be neither locked nor suspended."
            )


def _as_it_was(account: Account) -> str:
    """Still the same account with the same lock; whatever else changed does not matter."""
    lock = account.entry.text(_LOCK)
    state = equals(_LOCK, lock) if lock else f"(!({_LOCK}=*))"
    return f"(&{equals('entryUUID', account.id)}{state})"


_SECOND = 1.05
"""Seconds until a clock that counts in seconds, and may be read a little late, has gone on."""


def _let_the_second_pass(account: Account) -> None:
    """The moment of the last change counts in seconds; a second change must be told from it."""
    changed = moment(account.entry.text(_CHANGED))
    age = (datetime.now(UTC) - changed).total_seconds() if changed else _SECOND
    if -_SECOND < age < _SECOND:
        time.sleep(_SECOND - age)
