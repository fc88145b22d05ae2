"""Doors that stand open for a while: everybody who passes may come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.doors import CONNECTOR, FACILITIES, ZONES, Zone, zone_of
from holdshort.catalogue.kind import (
    ActionType,
    CatalogueError,
    Params,
    Rendering,
    UnknownTarget,
)
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Offered,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Schedule(Params):
    """Which door, and when it stands open."""

    zone: str = Field(min_length=1, max_length=64, description="The id of the zone it leads to.")
    day: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="The day, like 2026-03-28.")
    opens: str = Field(pattern=CLOCK, description="From when, like 09:00.")
    closes: str = Field(pattern=CLOCK, description="Until when, like 17:00.")


def _zone(params: Schedule, asked: Circumstances, knows: Knows) -> Zone:
    """The zone. Raises UnknownTarget, or CatalogueError for a time that makes no sense."""
    try:
        day = date.fromisoformat(params.day)
    except ValueError:
        raise CatalogueError(f"‘{params.day}’ is not in the calendar.") from None
    if day < asked.at.date():
        raise CatalogueError(f"{params.day} is over.")
    if params.closes <= params.opens:
        raise CatalogueError("A door closes later than it opens, on the same day.")
    for row in knows.registered("zones"):
        if row.get("id") == params.zone:
            return zone_of(row)
    raise UnknownTarget(f"No zone here has the id ‘{params.zone}’.")


# ------------------------------------------------------------------ what it does


def _schedule(params: Schedule, asked: Circumstances, knows: Knows) -> Findings:
    zone = _zone(params, asked, knows)
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.employment_unconfirmed(asked.requester, asked),
        facts.emergency(asked),
        _room_that_gives_power(zone),
    )
    return Findings(
        target=Target(CONNECTOR, zone.id, zone.name),
        consequence=Consequence(
            facts.level(3, f"Everybody in the building: {zone.name} stands open.", ZONES),
            facts.level(1, "It can be closed at once; who went in went in.", facts.TYPE),
            facts.level(2, "Who may go where is access control.", facts.TYPE),
            facts.no_cost(),
        ),
        context="security" if raises else FACILITIES,
        seen={"zone": zone.id, "day": params.day, "exception": "none"},
        before=(_as_usual(zone, params),),
        after=(f"{zone.name} stands open on {_when(params)}, for anybody.",),
        read_at=None,
        raises=raises,
        refusals=facts.present(facts.leaver(asked.requester, asked)),
        owners=_owner(zone),
        also=(FACILITIES,) if zone.privileged else (),
    )


def _unschedule(params: Schedule, asked: Circumstances, knows: Knows) -> Findings:
    zone = _zone(params, asked, knows)
    return Findings(
        target=Target(CONNECTOR, zone.id, zone.name),
        consequence=Consequence(
            facts.level(2, f"Whoever counts on {zone.name} standing open.", ZONES),
            facts.level(0, "It can be opened again.", facts.TYPE),
            facts.level(1, "Fewer people may go in.", facts.TYPE),
            facts.no_cost(),
        ),
        context=FACILITIES,
        seen={"zone": zone.id, "day": params.day, "exception": "open"},
        before=(f"{zone.name} stands open on {_when(params)}, for anybody.",),
        after=(_as_usual(zone, params),),
        read_at=None,
        raises=facts.present(facts.sender_unproven(asked)),
        owners=_owner(zone),
    )


def _room_that_gives_power(zone: Zone) -> Reason | None:
    """Raise: everybody would be where only some may be, over systems, records or people."""
    if not zone.privileged:
        return None
    return Reason(
        rule="raise.privilege_gained",
        text=f"{zone.name} is a room that gives power, and anybody could go in.",
        observed=zone.name,
        limit="no such room",
        would_pass="Ask for a zone without such a room.",
    )


def _owner(zone: Zone) -> tuple[tuple[str, str], ...]:
    return ((zone.owner, f"you own {zone.name}"),) if zone.owner else ()


# ------------------------------------------------------------------ words


def _when(params: Schedule) -> str:
    return f"{params.day} from {params.opens} to {params.closes}"


def _as_usual(zone: Zone, params: Schedule) -> str:
    return f"{zone.name} keeps its usual times on {params.day}."


def _render(verb: str, effect: str) -> Any:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        names = {row.get("id"): str(row.get("name")) for row in knows.registered("zones")}
        name = names.get(params["zone"], f"‘{params['zone']}’")
        when = f"on {params['day']} from {params['opens']} to {params['closes']}"
        title = f"{verb} {name} {when}"
        return Rendering(title, f"{name} {effect} {when}.", title)

    return render


def _inverse(type_id: str) -> Any:
    def undo(params: Mapping[str, Any]) -> Offered | None:
        return Offered(type_id, dict(params))

    return undo


_FACTS = ("which zone it leads to, whether it gives power and who owns it", "who asks")

SCHEDULE = ActionType(
    id="door.schedule",
    title="Leave a door open",
    domain="facilities",
    context="facilities",
    doc="Lets one door stand open for a part of one day.",
    params=Schedule,
    findings=_schedule,
    render=_render("Leave open", "will stand open for anybody"),
    facts=_FACTS,
    undo=_inverse("door.unschedule"),
    undo_words="Let the door keep the times that it had before.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It opens doors."),
)

UNSCHEDULE = ActionType(
    id="door.unschedule",
    title="Let a door keep its usual times",
    domain="facilities",
    context="facilities",
    doc="Takes back that one door stands open for a part of one day.",
    params=Schedule,
    findings=_unschedule,
    render=_render("Do not leave open", "will keep its usual times, also"),
    facts=_FACTS,
    undo=_inverse("door.schedule"),
    undo_words="Let the door stand open again; that is gated like any other opening.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Others may count on an open door."),
)

TYPES = (SCHEDULE, UNSCHEDULE)
