"""Databases as a whole: a restart, which no database can do for itself, is work of a person.

Their rows are in `database_rows.py`, their roles in `database_roles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import contradictions, database_roles, database_rows, facts, inventory
from holdshort.catalogue.kind import ActionType, Emergency, Params, Rendering
from holdshort.core import windows
from holdshort.core.terms import Circumstances, Consequence, Findings, Target, Tier
from holdshort.ports import Knows


class Restart(Params):
    """Which database is restarted."""

    database: str = Field(min_length=1, max_length=64, description="The database's id here.")
    emergency: Emergency = False


def _restart(params: Restart, asked: Circumstances, knows: Knows) -> Findings:
    asset = inventory.named(knows, params.database, "database")
    cut_off = f"Everybody's connections to {asset.name} end for a moment."
    slow = "Starting it again is the remedy; nothing here proves that it comes up."
    return Findings(
        target=Target("manual", asset.id, asset.name),
        consequence=Consequence(
            inventory.reach(asset, facts.level(1, cut_off, facts.TYPE)),
            facts.level(2, slow, facts.TYPE),
            facts.level(0, "No data is read or changed.", facts.TYPE),
            facts.no_cost(),
        ),
        context=inventory.context(asset),
        seen={},
        before=(f"{asset.name} is running, as far as we know.",),
        after=(f"{asset.name} has been restarted, and its connections were ended.",),
        read_at=None,
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.emergency(facts.flagged(asked, params.emergency)),
            windows.freeze(knows.policy(), [asset.id], asked.at),
        ),
        notes=contradictions.with_inventory(asked, asset),
        owners=inventory.owners(asset),
    )


def _render_restart(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = inventory.name_of(params["database"], knows)
    title = f"Restart {name}"
    return Rendering(title, f"{name} will stop and start; whoever uses it is cut off.", title)


RESTART = ActionType(
    id="db.restart",
    title="Restart a database",
    domain="databases",
    context="access",
    doc="Stops and starts a database server. A person does it: no database can do that itself.",
    params=Restart,
    findings=_restart,
    render=_render_restart,
    facts=("environment, criticality and owner from the inventory",),
    undo_words="A restart cannot be taken back.",
    connector="manual",
    min_tier=(Tier.POLICY, "A service is interrupted."),
)

TYPES = (*database_rows.TYPES, *database_roles.TYPES, RESTART)
