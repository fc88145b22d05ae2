"""How an action came about, as the rows say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from holdshort.core import settings
from holdshort.core.terms import Assurance, Channel, Circumstances, Person
from holdshort.records import people, tickets
from holdshort.records.offers import Proposal


def circumstances_of(ticket: Mapping[str, Any], proposal: Proposal, at: datetime) -> Circumstances:
    """How an action for this ticket came about; the agent's sponsor is the ticket's requester."""
    initiator, requester = _known(proposal.initiator), _known(ticket["requester"])
    return Circumstances(
        requester=requester,
        beneficiary=people.person(ticket["beneficiary"]) if ticket["beneficiary"] else None,
        initiator=initiator,
        channel=Channel(ticket["channel"]),
        assurance=Assurance(ticket["assurance"]),
        at=at,
        confidence=proposal.confidence,
        ticket_text=tickets.words(ticket["number"]),
        ticket=ticket["number"],
        opened=ticket["opened_at"],
    )


def here(asked: Circumstances, policy: Mapping[str, Any]) -> Circumstances:
    """The same on the company's own clock: a last day is over there, and nowhere else."""
    opened = settings.on_its_clock(policy, asked.opened) if asked.opened else None
    return replace(asked, at=settings.on_its_clock(policy, asked.at), opened=opened)


def _known(person: str) -> Person:
    found = people.person(person)
    assert found is not None, f"a row refers to the unknown person {person}"
    return found
