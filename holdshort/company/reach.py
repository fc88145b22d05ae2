"""Which rights a group carries once nesting and rights within rights are followed to the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from holdshort.company.schema import Company

Edges = Mapping[str, Iterable[str]]


def closure(start: Iterable[str], edges: Edges) -> frozenset[str]:
    """Everything that can be reached from `start`, itself included; loops are harmless."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(edges.get(here, ()))
    return frozenset(found)


def loops(edges: Edges) -> frozenset[str]:
    """Everything that can be reached from itself."""
    return frozenset(one for one in edges if one in closure(edges.get(one, ()), edges))


def containers(company: Company) -> dict[str, set[str]]:
    """Group id to the groups that directly include it."""
    found: dict[str, set[str]] = {group.id: set() for group in company.groups}
    for group in company.groups:
        for nested in group.includes:
            found.setdefault(nested, set()).add(group.id)
    return found


def rights_through(company: Company, groups: Iterable[str]) -> frozenset[str]:
    """Entitlement ids that membership of these groups carries, nesting included."""
    joined = closure(groups, containers(company))
    granted = chain.from_iterable(group.grants for group in company.groups if group.id in joined)
    return rights_within(company, granted)


def rights_within(company: Company, entitlements: Iterable[str]) -> frozenset[str]:
    """These entitlements and every one that they carry."""
    edges = {held.id: held.grants for system in company.systems for held in system.entitlements}
    return closure(entitlements, edges)


def privileged(company: Company, entitlements: Iterable[str]) -> list[str]:
    """Those of the entitlements that are privileged, sorted; an unknown one counts as such."""
    known = company.entitlements()
    return sorted(e for e in entitlements if e not in known or known[e][1].privileged)
