"""Proposals: what the agent, somebody else's agent or a person offers for a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from holdshort.core.terms import Kind, Offer, Offered, Person
from holdshort.ports import Named, Words
from holdshort.records import db
from holdshort.records.ids import new_id


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits for the agent, and the latest message it would answer."""

    words: Words
    latest_message: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An offer on record; `result` is what became of it, None until it was staged."""

    id: str
    ticket: int
    initiator: str
    offer: Offer
    confidence: float | None
    undoes: str | None
    answers: int | None
    result: str | None
    made: bool = False
    """Whether whoever offers it says that they made it already."""


def waiting(number: int) -> Waiting | None:
    """The words of a ticket that waits for the agent; None when it does not."""
    found = db.row("waiting_words", ticket=number)
    if found is None:
        return None
    words = Words(
        ticket=found["number"],
        requester=found["requester"],
        requester_name=found["requester_name"],
        subject=found["subject"],
        body=found["body"] or "",
        attachments=tuple(found["attachments"]),
    )
    return Waiting(words, found["latest_message"])


def names() -> list[Named]:
    """Everything that a text may name."""
    return [
        Named(row["kind"], row["id"], row["name"], tuple(a for a in row["also"] if a))
        for row in db.rows("agent_names")
    ]


def add(offer: Offer, *, ticket: int, initiator: str, answers: int) -> str | None:
    """Record the agent's offer; None when this state of the conversation has one already."""
    proposal = new_id()
    body = {
        "reasoning": offer.reasoning,
        "question": offer.question,
        "hand_over": offer.hand_over,
        "actions": [_as_data(one) for one in offer.actions],
    }
    try:
        with db.transaction():
            _insert(
                proposal,
                ticket,
                (initiator, Kind.AGENT),
                offer.agent_version,
                offer.label,
                offer.confidence,
                body,
                answers,
            )
    except IntegrityError:
        return None
    return proposal


def add_one(
    offered: Offered,
    *,
    ticket: int,
    initiator: Person,
    reasoning: str,
    confidence: float | None,
    undoes: str | None,
) -> str:
    """Record one action that somebody offers directly."""
    proposal = new_id()
    body = {"reasoning": reasoning, "actions": [_as_data(offered)], "undoes": undoes}
    who = (initiator.id, initiator.kind)
    _insert(proposal, ticket, who, "", offered.type, confidence, body, None)
    return proposal


def proposal(identity: str) -> Proposal | None:
    """The proposal with that id, or None."""
    found = db.row("proposal", id=identity)
    if found is None:
        return None
    body: Mapping[str, Any] = found["body"]
    confidence = None if found["confidence"] is None else float(found["confidence"])
    return Proposal(
        id=str(found["id"]),
        ticket=found["ticket"],
        initiator=found["initiator"],
        offer=_offer(found, body, confidence or 0.0),
        confidence=confidence,
        undoes=body.get("undoes") if isinstance(body, dict) else None,
        answers=found["answers"],
        result=found["result"],
        made=found["made"],
    )


def _offer(found: db.Row, body: Mapping[str, Any], confidence: float) -> Offer:
    """The offer as it was written; the agent writes these rows, so they may be anything."""
    label, version = found["label"], found["agent_version"]
    try:
        return Offer(
            label=label,
            confidence=confidence,
            reasoning=str(body.get("reasoning", "")),
            agent_version=version,
            actions=tuple(
                Offered(str(one["type"]), dict(one["params"]), tuple(map(int, one["after"])))
                for one in body["actions"]
            ),
            question=str(body.get("question", "")),
            hand_over=str(body.get("hand_over", "")),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return Offer(label, confidence, "", version, hand_over="The offer could not be read.")


def settle(identity: str, result: str, reason: str) -> None:
    """Record what became of a proposal."""
    db.write("add_staging", proposal=identity, result=result, reason=reason)


def _as_data(offered: Offered) -> dict[str, Any]:
    return {"type": offered.type, "params": dict(offered.params), "after": list(offered.after)}


def _insert(
    identity: str,
    ticket: int,
    initiator: tuple[str, Kind],
    agent_version: str,
    label: str,
    confidence: float | None,
    body: Mapping[str, Any],
    answers: int | None,
) -> None:
    stated = None if confidence is None else Decimal(str(round(confidence, 4)))
    db.write(
        "add_proposal",
        id=identity,
        ticket=ticket,
        initiator=initiator[0],
        initiator_kind=initiator[1],
        agent_version=agent_version,
        label=label,
        confidence=stated,
        body=db.as_json(body),
        answers=answers,
    )
