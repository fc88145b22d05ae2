"""Who will be asked about something, and why, before anybody has asked for it. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdshort.core.terms import Circumstances, Mode, Offered, Person, Sender
from holdshort.records import db, people
from holdshort.records.world import World
from holdshort.stops.assess import Assessment, assess

DRAFT = {"id": "", "root": "", "version": 1, "ticket": None}


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the gate would answer: in a sentence, with the reasons, and who would be asked."""

    mode: Mode
    sentence: str
    reasons: tuple[str, ...]
    asked: tuple[tuple[str, str], ...]
    """Names, each with the reason as they would read it."""


def foretell(
    type_id: str, params: Mapping[str, Any], *, sender: Sender, requester: Person | None = None
) -> Foretold:
    """What would happen if the sender asked for this by form. Raises CatalogueError.

    `requester` is whose ticket it would be, where that is not the sender.
    """
    circumstances = Circumstances(
        requester=requester or sender.person,
        beneficiary=None,
        initiator=sender.person,
        channel=sender.channel,
        assurance=sender.assurance,
        at=db.now(),
    )
    one = assess(Offered(type_id, dict(params)), circumstances, World(), draft=DRAFT)
    asked = one.routing.reviewers if one.routing else ()
    names = people.people(who.person for who in asked)
    return Foretold(
        mode=one.gate.mode,
        sentence=_sentence(one),
        reasons=tuple(reason.text for reason in one.gate.reasons),
        asked=tuple((names[who.person].name, who.why) for who in asked),
    )


def _sentence(one: Assessment) -> str:
    if one.findings.already:
        return one.findings.already
    match one.gate.mode:
        case Mode.REFUSE:
            return "This is not allowed."
        case Mode.HOTL:
            return "This runs without anybody being asked; it can be stopped."
    assert one.routing is not None, "whatever waits was routed"
    number = {1: "One person has", 2: "Two people have"}[one.gate.needed]
    if one.routing.fault is None:
        return f"{number} to say yes first."
    return f"{number} to say yes first. {one.routing.who_can_end_it}"
