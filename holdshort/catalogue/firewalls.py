"""Firewall rules: what they expose is read from the inventory, and a person always decides.

Taking a rule back is a change like any other: what it let in or kept out is let in or kept out.
Only an undo that the approval covered, in its time, needs no other yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, Literal

from pydantic import Field

from holdshort.catalogue import contradictions, facts, inventory
from holdshort.catalogue.kind import ActionType, Emergency, Params, Rendering, UnknownTarget
from holdshort.core import consequence, rollbacks, windows
from holdshort.core.terms import (
    Asset,
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

ANY = "any"
"""From everywhere, the whole internet included."""

EXPOSED = ("host", "database", "network", "fleet", "site", "system")


class Rule(Params):
    """One rule of a firewall, to be added or removed."""

    firewall: str = Field(min_length=1, max_length=64, description="The firewall's id.")
    change: Literal["add", "remove"] = Field(description="Whether the rule comes or goes.")
    verdict: Literal["allow", "deny"] = Field(description="What the rule does with a connection.")
    protocol: Literal["tcp", "udp", "icmp"] = Field(description="The protocol.")
    port: str = Field(
        pattern=r"^([1-9]\d{0,4}(-[1-9]\d{0,4})?)?$",
        description="A port, or from and to, as in 8000-8010; empty for icmp.",
    )
    source: str = Field(
        min_length=1,
        max_length=64,
        description="‘any’, a network such as 10.1.0.0/16, or the id of a thing here.",
    )
    destination: str = Field(
        min_length=1, max_length=64, description="The id of the host, database or network reached."
    )
    emergency: Emergency = False
    rollback_hours: int = Field(
        default=0,
        ge=0,
        le=rollbacks.LONGEST,
        description="For how many hours after it is made it may be taken back without another "
        "yes; 0: never.",
    )


# ------------------------------------------------------------------ what it does


def _change(params: Rule, asked: Circumstances, knows: Knows) -> Findings:
    firewall = inventory.named(knows, params.firewall, "firewall")
    reached = _reached(params.destination, knows)
    source = _source(params.source, knows)
    line = _line(params.model_dump(), knows)
    ids = [firewall.id, reached.id]
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.emergency(facts.flagged(asked, params.emergency)),
        windows.freeze(knows.policy(), ids, asked.at),
        _opens(params, reached, source),
    )
    goes = params.change == "remove"
    return Findings(
        target=Target("manual", firewall.id, firewall.name),
        consequence=Consequence(
            _reach(params, firewall, reached, source),
            _way_back(params),
            facts.level(2, "Who may reach what is access control.", facts.TYPE),
            facts.no_cost(),
        ),
        context="security",
        seen={},
        before=(f"{firewall.name}, as far as we know: {'' if goes else 'no rule '}{line}",),
        after=(
            f"{firewall.name}: {'no rule ' if goes else ''}{line}",
            f"Exposed: {_exposed(reached, source)}.",
        ),
        read_at=None,
        raises=raises,
        notes=contradictions.with_inventory(asked, reached),
        owners=(*inventory.owners(firewall), *inventory.owners(reached)),
    )


def _reached(id: str, knows: Knows) -> Asset:
    found = knows.asset(id)
    if found is None or found.kind not in EXPOSED:
        raise UnknownTarget(f"The inventory has nothing to reach with the id ‘{id}’.")
    return found


def _source(source: str, knows: Knows) -> str:
    """Where connections come from, in words. Raises UnknownTarget."""
    if source == ANY:
        return "anywhere, the whole internet included"
    asset = knows.asset(source)
    if asset is not None:
        return asset.name
    try:
        network = ip_network(source)
    except ValueError:
        raise UnknownTarget(
            f"‘{source}’ is neither ‘any’ nor a network nor a thing of the inventory."
        ) from None
    return "anywhere, the whole internet included" if network.prefixlen == 0 else str(network)


def _lets_in(params: Rule) -> bool:
    return (params.change, params.verdict) in (("add", "allow"), ("remove", "deny"))


def _opens(params: Rule, reached: Asset, source: str) -> Reason | None:
    """Raise: connections come through that the firewall stops now."""
    if not _lets_in(params):
        return None
    return Reason(
        rule="raise.undoes_security_control",
        text=f"This lets connections through to {reached.name}, from {source}.",
        observed=f"{reached.name}, {_place(reached)}",
        limit="no connection that is stopped now",
        would_pass="Security decides about what a firewall lets through.",
    )


# ------------------------------------------------------------------ levels


def _reach(params: Rule, firewall: Asset, reached: Asset, source: str) -> Level:
    if _lets_in(params):
        text = f"{reached.name} ({_place(reached)}) can be reached from {source}."
    else:
        text = f"{reached.name} ({_place(reached)}) cannot be reached from {source} any more."
    behind = f"A mistake at {firewall.name} is one for everything behind it."
    return consequence.worst(
        [facts.level(3, text, inventory.INVENTORY), facts.level(3, behind, facts.TYPE)]
    )


def _way_back(params: Rule) -> Level:
    if _lets_in(params):
        text = "The rule can be taken back; who came in meanwhile came in."
    else:
        text = "The rule can be put back; nothing proves that all that needs it comes back."
    return facts.level(2, text, facts.TYPE)


def _place(asset: Asset) -> str:
    unknown = asset.environment == "unknown"
    return "environment unknown, so production" if unknown else asset.environment


def _exposed(reached: Asset, source: str) -> str:
    return f"{reached.name}, {reached.kind}, {_place(reached)}, from {source}"


# ------------------------------------------------------------------ words and undo


def _line(params: Mapping[str, Any], knows: Knows) -> str:
    """The rule in one line, with the ids that it is entered with."""
    port = f"/{params['port']}" if params["port"] else ""
    what = f"{params['verdict']} {params['protocol']}{port}"
    return f"{what} from {params['source']} to {params['destination']}"


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    firewall = inventory.name_of(params["firewall"], knows)
    verb, where = ("Add", "to") if params["change"] == "add" else ("Remove", "from")
    line = _line(params, knows)
    title = f"{verb} a rule {where} {firewall}: {line}"
    done = "will have" if params["change"] == "add" else "will no longer have"
    return Rendering(title, f"{firewall} {done} the rule ‘{line}’.", title)


def _inverse(params: Mapping[str, Any]) -> Offered | None:
    other = "remove" if params["change"] == "add" else "add"
    once = ("rollback_hours", "emergency")
    kept = {name: value for name, value in params.items() if name not in once}
    return Offered("fw.change", {**kept, "change": other})


CHANGE = ActionType(
    id="fw.change",
    title="Change a firewall rule",
    domain="network",
    context="security",
    doc="Adds a rule to a firewall or removes one. A person enters it, exactly as approved.",
    params=Rule,
    findings=_change,
    render=_render,
    facts=(
        "what the rule exposes: environment, kind and owner from the inventory",
        "blackouts",
        "who asks",
    ),
    undo=_inverse,
    undo_words="Remove the rule again, or add it again; that is decided like any other change, "
    "unless the approval covered exactly that for some hours.",
    connector="manual",
    min_tier=(Tier.HUMAN, "Firewalls are always for a person to decide."),
    permanent=True,
)

TYPES = (CHANGE,)
