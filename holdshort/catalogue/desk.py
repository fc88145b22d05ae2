"""Actions on the ticket itself. They touch this desk's own records and nothing outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering
from holdshort.core.terms import Circumstances, Consequence, Findings, Target
from holdshort.ports import Knows

CONNECTOR = "desk"


class Categorise(Params):
    """The label for the ticket."""

    label: str = Field(min_length=1, max_length=80, description="The label, in a few words.")


class Route(Params):
    """Whose queue."""

    context: Literal["security", "access", "finance", "hr", "legal", "facilities", "general"] = (
        Field(description="Whose work this is.")
    )


class Status(Params):
    """What the requester is told."""

    text: str = Field(
        default="", max_length=2000, description="Words for the requester; empty: only the status."
    )


def this_ticket(asked: Circumstances) -> Target:
    """The ticket as a target; it has no number yet where nothing is staged (a dry run)."""
    number = "" if asked.ticket is None else str(asked.ticket)
    return Target(CONNECTOR, number, f"ticket {number}".strip())


def harmless(text: str) -> Consequence:
    """All four levels 0: what only this desk's own records show, and a correction restores."""
    return Consequence(
        facts.level(0, text, facts.TYPE),
        facts.level(0, "Nothing is lost; it can be set again at any time.", facts.TYPE),
        facts.level(0, "No access and no credential changes.", facts.TYPE),
        facts.no_cost(),
    )


def _found(asked: Circumstances, text: str, after: str) -> Findings:
    return Findings(
        target=this_ticket(asked),
        consequence=harmless(text),
        context="general",
        seen={},
        before=(),
        after=(after,),
        read_at=None,
    )


def _categorise(params: Categorise, asked: Circumstances, knows: Knows) -> Findings:
    return _found(asked, "The ticket's own label.", f"The ticket is labelled ‘{params.label}’.")


def _route(params: Route, asked: Circumstances, knows: Knows) -> Findings:
    return _found(asked, "The ticket's own queue.", f"The ticket is with {params.context}.")


def _status(params: Status, asked: Circumstances, knows: Knows) -> Findings:
    said = f"{asked.requester.name} reads: {params.text}" if params.text else ""
    after = said or f"{asked.requester.name} reads how the ticket stands."
    return _found(asked, "A note on the requester's own ticket.", after)


def _render_categorise(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Label the ticket ‘{params['label']}’"
    return Rendering(title, f"The ticket will be listed under ‘{params['label']}’.", title)


def _render_route(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Pass the ticket to {params['context']}"
    return Rendering(title, f"The people for {params['context']} will see the ticket.", title)


def _render_status(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = "Tell the requester how the ticket stands"
    words = params.get("text")
    sentence = f"The requester will read: {words}" if words else "The requester will read it."
    return Rendering(title, sentence, title)


CATEGORISE = ActionType(
    id="ticket.categorise",
    title="Label the ticket",
    domain="desk",
    context="general",
    doc="Sets the ticket's label. A label decides nothing about oversight.",
    params=Categorise,
    findings=_categorise,
    render=_render_categorise,
    facts=("the ticket",),
    undo_words="Nothing to undo: the label can be set again at any time.",
    connector=CONNECTOR,
    hold_seconds=0,
)

ROUTE = ActionType(
    id="ticket.route",
    title="Pass the ticket on",
    domain="desk",
    context="general",
    doc="Puts the ticket into the queue of the people whose work it is.",
    params=Route,
    findings=_route,
    render=_render_route,
    facts=("the ticket",),
    undo_words="Nothing to undo: the ticket can be passed on again at any time.",
    connector=CONNECTOR,
    hold_seconds=0,
)

STATUS = ActionType(
    id="ticket.status",
    title="Say how the ticket stands",
    domain="desk",
    context="general",
    doc="Tells the requester, on their own ticket, how it stands.",
    params=Status,
    findings=_status,
    render=_render_status,
    facts=("the ticket",),
    undo_words="What was read stays read; a correction can follow.",
    connector=CONNECTOR,
    hold_seconds=0,
)

TYPES = (CATEGORISE, ROUTE, STATUS)
