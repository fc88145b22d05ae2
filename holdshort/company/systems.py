"""What the company runs: systems and their entitlements, groups, assets, connected apps."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt
from typing_extensions import TypeAliasType

from holdshort.company.fields import (
    Count,
    Day,
    EntitlementId,
    GroupId,
    Id,
    Path,
    Prose,
    Section,
    Text,
)

Environment = Literal["production", "staging", "test", "development", "office", "unknown"]
DataClass = Literal["public", "internal", "confidential", "restricted", "unknown"]


class Entitlement(Section):
    """A right that somebody can hold in a system."""

    id: EntitlementId = Field(description="The system's id, a colon and a name: github:member.")
    name: Text = Field(description="The name that screens show.")
    privileged: StrictBool = Field(
        description="Whether the right gives power over the system, other people or production."
    )
    grants: tuple[EntitlementId, ...] = Field((), description="Further entitlements it carries.")


class System(Section):
    """An application or platform whose access the desk knows about."""

    id: Id = Field(description="The id that entitlements begin with.")
    name: Text = Field(description="The name that screens show.")
    connector: Id = Field(description="The connected app through which its access is changed.")
    owner: Id | None = Field(None, description="The human who answers for it.")
    environment: Environment = Field(
        "unknown",
        description="What depends on it: production is what customers depend on, office what the "
        "staff works with. Unknown counts as production.",
    )
    data_class: DataClass = Field(
        "unknown", description="How sensitive its data is. Unknown counts as restricted."
    )
    entitlements: tuple[Entitlement, ...] = Field((), description="The rights in it.")


class Group(Section):
    """A group of the directory and the entitlements that membership carries."""

    id: GroupId = Field(description="What its directory calls it; at a service, our own id.")
    name: Text = Field(description="The name that screens show.")
    system: Id = Field(description="The system that keeps the group.")
    owner: Id | None = Field(None, description="The human who answers for it.")
    members: tuple[Id, ...] = Field(
        (), description="Person ids. A connected directory is the authority; this seeds a new one."
    )
    includes: tuple[GroupId, ...] = Field(
        (), description="Nested groups: whoever is a member of one of them is a member here."
    )
    grants: tuple[EntitlementId, ...] = Field((), description="Entitlements its members hold.")


class Unit(Section):
    """An organisational unit of a directory, between which accounts may be moved."""

    id: Id = Field(description="Our own id of the unit.")
    name: Text = Field(description="The name that screens show.")
    connector: Id = Field(description="The connected directory that it belongs to.")
    place: Text = Field(description="Its distinguished name: ou=Sales,dc=acme,dc=example.")
    rules: tuple[Text, ...] | None = Field(
        None,
        description="What applies to accounts in it, a sentence each. Unwritten counts as the "
        "worst; an empty list says that nothing applies.",
    )


class Asset(Section):
    """A host, a database, a firewall, a site or a set of devices."""

    id: Id = Field(description="Our own id of the asset.")
    name: Text = Field(description="The name that screens show.")
    kind: Literal["host", "database", "firewall", "network", "site", "door", "fleet"] = Field(
        description="What it is; a fleet is a set of devices managed together."
    )
    system: Id | None = Field(None, description="The system it belongs to.")
    environment: Environment = Field("unknown", description="Unknown counts as production.")
    criticality: Literal["low", "medium", "high", "unknown"] = Field(
        "unknown", description="How bad its failure is. Unknown counts as high."
    )
    owner: Id | None = Field(None, description="The human who answers for it.")
    connector: Id | None = Field(
        None, description="The connected app through which it is changed; without it, by hand."
    )
    restart_tested: Day | None = Field(
        None,
        description="When it was last restarted and came back healthy within the hour. Without it "
        "nothing proves that it does.",
    )


class Device(Section):
    """A device that software is installed on."""

    id: Id = Field(description="The id that the device management knows it by.")
    name: Text = Field(description="The name that screens show.")
    holder: Id | None = Field(None, description="The human who works with it; else it is shared.")
    fleet: Id | None = Field(None, description="The asset of the kind fleet that it belongs to.")


class Zone(Section):
    """A part of a building that badges open."""

    id: Id = Field(description="The id that the badge system knows it by.")
    name: Text = Field(description="The name that screens show.")
    site: Id = Field(description="The asset of the kind site that it is in.")
    owner: Id | None = Field(None, description="The human who answers for it.")
    privileged: StrictBool = Field(
        description="Whether being inside gives power over systems, records or other people."
    )


class Folder(Section):
    """A folder of the file store: whose it is, and how long its bin keeps what is deleted."""

    id: Id = Field(description="Our own id of the folder.")
    name: Text = Field(description="The name that screens show.")
    path: Path = Field(description="Its whole path, from /.")
    owner: Id = Field(description="The human whose it is, or who answers for it.")
    bin_days: Count = Field(0, description="For how many days what is deleted can be restored.")


class Badge(Section):
    """The badge that somebody carries, and what it opens."""

    id: Id = Field(description="Its number in the badge system.")
    person: Id = Field(description="The human who carries it.")
    zones: tuple[Id, ...] = Field(description="The zones that it opens.")


Setting = TypeAliasType(
    "Setting",
    "StrictBool | StrictInt | Prose | tuple[Setting, ...] | dict[str, Setting]",
)
"""A value, a list or a block of them."""


class Connector(Section):
    """A connected app. Its secrets stay outside the file and are named by reference."""

    kind: Id = Field(description="Which connector; `holdshort connector list` names them.")
    settings: dict[str, Setting] = Field(
        {}, description="Settings of that kind. A secret is written env:NAME or file:PATH."
    )
