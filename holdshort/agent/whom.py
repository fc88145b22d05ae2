"""Whom a ticket is for: the requester, or people whom it names, or a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from holdshort.agent.names import PERSON, Directory, Mention, listed, quoted
from holdshort.agent.wordlists import FAREWELLS, GREETINGS, NOT_A_NAME
from holdshort.agent.words import fold, words_of
from holdshort.ports import Named, Words

MOST_NAMES = 20
"""A ticket that names people more often than this is no plain request for any of them."""
NEARBY = 80
"""Characters before a name that say what it is there for."""
THINGS = (
    r"(?:password|passwort|kennwort|pw|account|konto|log-?in|sign-?in|user|access|membership|"
    r"roles?|rights|permissions?|credentials)"
)
NOT_FOR_ME = re.compile(
    r"\b(?:tell|told|ask|asked|help|remind|call|contact|let|sent|inform)(?:s|ed)? me\b(?! in\b)|"
    r"\bfor me to\b|\bmy (?:manager|boss|colleague|coworker|team)\b",
    re.IGNORECASE,
)
FOR_ME = re.compile(
    rf"\b(?:me|myself|mich|mir|mein\w* {THINGS})\b|\bmy (?:\w+ ){{0,2}}{THINGS}\b|"
    r"\bI(?:['’]m| am| was| got)? (?:also |just |really )?(?:forgot|forgotten|lost|locked|mistyped|"
    r"typed|entered|joined|need (?:to (?:be|join|get)|access|membership|permission|a new|github)|"
    r"want to (?:be|join|leave)|would like to (?:be|join|leave)|['’]d like to (?:be|join)|"
    r"should (?:not )?be|do(?:n['’]t| not) (?:remember|belong|know)|no longer|have to be|"
    r"can(?:['’]t|not) (?:remember|sign|log|push|get))\b|\bich\b",
    re.IGNORECASE,
)
FOR_THIRD = re.compile(
    r"\b(?:he|she|his|him|her|hers|us|uns|er|ihr|(?:my|our|a|the|ein|eine|mein|unser)\w* "
    r"(?:\w+ )?(?:colleague|coworker|co-worker|teammate|intern|contractor|consultant|trainee|"
    r"freelancer|boss|assistant|kollege\w*|kollegin|praktikant\w*|mitarbeiter\w*))\b",
    re.IGNORECASE,
)
BEFORE_BENEFICIARY = re.compile(
    r"(?:\b(?:add|ad|invite|unlock|suspend|disable|deactivate|block|lock|remove|put|give|grant|let|"
    r"make|take|kick|drop|delete|reset|for|of|freeze|onboard|register|create|need|want|help|get|"
    r"upgrade|include|stop|can|could|may|out|off|user|account|von|für|nehmt|fügt|entsperrt|sperrt|that|colleague|kollegin|"
    r"kollege|herr|herrn|frau|mr|mrs|ms|dr)|^)[\s.,:\"“']*"
    r"(?:(?:my|our|the) (?:new )?(?:manager|boss|lead|intern|assistant|teammate|user) )?$",
    re.IGNORECASE,
)
AFTER_BENEFICIARY = re.compile(
    rf"^['’]s?\s+(?:\w+ ){{0,2}}{THINGS}|^\s+(?:has|is|was|got|can|could not|should|must|needs?|"
    r"forgot|lost|left|no longer|belongs|does|doesn|quit|resigned|starts|joined|moved|cannot|"
    r"started|braucht|hat|ist|soll)\b",
    re.IGNORECASE,
)
ONLY_TOLD = re.compile(
    r"^\s+(?:said|says|told|asked|approved|wants|wrote|mentioned|suggested|agreed|confirmed|meint)\b",
    re.IGNORECASE,
)
TOLD_BY = re.compile(r"\b(?:by|from|with|cc|asked|told)[\s:,]*(?:my \w+ )?$", re.IGNORECASE)
AND = re.compile(r"^[\s,;&+]*(?:and|und|,|&|\+)\s*$", re.IGNORECASE)
AND_ME = re.compile(r"\bme\s*(?:,|and|und|&|\+)\s*$", re.IGNORECASE)
ME_TOO = re.compile(r"^\s*(?:,|and|und|&|\+)\s*me\b", re.IGNORECASE)
STRANGER = (
    re.compile(r"(?<=\w )([\w.+-]+@[\w.-]+\w)"),
    re.compile(rf"\b([A-Z]\w+(?: [A-Z]\w+)?)['’]s?\s+(?:\w+ )?{THINGS}", re.UNICODE),
    re.compile(
        r"(?i:\b(?:add|put|invite|remove|take|get|move)) ([\w.]+(?: [A-Z]\w+)?)"
        r"(?= (?:to|into|in|from|out|off|onto)\b)"
    ),
    re.compile(
        r"(?i:\b(?:reset|unlock|suspend|disable|deactivate|block|invite|onboard|give|grant|make))"
        r" ((?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)?)\b"
    ),
    re.compile(
        r"\b([A-Z]\w+(?: [A-Z]\w+)?) (?:forgot|has|is locked|needs|cannot|can['’]t|lost|got locked|"
        r"left|braucht|hat)\b"
    ),
    re.compile(
        r"(?i:\b(?:add|put|invite|remove|take|reset|unlock|suspend|disable|for)) (?:[\w-]+ ){1,2}"
        r"(?:and|und|&) ([A-Z]\w+)\b"
    ),
    re.compile(rf"(?i:\b{THINGS} (?:reset )?(?:for|of|von|für)) ([A-Z]\w+(?: [A-Z]\w+)?)\b"),
)


@dataclass(frozen=True, slots=True)
class Whom:
    """The people a ticket is for and the words that say so, or what must be asked first."""

    people: tuple[Named, ...] = ()
    because: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of a ticket: others that are named, and where the requester is named."""

    text: str
    requester: Named
    others: tuple[Mention, ...]
    own: tuple[Mention, ...]

    @property
    def for_me(self) -> bool:
        """Whether the words say that it is for the requester."""
        return bool(FOR_ME.search(NOT_FOR_ME.sub(" ", self.text)))


