"""A directory that speaks LDAP: OpenLDAP or Active Directory, with people and nested groups.

Entries are named by their immutable ids and found anew for every operation, so that a rename or
a move in between changes nothing. Every write carries the state that it expects, where the
directory can check that, and every result is read back by a search of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from ldap3.utils.dn import escape_rdn
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from holdshort.connectors import directory
from holdshort.connectors.directory import (
    ACTIVE,
    ATTEMPTS,
    CREATE,
    EVERY_DIRECTORY,
    MEMBER,
    MOVE,
    RESET,
    UNLOCK,
    Deadline,
    Overtaken,
)
from holdshort.connectors.ldap_active_directory import ACTIVE_DIRECTORY, ActiveDirectory
from holdshort.connectors.ldap_entries import Account, is_below, mirrored_groups, split
from holdshort.connectors.ldap_look import Found, Look
from holdshort.connectors.ldap_openldap import OpenLdap
from holdshort.connectors.ldap_wire import Change, Session, Wire
from holdshort.connectors.passwords import password_for
from holdshort.connectors.places import Console
from holdshort.connectors.references import checked_reference, secret
from holdshort.core.matching import Expected
from holdshort.core.terms import Action
from holdshort.ports import ConnectorError, Mirror, Receipt, RefusedByTarget, Shape, Unreachable


class LdapSettings(BaseModel):
    """Where the directory is, who signs in to it, and where its people and groups are."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        description="ldaps://host, or ldap://host with StartTLS, or env:NAME that holds it."
    )
    bind_dn: str = Field(min_length=1, description="The account that the desk signs in as.")
    password: str = Field(description="Its password by reference: env:NAME or file:PATH.")
    base_dn: str = Field(min_length=1, description="People and groups are below this entry.")
    new_accounts: str = Field(default="", description="The entry below which accounts are created.")
    dialect: Literal["auto", "openldap", "active_directory"] = Field(
        default="auto", description="What it is; auto asks the directory."
    )
    ca_file: str = Field(
        default="", description="Certificates (PEM) to trust; without it, those of the machine."
    )
    start_tls: bool = Field(
        default=True, description="Encrypt an ldap:// connection before anything else is said."
    )
    empty_member: str = Field(
        default="", description="What a group (groupOfNames) holds instead of its last member."
    )
    reset_key: str = Field(
        default="env:HOLDSHORT_RESET_KEY",
        description="By reference, the secret that new passwords are derived from.",
    )
    timeout: float = Field(default=10, gt=0, le=120, description="Seconds for one reading.")
    console: Console = {}
    allow_internal: bool = Field(
        default=False, description="Allow loopback and private addresses, also unencrypted."
    )

    @model_validator(mode="after")
    def _new_accounts_are_found(self) -> Self:
        if self.new_accounts and not is_below(self.new_accounts, self.base_dn):
            raise ValueError("new_accounts must be below base_dn, where accounts are looked for")
        return self

    @field_validator("password", "reset_key")
    @classmethod
    def _by_reference(cls, value: str) -> str:
        return checked_reference(value)


