"""Every place of company.yaml that names something by id, and whether that something exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from holdshort.company.fields import EVERYONE
from holdshort.company.known import Known
from holdshort.company.problems import WARNING, Finding, Path, did_you_mean
from holdshort.company.schema import Company

Named = tuple[Path, str, str]
"""Where, which id, and what sort of thing it must be."""

_NOUNS = {
    "person": "nobody has the id",
    "human": "nobody has the id",
    "group": "there is no group",
    "system": "there is no system",
    "entitlement": "no system has the entitlement",
    "target": "there is no asset or system",
    "fleet": "there is no asset of the kind fleet",
    "site": "there is no asset of the kind site",
    "zone": "there is no zone",
    "equipment": "the equipment catalogue has no",
    "access": "there is no system, group, asset or zone",
    "connector": "there is no connector",
    "role": "nobody has the role",
    "audience": "nobody has the role or department",
}
_ONLY_WARNED = ("role", "audience")


def unknown_ids(company: Company, known: Known) -> Iterator[Finding]:
    """Every reference to something that the file does not define."""
    defined = {
        "person": known.people,
        "human": known.people,
        "group": known.groups,
        "system": known.systems,
        "entitlement": known.entitlements,
        "target": known.assets | known.systems,
        "fleet": known.fleets,
        "site": known.sites,
        "zone": known.zones,
        "equipment": known.equipment,
        "access": known.systems | known.groups | known.assets | known.zones,
        "connector": known.connectors,
        "role": known.roles | {EVERYONE},
        "audience": known.roles | known.departments | {EVERYONE},
    }
    for path, name, sort in _named(company):
        if name not in defined[sort]:
            text = f"{_NOUNS[sort]} ‘{name}’.{did_you_mean(name, defined[sort])}"
            yield Finding(path, text, WARNING) if sort in _ONLY_WARNED else Finding(path, text)
        elif sort == "human" and name not in known.humans:
            yield Finding(path, f"‘{name}’ is not a human, and only a human can answer for this")


def _named(company: Company) -> Iterator[Named]:
    yield from _among_people(company)
    yield from _among_systems(company)
    yield from _among_rules(company)
    yield from _in_demo(company)


def _one(path: Path, field: str, value: str | None, sort: str) -> Iterator[Named]:
    if value is not None:
        yield (*path, field), value, sort


def _many(path: Path, field: str, values: Iterable[str], sort: str) -> Iterator[Named]:
    for position, value in enumerate(values):
        yield (*path, field, position), value, sort


def _at(name: str, rows: Iterable[Any]) -> Iterator[tuple[Path, Any]]:
    for position, row in enumerate(rows):
        yield (name, position), row


def _among_people(company: Company) -> Iterator[Named]:
    for path, person in _at("people", company.people):
        yield from _one(path, "manager", person.manager, "human")
    for path, entry in _at("authority", company.authority):
        yield from _one(path, "person", entry.person, "human")
        yield from _one(path, "backup", entry.backup, "human")
        yield from _many(path, "scope", entry.scope, "target")
        for position, given in enumerate(entry.delegates):
            yield from _one((*path, "delegates", position), "person", given.person, "human")


def _among_systems(company: Company) -> Iterator[Named]:
    for path, system in _at("systems", company.systems):
        yield from _one(path, "connector", system.connector, "connector")
        yield from _one(path, "owner", system.owner, "human")
        for position, held in enumerate(system.entitlements):
            inner = (*path, "entitlements", position)
            yield from _many(inner, "grants", held.grants, "entitlement")
    for path, group in _at("groups", company.groups):
        yield from _one(path, "system", group.system, "system")
        yield from _one(path, "owner", group.owner, "human")
        yield from _many(path, "members", group.members, "person")
        yield from _many(path, "includes", group.includes, "group")
        yield from _many(path, "grants", group.grants, "entitlement")
    for path, unit in _at("units", company.units):
        yield from _one(path, "connector", unit.connector, "connector")
    for path, asset in _at("assets", company.assets):
        yield from _one(path, "system", asset.system, "system")
        yield from _one(path, "owner", asset.owner, "human")
        yield from _one(path, "connector", asset.connector, "connector")
    yield from _among_things(company)


def _among_things(company: Company) -> Iterator[Named]:
    for path, device in _at("devices", company.devices):
        yield from _one(path, "holder", device.holder, "human")
        yield from _one(path, "fleet", device.fleet, "fleet")
    for path, guest in _at("guests", company.guests):
        yield from _one(path, "person", guest.person, "human")
        yield from _one(path, "owner", guest.owner, "human")
        if guest.consent:
            yield from _one((*path, "consent"), "person", guest.consent.person, "human")
    for path, zone in _at("zones", company.zones):
        yield from _one(path, "site", zone.site, "site")
        yield from _one(path, "owner", zone.owner, "human")
    for path, badge in _at("badges", company.badges):
        yield from _one(path, "person", badge.person, "human")
        yield from _many(path, "zones", badge.zones, "zone")


def _among_rules(company: Company) -> Iterator[Named]:
    for path, template in _at("role_templates", company.role_templates):
        yield from _one(path, "role", template.role, "role")
        yield from _many(path, "entitlements", template.entitlements, "entitlement")
        yield from _many(path, "groups", template.groups, "group")
        yield from _many(path, "equipment", template.equipment, "equipment")
        yield from _one(path, "approved_by", template.approved_by, "human")
        yield from _one(path, "owner", template.owner, "human")
    for path, window in _at("windows", company.windows):
        yield from _many(path, "targets", window.targets, "target")
    for path, hold in _at("holds", company.holds):
        yield from _many(path, "people", hold.people, "person")
        yield from _many(path, "assets", hold.assets, "target")
    for path, conflict in _at("conflicts", company.conflicts):
        yield from _many(path, "entitlements", conflict.entitlements, "entitlement")
    for path, software in _at("software", company.software):
        yield from _many(path, "approved_for", software.approved_for, "role")
    for path, article in _at("knowledge", company.knowledge):
        yield from _many(path, "audience", article.audience, "audience")
    # What has a dot is an action type; which there are is for the catalogue to say.
    named = [name for name in company.budgets.longest_hours if "." not in name]
    for name in named:
        yield ("budgets", "longest_hours", name), name, "access"
    if company.routing.alone:
        alone = company.routing.alone
        yield from _one(("routing", "alone"), "reviewed_by", alone.reviewed_by, "human")
    owned = ("holds", "thresholds", "vendors", "documents", "folders")
    for path, row in (found for name in owned for found in _at(name, getattr(company, name))):
        yield from _one(path, "owner", row.owner, "human")


def _in_demo(company: Company) -> Iterator[Named]:
    if company.demo is None:
        return
    for role, person in company.demo.roles.model_dump().items():
        yield from _one(("demo", "roles"), role, person, "person")
    for path, lock in _at("locks", company.demo.locks):
        yield from _one(("demo", *path), "person", lock.person, "human")
    yield from _many(("demo",), "no_factor", company.demo.no_factor, "human")
