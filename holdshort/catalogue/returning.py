"""Devices of somebody who leaves: a person collects them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import contradictions, facts
from holdshort.catalogue.devices import DEVICES
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core.terms import Circumstances, Consequence, Findings, Target, Tier
from holdshort.ports import Knows

CONNECTOR = "manual"


class Collect(Params):
    """Whose devices, and which."""

    person: str = Field(min_length=1, max_length=64, description="The id of who has them.")
    devices: list[str] = Field(
        min_length=1, max_length=50, description="The ids of the devices, each once."
    )


def of(person: str, knows: Knows) -> list[str]:
    """The ids of the devices that are listed for somebody."""
    rows = knows.registered("devices")
    return [str(row["id"]) for row in rows if row.get("holder") == person]


def _collect(params: Collect, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    missing = sorted({*params.devices} - {*of(person.id, knows)})
    if missing:
        raise UnknownTarget(f"{person.name} has no device with the id ‘{missing[0]}’.")
    named = _named(params.devices, knows)
    return Findings(
        target=Target(CONNECTOR, person.id, f"devices of {person.name}"),
        consequence=Consequence(
            facts.level(1, f"The devices of one person: {person.name}.", DEVICES),
            facts.level(2, "A person does it; they can be handed out again.", facts.TYPE),
            facts.level(1, "What is on them goes back with them.", facts.TYPE),
            facts.no_cost(),
        ),
        context="access",
        seen={"person": person.id, "devices": sorted(params.devices)},
        before=(f"{person.name} has {named}.",),
        after=(f"The company has {named} back.",),
        read_at=None,
        raises=facts.present(facts.sender_unproven(asked), facts.emergency(asked)),
        notes=contradictions.with_the_record(asked, person),
    )


def _named(devices: list[str], knows: Knows) -> str:
    names = {str(row["id"]): str(row["name"]) for row in knows.registered("devices")}
    return facts.listing(f"{names.get(one, 'a device')} ({one})" for one in devices)


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Collect the devices of {facts.name_of(params, knows)}"
    return Rendering(title, f"Somebody takes back {_named(params['devices'], knows)}.", title)


COLLECT = ActionType(
    id="equipment.collect",
    title="Collect somebody's devices",
    domain="equipment",
    context="access",
    doc="Has the devices of one person collected, by hand.",
    params=Collect,
    findings=_collect,
    render=_render,
    facts=("which devices are listed for the person", "whether HR's record says that they left"),
    undo_words="Nothing to undo: they can be handed out again.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Property changes hands."),
)

TYPES = (COLLECT,)
