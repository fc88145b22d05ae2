"""The demo company as facts in memory: what the mirrors would say right after a reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from holdshort.company.read import read
from holdshort.core.budgets import Reached
from holdshort.core.leavers import Doubt
from holdshort.core.terms import (
    Asset,
    Assurance,
    Channel,
    Circumstances,
    DirectoryAccount,
    Employment,
    Group,
    Inquiry,
    Kind,
    Lock,
    Person,
    Preview,
    Right,
)

COMPANY = Path(__file__).parents[2] / "demo" / "company.yaml"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
POLICY_VERSION = 3


@cache
def company() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPANY.read_text("utf-8"))
    return loaded


@cache
def policy() -> dict[str, Any]:
    """The rules as a version of the policy holds them: amounts in minor units."""
    return read(COMPANY.read_bytes()).policy_document()


class World:
    """`ports.Knows` over company.yaml; the mutable parts let a test change one thing."""

    def __init__(self) -> None:
        self.people = {entry["id"]: _person(entry) for entry in company()["people"]}
        self.accounts = _accounts()
        self.groups = {entry["id"]: entry for entry in company()["groups"]}
        self.members = {id: set(g.get("members", ())) for id, g in self.groups.items()}
        self.rights = _entitlements()
        self.unowned: set[str] = set()
        self.unlisted: dict[str, tuple[str, ...]] = {}
        """Names of groups that people are in and company.yaml does not list."""
        self.consents: dict[str, Mapping[str, Any]] = {}
        self.imitated: dict[str, tuple[str, ...]] = {}
        self.document: Mapping[str, Any] = {**company(), **policy()}
        self.assets = _assets()
        self.database_accounts = {"dana": "16401", "karl": "16402", "omar": "16403"}
        self.logins = {
            person["id"]: account["subject"]
            for person in company()["people"]
            for account in person.get("accounts", ())
            if account["issuer"] == "github"
        }
        self.formerly: dict[str, str] = {}
        """What people were in GitHub before a change, by its id."""
        self.previews: dict[str, Preview] = {}
        """What connected databases answer, by action type."""
        self.sections: dict[str, list[dict[str, Any]]] = deepcopy(
            {
                name: company()[name]
                for name in (
                    "assets",
                    "guests",
                    "devices",
                    "zones",
                    "badges",
                    "vendors",
                    "folders",
                    "documents",
                    "parties",
                )
            }
        )
        self.reached_lately: list[Reached] = []
        self.patched_lately: tuple[str, ...] = ()
        self.ordered: dict[str, tuple[str, ...]] = {}
        self.given: dict[str, int | None] = {}
        """What vendors got lately, in minor units."""
        self.moved: dict[str, Any] = {}
        """What the target showed when the version before was to run."""
        self.apps: Mapping[str, Any] = company()["connectors"]
        """The connected apps, by name."""

        self.doubts: Doubt | None = None
        self.stale = False

    def person(self, person: str) -> Person | None:
        return self.people.get(person)

    def account(self, person: str) -> DirectoryAccount | None:
        return None if self.stale else self.accounts.get(person)

    def is_user_name_taken(self, user_name: str) -> bool | None:
        taken = {account.user_name for account in self.accounts.values()} | self.unowned
        return None if self.stale else user_name in taken

    def group(self, group: str) -> Group | None:
        entry = self.groups.get(group)
        if entry is None:
            return None
        app, id = ("github", group.removeprefix("github-")), ("directory", f"g-{group}")
        where = app if entry.get("system") == "github" else id
        return Group(group, entry["name"], *where, entry["owner"])

    def is_member(self, person: str, group: str) -> bool | None:
        return None if self.stale else person in self.members.get(group, ())

    def groups_of(self, person: str) -> tuple[str, ...] | None:
        joined = (group for group, members in self.members.items() if person in members)
        return None if self.stale else tuple(sorted(joined))

    def rights_of(self, person: str) -> tuple[Right, ...] | None:
        joined = [group for group, members in self.members.items() if person in members]
        return None if self.stale else _once(r for g in joined for r in self._carried(g))

    def unlisted_of(self, person: str) -> tuple[str, ...]:
        return self.unlisted.get(person, ())

    def rights_coming(self, person: str) -> tuple[Right, ...] | None:
        return ()

    def rights_through(self, group: str) -> tuple[Right, ...] | None:
        return None if self.stale else _once(self._carried(group))

    def containers_of(self, group: str) -> tuple[str, ...] | None:
        paths = self._paths(group)
        return None if self.stale else tuple(sorted(f"g-{g}" for g in paths if g != group))

    def lookalikes(self, name: str) -> tuple[str, ...]:
        return self.imitated.get(name, ())

    def read_at(self) -> datetime | None:
        return None if self.stale else NOW

    def asset(self, asset: str) -> Asset | None:
        return self.assets.get(asset)

    def account_in(self, person: str, connector: str) -> str | None:
        return (
            self.logins.get(person) if connector == "github" else self.database_accounts.get(person)
        )

    def held_before(self, change: str, person: str) -> str | None:
        return self.formerly.get(change)

    def preview(self, inquiry: Inquiry) -> Preview | None:
        return self.previews.get(inquiry.type)

    def reached(self, types: Sequence[str], requester: str = "") -> tuple[Reached, ...]:
        return tuple(self.reached_lately)

    def privileged(self, people: Collection[str]) -> frozenset[str] | None:
        held = {person: self.rights_of(person) for person in people}
        strong = (p for p, rights in held.items() if any(r.privileged for r in rights or ()))
        return None if self.stale else frozenset(strong)

    def released(self) -> frozenset[str]:
        return frozenset()

    def doubt(self, person: str) -> Doubt | None:
        return self.doubts

    def patched(self, type_id: str, patch: str) -> tuple[str, ...]:
        return self.patched_lately

    def connected(self, name: str) -> bool:
        return name in self.apps

    def reports(self, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
        """Ticket n is of person n, and came in 40 seconds after the one before."""
        people = sorted(self.people)
        return [
            {"number": n, "requester": people[n], "opened_at": NOW + timedelta(seconds=40 * n)}
            | {"label": "", "stands": "with_person", "holder": "tomas"}
            for n in numbers
            if n < len(people)
        ]

    def policy(self) -> Mapping[str, Any]:
        return self.document

    def policy_version(self) -> int | None:
        return POLICY_VERSION

    def registered(self, section: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.sections.get(section, ()))

    def consent(self, guest: str) -> Mapping[str, Any] | None:
        return self.consents.get(guest)

    def ordered_for(self, person: str) -> tuple[str, ...]:
        return self.ordered.get(person, ())

    def article(self, article: str) -> Mapping[str, Any] | None:
        return next((a for a in company()["knowledge"] if a["id"] == article), None)

    def spent(self, vendor: str, days: int) -> int | None:
        return self.given.get(vendor, 0)

    def cost_limit(self, person: str) -> int | None:
        limits = {one["person"]: one.get("cost_limit") for one in company()["authority"]}
        return limits[person] * 100 if limits.get(person) else None

    def opens_for_a_time(self, person: str) -> tuple[str, ...]:
        return ()

    def met(self) -> Mapping[str, Any]:
        return self.moved

    def change(self, person: str, **changes: Any) -> None:
        """Change a person's directory entry."""
        self.accounts[person] = replace(self.accounts[person], **changes)

    def employ(self, person: str, employment: Employment) -> None:
        self.people[person] = replace(self.people[person], employment=employment)

    def _carried(self, group: str) -> Iterable[Right]:
        for container, path in self._paths(group).items():
            for entitlement in self.groups[container].get("grants", ()):
                for included in self._included(entitlement):
                    yield replace(self.rights[included], path=path)

    def _paths(self, group: str) -> dict[str, tuple[str, ...]]:
        """Every group that membership reaches, with the names on the way."""
        found: dict[str, tuple[str, ...]] = {}
        if group in self.groups:
            found[group] = (self.groups[group]["name"],)
        waiting = list(found)
        while waiting:
            inner = waiting.pop()
            for outer, entry in self.groups.items():
                if inner in entry.get("includes", ()) and outer not in found:
                    found[outer] = (*found[inner], entry["name"])
                    waiting.append(outer)
        return found

    def _included(self, entitlement: str) -> Iterable[str]:
        yield entitlement
        for system in company()["systems"]:
            for entry in system["entitlements"]:
                if entry["id"] == entitlement:
                    for inner in entry.get("grants", ()):
                        yield from self._included(inner)


