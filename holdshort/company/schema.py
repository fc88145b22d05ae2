"""The shape of company.yaml: an organisation as one frozen value."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from holdshort.company.buying import Document, Equipment, Party, Software, Vendor
from holdshort.company.fields import (
    EVERYONE,
    Currency,
    Day,
    Id,
    Moment,
    Prose,
    Section,
    Text,
    TimeZone,
)
from holdshort.company.notices import Notices
from holdshort.company.people import Account, Authority, Guest, Person
from holdshort.company.policy import (
    Budgets,
    Confidence,
    Conflict,
    FieldList,
    Hold,
    RoleTemplate,
    Routing,
    Standing,
    Threshold,
    Window,
)
from holdshort.company.systems import (
    Asset,
    Badge,
    Connector,
    Device,
    Entitlement,
    Folder,
    Group,
    System,
    Unit,
    Zone,
)
from holdshort.core import canonical
from holdshort.core.money import minor_units

POLICY_SECTIONS = (
    "software",
    "role_templates",
    "windows",
    "thresholds",
    "budgets",
    "holds",
    "conflicts",
    "confidence",
    "units",
    "field_lists",
    "documents",
    "routing",
    "equipment",
)


class About(Section):
    """The company itself."""

    name: Text = Field(description="The name that screens show.")
    timezone: TimeZone = Field(description="The time zone of the company, like Europe/Berlin.")
    currency: Currency = Field(description="The currency of limits that name none, like EUR.")


class Article(Section):
    """A knowledge article that the agent may answer from."""

    id: Id = Field(description="Our own id of the article.")
    title: Text = Field(description="The question it answers.")
    body: Prose = Field(description="The answer.")
    audience: tuple[Text, ...] = Field(
        (EVERYONE,), min_length=1, description="Who may see it: ‘everyone’, roles or departments."
    )
    review_by: Day = Field(description="When somebody must read it again.")


class DemoLock(Section):
    """A locked account that the demo directory starts with."""

    person: Id = Field(description="Whose account.")
    by: Id = Field(description="‘password_attempts’, or the security rule that locked it.")
    at: Moment = Field(description="When.")


class DemoRoles(Section):
    """Who holds the demo tokens, by person id."""

    requester: Id = Field(description="An ordinary person.")
    requester_second_account: Id = Field(description="The same person, seen through another one.")
    beneficiary: Id = Field(description="Another ordinary person.")
    reviewer: Id = Field(description="A reviewer with the context security.")
    second_reviewer: Id = Field(description="Another one.")
    owner: Id = Field(description="The first owner.")
    agent: Id = Field(description="The AI agent.")
    assessor: Id = Field(description="A service that asks what would happen.")


class Demo(Section):
    """What only a demonstration needs; ignored everywhere else."""

    roles: DemoRoles = Field(description="Who holds the demo tokens.")
    second_account: Account = Field(description="The requester's other account.")
    locks: tuple[DemoLock, ...] = Field((), description="Accounts that start locked.")
    no_factor: tuple[Id, ...] = Field((), description="People without an enrolled factor.")


class Company(Section):
    """An organisation: people, systems, rules. What `holdshort company apply` loads."""

    company: About = Field(description="The company itself.")
    people: tuple[Person, ...] = Field(min_length=1, description="Humans, the agent, services.")
    authority: tuple[Authority, ...] = Field((), description="The authority register.")
    guests: tuple[Guest, ...] = Field((), description="People from outside, and their owners.")
    systems: tuple[System, ...] = Field((), description="Systems and their entitlements.")
    groups: tuple[Group, ...] = Field((), description="Groups, their nesting and their grants.")
    assets: tuple[Asset, ...] = Field((), description="Hosts, databases, firewalls, sites.")
    devices: tuple[Device, ...] = Field((), description="Devices and who works with them.")
    zones: tuple[Zone, ...] = Field((), description="What badges open.")
    badges: tuple[Badge, ...] = Field((), description="Who carries which badge.")
    folders: tuple[Folder, ...] = Field((), description="Folders of the file store.")
    units: tuple[Unit, ...] = Field((), description="Units of a directory and their rules.")
    software: tuple[Software, ...] = Field((), description="The software catalogue.")
    equipment: tuple[Equipment, ...] = Field((), description="The equipment catalogue.")
    vendors: tuple[Vendor, ...] = Field((), description="Contracts and renewals.")
    field_lists: tuple[FieldList, ...] = Field((), description="Fields that are harmless.")
    documents: tuple[Document, ...] = Field((), description="Papers of the company's own.")
    parties: tuple[Party, ...] = Field((), description="Who signs papers with the company.")
    role_templates: tuple[RoleTemplate, ...] = Field((), description="What roles include.")
    windows: tuple[Window, ...] = Field((), description="Maintenance windows and blackouts.")
    thresholds: tuple[Threshold, ...] = Field((), description="Limits of spending.")
    budgets: Budgets = Field(Budgets(), description="Limits of what may happen unwatched.")
    holds: tuple[Hold, ...] = Field((), description="Legal holds.")
    conflicts: tuple[Conflict, ...] = Field((), description="Rights that exclude each other.")
    routing: Routing = Field(Routing(), description="How and when people are asked.")
    confidence: Confidence = Field(Confidence(), description="How sure the agent must be.")
    standing: tuple[Standing, ...] = Field((), description="Phases for a demonstration only.")
    connectors: dict[Id, Connector] = Field({}, description="Connected apps by name.")
    knowledge: tuple[Article, ...] = Field((), description="Articles to answer from.")
    notices: Notices | None = Field(None, description="Mail and pager.")
    demo: Demo | None = Field(None, description="What only a demonstration needs.")

    def entitlements(self) -> dict[str, tuple[System, Entitlement]]:
        """Every entitlement by its id, with the system it belongs to."""
        return {held.id: (system, held) for system in self.systems for held in system.entitlements}

    def honoured_standing(self, *, demo: bool) -> tuple[Standing, ...]:
        """The standing rows that count: all in a demonstration, none anywhere else."""
        return self.standing if demo else ()

    def policy_document(self) -> dict[str, Any]:
        """The rules alone, as JSON data: dates as ISO text, money in minor units.

        Shares (confidence) are JSON numbers; everything else is text, integers and booleans.
        """
        document: dict[str, Any] = {
            name: self.model_dump(mode="json", by_alias=True, include={name})[name]
            for name in POLICY_SECTIONS
        }
        for row, threshold in zip(document["thresholds"], self.thresholds, strict=True):
            row["limit"] = minor_units(threshold.limit, threshold.currency)
        for name in ("software", "equipment"):
            for row, sold in zip(document[name], getattr(self, name), strict=True):
                row["cost"] = minor_units(sold.cost, self.company.currency)
        document["confidence"] = {
            "threshold": float(self.confidence.threshold),
            "categories": {key: float(share) for key, share in self.confidence.categories.items()},
        }
        document["company"] = {
            "currency": self.company.currency,
            "timezone": self.company.timezone,
        }
        return document

    def digest(self) -> str:
        """SHA-256 over everything the file says; equal files say the same, in any layout."""
        said = self.model_dump(mode="json", by_alias=True)
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return canonical.digest(text.encode())


def json_schema() -> dict[str, Any]:
    """The JSON Schema of company.yaml, for editors and `holdshort company schema`."""
    schema = Company.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema
