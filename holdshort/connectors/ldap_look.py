"""Reading an LDAP directory: the state that matters to an action, and everything for the mirror."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from holdshort.connectors.directory import CREATE, MEMBER, MOVE, RESET, Gone
from holdshort.connectors.ldap_entries import (
    Account,
    Entry,
    Group,
    comparable,
    equals,
    is_below,
    split,
)
from holdshort.connectors.ldap_wire import Change, Session
from holdshort.core.terms import Action
from holdshort.ports import RefusedByTarget


class Dialect(Protocol):
    """How people, groups and changes look in one kind of directory."""

    title: str
    people: str
    groups: str
    units: str
    """Filters for the entries that are one."""

    rdn_word: str
    name_word: str
    account_words: tuple[str, ...]
    group_words: tuple[str, ...]
    member_word: str
    changed_word: str
    """Says when the password was changed, and nothing else."""

    def with_id(self, id: str) -> str: ...

    def account(self, entry: Entry) -> Account: ...

    def group(self, entry: Entry) -> Group: ...

    def members(self, session: Session, group: Entry) -> Entry: ...

    def activity(self, session: Session, account: Account, active: bool) -> Change: ...

    def unlocking(self, session: Session, account: Account) -> Change: ...

    def membership(
        self, session: Session, group: Group, account: Account, join: bool
    ) -> Change: ...

    def reset(self, session: Session, account: Account, password: str) -> None: ...

    def newcomer(
        self, session: Session, name: str, display_name: str, email: str, password: str
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that an action is about."""

    account: Account | None = None
    group: Group | None = None

    @property
    def person(self) -> Account:
        """The account, which every action but a creation has."""
        assert self.account is not None
        return self.account


@dataclass(frozen=True, slots=True)
class Look:
    """One signed-in session, and how to read what it says."""

    session: Session
    dialect: Dialect
    base: str

    def at(self, action: Action) -> tuple[dict[str, Any], Found]:
        """The relevant state, and the entries that a change would be written to."""
        if action.type == CREATE:
            return self._free_name(action), Found()
        if action.type in MEMBER:
            return self._membership(action)
        account = self._account(action.target.id)
        state = {"account": account.id, "active": account.active, "locked": account.locked}
        if action.type == RESET:
            state["_version"] = account.version
        if action.type == MOVE:
            state["unit"] = _unit(action, account)
        return state, Found(account)

    def everything(self) -> tuple[list[Account], list[Group]]:
        """All people, and all groups with their members."""
        dialect = self.dialect
        people = self.session.find(self.base, dialect.people, dialect.account_words)
        words = (*dialect.group_words, dialect.member_word)
        groups = [
            dialect.group(dialect.members(self.session, entry))
            for entry in self.session.find(self.base, dialect.groups, words)
        ]
        return [dialect.account(entry) for entry in people], groups

    def counts(self) -> tuple[int, int]:
        """How many people and groups there are to be seen."""
        people = self.session.find(self.base, self.dialect.people, ())
        return len(people), len(self.session.find(self.base, self.dialect.groups, ()))

    def named(self, user_name: str) -> Account:
        """The account with that user name. Raises Gone."""
        where = f"(&{self.dialect.people}{equals(self.dialect.name_word, user_name)})"
        return self.dialect.account(self.session.only(self.base, where, self.dialect.account_words))

    def is_unit(self, dn: str) -> bool:
        """Whether accounts can be moved below the entry with that name, and be found there."""
        if not is_below(dn, self.base):
            return False
        try:
            return self.session.read(dn, self.dialect.units, ()) is not None
        except Gone:
            return False

    def _account(self, id: str) -> Account:
        where = f"(&{self.dialect.people}{self.dialect.with_id(id)})"
        return self.dialect.account(self.session.only(self.base, where, self.dialect.account_words))

    def _membership(self, action: Action) -> tuple[dict[str, Any], Found]:
        dialect = self.dialect
        where = f"(&{dialect.groups}{dialect.with_id(action.target.id)})"
        group = dialect.group(self.session.only(self.base, where, dialect.group_words))
        account = self._account(str(action.seen["account"]))
        listed = self.session.read(group.entry.dn, equals("member", account.entry.dn), ())
        by_number = bool(group.number) and account.main_group == group.number
        state = {
            "account": account.id,
            "active": account.active,
            "group": group.id,
            "member": listed is not None or by_number,
            "containers": self._containers(group),
        }
        return state, Found(account, group)

    def _containers(self, group: Group) -> list[str]:
        """Every group that contains this one, however deep, once."""
        found: dict[str, Group] = {group.id: group}
        waiting = [group]
        while waiting:
            inner = equals("member", waiting.pop().entry.dn)
            where = f"(&{self.dialect.groups}{inner})"
            for entry in self.session.find(self.base, where, self.dialect.group_words):
                outer = self.dialect.group(entry)
                if outer.id not in found:
                    found[outer.id] = outer
                    waiting.append(outer)
        return sorted(found.keys() - {group.id})

    def _free_name(self, action: Action) -> dict[str, Any]:
        name = action.target.id
        dialect = self.dialect
        words = (*dialect.account_words, "mail")
        holders = self.session.find(self.base, equals(dialect.name_word, name), words)
        if not holders:
            asked = {k: action.seen[k] for k in ("display_name", "email")}
            return {"account": "", "exists": False, "user_name": name} | asked
        holder = dialect.account(holders[0])
        return {
            "account": holder.id,
            "exists": True,
            "user_name": holder.user_name,
            "display_name": holder.display_name,
            "email": holders[0].text("mail"),
        }


def _unit(action: Action, account: Account) -> str:
    """Which of the two units of a move the account is in, as the action writes it.

    Raises RefusedByTarget for any other: nobody was asked about a move from there.
    """
    _, place = split(account.entry.dn)
    for unit in (str(action.seen["unit"]), str(action.seen["_to"])):
        if comparable(place) == comparable(unit):
            return unit
    raise RefusedByTarget(
        f"The account is in ‘{place}’ and not where it was to be moved from. "
        "Ask for a move from there."
    )
