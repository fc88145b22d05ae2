"""Deleting everything that there is about a person. Where sources differ, a person finds out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering
from holdshort.core import deletion
from holdshort.core.templates import employed
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Offered,
    Person,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows


class DeleteData(Params):
    """Whose data."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")


def _delete(params: DeleteData, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    name = person.name
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.beneficiary_differs(asked, person),
        facts.emergency(asked),
        _still_works_here(person, asked),
    )
    return Findings(
        target=Target("manual", person.id, name),
        consequence=Consequence(
            facts.level(2, f"Everything about {name}, in every system.", facts.TYPE),
            facts.level(3, "Nothing brings it back.", facts.TYPE),
            facts.level(3, f"All personal data of {name}.", facts.TYPE),
            facts.no_cost(),
        ),
        context="hr",
        seen={"person": person.id},
        before=(f"{name}'s data is there.", f"HR says: {_employment(person, asked)}."),
        after=(f"All data of {name} is deleted.", "Nothing brings it back."),
        read_at=None,
        raises=raises,
        refusals=_forbids({"person": person.id}, knows),
    )


def _forbids(params: Mapping[str, Any], knows: Knows) -> tuple[Reason, ...]:
    return facts.present(deletion.held(knows.policy(), people=[str(params["person"])]))


def _employment(person: Person, asked: Circumstances) -> str:
    return "employed today" if employed(person, asked.at) else person.employment.status


def _still_works_here(person: Person, asked: Circumstances) -> Reason | None:
    """Raise: the words call somebody a leaver, and the HR record does not."""
    if facts.has_left(person, asked):
        return None
    return Reason(
        rule="raise.source_conflict",
        text=f"The HR record does not say that {person.name} has left, so the sources differ.",
        observed=f"employment {person.employment.status}",
        limit="employment ended",
        would_pass="HR puts the end date into the record.",
    )


def _suspension(params: DeleteData, at: datetime, knows: Knows) -> Sequence[Offered]:
    """In its place, until HR's record says that they left: what can be taken back."""
    person = facts.person_named(knows, params.person)
    if facts.left_by(person, at) or _forbids({"person": person.id}, knows):
        return ()
    return (Offered("idp.suspend", {"person": person.id, "deleting": True}),)


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Delete all data of {name}"
    return Rendering(title, f"Everything about {name} will be gone from every system.", title)


DELETE_DATA = ActionType(
    id="data.delete",
    title="Delete all data of somebody",
    domain="hr",
    context="hr",
    doc="Deletes everything about one person, by hand in each system. While HR's record does not "
    "say that they have left, the suspension of their account is prepared for HR instead.",
    params=DeleteData,
    findings=_delete,
    render=_render,
    facts=("what the HR record says", "legal holds on the person", "who asks"),
    undo_words="Nothing brings it back.",
    connector="manual",
    min_tier=(Tier.HUMAN, "Deletion for good of somebody's data."),
    permanent=True,
    needed=lambda params: 2,
    objections=_forbids,
    expand=_suspension,
)

TYPES = (DELETE_DATA,)
