"""Zones that a badge opens no more. What it opens now is asked of the badge system itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.doors import CONNECTOR, FACILITIES, ZONES, Zone, zone_of, zones_named
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core.terms import Circumstances, Consequence, Findings, Inquiry, Target, Tier
from holdshort.ports import Knows

REMOVE = "badge.remove_zones"


class RemoveZones(Params):
    """Whose badge, and what it is not to open any more."""

    person: str = Field(min_length=1, max_length=64, description="The id of the badge's holder.")
    zones: list[str] = Field(
        min_length=1, max_length=30, description="The ids of the zones that it is not to open."
    )


def _inquiry(params: RemoveZones, knows: Knows) -> Inquiry:
    return Inquiry(CONNECTOR, REMOVE, {"target": params.person, "params": params.model_dump()})


def _now(params: RemoveZones, knows: Knows) -> tuple[str, list[str]]:
    """The badge's number and what it opens. Where the badge system says nothing, it is taken to
    open all of these: then it says so right before the change. Raises UnknownTarget."""
    rows = [row for row in knows.registered("badges") if row.get("person") == params.person]
    told = knows.preview(_inquiry(params, knows))
    if told is not None and not told.problem:
        return str(told.seen["badge"]), sorted(told.seen["zones"])
    if not rows:
        raise UnknownTarget(f"No badge is listed for ‘{params.person}’.")
    return str(rows[0]["id"]), sorted({*rows[0]["zones"], *params.zones})


def _remove(params: RemoveZones, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    gone = zones_named(params.zones, knows)
    badge, held = _now(params, knows)
    left = [id for id in held if id not in params.zones]
    name, told = _names(gone), knows.preview(_inquiry(params, knows))
    return Findings(
        target=Target(CONNECTOR, person.id, f"badge {badge}"),
        consequence=Consequence(
            facts.level(1, f"One person's badge: {person.name}'s.", ZONES),
            facts.level(1, "The zones can be asked for again.", facts.TYPE),
            facts.level(1, "It opens less.", facts.TYPE),
            facts.no_cost(),
        ),
        context=FACILITIES,
        seen={"holder": person.id, "badge": badge, "zones": held, "_to": left},
        before=(f"Badge {badge} of {person.name} opens {name}.",),
        after=(f"Badge {badge} of {person.name} does not open {name}.",),
        read_at=told.read_at if told else None,
        raises=facts.present(
            facts.sender_unproven(asked), facts.beneficiary_differs(asked, person)
        ),
        owners=_owners(gone),
        already=f"The badge of {person.name} does not open {name}." if left == held else "",
    )


def _owners(zones: Sequence[Zone]) -> tuple[tuple[str, str], ...]:
    return tuple({zone.owner: f"you own {zone.name}" for zone in zones if zone.owner}.items())


def _names(zones: Sequence[Zone]) -> str:
    return facts.listing(zone.name for zone in zones)


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    known = {str(row["id"]): zone_of(row).name for row in knows.registered("zones")}
    zones = facts.listing(known.get(id, f"‘{id}’") for id in params["zones"])
    title = f"Take {zones} off {name}'s badge"
    return Rendering(title, f"{name}'s badge will not open {zones} any more.", title)


REMOVE_ZONES = ActionType(
    id=REMOVE,
    title="Take zones off a badge",
    domain="facilities",
    context=FACILITIES,
    doc="Ends that somebody's badge opens some zones; what else it opens stays.",
    params=RemoveZones,
    findings=_remove,
    render=_render,
    facts=("what the badge opens now, as the badge system says", "who asks"),
    undo_words="Nothing undoes it by itself: zones are asked for again.",
    inquiry=_inquiry,
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Somebody may stand before a closed door."),
)

TYPES = (REMOVE_ZONES,)
