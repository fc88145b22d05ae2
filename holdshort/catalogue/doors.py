"""Badges and the zones they open. A room that gives power is a privilege like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.catalogue.membership import Hours
from holdshort.core import standards
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    Person,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "badge"
FACILITIES = "facilities"
ZONES = "the list of zones and badges"


class SetZones(Params):
    """Whose badge, and what it is to open."""

    person: str = Field(min_length=1, max_length=64, description="The id of the badge's holder.")
    zones: list[str] = Field(
        min_length=1, max_length=30, description="The ids of all zones that it is to open."
    )
    lost: bool = Field(
        default=False,
        description="Whether the badge is lost: then it is disabled first and a new one issued.",
    )
    hours: Hours = 0
    ends: list[str] = Field(
        default=[],
        max_length=30,
        description="The ids of those that it opens for these hours only; the desk fills it in.",
    )


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of a building; one that is not listed as harmless counts as privileged."""

    id: str
    name: str
    privileged: bool
    owner: str | None


@dataclass(frozen=True, slots=True)
class Carried:
    """Somebody's badge, what it opens and what it is to open."""

    person: Person
    number: str
    held: tuple[Zone, ...]
    asked: tuple[Zone, ...]
    lost: bool
    listed_as: str
    """The number that the list has."""

    @property
    def gained(self) -> tuple[Zone, ...]:
        """Zones that it does not open now."""
        return tuple(zone for zone in self.asked if zone not in self.held)

    @property
    def taken(self) -> tuple[Zone, ...]:
        """Zones that it would not open any more."""
        return tuple(zone for zone in self.held if zone not in self.asked)


def _carried(params: SetZones, knows: Knows) -> Carried:
    """The badge. Raises UnknownTarget."""
    person = facts.person_named(knows, params.person)
    rows = [row for row in knows.registered("badges") if row.get("person") == person.id]
    if not rows:
        raise UnknownTarget(f"No badge is listed for {person.name}.")
    met = knows.met() if knows.met().get("holder") == person.id else {}
    # The list does not know what was given for a time, and has not ended.
    known = [*rows[0]["zones"], *knows.opens_for_a_time(person.id)]
    opens, badge = met.get("zones", known), met.get("badge", rows[0]["id"])
    held, asked = (zones_named(ids, knows) for ids in (opens, params.zones))
    return Carried(person, str(badge), held, asked, params.lost, str(rows[0]["id"]))


def zones_named(ids: Iterable[str], knows: Knows) -> tuple[Zone, ...]:
    """The zones with these ids, each once, in order. Raises UnknownTarget."""
    zones = {str(row["id"]): zone_of(row) for row in knows.registered("zones")}
    if unknown := sorted(set(ids) - zones.keys()):
        raise UnknownTarget(f"No zone here has the id ‘{unknown[0]}’.")
    return tuple(zones[id] for id in sorted(set(ids)))


def zone_of(row: Mapping[str, Any]) -> Zone:
    """A row of the list of zones."""
    return Zone(
        str(row["id"]), str(row["name"]), row.get("privileged") is not False, row.get("owner")
    )


# ------------------------------------------------------------------ what it does


def _set_zones(params: SetZones, asked: Circumstances, knows: Knows) -> Findings:
    badge = _carried(params, knows)
    own = badge.person.id == asked.requester.id
    ids = [zone.id for zone in badge.asked]
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.beneficiary_differs(asked, badge.person),
        facts.employment_unconfirmed(badge.person, asked),
        facts.emergency(asked),
        _privilege_gained(badge),
    )
    return Findings(
        target=Target(CONNECTOR, badge.person.id, f"badge {badge.number}"),
        consequence=Consequence(
            _reach(badge, own), _way_back(badge), _regulated(badge, own), facts.no_cost()
        ),
        context="security" if raises else FACILITIES,
        seen={
            "holder": badge.person.id,
            "badge": badge.number,
            "zones": [zone.id for zone in badge.held],
            "_to": ids,
        },
        before=(f"Badge {badge.number} of {badge.person.name} opens {_names(badge.held)}.",),
        after=_after(badge),
        read_at=None,
        policy=standards.same_zones(
            knows.policy_version(),
            [zone.id for zone in badge.held],
            ids,
            own=own,
        ),
        raises=raises,
        refusals=facts.present(facts.leaver(badge.person, asked)),
        owners=_owners(badge),
        also=(FACILITIES,) if _privilege_gained(badge) else (),
        already=_already(badge),
    )