def whom(text: str, words: Words, directory: Directory) -> Whom:
    """Whom the text is for. Nobody is chosen where two people answer to a name."""
    requester = Named(PERSON, words.requester, words.requester_name or "the requester")
    mentions = [m for m in directory.find(text, PERSON) if not _is_courtesy(m, text, requester)]
    if len(mentions) > MOST_NAMES:
        return Whom(question="You name many people. Whom exactly is this for?")
    unclear = [mention for mention in mentions if len(mention.candidates) > 1]
    if unclear:
        names = listed(unclear[0].candidates)
        return Whom(question=f"Whom do you mean by {quoted(unclear[0].written)}: {names}?")
    own = tuple(m for m in mentions if m.candidates[0].id == requester.id)
    others = tuple(m for m in mentions if m not in own)
    stranger = _stranger(text, directory)
    if stranger:
        return Whom(question=f"I do not find {quoted(stranger)} in the directory. Who is it for?")
    cast = Cast(text, requester, others, own)
    return _for_others(cast) if others else _without_others(cast)


def names_others(text: str, words: Words, directory: Directory) -> bool:
    """Whether the text names, or may name, somebody other than the requester."""
    return any(
        one.id != words.requester
        for mention in directory.find(text, PERSON)
        for one in mention.candidates
    )


def _is_courtesy(mention: Mention, text: str, requester: Named) -> bool:
    """A name in a greeting, or the requester's own under the text."""
    line = text[: mention.start][-NEARBY:].rpartition("\n")[2]
    before = [word.folded for word in words_of(line)]
    if before and before[-1] in GREETINGS:
        return True
    if all(one.id != requester.id for one in mention.candidates):
        return False
    closing = not text[mention.end :].strip(" .!\n\r\t")
    alone = not before
    return closing and (alone or any(word in FAREWELLS for word in before[-3:]))


