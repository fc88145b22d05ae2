"""The local agent: reads a ticket and offers, without a network and without a credential.

It answers what the words ask for and whom they name, never whether that is harmless: the
consequence of an action is computed elsewhere, from facts and not from this offer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from holdshort.agent.cues import CUES, evidence
from holdshort.agent.embedding import MAX_CHARACTERS, Embedder
from holdshort.agent.intents import Intent, Understood, understand
from holdshort.agent.names import Directory, quoted
from holdshort.agent.offers import Asked, draft
from holdshort.agent.things import Drafted
from holdshort.agent.triage import Reading, Weights, read, shipped_weights
from holdshort.agent.whom import names_others
from holdshort.core.terms import Offer, Offered
from holdshort.ports import Named, Words

IN_WORDS = {
    "password_reset": "a password reset",
    "account_unlock": "a locked account",
    "group_access": "membership of a group",
    "github_access": "access to GitHub",
    "group_removal": "leaving a group",
    "suspend_account": "suspending an account",
    "new_account": "a new account",
    "software_install": "software to install",
    "equipment_order": "equipment to order",
    "contract_renewal": "a contract to renew",
    "patch_rollout": "patches to deploy",
    "firewall_change": "a firewall rule",
    "door_access": "what a badge opens",
    "session_revoke": "signing out everywhere",
    "file_restore": "files to restore",
    "file_delete": "files to delete",
    "file_access": "somebody's files for somebody else",
    "how_to_question": "a question that an article may answer",
    "status_question": "a question about an earlier ticket",
    "phishing_report": "a report of something suspicious",
    "something_else": "something outside my actions",
}
BLANKS = re.compile(r"\s{2,}")
WORDLESS = "The ticket has no words. What can we do for you?"
SEVERAL_PEOPLE = "The ticket asks for several things and does not say for whom each of them is."
TOO_LONG = f"The ticket is longer than the {MAX_CHARACTERS} characters that I read."
UNOPENED = "I opened no attached file."
CUT = "The text is long; I read its beginning for what it asks."


class LocalAgent:
    """An `Agent` of this machine."""

    def __init__(self, embedder: Embedder, weights: Weights) -> None:
        self.version = f"local-{_fingerprint()}"
        self._embedder = embedder
        self._weights = weights

    def propose(self, words: Words, names: Sequence[Named]) -> Offer:
        """What to do about the ticket. Ambiguous or unknown names become a question."""
        text = _text_of(words)
        if not any(character.isalnum() for character in text):
            return self._offer("something_else", 0.0, Drafted(question=WORDLESS), [])
        directory = Directory(names)
        understood = understand(
            text[:MAX_CHARACTERS], lambda part: self._read(directory.neutral(part))
        )
        drafted = self._draft(understood, words, directory)
        label = understood.intents[0].reading.label
        readings = [*_readings(understood), *([UNOPENED] if words.attachments else [])]
        return self._offer(label, understood.certainty, drafted, readings)

    def _read(self, text: str) -> Reading:
        return read(text, self._embedder, self._weights)

    def _draft(self, understood: Understood, words: Words, directory: Directory) -> Drafted:
        if len(_text_of(words)) > MAX_CHARACTERS:
            return Drafted(hand_over=TOO_LONG)
        if understood.doubt:
            return Drafted(hand_over=understood.doubt)
        if _for_several(understood, words, directory):
            return Drafted(hand_over=SEVERAL_PEOPLE)
        drafts = [
            draft(Asked(intent.reading.label, intent.text, words, directory, self._embedder))
            for intent in understood.intents
        ]
        if len(drafts) == 1:
            return drafts[0]
        return _together(drafts)

    def _offer(self, label: str, certainty: float, drafted: Drafted, readings: list[str]) -> Offer:
        outcome = drafted.hand_over or drafted.question
        sentences = [*readings, *drafted.because, outcome]
        return Offer(
            label=label,
            confidence=round(certainty, 4),
            reasoning=" ".join(sentence for sentence in sentences if sentence),
            agent_version=self.version,
            actions=drafted.actions,
            question=drafted.question,
            hand_over=drafted.hand_over,
        )


def _text_of(words: Words) -> str:
    """Subject and body; a subject that only repeats the body is not read twice."""
    subject, body = (BLANKS.sub(_one_blank, part).strip() for part in (words.subject, words.body))
    if body.casefold().startswith(subject.rstrip(".… ").casefold()):
        return body
    return f"{subject}\n{body}".strip()


def _one_blank(blanks: re.Match[str]) -> str:
    return "\n" if "\n" in blanks.group() else " "


def _readings(understood: Understood) -> list[str]:
    sentences = [_reading(intent) for intent in understood.intents]
    if any(intent.reading.cut for intent in understood.intents):
        sentences.append(CUT)
    return sentences


def _reading(intent: Intent) -> str:
    label, certainty = intent.reading.label, intent.reading.certainty
    found = evidence(label, intent.text) if label in CUES else ()
    said = " and ".join(quoted(word) for word in found)
    source = "The text reads"
    if found:
        source = f"The words {said} read" if len(found) > 1 else f"The word {said} reads"
    return f"{source} as {IN_WORDS[label]} (certainty {certainty:.2f})."


def _for_several(understood: Understood, words: Words, directory: Directory) -> bool:
    """Whether one part of the ticket names somebody that another part may silently mean."""
    named = {names_others(one.text, words, directory) for one in understood.intents}
    return len(named) > 1


def _together(drafts: list[Drafted]) -> Drafted:
    """Several intents stand or fall together; nothing is done by halves."""
    for one in drafts:
        if one.hand_over or one.question:
            return Drafted(question=one.question, hand_over=one.hand_over)
    actions: dict[str, Offered] = {}
    for one in drafts:
        actions.update({repr(action): action for action in one.actions})
    because = tuple(dict.fromkeys(sentence for one in drafts for sentence in one.because))
    return Drafted(tuple(actions.values()), because=because)


def _fingerprint() -> str:
    """Twelve digits that change with the weights, the examples or the code of this package."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted((*here.glob("*.py"), *here.glob("*.yaml"), *here.glob("*.npz"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def load() -> LocalAgent:
    """The agent with the weights that are shipped."""
    return LocalAgent(Embedder(), shipped_weights())
