"""The dry run: what the gate would answer, without any effect."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Router

from holdshort import shown
from holdshort.api import answers, seeing, whole
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import NewAssessment
from holdshort.core.terms import Assurance, Channel, Circumstances, Offered, Person, Phase
from holdshort.records import actions, db, people
from holdshort.records.world import World
from holdshort.stops import lines
from holdshort.stops.assess import Assessment
from holdshort.wiring import agent_person

router = Router(tags=["assessments"])


def _draft(position: int) -> dict[str, Any]:
    """Nothing is written, so an action is known by its place alone."""
    return {"id": str(position), "root": str(position), "version": 1, "ticket": None}


@router.post(
    "/assessments",
    auth=needs("assessments:run"),
    response=answers.Assessment,
    operation_id="assess",
    summary="What would the gate answer?",
)
def run(request: Request, body: NewAssessment) -> dict[str, Any]:
    """Facts, consequence, tier and gate of an action that nobody has offered. Writes nothing.

    A bundle is as strict as its strictest line; `actions` has the answer about each.
    """
    asked = circumstances(body)
    phase = Phase(body.phase) if body.phase else None
    offered = Offered(body.type, body.params)
    found = lines.assess_all([offered], asked, World(), draft=_draft, phase=phase)
    if len(found) == 1 and found[0].type.id == body.type:
        return {**_shown(found[0], asked), "actions": []}
    return whole.of(body.type, body.params, [_shown(one, asked) for one in found])


def circumstances(body: NewAssessment) -> Circumstances:
    """Who asks, how and when. Raises Problem where it names nobody."""
    initiator = agent_person() if body.confidence is not None else body.requester
    return Circumstances(
        requester=_person(body.requester, "requester"),
        beneficiary=_person(body.beneficiary, "beneficiary") if body.beneficiary else None,
        initiator=_person(body.initiator or initiator, "initiator"),
        channel=body.channel,
        assurance=_assurance(body),
        at=body.at or db.now(),
        confidence=body.confidence,
    )


def _person(identity: str, field: str) -> Person:
    seeing.known_person(identity, field)
    found = people.person(identity)
    assert found is not None
    return found


def _assurance(body: NewAssessment) -> Assurance:
    match body.assurance:
        case str() as name:
            return Assurance[name.upper()]
        case int() as number:
            return Assurance(number)
    return Assurance.NONE if body.channel is Channel.EMAIL else Assurance.SESSION


def _shown(one: Assessment, asked: Circumstances) -> dict[str, Any]:
    found = shown.plain(asdict(one.findings))
    return {
        "type": one.type.id,
        "title": one.type.render(one.action.params, World()).title,
        "params": dict(one.action.params),
        "needs": list(one.action.after),
        "target": found["target"],
        "category": one.category,
        "phase": int(one.standing.phase),
        "policy_version": one.policy_version,
        "facts": shown.facts(found, asked.at),
        "consequence": shown.consequence(found["consequence"]),
        "tier": int(one.tier),
        "gate": _gate(one),
        "preview": shown.preview(found),
        "already": one.findings.already,
    }


def _gate(one: Assessment) -> dict[str, Any]:
    asked = one.routing.reviewers if one.routing else ()
    names = people.people(reviewer.person for reviewer in asked)
    return {
        "mode": one.gate.mode,
        "hands": one.gate.hands,
        "reasons": actions.reasons_as_data(one.gate.reasons),
        "reviewers": [
            {"person": who.person, "name": names[who.person].name, "why": who.why} for who in asked
        ],
        "needed": one.gate.needed,
        "min_assurance": one.gate.min_assurance.name.lower(),
        "expires_at": None,
        "who_can_end_it": one.routing.who_can_end_it if one.routing else "",
    }