def _without_others(cast: Cast) -> Whom:
    third = FOR_THIRD.search(cast.text)
    if third and not cast.own and not cast.for_me:
        return Whom(question=f"You write {quoted(third.group())}. What is the person's full name?")
    said = "Nobody else is named"
    return Whom((cast.requester,), f"{said}, so it is for {cast.requester.name}.")


def _stranger(text: str, directory: Directory) -> str:
    """A name in the place of a person that nothing in the directory answers to."""
    for pattern in STRANGER:
        for match in pattern.finditer(text):
            first = fold(match.group(1).split()[0])
            known = directory.covers(text, match.start(1), match.end(1))
            if first not in NOT_A_NAME and not known:
                return match.group(1)
    return ""


def _for_others(cast: Cast) -> Whom:
    meant = _in_position(cast)
    if cast.for_me and not set(meant) & set(cast.others):
        return Whom(
            (cast.requester,),
            f"{_names(cast.others)} is only mentioned, so it is for {cast.requester.name}.",
        )
    if cast.for_me and _with_me(cast, meant):
        return Whom(
            (cast.requester, *_people(meant)),
            f"It is for {cast.requester.name} and {_names(meant)}.",
        )
    if cast.for_me:
        return Whom(question=f"Is this for you or for {_names(meant)}?")
    if not set(cast.others) <= set(meant) or not _one_list(cast.text, meant):
        return Whom(question=_whom_exactly(cast))
    return Whom(_people(meant), _because(meant))


def _whom_exactly(cast: Cast) -> str:
    if len(_people(cast.others)) == 1:
        return f"Is this for you or for {_names(cast.others)}?"
    return f"Whom exactly is this for? You name {_names(cast.others)}."


def _because(meant: tuple[Mention, ...]) -> str:
    return " ".join(
        f"{quoted(m.written)} is {m.candidates[0].name} in the directory."
        for m in {mention.candidates[0].id: mention for mention in meant}.values()
    )


def _in_position(cast: Cast) -> tuple[Mention, ...]:
    """Those named where a beneficiary stands, with those listed beside them."""
    named = sorted((*cast.others, *cast.own), key=lambda mention: mention.start)
    placed = [m for m in named if _placed(cast.text, m)]
    for mention in named:
        if mention not in placed and any(_listed_together(cast.text, mention, p) for p in placed):
            placed.append(mention)
    return tuple(m for m in named if m in placed)


def _placed(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start][-NEARBY:], text[mention.end :]
    if ONLY_TOLD.match(after) or TOLD_BY.search(before):
        return False
    beside_me = AND_ME.search(before) or ME_TOO.match(after)
    place = BEFORE_BENEFICIARY.search(before) or AFTER_BENEFICIARY.match(after)
    return bool(beside_me or place)


def _listed_together(text: str, one: Mention, other: Mention) -> bool:
    first, second = sorted((one, other), key=lambda mention: mention.start)
    return bool(AND.match(text[first.end : second.start]))


def _one_list(text: str, meant: tuple[Mention, ...]) -> bool:
    """Whether the people are one person, or listed beside each other."""
    return len(_people(meant)) == 1 or all(
        _listed_together(text, one, other) for one, other in pairwise(meant)
    )


def _with_me(cast: Cast, meant: tuple[Mention, ...]) -> bool:
    return any(
        AND_ME.search(cast.text[: m.start][-NEARBY:]) or ME_TOO.match(cast.text[m.end :])
        for m in meant
    )


def _people(mentions: tuple[Mention, ...]) -> tuple[Named, ...]:
    return tuple(dict.fromkeys(mention.candidates[0] for mention in mentions))


def _names(mentions: tuple[Mention, ...]) -> str:
    return " and ".join(person.name for person in _people(mentions))
