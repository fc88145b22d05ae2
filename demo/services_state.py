"""What the demo company's own systems keep, across restarts."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

SYSTEMS = (
    *("mdm", "badge", "erp", "esign", "github"),
    *("patch", "sso", "mail"),
    *("files", "hosts"),
)
EVERYBODY = "everybody"
"""The fleet of all devices."""

BESIDES = {"com.philandro.anydesk": "AnyDesk Software"}
"""Packages that the MDM could install although the company's catalogue does not list them."""

Entry = dict[str, Any]


class Kept:
    """Everything in memory, and in the state file after every change, whole or not at all."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.lock = threading.RLock()
        self.document: dict[str, Any] = {
            "version": 0,
            "answered": {},
            "events": [],
            **{system: {} for system in SYSTEMS},
        }

    def entry(self, system: str, kind: str, id: str) -> Entry | None:
        """One entry of a system, or None."""
        found: Entry | None = self.document[system].get(kind, {}).get(id)
        return found

    def entries(self, system: str, kind: str) -> dict[str, Entry]:
        """All entries of one kind, by id."""
        found: dict[str, Entry] = self.document[system].setdefault(kind, {})
        return found

    def put(self, system: str, kind: str, id: str, **values: Any) -> Entry:
        """Create or change an entry, with a version that never returns."""
        entry = self.entries(system, kind).setdefault(id, {"id": id})
        self.document["version"] += 1
        entry.update(values, version=self.document["version"])
        return entry

    def event(self, system: str, what: str, **about: Any) -> None:
        """Write down what a system did, in the order in which it did it."""
        self.document["events"].append({"system": system, "what": what, **about})

    def save(self) -> None:
        """Write the state file."""
        fresh = self._state.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.document, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._state)

    def load(self) -> None:
        """Read the state file; what a newer version plays besides starts empty."""
        self.document |= json.loads(self._state.read_text())


# ------------------------------------------------------------------ the demo company


def seed(kept: Kept, company: Mapping[str, Any]) -> None:
    """Fill empty systems with what the company's file lists."""
    _seed_mdm(kept, company)
    _seed_badges(kept, company)
    for vendor in company.get("vendors", ()):
        kept.put(
            "erp",
            "vendors",
            vendor["id"],
            name=vendor["name"],
            contact={"name": "Accounts team", "email": f"billing@{vendor['id']}.example"},
            bank={"iban": "DE02120300000000202051"},
        )
        _seed_contracts(kept, vendor)
    for document in company.get("documents", ()):
        kept.put(
            "esign", "templates", document["id"], name=document["name"], sha256=document["sha256"]
        )
    kept.save()


def _seed_contracts(kept: Kept, vendor: Mapping[str, Any]) -> None:
    for contract in vendor.get("contracts", ()):
        kept.put(
            "erp",
            "contracts",
            contract["id"],
            vendor=vendor["id"],
            item=contract["item"],
            amount=int(Decimal(str(contract["amount"])) * 100),
            currency=contract["currency"],
            term=contract.get("term", 1),
            cancellable=contract.get("cancellable", False),
            order="",
            ordered=False,
        )


def _seed_mdm(kept: Kept, company: Mapping[str, Any]) -> None:
    devices = company.get("devices", ())
    for device in devices:
        kept.put(
            "mdm",
            "targets",
            device["id"],
            holder=device.get("holder", ""),
            devices=[device["id"]],
            packages=[],
        )
    fleets: dict[str, list[str]] = {EVERYBODY: [device["id"] for device in devices]}
    for device in devices:
        if "fleet" in device:
            fleets.setdefault(device["fleet"], []).append(device["id"])
    for fleet, members in fleets.items():
        kept.put("mdm", "targets", fleet, holder="", devices=members, packages=[])
    catalogue = {one["package"]: one["publisher"] for one in company.get("software", ())}
    for package, publisher in {**catalogue, **BESIDES}.items():
        kept.put("mdm", "packages", package, publisher=publisher)


def _seed_badges(kept: Kept, company: Mapping[str, Any]) -> None:
    for badge in company.get("badges", ()):
        kept.put(
            "badge",
            "badges",
            badge["id"],
            holder=badge["person"],
            active=True,
            zones=sorted(badge["zones"]),
        )
        kept.put("badge", "holders", badge["person"], badge=badge["id"])
    for zone in company.get("zones", ()):
        kept.put("badge", "zones", zone["id"], name=zone["name"])


Seed = Callable[[Kept, Mapping[str, Any]], None]


def open_kept(
    company: Mapping[str, Any] | None, state: Path, seeds: Mapping[str, Seed] = MappingProxyType({})
) -> Kept:
    """The systems as they were left, or filled from the company's file the first time.

    `seeds` fill one system each, also where the others were left by an older version.
    """
    kept = Kept(state)
    if state.exists():
        kept.load()
    else:
        assert company is not None
        state.parent.mkdir(parents=True, exist_ok=True)
        seed(kept, company)
    for system, fill in seeds.items():
        if company is not None and not kept.document[system]:
            fill(kept, company)
            kept.save()
    return kept
