"""Letting the agent read a ticket. Whatever comes back, or does not, becomes an offer on record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import structlog

from holdshort.core import canonical
from holdshort.core.terms import Offer, Offered
from holdshort.ports import Agent, Named, Words

UNREADABLE = "The assistant could not read this."
MAX_TEXT = 4000
"""Characters of a question, a hand-over or a reasoning that are kept."""

log = structlog.get_logger()


class Unreadable(Exception):
    """Why an offer cannot go on record."""


def read(agent: Agent, words: Words, names: Sequence[Named]) -> Offer:
    """What the agent offers; where it fails or offers nonsense, a person takes the ticket."""
    try:
        return _recordable(agent.propose(words, names))
    except Exception as error:
        log.error("agent_failed", ticket=words.ticket, error=type(error).__name__)
        version = str(getattr(agent, "version", ""))
        return Offer("unreadable", 0.0, "", _text(version), hand_over=UNREADABLE)


def _recordable(offer: Offer) -> Offer:
    """The same offer with texts that a record can hold. Raises Unreadable, Malformed."""
    if not isinstance(offer, Offer):
        raise Unreadable(type(offer).__name__)
    filled = [part for part in (offer.actions, offer.question, offer.hand_over) if part]
    if len(filled) != 1 or not _is_share(offer.confidence):
        raise Unreadable("an offer is actions, a question or a hand-over, with a share of 1")
    return Offer(
        label=_text(offer.label),
        confidence=float(offer.confidence),
        reasoning=_text(offer.reasoning),
        agent_version=_text(offer.agent_version),
        actions=tuple(_action(one) for one in offer.actions),
        question=_text(offer.question),
        hand_over=_text(offer.hand_over),
    )


def _action(offered: Offered) -> Offered:
    data = {"type": offered.type, "params": offered.params, "after": offered.after}
    canonical.check(data)
    return Offered(str(offered.type), dict(offered.params), tuple(map(int, offered.after)))


def _is_share(confidence: Any) -> bool:
    number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    return number and math.isfinite(confidence) and 0 <= confidence <= 1


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise Unreadable("a text is not text")
    plain = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return plain[:MAX_TEXT]
