"""What the owner of a guest's account says about it: a decision of theirs, kept as any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.desk import CONNECTOR, harmless
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core.templates import local
from holdshort.core.terms import Circumstances, Findings, Person, Reason, Target
from holdshort.ports import Knows

CONSENT = "guest.consent"


class Consent(Params):
    """Whose account, and for how long the consent counts."""

    person: str = Field(min_length=1, max_length=200, description="The guest.")
    days: int = Field(
        default=365,
        ge=0,
        le=730,
        description="For how many days it counts; 0 takes back what was agreed before.",
    )


def _consent(params: Consent, asked: Circumstances, knows: Knows) -> Findings:
    guest = facts.person_named(knows, params.person)
    owner = _owner(guest, knows)
    until = local(knows.policy(), asked.at).date() + timedelta(days=params.days)
    after = (
        f"{owner.name} agrees: {guest.name}'s account may be suspended once nobody has used it for "
        f"long, until {until}."
        if params.days
        else f"{owner.name} takes back what was agreed about suspending {guest.name}'s account."
    )
    return Findings(
        target=Target(CONNECTOR, guest.id, guest.name),
        consequence=harmless("What its owner says about one account; the account stays as it is."),
        context="access",
        seen={"owner": owner.id},
        before=(),
        after=(after,),
        read_at=None,
        raises=facts.present(_not_the_owner(asked, owner), facts.sender_unproven(asked)),
    )


def _owner(guest: Person, knows: Knows) -> Person:
    """Who answers for the guest. Raises UnknownTarget."""
    rows = [row for row in knows.registered("guests") if row.get("person") == guest.id]
    if len(rows) != 1 or not rows[0].get("owner"):
        raise UnknownTarget(f"{guest.name} is no guest that somebody here answers for.")
    return facts.person_named(knows, str(rows[0]["owner"]))


def _not_the_owner(asked: Circumstances, owner: Person) -> Reason | None:
    """Raise: somebody else says that the owner agrees; an assistant that read it is no owner."""
    if asked.requester.id == owner.id == asked.initiator.id:
        return None
    return Reason(
        rule="raise.not_the_owner",
        text=f"This is for {owner.name} to say, in the form, and somebody else has.",
        observed=f"from {asked.initiator.name}, for {asked.requester.name}",
        limit=f"from {owner.name}",
        would_pass=f"{owner.name} sends the form.",
    )


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    found = knows.person(str(params["person"]))
    name = found.name if found else str(params["person"])
    title = f"Agree that {name}'s account is suspended when nobody uses it"
    if not params.get("days", 1):
        title = f"Take back what was agreed about {name}'s account"
    return Rendering(title, "What you said is on record, and counts from now on.", title)


AGREE = ActionType(
    id=CONSENT,
    title="Agree that an idle guest is suspended",
    domain="identity",
    context="access",
    doc="Keeps what the owner of a guest's account says about suspending it once it is idle.",
    params=Consent,
    findings=_consent,
    render=_render,
    facts=("who answers for the guest", "who asks, and whether they sent the form themselves"),
    undo_words="The owner takes it back by agreeing for 0 days.",
    connector=CONNECTOR,
    hold_seconds=0,
)

TYPES = (AGREE,)
EXAMPLES = {CONSENT: {"person": "wanda", "days": 90}}
