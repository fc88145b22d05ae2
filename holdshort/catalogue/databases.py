"""Databases as a whole: a restart, which no database can do for itself; the host management does.

Their rows are in `database_rows.py`, their roles in `database_roles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from holdshort.catalogue import contradictions, database_roles, database_rows, facts, inventory
from holdshort.catalogue.kind import ActionType, Emergency, Params, Rendering
from holdshort.core import windows
from holdshort.core.terms import (
    Asset,
    Circumstances,
    Consequence,
    Findings,
    Inquiry,
    Level,
    PolicyResult,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "hosts"
HOLD = timedelta(seconds=60)


class Restart(Params):
    """Which database is restarted."""

    database: str = Field(min_length=1, max_length=64, description="The database's id here.")
    emergency: Emergency = False


def _inquiry(params: Restart, knows: Knows) -> Inquiry | None:
    """Since when it runs, and whether it works; nobody is asked where a person restarts it."""
    if not knows.connected(CONNECTOR):
        return None
    words = {"target": params.database, "params": {"database": params.database}}
    return Inquiry(CONNECTOR, "db.restart", words)


def _restart(params: Restart, asked: Circumstances, knows: Knows) -> Findings:
    asset = inventory.named(knows, params.database, "database")
    ask = _inquiry(params, knows)
    preview = inventory.answered(knows.preview(ask), asset) if ask else None
    told: Mapping[str, Any] = preview.seen if preview else {}
    cut_off = f"Everybody's connections to {asset.name} end for a moment."
    return Findings(
        target=Target(CONNECTOR if ask else "manual", asset.id, asset.name),
        consequence=Consequence(
            inventory.reach(asset, facts.level(1, cut_off, facts.TYPE)),
            _way_back(asset, told, asked, knows) if ask else _nothing_proves(),
            facts.level(0, "No data is read or changed.", facts.TYPE),
            facts.no_cost(),
        ),
        context=inventory.context(asset),
        seen=told,
        before=(_running(asset, told),),
        after=(f"{asset.name} has been restarted, and its connections were ended.",),
        read_at=preview.read_at if preview else None,
        policy=_in_window(asset.id, knows, asked.at, HOLD),
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.emergency(facts.flagged(asked, params.emergency)),
            windows.freeze(knows.policy(), [asset.id], asked.at),
        ),
        notes=contradictions.with_inventory(asked, asset),
        owners=inventory.owners(asset),
    )


def _running(asset: Asset, told: Mapping[str, Any]) -> str:
    if not told:
        return f"{asset.name} is running, as far as we know."
    works = "works" if told.get("_healthy") is True else "does not work"
    return f"{asset.name} has been running since {told.get('_started_at')}, and {works}."


# ------------------------------------------------------------------ whether it comes back


def _way_back(asset: Asset, told: Mapping[str, Any], asked: Circumstances, knows: Knows) -> Level:
    """Starting it again is the remedy; that it came back before, and works now, proves it."""
    tested = _tested(asset, knows)
    broken = bool(told) and told.get("_healthy") is not True
    if tested is None or tested > asked.at.date() or broken:
        return _nothing_proves()
    text = f"Starting it again is the remedy: {asset.name} came back healthy on {tested}."
    return facts.level(1, text, inventory.INVENTORY)


def _nothing_proves() -> Level:
    slow = "Starting it again is the remedy; nothing here proves that it comes up."
    return facts.level(2, slow, facts.TYPE)


def _tested(asset: Asset, knows: Knows) -> date | None:
    listed = (row for row in knows.registered("assets") if row["id"] == asset.id)
    day = next((row.get("restart_tested") for row in listed), None)
    return None if day is None else date.fromisoformat(str(day))


def _in_window(
    database: str, knows: Knows, at: datetime, lead: timedelta = timedelta(0)
) -> PolicyResult:
    return windows.window(knows.policy(), knows.policy_version(), [database], at, lead)


def _still(params: Mapping[str, Any], knows: Knows, at: datetime) -> PolicyResult:
    """Asked again before it starts: the window must still be open."""
    return _in_window(str(params["database"]), knows, at)


def _render_restart(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = inventory.name_of(params["database"], knows)
    title = f"Restart {name}"
    return Rendering(title, f"{name} will stop and start; whoever uses it is cut off.", title)


RESTART = ActionType(
    id="db.restart",
    title="Restart a database",
    domain="databases",
    context="access",
    doc="Stops and starts a database server, through the host management where one is connected.",
    params=Restart,
    findings=_restart,
    render=_render_restart,
    facts=(
        "environment, criticality and owner from the inventory, and when a restart last went well",
        "since when it runs, and whether it works",
        "maintenance windows and blackouts, again before it starts",
    ),
    undo_words="A restart cannot be taken back.",
    inquiry=_inquiry,
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "A service is interrupted."),
    policy_rule="window",
    still=_still,
)

TYPES = (*database_rows.TYPES, *database_roles.TYPES, RESTART)
