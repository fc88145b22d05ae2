"""The LDAP connector on a real OpenLDAP and on a real Active Directory domain controller."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ldap3

from tests.directories.openldap import OpenLdapServed, running_openldap
from tests.directories.samba import SambaServed, running_samba
from tests.directories.served import PASSWORD, Served

from .target import State, digest

WRONG = "Another-passw0rd"


class Directory:
    """The directory, changed and read by its administrator. One thread at a time."""

    served: Served
    name_word: str
    group_class: str
    covered: frozenset[str]
    """Attributes that a State says in other words, or that change by themselves."""

    lock_is_set_by = "mistyped passwords"

    def __init__(self, served: Served, folder: Path) -> None:
        self.served = served
        self._one_at_a_time = threading.RLock()
        self._churned = 0
        self.port = int(served.url.rpartition(":")[2])
        (folder / "wrong").write_text(WRONG)
        self.secrets = (PASSWORD, WRONG)
        self.wrong_reference = f"file:{folder / 'wrong'}"
        self.units = (served.people, served.unit("Field"))

    def settings(self, port: int, *, wrong: bool = False, timeout: float = 10) -> dict[str, Any]:
        changed = {"password": self.wrong_reference} if wrong else {}
        return self.served.settings(url=f"ldaps://localhost:{port}", timeout=timeout, **changed)

    def add_person(self, user_name: str, name: str) -> str:
        with self._one_at_a_time:
            account = self.served.person(user_name)
            self._replace(account, displayName=[name], mail=[f"{user_name}@acme.example"])
            return account

    def add_group(self, slug: str) -> str:
        with self._one_at_a_time:
            return self.served.group(slug)

    def set_member(self, group: str, account: str, member: bool) -> None:
        with self._one_at_a_time:
            (self.served.join if member else self.served.leave)(group, account)

    def set_active(self, account: str, active: bool) -> None:
        with self._one_at_a_time:
            self.served.suspend(account, not active)

    @abstractmethod
    def set_locked(self, account: str, locked: bool) -> None: ...

    def set_unit(self, account: str, unit: str) -> None:
        with self._one_at_a_time:
            self.served.move(account, unit)

    def nest(self, group: str) -> None:
        with self._one_at_a_time:
            self.served.group(includes=(group,))

    def churn(self, account: str, group: str) -> None:
        with self._one_at_a_time:
            self._churned += 1
            for id in (account, group):
                self._replace(id, description=[f"no. {self._churned}"])

    def find(self, user_name: str) -> str:
        with self._one_at_a_time:
            found = self._search(f"({self.name_word}={user_name})", ())
            return "".join(self.served.id_of(entry["dn"]) for entry in found)

    def state(self, account: str, group: str) -> State:
        with self._one_at_a_time:
            return self._state(account, group)

    def _state(self, account: str, group: str) -> State:
        dn = self.served.dn_of(account) if account else ""
        entry = self._read(dn) if account else {}
        place = self._read(self.served.dn_of(group))
        groups = self._search(f"(&(objectClass={self.group_class})(member={dn}))", ()) if dn else ()
        return State(
            account=account,
            user_name=_text(entry, self.name_word),
            name=_text(entry, "displayName"),
            email=_text(entry, "mail"),
            active=bool(account) and self._is_active(entry),
            locked=bool(account) and self._is_locked(entry),
            unit=dn.partition(",")[2],
            groups=tuple(sorted(self.served.id_of(one["dn"]) for one in groups)),
            members=tuple(sorted(self.served.id_of(m.decode()) for m in place.get("member", ()))),
            rest_of_account=self._rest(entry),
            rest_of_group=self._rest(place),
        )

    def signs_in(self, account: str, password: str) -> bool:
        with self._one_at_a_time:
            return self.served.signs_in(account, password)

    @abstractmethod
    def password_mark(self, account: str) -> str: ...

    def writes(self) -> None:
        return None

    # -------------------------------------------------------------- within

    @abstractmethod
    def _is_active(self, entry: Mapping[str, list[bytes]]) -> bool: ...

    @abstractmethod
    def _is_locked(self, entry: Mapping[str, list[bytes]]) -> bool: ...

    def _replace(self, id: str, **values: list[str]) -> None:
        changes = {name: [(ldap3.MODIFY_REPLACE, new)] for name, new in values.items()}
        self.served.change(id, **changes)

    def _search(self, where: str, words: tuple[str, ...]) -> list[Mapping[str, Any]]:
        admin = self.served.admin
        admin.search(self.served.base, where, attributes=words or ["1.1"])
        return [one for one in admin.response if one["type"] == "searchResEntry"]

    def _read(self, dn: str) -> dict[str, list[bytes]]:
        admin = self.served.admin
        admin.search(dn, "(objectClass=*)", ldap3.BASE, attributes=["*", *self.computed])
        found: dict[str, list[bytes]] = dict(admin.response[0]["raw_attributes"])
        return found

    computed: tuple[str, ...]
    """What has to be asked for by name."""

    def _rest(self, entry: Mapping[str, list[bytes]]) -> str:
        kept = {
            name: sorted(value.hex() for value in values)
            for name, values in entry.items()
            if name not in self.covered | {"member", "displayName", "mail", self.name_word}
        }
        return digest(kept)


def _text(entry: Mapping[str, list[bytes]], name: str) -> str:
    return "".join(value.decode() for value in entry.get(name, ()))


class OpenLdap(Directory):
    """With the password policy overlay: one attribute says suspended, locked, or neither."""

    served: OpenLdapServed
    everybody = ()
    name_word, group_class = "uid", "groupOfNames"
    covered = frozenset({"userPassword", "pwdAccountLockedTime"})
    computed = ("pwdAccountLockedTime",)

    def set_locked(self, account: str, locked: bool) -> None:
        with self._one_at_a_time:
            moment = datetime.now(UTC).strftime("%Y%m%d%H%M%SZ")
            self._replace(account, pwdAccountLockedTime=[moment] if locked else [])

    def password_mark(self, account: str) -> str:
        with self._one_at_a_time:
            return "".join(self.served.values(account, "userPassword"))

    def _is_active(self, entry: Mapping[str, list[bytes]]) -> bool:
        return _text(entry, "pwdAccountLockedTime") != "000001010000Z"

    def _is_locked(self, entry: Mapping[str, list[bytes]]) -> bool:
        return bool(_text(entry, "pwdAccountLockedTime")) and self._is_active(entry)


class ActiveDirectory(Directory):
    """Samba as a domain controller."""

    served: SambaServed
    everybody = ("Domain Users", "Users")
    name_word, group_class = "sAMAccountName", "group"
    covered = frozenset(
        {
            *("userAccountControl", "lockoutTime", "memberOf", "distinguishedName"),
            *("pwdLastSet", "lastLogon", "lastLogonTimestamp", "logonCount"),
            *("badPwdCount", "badPasswordTime", "whenChanged", "uSNChanged"),
            *("msDS-User-Account-Control-Computed", "dSCorePropagationData"),
        }
    )
    computed = ("msDS-User-Account-Control-Computed",)

    def set_locked(self, account: str, locked: bool) -> None:
        with self._one_at_a_time:
            if locked:
                self.served.lock(account)
            else:
                self._replace(account, lockoutTime=["0"])

    def password_mark(self, account: str) -> str:
        with self._one_at_a_time:
            return "".join(self.served.values(account, "pwdLastSet"))

    def _is_active(self, entry: Mapping[str, list[bytes]]) -> bool:
        return not int(_text(entry, "userAccountControl")) & 0x2

    def _is_locked(self, entry: Mapping[str, list[bytes]]) -> bool:
        return bool(int(_text(entry, "msDS-User-Account-Control-Computed")) & 0x10)


class LdapSubject:
    """LDAP, in one dialect."""

    kind = "ldap"
    without: Mapping[str, str] = {}

    def __init__(
        self,
        dialect: str,
        target: type[Directory],
        server: Callable[[Path], AbstractContextManager[Served]],
    ) -> None:
        self.name = f"ldap-{dialect}"
        self._target, self._server = target, server

    @contextmanager
    def running(self, folder: Path) -> Iterator[Directory]:
        with self._server(folder) as served:
            yield self._target(served, folder)


OPENLDAP = LdapSubject("openldap", OpenLdap, running_openldap)
ACTIVE_DIRECTORY = LdapSubject("active_directory", ActiveDirectory, running_samba)