def _after(badge: Carried) -> tuple[str, ...]:
    name, opens = badge.person.name, _names(badge.asked)
    if badge.lost:
        first = f"Badge {badge.number} opens nothing, from before the new one is issued."
        return (first, f"A new badge of {name} opens {opens}.")
    gains = tuple(f"Gains {_said(zone)}." for zone in badge.gained)
    loses = tuple(f"Loses {_said(zone)}." for zone in badge.taken)
    return (f"Badge {badge.number} of {name} opens {opens}.", *gains, *loses)


def _already(badge: Carried) -> str:
    if badge.lost or badge.gained or badge.taken:
        return ""
    return f"The badge of {badge.person.name} opens exactly that already."


def _privilege_gained(badge: Carried) -> Reason | None:
    """Raise: the badge would open a room that gives power, and does not open it now."""
    strong = [zone for zone in badge.gained if zone.privileged]
    if not strong:
        return None
    return Reason(
        rule="raise.privilege_gained",
        text=f"This opens rooms that give power: {_names(strong)}.",
        observed=_names(strong),
        limit="no such room",
        would_pass="Ask for zones without such a room.",
    )


def _ends(params: SetZones, knows: Knows) -> dict[str, Any]:
    """What is taken back when the time is over: the zones that it gains, and no other.

    Where it gains none, because it opens all of them for a time, those that are not listed.
    """
    badge = _carried(params, knows)
    [listed] = [row["zones"] for row in knows.registered("badges") if row["id"] == badge.listed_as]
    ends = badge.gained or tuple(zone for zone in badge.asked if zone.id not in listed)
    return {"ends": [zone.id for zone in ends]}


def _owners(badge: Carried) -> tuple[tuple[str, str], ...]:
    """Who answers for the zones that change hands; where none does, for all of them."""
    zones = (*badge.gained, *badge.taken) or badge.asked
    return tuple({zone.owner: f"you own {zone.name}" for zone in zones if zone.owner}.items())


# ------------------------------------------------------------------ levels


def _reach(badge: Carried, own: bool) -> Level:
    strong = [zone for zone in badge.gained if zone.privileged]
    if strong:
        return facts.level(3, f"A room that gives power: {_names(strong)}.", ZONES)
    if own and not badge.gained:
        return facts.level(0, f"{badge.person.name}'s own badge, no zone more.", ZONES)
    return facts.level(1, f"One person's badge: {badge.person.name}'s.", ZONES)


def _way_back(badge: Carried) -> Level:
    if badge.lost:
        text = f"Badge {badge.number} stays disabled; another can be issued within the hour."
        return facts.level(1, text, facts.TYPE)
    return facts.level(1, "The zones can be set again; who went in went in.", facts.TYPE)


def _regulated(badge: Carried, own: bool) -> Level:
    if own and not badge.gained:
        return facts.level(0, "Their own badge.", facts.CHANNEL)
    return facts.level(2, "Who may go where is access control.", facts.TYPE)


# ------------------------------------------------------------------ words


def _names(zones: Iterable[Zone]) -> str:
    return facts.listing(zone.name for zone in zones)


def _said(zone: Zone) -> str:
    return f"{zone.name}, a room that gives power" if zone.privileged else zone.name


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    zones = {row["id"]: str(row["name"]) for row in knows.registered("zones")}
    opens = facts.listing(zones.get(id, f"‘{id}’") for id in params["zones"])
    if params.get("lost"):
        title = f"Replace {name}'s lost badge"
        effect = f"{name}'s badge will be disabled; then a new one will open {opens}."
    else:
        title = f"Set what {name}'s badge opens"
        effect = f"{name}'s badge will open {opens}, and nothing else."
    return Rendering(title, effect, title)


def _take_back(params: Mapping[str, Any]) -> Offered | None:
    if not params.get("ends"):
        return None
    return Offered("badge.remove_zones", {"person": params["person"], "zones": params["ends"]})


SET_ZONES = ActionType(
    id="badge.set_zones",
    title="Set what a badge opens",
    domain="facilities",
    context="facilities",
    doc="Sets the zones of somebody's badge, or replaces a lost badge by a new one.",
    params=SetZones,
    findings=_set_zones,
    render=_render,
    facts=(
        "what the badge opens now",
        "which of the zones give power",
        "whose badge it is and who asks",
        "employment",
    ),
    undo=_take_back,
    undo_words="What it opens for a time is taken back when that is over, or before. Otherwise "
    "zones are set again by a new request, and a badge that was lost stays disabled.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It opens doors."),
    policy_rule="same_zones",
    timed=True,
    ending=_ends,
)

TYPES = (SET_ZONES,)
