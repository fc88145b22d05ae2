"""Every id that a file defines, read even from entries that are otherwise wrong.

A reference to an entry with a misspelt field is not a second mistake, so ids are gathered from
the plain data before the shape has accepted it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from holdshort.company.fields import BUILT_IN_CONNECTORS


@dataclass(frozen=True, slots=True)
class Known:
    """The ids a file defines, by what they name."""

    people: frozenset[str]
    humans: frozenset[str]
    groups: frozenset[str]
    systems: frozenset[str]
    entitlements: frozenset[str]
    assets: frozenset[str]
    fleets: frozenset[str]
    sites: frozenset[str]
    zones: frozenset[str]
    equipment: frozenset[str]
    connectors: frozenset[str]
    roles: frozenset[str]
    departments: frozenset[str]


def known_in(data: Any) -> Known:
    """Gather ids from plain data of any shape."""
    people = list(_rows(data, "people"))
    systems = list(_rows(data, "systems"))
    connectors = _get(data, "connectors")
    return Known(
        people=_ids(people),
        humans=_ids(row for row in people if row.get("kind", "human") == "human"),
        groups=_ids(_rows(data, "groups")),
        systems=_ids(systems),
        entitlements=_ids(right for row in systems for right in _rows(row, "entitlements")),
        assets=_ids(_rows(data, "assets")),
        fleets=_ids(row for row in _rows(data, "assets") if row.get("kind") == "fleet"),
        sites=_ids(row for row in _rows(data, "assets") if row.get("kind") == "site"),
        zones=_ids(_rows(data, "zones")),
        equipment=_ids(_rows(data, "equipment")),
        connectors=_texts(connectors) | frozenset(BUILT_IN_CONNECTORS),
        roles=frozenset().union(*(_texts(row.get("roles")) for row in people)),
        departments=_texts([row.get("department") for row in people]),
    )


def _get(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def _rows(data: Any, name: str) -> Iterator[dict[str, Any]]:
    found = _get(data, name)
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict):
            yield row


def _ids(rows: Any) -> frozenset[str]:
    return _texts([row.get("id") for row in rows])


def _texts(values: Any) -> frozenset[str]:
    if not isinstance(values, (list, dict)):
        return frozenset()
    return frozenset(value for value in values if isinstance(value, str))
