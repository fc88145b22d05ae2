"""Devices and packages that an action names, as the company lists them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import Params, UnknownTarget
from holdshort.core import listed
from holdshort.core.terms import Person
from holdshort.ports import Knows

EVERYBODY = "everybody"
"""The fleet of all devices."""

DEVICES = "the list of devices"


class OnDevices(Params):
    """Which software, and on whose device or on which fleet."""

    software: str = Field(
        min_length=1,
        max_length=120,
        description="The id of the software in the catalogue, or the id of a package.",
    )
    person: str = Field(
        default="", min_length=1, max_length=64, description="The id of the person whose device."
    )
    device: str = Field(
        default="",
        min_length=1,
        max_length=64,
        description="The id of the device, where the person has several.",
    )
    fleet: str = Field(
        default="",
        min_length=1,
        max_length=64,
        description="Instead of a person: the id of a fleet, or ‘everybody’ for every device.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where software goes: a device or a fleet, as the device management knows it."""

    id: str
    name: str
    holder: Person | None
    devices: int
    listed: int
    """How many of them the company's list has; the device management may know of others."""

    @property
    def is_fleet(self) -> bool:
        """Whether it is more than one person's device."""
        return self.holder is None


@dataclass(frozen=True, slots=True)
class Package:
    """What is installed; of what the catalogue does not list nothing but the name is known."""

    id: str
    name: str
    publisher: str
    cost: int | None
    listed: bool

    @property
    def said(self) -> str:
        """The package as people read it."""
        if not self.listed:
            return f"‘{self.id}’ (not in the catalogue)"
        return f"{self.name} ({self.id}, signed by {self.publisher})"


# ------------------------------------------------------------------ what is named


def place(params: OnDevices, knows: Knows) -> Place:
    """The device, or the fleet as the device management told it where it had changed. Raises
    UnknownTarget.
    """
    if bool(params.person) == bool(params.fleet):
        raise UnknownTarget("Name either the person whose device it is, or a fleet.")
    if params.fleet:
        return _fleet(params.fleet, knows)
    person = facts.person_named(knows, params.person)
    own = [row for row in knows.registered("devices") if row.get("holder") == person.id]
    if params.device:
        own = [row for row in own if row["id"] == params.device]
        if not own:
            raise UnknownTarget(f"{person.name} has no device with the id ‘{params.device}’.")
    if not own:
        raise UnknownTarget(f"No device is listed for {person.name}.")
    if len(own) > 1:
        names = facts.listing(f"‘{row['id']}’ ({row['name']})" for row in own)
        raise UnknownTarget(f"{person.name} has several devices; name one: {names}.")
    return Place(str(own[0]["id"]), str(own[0]["name"]), person, 1, 1)


def _fleet(fleet: str, knows: Knows) -> Place:
    count = len(devices_of(fleet, knows))
    if not count:
        raise UnknownTarget(f"No device is listed for the fleet ‘{fleet}’.")
    met = knows.met().get("devices", count)
    there = met if isinstance(met, int) else count
    return Place(fleet, in_words(fleet, there), None, there, count)


def devices_of(fleet: str, knows: Knows) -> tuple[str, ...]:
    """The ids of the devices in a fleet, resolved now."""
    rows = knows.registered("devices")
    return tuple(str(row["id"]) for row in rows if fleet in (EVERYBODY, row.get("fleet")))


def in_words(fleet: str, count: int) -> str:
    """A fleet as people read it, with how many devices that is."""
    name = "every device" if fleet == EVERYBODY else f"the fleet ‘{fleet}’"
    return f"{name} ({count} devices)"


def package_named(named: str, knows: Knows) -> Package:
    """The package that the catalogue lists under that id, or one of which nothing is known."""
    row = listed.software_named(knows.policy(), named)
    if row is None:
        return Package(named, named, "", None, listed=False)
    return Package(row["package"], row["name"], row["publisher"], row["cost"], listed=True)
