"""Offers about files: one path is deleted or restored, one person's files go to another.

Whether a path is on hold, and whose decision it is, is no matter of words: the gate knows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from holdshort.agent.names import PERSON, Directory, Mention, listed, quoted
from holdshort.agent.things import Drafted, Drafter, by_form
from holdshort.core.terms import Offered
from holdshort.ports import Named, Words

PATH = re.compile(r"(?<!\S)[\"'“„]?(/[^\s\"'“”„?!,;:]*[^\s\"'“”„?!,;:.)])")
FOR_GOOD = re.compile(
    r"\b(?:permanent\w*|for (?:good|ever)|forever|irrevocabl\w*|irreversibl\w*|"
    r"(?:not|no) (?:\w+ ){0,2}(?:recover\w*|restor\w*)|endgültig\w*|unwiderruflich\w*|dauerhaft)\b",
    re.IGNORECASE,
)
ERASURE = re.compile(
    r"\b(?:gdpr|dsgvo|erasure|right to be forgotten|data subject|löschantrag|auskunft)\b",
    re.IGNORECASE,
)

FILES = r"(?:files?|folders?|documents?|drive|directory|data|dateien|ordner|unterlagen|laufwerk)"
OWN = re.compile(rf"\b(?:my|mein\w*)\s+(?:\w+ ){{0,2}}{FILES}\b", re.IGNORECASE)
OWNED = re.compile(rf"^['’]s?\s+(?:\w+ ){{0,2}}{FILES}\b", re.IGNORECASE)
OWNER_BEFORE = re.compile(
    rf"\b{FILES}\s+(?:of|from|belonging to|von)\s+(?:(?:my|our|the) )?(?:\w+ )?(?:colleague )?$",
    re.IGNORECASE,
)
HEIR_BEFORE = re.compile(
    r"\b(?:to|for|with|give|grant|let|hand|an|für|gebt|gib)\s+(?:(?:my|our) )?$", re.IGNORECASE
)
HEIR_AFTER = re.compile(
    r"^\s+(?:needs?|should|must|has to|gets?|takes|wants|braucht|soll|bekommt)\b", re.IGNORECASE
)
ME = re.compile(r"\b(?:me|I|mir|ich)\b")
WHOSE = "Whose files are they, and who is to get them? Please write both full names."


def restore(text: str, words: Words, directory: Directory) -> Drafted:
    """One path, as it is written."""
    path = _path(text)
    if path is None:
        return by_form("files.restore", NO_PATH)
    return Drafted((Offered("files.restore", {"path": path}),), because=(_named(path),))


def delete(text: str, words: Words, directory: Directory) -> Drafted:
    """One path, as it is written: into the bin, or for good where the words say so."""
    if ERASURE.search(text):
        return by_form("files.delete", "An erasure must say for whom it is.")
    path = _path(text)
    if path is None:
        return by_form("files.delete", NO_PATH)
    said = FOR_GOOD.search(text)
    params = {"path": path, **({"permanent": True} if said else {})}
    how = f"{quoted(said.group())} is for good." if said else "It goes into the bin."
    return Drafted((Offered("files.delete", params),), because=(_named(path), how))


NO_PATH = "I need the whole path of one file or folder, from /."


def _path(text: str) -> str | None:
    """The only path of the text, if it leads nowhere else."""
    paths = tuple(dict.fromkeys(PATH.findall(text)))
    one = len(paths) == 1 and not {".", ".."} & set(paths[0].split("/"))
    return paths[0] if one else None


def _named(path: str) -> str:
    return f"The ticket names the path {quoted(path)}."


# ------------------------------------------------------------------ from one person to another


def hand_over(text: str, words: Words, directory: Directory) -> Drafted:
    """The files of the one who is named as their owner, to the only other who is to get them."""
    mentions = directory.find(text, PERSON)
    unclear = [mention for mention in mentions if len(mention.candidates) > 1]
    if unclear:
        names = listed(unclear[0].candidates)
        return Drafted(question=f"Whom do you mean by {quoted(unclear[0].written)}: {names}?")
    me = Named(PERSON, words.requester, words.requester_name or "the requester")
    owners = {one.candidates[0] for one in mentions if _owns(text, one)}
    if OWN.search(text):
        owners.add(me)
    others = [one for one in mentions if one.candidates[0] not in owners]
    heirs = {one.candidates[0] for one in others}
    if not others and ME.search(text):
        heirs = {me}
    if len(owners) != 1 or len(heirs) != 1 or not all(_inherits(text, one) for one in others):
        return Drafted(question=WHOSE)
    (owner,), (heir,) = owners, heirs
    if owner.id == heir.id:
        return Drafted(question=WHOSE)
    params = {"person": owner.id, "to": heir.id}
    why = f"The files of {owner.name} go to {heir.name}."
    return Drafted((Offered("files.transfer", params),), because=(why,))


def _owns(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    return bool(OWNED.match(after) or OWNER_BEFORE.search(before))


def _inherits(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    return bool(HEIR_BEFORE.search(before) or HEIR_AFTER.match(after))


DRAFTERS: Mapping[str, Drafter] = {
    "file_restore": restore,
    "file_delete": delete,
    "file_access": hand_over,
}