class Ldap:
    """An LDAP directory as a connected app: it acts, and it tells who exists."""

    Settings: ClassVar[type[BaseModel]] = LdapSettings
    scopes: ClassVar[tuple[str, ...]] = (
        "read people and groups",
        "create people; change their password, lock and suspension; move them between units",
        "change members of groups",
    )
    serves: ClassVar[frozenset[str]] = EVERY_DIRECTORY | {MOVE}

    def __init__(self, name: str, settings: LdapSettings) -> None:
        self.name = name
        self._settings = settings
        self._wire = Wire(
            settings.url,
            settings.bind_dn,
            settings.password,
            ca_file=settings.ca_file,
            start_tls=settings.start_tls,
            allow_internal=settings.allow_internal,
        )

    def shape(self, action_type: str) -> Shape:
        """A state to reach that can be read back, or for a password a sending with a key."""
        return directory.shape(action_type)

    def observe(self, action: Action) -> Mapping[str, Any]:
        """The relevant state now. Keys that start with `_` inform and are never compared."""
        _refuse_unknown(action)
        with self._wire.session(Deadline(self._settings.timeout)) as session:
            return self._look(session).at(action)[0]

    def apply(
        self, action: Action, *, key: str, seen: Mapping[str, Any], timeout: float
    ) -> Receipt:
        """Make the change if the relevant state is still `seen`; unrelated changes never block.

        LDAP knows no idempotency keys; `key` names the sending, and a new password follows from it.
        """
        _refuse_unknown(action)
        deadline = Deadline(timeout)
        if action.type == RESET:
            return self._reset(action, key, seen, deadline)
        with self._wire.session(deadline) as session:
            look = self._look(session)
            for _ in range(ATTEMPTS):
                now, found = look.at(action)
                directory.refuse_drift(seen, now)
                try:
                    return self._write(look, action, found, key)
                except Overtaken:
                    continue
        raise directory.never_stood_still()

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
        with self._wire.session(Deadline(self._settings.timeout * 6)) as session:
            accounts, groups = self._look(session).everything()
        return Mirror(
            accounts=[account.mirrored() for account in accounts],
            groups=mirrored_groups(groups, accounts),
        )

    def probe(self) -> str:
        """Read people and groups, change nothing."""
        with self._wire.session(Deadline(self._settings.timeout)) as session:
            look = self._look(session)
            people, groups = look.counts()
            encrypted = "encrypted" if session.encrypted else "NOT encrypted"
            conditional = "with" if session.conditional else "without"
            return (
                f"{look.dialect.title} answered, {encrypted}: {people} people, {groups} groups, "
                f"{conditional} conditional writes."
            )

    # -------------------------------------------------------------- within

    def _look(self, session: Session) -> Look:
        asked = self._settings.dialect
        is_ad = ACTIVE_DIRECTORY in session.offers.capabilities
        if asked == "active_directory" or (asked == "auto" and is_ad):
            return Look(session, ActiveDirectory(), self._settings.base_dn)
        return Look(session, OpenLdap(self._settings.empty_member), self._settings.base_dn)

    def _write(self, look: Look, action: Action, found: Found, key: str) -> Receipt:
        if action.type == CREATE:
            return self._create(look, action, key)
        if action.type == MOVE:
            return _move(look, action, found, key)
        change = _change(look, action, found)
        shown = look.session.modify(change)
        return Receipt(_evidence(found, change.condition(look.session), key) | shown)

    def _create(self, look: Look, action: Action, key: str) -> Receipt:
        place = self._settings.new_accounts
        if not place:
            raise RefusedByTarget(
                "Nobody said where new accounts belong. Set new_accounts for this connector."
            )
        name, asked = action.target.id, action.seen
        password = password_for(key, secret(self._settings.reset_key))
        entry = look.dialect.newcomer(
            look.session, name, asked["display_name"], asked["email"], password
        )
        word = look.dialect.rdn_word
        dn = f"{word}={escape_rdn(name)},{place}"
        look.session.add(dn, entry)
        evidence = {"name": dn, "condition": "unique name", "key": key}
        try:
            return Receipt({"entry": look.named(name).id} | evidence)
        except ConnectorError:
            # It is there, whatever this reading says; the read-back looks again.
            return Receipt(evidence)

    def _reset(
        self, action: Action, key: str, seen: Mapping[str, Any], deadline: Deadline
    ) -> Receipt:
        password = password_for(key, secret(self._settings.reset_key))
        found = Found()
        try:
            with self._wire.session(deadline.half()) as session:
                look = self._look(session)
                now, found = look.at(action)
                directory.refuse_drift(seen, now)
                look.dialect.reset(session, found.person, password)
        except Unreachable:
            if found.account is None or not self._arrived(action, found.person, deadline):
                raise
        evidence = _evidence(found, "read just before", key)
        return Receipt(evidence | {"verified_by": "changed version"}, secret=password)

    def _arrived(self, action: Action, before: Account, deadline: Deadline) -> bool:
        """Whether a reset without an answer arrived: then nobody waits for another attempt."""
        with self._wire.session(deadline) as session:
            look = self._look(session)
            now = look.at(action)[1].person
        # Not the version of the entry, which anybody's edit of anything changes.
        word = look.dialect.changed_word
        return now.entry.text(word) not in ("", before.entry.text(word))


def _refuse_unknown(action: Action) -> None:
    if action.type not in Ldap.serves:
        raise RefusedByTarget(f"The directory does not carry out {action.type}.")


def _change(look: Look, action: Action, found: Found) -> Change:
    account = found.person
    if action.type in ACTIVE:
        return look.dialect.activity(look.session, account, ACTIVE[action.type])
    if action.type == UNLOCK:
        return look.dialect.unlocking(look.session, account)
    assert found.group is not None
    return look.dialect.membership(look.session, found.group, account, MEMBER[action.type])


def _move(look: Look, action: Action, found: Found, key: str) -> Receipt:
    """Under its old place and name, so that it fails where somebody else moved it meanwhile."""
    unit = str(action.seen["_to"])
    if not look.is_unit(unit):
        raise RefusedByTarget(f"There is no organisational unit at ‘{unit}’.")
    name, _ = split(found.person.entry.dn)
    same = look.dialect.with_id(found.person.id)
    look.session.move(found.person.entry.dn, name, unit, only_if=same)
    return Receipt(_evidence(found, "under its old name", key))


def _evidence(found: Found, condition: str, key: str) -> dict[str, Any]:
    entry = found.group or found.person
    return {
        "entry": entry.id,
        "name": entry.entry.dn,
        "version_before": found.person.version,
        "condition": condition,
        "key": key,
    }
