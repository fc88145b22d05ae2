"""How the LDAP connector speaks: one signed-in session per operation, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

from ldap3 import BASE, SUBTREE, Connection
from ldap3.core.exceptions import LDAPException
from ldap3.extend.standard.modifyPassword import ModifyPassword
from ldap3.operation.search import compile_filter, parse_filter
from ldap3.protocol.controls import build_control
from ldap3.protocol.rfc4527 import post_read_control

from holdshort.connectors.directory import Deadline, Gone
from holdshort.connectors.ldap_entries import Entry
from holdshort.connectors.ldap_said import said
from holdshort.connectors.ldap_socket import opened, place
from holdshort.connectors.references import secret
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

PAGE = 500
"""Entries asked for at a time; a directory may give fewer."""

SECONDS_OF_REST = 15 * 60
"""How long a refused credential is not sent again: directories lock accounts by counting."""

_ASSERTION, _POST_READ = "1.3.6.1.1.12", "1.3.6.1.1.13.2"

Changes = Mapping[str, Sequence[tuple[str, Sequence[str] | Sequence[bytes]]]]
"""Attribute to operations: (`MODIFY_ADD`, `MODIFY_DELETE` or `MODIFY_REPLACE`, values)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One Modify of one entry, and what must still hold for it to be applied."""

    dn: str
    changes: Changes
    only_if: str = ""
    """A filter that the entry must still match, where the directory can check that."""

    show: str = ""
    """The attribute to be shown as it is right after the change (RFC 4527)."""

    exact: str = ""
    """In words, what the change itself presupposes, where it does."""

    overtaken: tuple[int, ...] = ()
    """Further result codes by which this directory says that it presupposed something else."""

    def condition(self, session: Session) -> str:
        """What kept the change from being applied to another state, for the evidence."""
        if session.conditional and self.only_if:
            return "assertion"
        return self.exact or "read just before"


class Refusals:
    """The password that the directory refused last, and until when it is not sent again."""

    def __init__(self) -> None:
        self._password, self._until = "", 0.0

    def add(self, password: str) -> None:
        """Remember it; a rotated one is another, and is tried at once."""
        self._password, self._until = password, monotonic() + SECONDS_OF_REST

    def hold(self, password: str) -> bool:
        """Whether sending it would only be counted against the account once more."""
        return password == self._password and monotonic() < self._until


@dataclass(frozen=True, slots=True)
class Wire:
    """One directory over LDAP. Every method raises ConnectorError in a plain sentence."""

    url: str
    bind_dn: str
    password: str
    """By reference; read at every sign-in, so that a rotated one needs no restart."""

    ca_file: str
    start_tls: bool
    allow_internal: bool
    refusals: Refusals = field(default_factory=Refusals, repr=False, compare=False)

    @contextmanager
    def session(self, deadline: Deadline) -> Iterator[Session]:
        """Connected, encrypted and signed in until the block ends."""
        where = place(self.url, start_tls=self.start_tls, allow_internal=self.allow_internal)
        password = secret(self.password)
        if self.refusals.hold(password):
            raise self._refused()
        connection: Connection | None = None
        try:
            with plainly(deadline):
                connection = opened(
                    where, deadline, ca_file=self.ca_file, allow_internal=self.allow_internal
                )
                self._sign_in(connection, password)
            yield Session(connection, deadline, encrypted=where.tls or where.start_tls)
        finally:
            if connection is not None:
                connection.strategy.close()

    def _sign_in(self, connection: Connection, password: str) -> None:
        connection.user, connection.password = self.bind_dn, password
        connection.authentication = "SIMPLE"
        connection.bind(read_server_info=False)
        code = int(connection.result["result"])
        if code in (34, 49):
            self.refusals.add(password)
            raise self._refused()
        if code != 0:
            raise said(code)

    def _refused(self) -> RefusedByTarget:
        return RefusedByTarget(
            "The directory refused the credential. "
            f"Check bind_dn and the secret named {self.password}."
        )


class Session:
    """A signed-in connection, for one operation."""

    def __init__(self, connection: Connection, deadline: Deadline, *, encrypted: bool) -> None:
        self._connection = connection
        self._deadline = deadline
        self.encrypted = encrypted
        self.offers = self._offers()

    def find(self, base: str, where: str, words: Sequence[str]) -> list[Entry]:
        """Every entry under `base` that matches the filter, with the attributes `words`."""
        found: list[Entry] = []
        cookie: bytes | None = None
        while cookie != b"":
            found += self._search(base, where, words, SUBTREE, paged_size=PAGE, paged_cookie=cookie)
            controls = self._connection.result.get("controls") or {}
            page = controls.get("1.2.840.113556.1.4.319")
            cookie = page["value"]["cookie"] if page else b""
        return found

    def only(self, base: str, where: str, words: Sequence[str]) -> Entry:
        """The one entry that matches. Raises Gone where there is none."""
        found = self.find(base, where, words)
        if not found:
            raise Gone("The directory has no such entry any more.")
        if len(found) > 1:
            raise Unreachable("The directory has two entries with one immutable id.")
        return found[0]

    def read(self, dn: str, where: str, words: Sequence[str]) -> Entry | None:
        """The entry with that name if it matches the filter. Raises Gone if nothing has it."""
        found = self._search(dn, where, words, BASE)
        return found[0] if found else None

    def modify(self, change: Change) -> dict[str, Any]:
        """Apply a change, if its condition still holds. Gives the evidence of the moment after.

        Raises Overtaken when the condition does not hold or the entry has another name by now.
        """
        changes = {name: [(how, list(v)) for how, v in ops] for name, ops in change.changes.items()}
        controls = self._conditions(change.only_if)
        if change.show and _POST_READ in self.offers.controls:
            controls.append(post_read_control(["entryCSN", change.show]))
        with plainly(self._deadline):
            self._connection.modify(change.dn, changes, controls=controls or None)
        self._settle(write=True, overtaken=change.overtaken)
        return self._shown(change)

    def move(self, dn: str, rdn: str, unit: str, *, only_if: str) -> None:
        """Give an entry another place under the same first name. Raises Overtaken like modify."""
        controls = self._conditions(only_if) or None
        with plainly(self._deadline):
            self._connection.modify_dn(dn, rdn, new_superior=unit, controls=controls)
        self._settle(write=True)

    def add(self, dn: str, attributes: Mapping[str, Any]) -> None:
        """Create an entry. Raises RefusedByTarget where the name is taken."""
        with plainly(self._deadline):
            self._connection.add(dn, attributes={k: v for k, v in attributes.items() if v})
        self._settle()

    def set_password(self, dn: str, password: str) -> None:
        """The Password Modify operation (RFC 3062)."""
        with plainly(self._deadline):
            asked = ModifyPassword(self._connection, user=dn, new_password=password.encode())
            asked.send()
        self._settle(write=True)

    @property
    def conditional(self) -> bool:
        """Whether a write can carry a condition (RFC 4528)."""
        return _ASSERTION in self.offers.controls

    # -------------------------------------------------------------- within

    def _search(
        self,
        base: str,
        where: str,
        words: Sequence[str],
        scope: Literal["BASE", "SUBTREE"],
        **paging: Any,
    ) -> list[Entry]:
        with plainly(self._deadline):
            self._connection.search(
                base,
                where,
                scope,
                dereference_aliases="NEVER",
                attributes=list(words) or ["1.1"],
                **paging,
            )
        self._settle()
        return [
            Entry(answer["dn"], {k.lower(): v for k, v in answer["raw_attributes"].items()})
            for answer in self._connection.response or ()
            if answer["type"] == "searchResEntry"
        ]

    def _settle(self, *, write: bool = False, overtaken: tuple[int, ...] = ()) -> None:
        code = int(self._connection.result["result"])
        if code != 0:
            raise said(code, write=write, overtaken=overtaken)

    def _conditions(self, only_if: str) -> list[Any]:
        if not (self.conditional and only_if):
            return []
        condition = compile_filter(
            parse_filter(only_if, None, False, True, None, False).elements[0]
        )
        return [build_control(_ASSERTION, True, condition)]

    def _shown(self, change: Change) -> dict[str, Any]:
        controls = self._connection.result.get("controls") or {}
        answer = controls.get(_POST_READ)
        if answer is None:
            return {}
        after = {name.lower(): values for name, values in answer["value"]["result"].items()}
        values = after.get(change.show.lower(), [])
        # A long list of members is no evidence about one of them.
        value = len(values) if change.show == "member" else " ".join(map(str, values))
        return {"post_read": {"version": "".join(after.get("entrycsn", [])), change.show: value}}

    def _offers(self) -> Offers:
        root = self.read("", "(objectClass=*)", ["supportedControl", "supportedCapabilities"])
        if root is None:
            return Offers()
        return Offers(
            frozenset(root.texts("supportedControl")),
            frozenset(root.texts("supportedCapabilities")),
        )


@dataclass(frozen=True, slots=True)
class Offers:
    """What the directory says that it can do (its root entry), by object identifiers."""

    controls: frozenset[str] = field(default=frozenset())
    capabilities: frozenset[str] = field(default=frozenset())


@contextmanager
def plainly(deadline: Deadline) -> Iterator[None]:
    """Whatever goes wrong on the way becomes a sentence; without an answer nothing is known."""
    try:
        yield
    except ConnectorError:
        raise
    except (OSError, LDAPException):
        deadline.left()
        raise Unreachable("The connection to the directory broke before its answer came.") from None
    except Exception:
        raise Unreachable("The directory's answer is not LDAP. Check url.") from None
