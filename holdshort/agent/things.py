"""Offers about things: software, equipment, contracts, patches, sessions, doors, firewalls.

What a thing is called comes from the catalogues and the inventory. Where the words do not name
exactly one, or where a value would have to be guessed, the requester is asked or led to the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from holdshort.agent.names import Directory, Mention, listed, quoted
from holdshort.agent.whom import whom
from holdshort.agent.words import folded_words, words_of
from holdshort.core.terms import Offered
from holdshort.ports import Named, Words

SOFTWARE, EQUIPMENT, CONTRACT, PATCHED = "software", "equipment", "contract", "patched"

FORMS: Mapping[str, str] = {
    "mdm.install": "Install software",
    "equipment.order": "Order equipment",
    "saas.renew": "Renew a contract",
    "patch.deploy": "Deploy patches",
    "fw.change": "Change a firewall rule",
    "badge.set_zones": "Set what a badge opens",
    "files.restore": "Restore deleted files",
    "files.delete": "Delete files",
    "files.transfer": "Give somebody's files to somebody else",
}
"""The forms that requesters are led to, by the titles that the list of forms has."""

PATCH = re.compile(r"\b(?:KB\d{6,8}|\d{4}-(?:0[1-9]|1[0-2]))\b", re.IGNORECASE)
"""An update as its maker numbers it, or the updates of a month."""

EMERGENCY = re.compile(
    r"\b(?:emergency|zero.?day|immediately|right now|at once|urgent\w*|exploited|asap|"
    r"as soon as possible|critical|notfall|sofort|dringend)\b",
    re.IGNORECASE,
)
NOT_FLAGGED = "Only a person can flag an emergency, in the form; these words sound like one:"
LOST = re.compile(
    r"\b(?:lost|stolen|missing|(?:cannot|can['’]t) find|left (?:\w+ ){1,2}in|verloren|weg|"
    r"gestohlen)\b",
    re.IGNORECASE,
)
AMONG = 5
"""So many names fit into a question."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """Actions, or a question, or a hand-over, with the sentences that explain it."""

    actions: tuple[Offered, ...] = ()
    question: str = ""
    hand_over: str = ""
    because: tuple[str, ...] = ()


def by_form(action_type: str, why: str) -> Drafted:
    """Lead the requester to the form, and say why nothing was prepared from the words."""
    return Drafted(question=f"{why} Please use the form ‘{FORMS[action_type]}’ under Forms.")


@dataclass(frozen=True, slots=True)
class One:
    """The one thing that a text names and where, or what must be asked or said instead."""

    entry: Named | None = None
    mention: Mention | None = None
    instead: Drafted | None = None

    def blanked_out_of(self, text: str) -> str:
        """The text without the name, so that no part of it passes for a person."""
        if self.mention is None:
            return text
        start, end = self.mention.start, self.mention.end
        return text[:start] + "x" * (end - start) + text[end:]


def one_named(text: str, directory: Directory, kind: str, action_type: str) -> One:
    """The only entry of that kind that the text names."""
    mentions = directory.find(text, kind)
    entries = tuple(dict.fromkeys(one for mention in mentions for one in mention.candidates))
    if len(entries) == 1:
        return One(entries[0], mentions[0])
    if entries:
        return One(instead=Drafted(question=f"Which one do you mean: {listed(entries[:AMONG])}?"))
    return One(instead=by_form(action_type, f"I find no {kind} of that name in our catalogue."))


def most_alike(text: str, directory: Directory, kind: str, action_type: str) -> One:
    """The entry that shares the most words with the text, where no other shares as many.

    For things that people describe rather than name.
    """
    told = {word.folded for word in words_of(text)}
    shared = {one: _shared(one, told) for one in directory.of_kind(kind)}
    most = max(map(len, shared.values()), default=0)
    if not most:
        return One(instead=by_form(action_type, f"Our catalogue has no such {kind}."))
    best = tuple(one for one, words in shared.items() if len(words) == most)
    apart = [
        words for words in shared.values() if len(words) < most and not words <= shared[best[0]]
    ]
    if len(best) > 1 or apart:
        named = [one for one, words in shared.items() if words]
        return One(instead=Drafted(question=f"Which one: {listed(named[:AMONG])}?"))
    return One(best[0])


def _shared(one: Named, told: set[str]) -> set[str]:
    return {word for word in folded_words(one.name) if len(word) > 3 and word in told}


# ------------------------------------------------------------------ the drafters


def install(text: str, words: Words, directory: Directory) -> Drafted:
    """Software of the catalogue, on the device of one person."""
    found = one_named(text, directory, SOFTWARE, "mdm.install")
    if found.entry is None:
        return found.instead or Drafted()
    why = f"{found.entry.name} is in the software catalogue."
    return _for_people(
        "mdm.install", {"software": found.entry.id}, why, found, text, words, directory
    )


def order(text: str, words: Words, directory: Directory) -> Drafted:
    """Equipment of the catalogue, for one person."""
    found = most_alike(text, directory, EQUIPMENT, "equipment.order")
    if found.entry is None:
        return found.instead or Drafted()
    why = f"The only equipment that fits is {found.entry.name}."
    return _for_people(
        "equipment.order", {"item": found.entry.id}, why, found, text, words, directory
    )


def _for_people(
    action_type: str,
    params: Mapping[str, str],
    why: str,
    found: One,
    text: str,
    words: Words,
    directory: Directory,
) -> Drafted:
    for_whom = whom(found.blanked_out_of(text), words, directory)
    if for_whom.question:
        return Drafted(question=for_whom.question)
    if len(for_whom.people) > 1:
        return Drafted(question=f"Whom first: {listed(for_whom.people)}?")
    actions = (Offered(action_type, {"person": for_whom.people[0].id, **params}),)
    return Drafted(actions, because=(why, for_whom.because))


def renew(text: str, words: Words, directory: Directory) -> Drafted:
    """A contract that is written down."""
    found = one_named(text, directory, CONTRACT, "saas.renew")
    if found.entry is None:
        return found.instead or Drafted()
    vendor, _, contract = found.entry.id.partition("/")
    why = f"{found.entry.name} is the contract {contract} with {vendor}."
    return Drafted(
        (Offered("saas.renew", {"vendor": vendor, "contract": contract}),), because=(why,)
    )


def patch(text: str, words: Words, directory: Directory) -> Drafted:
    """One numbered patch, on what the inventory has, in the order of the words.

    Urgent words are told and flag nothing: only a person calls something an emergency.
    """
    numbers = tuple(dict.fromkeys(PATCH.findall(text)))
    if len(numbers) != 1:
        return by_form("patch.deploy", "I need exactly one patch by its number.")
    mentions = directory.find(text, PATCHED)
    targets = tuple(dict.fromkeys(one for mention in mentions for one in mention.candidates))
    if not targets or any(len(mention.candidates) > 1 for mention in mentions):
        return by_form("patch.deploy", "I cannot tell which part of the inventory is meant.")
    params = {"patch": numbers[0], "targets": [one.id for one in targets]}
    urgent = EMERGENCY.search(text)
    why = f"{numbers[0]} goes on {listed(targets)}."
    called = f"{NOT_FLAGGED} {quoted(urgent.group())}." if urgent else ""
    return Drafted((Offered("patch.deploy", params),), because=tuple(filter(None, (why, called))))


def sign_out(text: str, words: Words, directory: Directory) -> Drafted:
    """Every session of one person."""
    found = whom(text, words, directory)
    if found.question:
        return Drafted(question=found.question)
    if len(found.people) > 1:
        return Drafted(question=f"Which one of {listed(found.people)} first?")
    actions = (Offered("idp.revoke_sessions", {"person": found.people[0].id}),)
    return Drafted(actions, because=(found.because,))


def firewall(text: str, words: Words, directory: Directory) -> Drafted:
    """Never from words: one wrong figure opens something else."""
    return by_form("fw.change", "Ports and addresses must be exact, so I do not read them out.")


def door(text: str, words: Words, directory: Directory) -> Drafted:
    """Never from words: a badge is given all its zones at once, and what it opens now is unread."""
    if LOST.search(text):
        return Drafted(
            hand_over="A badge that is gone must stop opening doors, so a person acts now."
        )
    return by_form("badge.set_zones", "A badge is given all of its zones at once.")


Drafter = Callable[[str, Words, Directory], Drafted]

DRAFTERS: Mapping[str, Drafter] = {
    "software_install": install,
    "equipment_order": order,
    "contract_renewal": renew,
    "patch_rollout": patch,
    "session_revoke": sign_out,
    "firewall_change": firewall,
    "door_access": door,
}