def asked(requester: str, world: World, **how: Any) -> Circumstances:
    """Circumstances of a person who asks from a signed-in session."""
    person = world.people[requester]
    plain = Circumstances(
        requester=person,
        beneficiary=None,
        initiator=Person("agent", Kind.AGENT, "Holdshort agent"),
        channel=Channel.PORTAL,
        assurance=Assurance.SESSION,
        at=NOW,
    )
    return replace(plain, **how)


def _person(entry: Mapping[str, Any]) -> Person:
    return Person(
        id=entry["id"],
        kind=Kind(entry.get("kind", "human")),
        name=entry["name"],
        email=entry.get("email", ""),
        department=entry.get("department", ""),
        roles=tuple(entry.get("roles", ())),
        manager=entry.get("manager"),
        employment=Employment(**entry.get("employment", {})),
    )


def _assets() -> dict[str, Asset]:
    """The inventory; every database is a connected app of its own here."""
    classes = {system["id"]: system["data_class"] for system in company()["systems"]}
    return {
        entry["id"]: Asset(
            id=entry["id"],
            name=entry["name"],
            kind=entry["kind"],
            environment=entry["environment"],
            criticality=entry["criticality"],
            data_class=classes.get(entry.get("system"), "unknown"),
            connector=entry["id"] if entry["kind"] == "database" else None,
            owner=entry["owner"],
        )
        for entry in company()["assets"]
    }


def _accounts() -> dict[str, DirectoryAccount]:
    locks = {entry["person"]: _lock(entry) for entry in company()["demo"]["locks"]}
    found = {}
    for entry in company()["people"]:
        for account in entry.get("accounts", ()):
            if account["issuer"] == "directory":
                found[entry["id"]] = DirectoryAccount(
                    connector="directory",
                    external_id=account["subject"],
                    user_name=entry["id"],
                    active=True,
                    read_at=NOW,
                    factor_enrolled=True,
                    lock=locks.get(entry["id"]),
                )
    return found


def _lock(entry: Mapping[str, Any]) -> Lock:
    return Lock(entry["by"], datetime.fromisoformat(entry["at"]))


def _entitlements() -> dict[str, Right]:
    return {
        entry["id"]: Right(
            id=entry["id"],
            name=entry["name"],
            system=system["id"],
            system_name=system["name"],
            environment=system["environment"],
            privileged=entry["privileged"],
            owner=system["owner"],
            data_class=system["data_class"],
        )
        for system in company()["systems"]
        for entry in system["entitlements"]
    }


def _once(rights: Iterable[Right]) -> tuple[Right, ...]:
    """Each right once, by its shortest path."""
    best: dict[str, Right] = {}
    for right in sorted(rights, key=lambda right: len(right.path)):
        best.setdefault(right.id, right)
    return tuple(best[id] for id in sorted(best))
