"""HR records: one reads one's own at most, and people alone decide about people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering
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

CONNECTOR = "manual"


class ReadRecord(Params):
    """Whose record."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")


class DecideLeave(ReadRecord):
    """Whose leave, and what is decided about it."""

    decision: Literal["approve", "reject"] = Field(description="Yes or no to the leave.")


# ------------------------------------------------------------------ reading a record


def _read(params: ReadRecord, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    own = person.id == asked.requester.id
    whose = "One's own record." if own else "Pay, health and leave of somebody else."
    return Findings(
        target=Target(CONNECTOR, person.id, "an HR record"),
        consequence=Consequence(
            facts.level(0 if own else 1, "One person's record.", facts.TYPE),
            facts.level(0 if own else 3, "What was read stays read.", facts.TYPE),
            facts.level(1 if own else 3, whose, facts.TYPE),
            facts.no_cost(),
        ),
        context="hr",
        seen={"person": person.id},
        before=(),
        after=("HR tells them what stands in their own record.",) if own else (),
        read_at=None,
        raises=facts.present(
            facts.sender_unproven(asked), facts.employment_unconfirmed(asked.requester, asked)
        ),
        refusals=facts.present(None if own else _of_somebody_else()),
    )


def _of_somebody_else() -> Reason:
    """Refusal: it names nobody, because whoever asked may be shown it."""
    return Reason(
        rule="refuse.personal_data",
        text="Personal data of other people is not told here, to anybody.",
        observed="somebody else's record",
        limit="one's own record",
        would_pass="HR answers what may be answered, privately.",
    )


def _render_read(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Read the HR record of {name}"
    return Rendering(title, f"What HR keeps about {name} will be read.", title)


# ------------------------------------------------------------------ deciding about leave


def _decide(params: DecideLeave, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    word = "approved" if params.decision == "approve" else "rejected"
    return Findings(
        target=Target(CONNECTOR, person.id, f"the leave of {person.name}"),
        consequence=Consequence(
            facts.level(1, f"One person: {person.name}.", facts.TYPE),
            facts.level(2, "It can be decided again; what was planned meanwhile is lost.", "HR"),
            facts.level(3, "A decision about a person is a person's (GDPR Art. 22).", facts.TYPE),
            facts.no_cost(),
        ),
        context="hr",
        seen={"person": person.id},
        before=(f"The leave of {person.name} is not decided.",),
        after=(f"The leave of {person.name} is {word}.",),
        read_at=None,
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.beneficiary_differs(asked, person),
            facts.employment_unconfirmed(person, asked),
            facts.emergency(asked),
        ),
        owners=_manager(person),
    )


def _manager(person: Person) -> tuple[tuple[str, str], ...]:
    return ((person.manager, f"you lead {person.name}"),) if person.manager else ()


def _render_decide(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    verb = "Approve" if params["decision"] == "approve" else "Reject"
    title = f"{verb} the leave of {name}"
    return Rendering(title, f"{name} will be told, and HR's record will say so.", title)


READ_RECORD = ActionType(
    id="hris.read",
    title="Read an HR record",
    domain="hr",
    context="hr",
    doc="Tells somebody what HR keeps about them; about anybody else it is refused.",
    params=ReadRecord,
    findings=_read,
    render=_render_read,
    facts=("whose record it is and who asks", "how they proved it and their employment"),
    undo_words="What was read stays read.",
    connector=CONNECTOR,
    min_tier=(Tier.HUMAN, "Personal data."),
    permanent=True,
)

DECIDE_LEAVE = ActionType(
    id="hris.decide_leave",
    title="Decide about leave",
    domain="hr",
    context="hr",
    doc="Approves or rejects the leave of one person, by the hand of whoever decides.",
    params=DecideLeave,
    findings=_decide,
    render=_render_decide,
    facts=("whose leave it is, and who leads them", "who asks and how they proved it"),
    undo_words="It can be decided again, by a person.",
    connector=CONNECTOR,
    min_tier=(Tier.HUMAN, "A decision about a person."),
    permanent=True,
)

TYPES = (READ_RECORD, DECIDE_LEAVE)
