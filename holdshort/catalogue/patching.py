"""Patches: on which devices they go is read from the inventory, and when from the windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from holdshort.catalogue import contradictions, facts, inventory
from holdshort.catalogue.devices import DEVICES, devices_of
from holdshort.catalogue.kind import ActionType, Emergency, Params, Rendering, UnknownTarget
from holdshort.core import consequence, windows
from holdshort.core.terms import (
    Asset,
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    PolicyResult,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "patch"
HOLD = timedelta(seconds=60)
PATCHED = ("fleet", "host", "database", "firewall", "network", "system")
"""What can be patched: no doors, no sites."""


class Patches(Params):
    """Which patches, and what they go on."""

    patch: str = Field(
        min_length=1, max_length=64, description="The id that the patch system knows them by."
    )
    targets: list[str] = Field(
        min_length=1,
        max_length=20,
        description="The ids of rings of devices, hosts or databases, in the order to be patched.",
    )
    emergency: Emergency = False
    beside: list[str] = Field(
        default=[], max_length=20, description="What else was asked for with it, one by one."
    )


@dataclass(frozen=True, slots=True)
class Ring:
    """One thing that is patched as a whole, and which devices it is now."""

    asset: Asset
    devices: tuple[str, ...]

    @property
    def said(self) -> str:
        """The ring as people read it, with how many devices it is."""
        if self.asset.kind != "fleet":
            return self.asset.name
        return f"{self.asset.name} ({_devices(len(self.devices))})"


def _ring(id: str, knows: Knows) -> Ring:
    """What has that id. Raises UnknownTarget."""
    asset = knows.asset(id)
    if asset is None or asset.kind not in PATCHED:
        raise UnknownTarget(f"The inventory has nothing to patch with the id ‘{id}’.")
    if asset.kind != "fleet":
        return Ring(asset, (asset.id,))
    devices = tuple(sorted(devices_of(id, knows)))
    if not devices:
        raise UnknownTarget(f"No device is listed for {asset.name}.")
    return Ring(asset, devices)


def _rings(ids: Sequence[str], knows: Knows) -> tuple[Ring, ...]:
    return tuple(_ring(id, knows) for id in dict.fromkeys(ids))


# ------------------------------------------------------------------ what it does


def _deploy(params: Patches, asked: Circumstances, knows: Knows) -> Findings:
    return _found(params, asked, knows, installed=True)


def _remove(params: Patches, asked: Circumstances, knows: Knows) -> Findings:
    return _found(params, asked, knows, installed=False)


def _found(params: Patches, asked: Circumstances, knows: Knows, *, installed: bool) -> Findings:
    rings = _rings(params.targets, knows)
    ids = [ring.asset.id for ring in rings]
    said, production = facts.listing(ring.said for ring in rings), _production(rings)
    lately = knows.patched("patch.deploy" if installed else "patch.remove", params.patch)
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.emergency(facts.flagged(asked, params.emergency)),
        windows.freeze(knows.policy(), ids, asked.at),
    )
    until = windows.closes_at(knows.policy(), ids, asked.at)
    are, become = ("without", "with") if installed else ("with", "without")
    return Findings(
        target=Target(CONNECTOR, "+".join(ids), said),
        consequence=Consequence(
            _reach(rings, _rings(params.beside, knows), lately, knows),
            _way_back(rings),
            facts.level(0, "No access and no data change.", facts.TYPE),
            facts.no_cost(),
        ),
        context="security" if production else "access",
        seen={
            "patch": params.patch,
            "devices": sorted(device for ring in rings for device in ring.devices),
            "_deployed": not installed,
            # The patch system starts nothing on a further device after this.
            "_until": until.isoformat() if until else "",
        },
        before=(f"{said}: {are} the patches ‘{params.patch}’.",),
        after=(f"{said}: {become} the patches ‘{params.patch}’.",),
        read_at=None,
        policy=_in_window(ids, knows, asked.at, HOLD),
        raises=raises,
        notes=tuple(n for ring in rings for n in contradictions.with_inventory(asked, ring.asset)),
        owners=tuple(dict(o for ring in rings for o in inventory.owners(ring.asset)).items()),
    )


def _production(rings: Sequence[Ring]) -> list[Ring]:
    return [ring for ring in rings if inventory.in_production(ring.asset)]


# ------------------------------------------------------------------ levels


def _reach(
    rings: Sequence[Ring], beside: Sequence[Ring], lately: Sequence[str], knows: Knows
) -> Level:
    """As far as all that was asked for in a day reaches, whatever it is split into."""
    count = len({device for ring in (*rings, *beside) for device in ring.devices})
    text = f"{_devices(count)}: {facts.listing(ring.said for ring in rings)}."
    here = facts.level(1 if count == 1 else 2, text, DEVICES)
    fleets = {row["fleet"] for row in knows.registered("devices") if row.get("fleet")}
    asked = {ring.asset.id for ring in (*rings, *beside)}
    found = [here, *(inventory.weight(ring.asset) for ring in rings)]
    if len(fleets) > 1 and asked & fleets and fleets <= asked | set(lately):
        every = "Every ring within a day: no ring is left in which a bad patch would show first."
        found.append(facts.level(3, every, DEVICES))
    return consequence.worst(sorted(found, key=lambda one: -one.value))


def _way_back(rings: Sequence[Ring]) -> Level:
    others = [ring.said for ring in rings if ring.asset.kind != "fleet"]
    if others:
        text = f"The patches can be taken off; nothing proves that for {facts.listing(others)}."
        return facts.level(2, text, facts.TYPE)
    return facts.level(1, "The patches can be taken off again; a restart each time.", facts.TYPE)


def _devices(count: int) -> str:
    return "1 device" if count == 1 else f"{count} devices"


# ------------------------------------------------------------------ the policy rule, and parts


def _in_window(
    ids: Sequence[str], knows: Knows, at: datetime, lead: timedelta = timedelta(0)
) -> PolicyResult:
    return windows.window(knows.policy(), knows.policy_version(), ids, at, lead)


def _still(params: Mapping[str, Any], knows: Knows, at: datetime) -> PolicyResult:
    """Asked again before each ring starts: the window must still be open."""
    return _in_window(params["targets"], knows, at)


def _expand(type_id: str, params: Patches, knows: Knows) -> Sequence[Offered]:
    """Ring after ring, each waiting for the one before; what is in production each by itself."""
    rings = _rings(params.targets, knows)
    if len(rings) == 1:
        return ()
    light = [ring for ring in rings if not inventory.in_production(ring.asset)]
    ids = [ring.asset.id for ring in light]
    said = params.model_dump(exclude_defaults=True)
    batches = [
        {**said, "targets": [id], "beside": [other for other in ids if other != id]} for id in ids
    ]
    apart = [{**said, "targets": [ring.asset.id]} for ring in _production(rings)]
    return (
        *(Offered(type_id, one, (n - 1,) if n else ()) for n, one in enumerate(batches)),
        *(Offered(type_id, one) for one in apart),
    )


# ------------------------------------------------------------------ words and undo


def _words(verb: str, on: str, effect: str) -> Callable[[Mapping[str, Any], Knows], Rendering]:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        where = facts.listing(_said(id, knows) for id in params["targets"])
        title = f"{verb} the patches ‘{params['patch']}’ {on} {where}"
        return Rendering(title, f"{where} {effect}, and may restart.", title)

    return render


def _said(id: str, knows: Knows) -> str:
    try:
        return _ring(str(id), knows).said
    except UnknownTarget:
        return f"‘{id}’"


def _inverse(type_id: str) -> Callable[[Mapping[str, Any]], Offered | None]:
    def undo(params: Mapping[str, Any]) -> Offered | None:
        return Offered(type_id, {name: params[name] for name in ("patch", "targets")})

    return undo


_FACTS = (
    "which devices that is, and how many, when it is staged",
    "environment, criticality and owner from the inventory",
    "maintenance windows and blackouts, again before each ring",
)

DEPLOY = ActionType(
    id="patch.deploy",
    title="Deploy patches",
    domain="patching",
    context="access",
    doc="Deploys patches on rings of devices, hosts or databases, one after the other.",
    params=Patches,
    findings=_deploy,
    render=_words("Deploy", "on", "will be patched"),
    facts=_FACTS,
    undo=_inverse("patch.remove"),
    undo_words="Take the patches off the same devices.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Devices change and restart."),
    policy_rule="window",
    still=_still,
    expand=lambda params, at, knows: _expand("patch.deploy", params, knows),
)

REMOVE = ActionType(
    id="patch.remove",
    title="Take patches off",
    domain="patching",
    context="access",
    doc="Takes patches off rings of devices, hosts or databases, one after the other.",
    params=Patches,
    findings=_remove,
    render=_words("Take", "off", "will lose the patches"),
    facts=_FACTS,
    undo=_inverse("patch.deploy"),
    undo_words="Deploy the patches on the same devices again.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Devices change and restart."),
    policy_rule="window",
    still=_still,
    expand=lambda params, at, knows: _expand("patch.remove", params, knows),
)

TYPES = (DEPLOY, REMOVE)
