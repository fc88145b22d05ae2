"""A running LDAP directory and its administrator, who prepares and looks, whatever the dialect."""

from __future__ import annotations

import os
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ldap3
import pytest

from holdshort.connectors import build
from holdshort.connectors.ldap import Ldap

RESET_KEY, PASSWORD = "a secret of the executor", "The-bind-account-1"


def need(*programs: str, packages: str) -> None:
    """Skip where a program is missing; on CI that is a failure."""
    absent = [name for name in programs if shutil.which(name, path=_path()) is None]
    if absent:
        missing(f"needs {', '.join(absent)}: apt-get install {packages}")


def missing(reason: str) -> None:
    """Skip with the reason; on CI fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _path() -> str:
    return os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


class Served(ABC):
    """One directory. Ids are the directory's own immutable ones, as the connector tells them."""

    base: str
    people: str
    """The entry below which people are created."""

    groups: str
    bind_dn: str
    password_file: Path
    ca_file: Path
    url: str
    """Encrypted."""

    plain_url: str
    admin: ldap3.Connection
    forbids: frozenset[str] = frozenset()
    """Characters that a user name must not have."""

    # -------------------------------------------------------------- the connector

    def settings(self, **changed: Any) -> dict[str, Any]:
        """Settings of the connector with its least-privileged account."""
        return {
            "url": self.url,
            "bind_dn": self.bind_dn,
            "password": f"file:{self.password_file}",
            "base_dn": self.base,
            "new_accounts": self.people,
            "ca_file": str(self.ca_file),
            "reset_key": f"file:{self.password_file}",
            "allow_internal": True,
            "timeout": 10,
        } | changed

    def connector(self, **changed: Any) -> Ldap:
        """The connector, as the executor would use it."""
        built = build("directory", "ldap", self.settings(**changed))
        assert isinstance(built, Ldap)
        return built

    # -------------------------------------------------------------- preparing

    @abstractmethod
    def person(self, name: str = "", *, suspended: bool = False, unit: str = "") -> str:
        """A new person's id."""

    @abstractmethod
    def group(
        self, name: str = "", *, members: tuple[str, ...] = (), includes: tuple[str, ...] = ()
    ) -> str:
        """A new group's id."""

    @abstractmethod
    def unit(self, name: str) -> str:
        """The distinguished name of a new organisational unit for people."""

    @abstractmethod
    def lock(self, id: str) -> None:
        """Lock an account by signing in with wrong passwords."""

    @abstractmethod
    def suspend(self, id: str, suspended: bool = True) -> None:
        """Suspend or resume by hand."""

    @abstractmethod
    def signs_in(self, id: str, password: str) -> bool:
        """Whether that password opens that account."""

    @abstractmethod
    def id_of(self, dn: str) -> str:
        """The immutable id of an entry."""

    @abstractmethod
    def dn_of(self, id: str) -> str:
        """The name that the entry has now."""

    def join(self, group: str, member: str) -> None:
        """Add a member to a group by hand."""
        self.change(group, member=[(ldap3.MODIFY_ADD, [self.dn_of(member)])])

    def leave(self, group: str, member: str) -> None:
        """Take a member out of a group by hand."""
        self.change(group, member=[(ldap3.MODIFY_DELETE, [self.dn_of(member)])])

    def change(self, id: str, **changes: Any) -> None:
        """Change attributes by hand."""
        self.admin.modify(self.dn_of(id), changes)
        self._succeeded()

    def rename(self, id: str, name: str) -> None:
        """Give an entry another name in the same place."""
        dn = self.dn_of(id)
        self.admin.modify_dn(dn, f"{dn.partition('=')[0]}={name}")
        self._succeeded()

    def move(self, id: str, unit: str) -> None:
        """Move an entry by hand."""
        dn = self.dn_of(id)
        self.admin.modify_dn(dn, dn.partition(",")[0], new_superior=unit)
        self._succeeded()

    # -------------------------------------------------------------- looking

    def members(self, group: str) -> set[str]:
        """Names of the direct members."""
        return {self.dn_of(dn) if "=" not in dn else dn for dn in self.values(group, "member")}

    def values(self, id: str, attribute: str) -> list[str]:
        """The values of an attribute."""
        self.admin.search(self.dn_of(id), "(objectClass=*)", ldap3.BASE, attributes=[attribute])
        entry = self.admin.response[0]
        return [value.decode() for value in entry["raw_attributes"].get(attribute, [])]

    def _succeeded(self) -> None:
        assert self.admin.result["result"] == 0, self.admin.result

    def _found(self, where: str, attribute: str) -> Mapping[str, Any]:
        self.admin.search(self.base, where, attributes=[attribute])
        entries = [one for one in self.admin.response if one["type"] == "searchResEntry"]
        assert len(entries) == 1, (where, entries)
        found: Mapping[str, Any] = entries[0]
        return found


def fresh(prefix: str) -> str:
    """A name that nothing has yet."""
    return f"{prefix}{uuid.uuid4().hex[:10]}"
