"""Deleting everything that there is about a person. Where sources differ, a person finds out."""

from __future__ import annotations

from collections.abc import Mapping
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
        refusals=facts.present(_forbids({"person": person.id}, knows)),
        notes=facts.present(_suspend_instead(person, asked)),
    )


def _forbids(params: Mapping[str, Any], knows: Knows) -> Reason | None:
    return deletion.held(knows.policy(), people=[str(params["person"])])


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
        would_pass=f"HR confirms it. Meanwhile {person.name}'s account can be suspended "
        "(idp.suspend), which can be taken back.",
    )


def _suspend_instead(person: Person, asked: Circumstances) -> Reason | None:
    if facts.has_left(person, asked):
        return None
    return Reason(
        rule="note.suspend_instead",
        text=f"Suspending {person.name}'s account protects as much for now and can be taken back; "
        "a deletion cannot.",
        observed="data.delete",
        limit="idp.suspend",
    )


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Delete all data of {name}"
    return Rendering(title, f"Everything about {name} will be gone from every system.", title)


DELETE_DATA = ActionType(
    id="data.delete",
    title="Delete all data of somebody",
    domain="hr",
    context="hr",
    doc="Deletes everything about one person, by hand in each system.",
    params=DeleteData,
    findings=_delete,
    render=_render,
    facts=("what the HR record says", "legal holds on the person", "who asks"),
    undo_words="Nothing brings it back.",
    connector="manual",
    min_tier=(Tier.HUMAN, "Deletion for good of somebody's data."),
    permanent=True,
    needed=lambda params: 2,
    forbids=_forbids,
)

TYPES = (DELETE_DATA,)
