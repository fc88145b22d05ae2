"""Telling who has a ticket that its target time is near. When that is follows from the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.desk import CONNECTOR, harmless
from holdshort.catalogue.incidents import TICKETS
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core import settings
from holdshort.core.terms import Circumstances, Consequence, Findings, Target
from holdshort.ports import Knows

SLA = "notify.sla"


class Deadline(Params):
    """Which ticket."""

    ticket: int = Field(ge=1, description="The number of the ticket whose time is running out.")


def _notify(params: Deadline, asked: Circumstances, knows: Knows) -> Findings:
    row = next(iter(knows.reports([params.ticket])), None)
    if row is None:
        raise UnknownTarget(f"There is no ticket {params.ticket} that anybody could be told of.")
    if row["stands"] in ("closed", "asked") or not row["holder"]:
        raise UnknownTarget(f"Nobody here has ticket {params.ticket}: it waits for no one of us.")
    holder = facts.person_named(knows, str(row["holder"]))
    text = _text(row, knows)
    free = harmless(f"{holder.name} reads a notice.")
    return Findings(
        target=Target(CONNECTOR, str(params.ticket), f"ticket {params.ticket}"),
        consequence=Consequence(
            facts.level(0, f"{holder.name} has the ticket and reads a notice.", TICKETS),
            facts.level(0, "A correction can follow.", facts.TYPE),
            free.regulatory,
            free.cost,
        ),
        context="general",
        seen={"person": holder.id, "text": text},
        before=(),
        after=(f"{holder.name} reads: {text}",),
        read_at=None,
    )


def _text(row: Mapping[str, Any], knows: Knows) -> str:
    """When it is due, on the company's clocks; never what the ticket says."""
    policy = knows.policy()
    due = settings.due(policy, row["label"], row["opened_at"])
    local = due.astimezone(settings.zone_of(policy))
    hours = settings.target_hours(policy, row["label"])
    return (
        f"Ticket {row['number']} is to be done by {local:%Y-%m-%d %H:%M}, "
        f"{hours} working hours after it came."
    )


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Tell who has ticket {params['ticket']} that its time is running out"
    return Rendering(title, "They will read until when it is to be done.", title)


NOTIFY = ActionType(
    id=SLA,
    title="Say that a ticket's time is running out",
    domain="desk",
    context="general",
    doc="Tells whoever has a ticket by when it is to be done, before that is missed.",
    params=Deadline,
    findings=_notify,
    render=_render,
    facts=("when the ticket came, its label and the target time for it", "who has it"),
    undo_words="What was read stays read; a correction can follow.",
    connector=CONNECTOR,
    hold_seconds=0,
)

TYPES = (NOTIFY,)
EXAMPLES = {SLA: {"ticket": 1}}
