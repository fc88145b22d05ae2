"""Major incidents: many reports of one fault, put together; a person tells people about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.desk import CONNECTOR, this_ticket
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core import listed
from holdshort.core.terms import Circumstances, Consequence, Findings, Level, Tier
from holdshort.ports import Knows

TICKETS = "the tickets"
Number = Annotated[str, Field(pattern=r"^[1-9]\d{0,17}$")]


class Incident(Params):
    """What has happened, who reported it, and what could be said."""

    title: str = Field(min_length=1, max_length=120, description="What does not work.")
    reports: list[Number] = Field(
        min_length=1, max_length=200, description="The numbers of the tickets that report it."
    )
    draft: str = Field(
        default="", max_length=2000, description="Words for those affected; a person sends them."
    )


def _declare(params: Incident, asked: Circumstances, knows: Knows) -> Findings:
    reports = _reports(params, knows)
    people = {str(row["requester"]) for row in reports}
    count = _count(len(reports))
    draft = f"Drafted, and sent by nobody yet: {params.draft}" if params.draft else ""
    return Findings(
        target=this_ticket(asked),
        consequence=Consequence(
            _reach(len(people), reports, knows),
            facts.level(0, "Labels can be set again; nothing is sent.", facts.TYPE),
            facts.level(0, "No access and no credential changes.", facts.TYPE),
            facts.no_cost(),
        ),
        context="general",
        seen={},
        before=(f"{count} of {len(people)} people stand each by itself.",),
        after=(f"{count} are labelled ‘{label(params.title)}’.", *([draft] if draft else [])),
        read_at=None,
        raises=facts.present(facts.sender_unproven(asked), facts.emergency(asked)),
    )


def _reports(params: Incident, knows: Knows) -> Sequence[Mapping[str, Any]]:
    """The tickets. Raises UnknownTarget, for those that are private as well."""
    numbers = {int(number) for number in params.reports}
    found = knows.reports(sorted(numbers))
    missing = sorted(numbers - {int(row["number"]) for row in found})
    if missing:
        raise UnknownTarget(f"There is no ticket {missing[0]} that could be a report of it.")
    return found


def _reach(people: int, reports: Sequence[Mapping[str, Any]], knows: Knows) -> Level:
    moments = [row["opened_at"] for row in reports]
    within = max(moments) - min(moments)
    text = f"{people} people reported it within {_minutes(within)}."
    few = people <= listed.people_budget(knows.policy())
    return facts.level(2 if few else 3, text, TICKETS)


def _minutes(within: timedelta) -> str:
    minutes = int(-(-within.total_seconds() // 60))
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


def _count(reports: int) -> str:
    return "1 report" if reports == 1 else f"{reports} reports"


def label(title: str) -> str:
    """What the reports of an incident are labelled with."""
    return f"Incident: {title}"


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Declare the major incident ‘{params['title']}’"
    count = _count(len(set(params["reports"])))
    effect = f"{count} will be put together under it. Nobody is written to; a person does that."
    return Rendering(title, effect, title)


DECLARE = ActionType(
    id="incident.declare",
    title="Declare a major incident",
    domain="desk",
    context="general",
    doc="Puts the reports of one fault together. Words for those affected are drafted, never sent.",
    params=Incident,
    findings=_declare,
    render=_render,
    facts=("the reports, of how many people they are, and within how long",),
    undo_words="Nothing to undo: the labels can be set again at any time.",
    connector=CONNECTOR,
    min_tier=(Tier.HUMAN, "A major incident is always declared by a person."),
    permanent=True,
    hold_seconds=0,
)

TYPES = (DECLARE,)
