"""What a ticket asks for: one thing, several things, or nothing that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from holdshort.agent.cues import CUES, evidence
from holdshort.agent.triage import Reading

LEAST_CERTAINTY = 0.55
"""Below this certainty nobody acts on a reading."""
CLEAR_CERTAINTY = 0.75
"""From this certainty on a single sentence counts as a request of its own."""
DISPUTED_CERTAINTY = 0.85
"""Stated at most when one sentence is clear and the whole ticket reads otherwise."""
MOST_CLAUSES = 40
CLAUSE_ENDS = re.compile(
    r"(?<=[.!?])\s+|\n+|;\s+|,?\s+(?:and|und)\s+(?=(?:also |please |bitte |then )*"
    r"(?:add|remove|reset|unlock|put|give|invite|suspend|disable|create|take|order|install|delete|"
    r"i |my |can |could |setz|entsperr|nehm|füg|entfern))",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\?|\b(?:please|pls|can|could|would|need|want|order|install|fix|repair|send|give|get|change|"
    r"delete|open|book|check|help|how|where|which|when|broken|problem|error|wrong|missing|lost|down|"
    r"slow|crash\w*|not|n['’]t|cannot|never|bitte|brauche|kaputt|geht|fehlt|wie|wo|wann)\b",
    re.IGNORECASE,
)
"""A sentence without any of these tells a story and asks for nothing."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A stretch of the ticket and what it asks for."""

    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Understood:
    """The intents, at least one, and, when nobody should act on them, why."""

    intents: tuple[Intent, ...]
    doubt: str = ""

    @property
    def certainty(self) -> float:
        """That of the least certain intent."""
        return min(intent.reading.certainty for intent in self.intents)


def understand(text: str, read: Callable[[str], Reading]) -> Understood:
    """Read the whole text, and its sentences for further requests."""
    whole = Intent(text, read(text))
    clear = _clear_requests(text, read)
    labels = {intent.reading.label for intent in clear}
    if "phishing_report" in labels | {whole.reading.label}:
        reported = [i for i in (whole, *clear) if i.reading.label == "phishing_report"]
        return Understood((reported[0],))
    if len(labels) > 1:
        return _several(clear)
    if labels - {whole.reading.label}:
        return _disputed(whole, clear[0])
    return Understood((whole,), _doubt(whole.reading))


def _clear_requests(text: str, read: Callable[[str], Reading]) -> list[Intent]:
    clauses = [part.strip() for part in CLAUSE_ENDS.split(text) if part]
    if len(clauses) < 2:
        return []
    intents = (Intent(part, read(part)) for part in clauses[:MOST_CLAUSES] if _says_much(part))
    return [intent for intent in intents if _is_clear(intent)]


def _says_much(clause: str) -> bool:
    return len(clause.split()) > 2


def _is_clear(intent: Intent) -> bool:
    reading = intent.reading
    if reading.certainty < CLEAR_CERTAINTY or reading.unfamiliar:
        return False
    if reading.label in CUES:
        return bool(evidence(reading.label, intent.text))
    return bool(ASKING.search(intent.text))


def _several(clear: list[Intent]) -> Understood:
    if all(intent.reading.label in CUES for intent in clear):
        return Understood(tuple(clear))
    beyond = next(i for i in clear if i.reading.label not in CUES)
    excerpt = " ".join(beyond.text.split())[:120]
    return Understood(tuple(clear), f'The ticket asks for several things, among them "{excerpt}".')


def _disputed(whole: Intent, clear: Intent) -> Understood:
    """One sentence is clear, and the ticket as a whole reads as something else."""
    if whole.reading.label in CUES and not _doubt(whole.reading):
        return Understood((whole,), "The ticket can be read in two ways.")
    certainty = min(clear.reading.certainty, DISPUTED_CERTAINTY)
    reading = replace(clear.reading, certainty=certainty, cut=whole.reading.cut)
    return Understood((Intent(whole.text, reading),))


def _doubt(reading: Reading) -> str:
    if reading.unfamiliar:
        return "I have not seen a request like this before."
    if reading.certainty < LEAST_CERTAINTY:
        return f"I am not certain enough what this asks for ({reading.certainty:.2f})."
    return ""
