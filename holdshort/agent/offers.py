"""From a label and the names in a text to typed actions, a question, or a hand-over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from holdshort.agent import files, things
from holdshort.agent.articles import best_article
from holdshort.agent.cues import evidence, objection
from holdshort.agent.embedding import Embedder
from holdshort.agent.groups import named_groups
from holdshort.agent.names import APPLICATION, GROUP, Directory, listed, quoted
from holdshort.agent.things import Drafted
from holdshort.agent.whom import whom
from holdshort.agent.words import disguised
from holdshort.core.terms import Offered
from holdshort.ports import Words

LEAST_WORDS = 2
"""One word alone says what about and not what for."""
MOST_ACTIONS = 5
"""A ticket that yields more actions than this goes to a person."""
ROLES: Mapping[str, re.Pattern[str]] = {
    "owner": re.compile(r"\b(?:owners?|admin\w*)\b", re.IGNORECASE),
    "maintainer": re.compile(r"\bmaint\w*\b", re.IGNORECASE),
    "member": re.compile(r"\bmember\b", re.IGNORECASE),
}
TO_ROLE = re.compile(r"\bfrom (?:an? )?\w+ to (?:an? |be )?\w+\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text under a label, with everything needed to draft an offer for it."""

    label: str
    text: str
    words: Words
    directory: Directory
    embedder: Embedder


def draft(asked: Asked) -> Drafted:
    """What to offer for a text whose label is believed."""
    if asked.label in HANDED_OVER:
        return Drafted(hand_over=HANDED_OVER[asked.label])
    if asked.label == "how_to_question":
        return _answer(asked)
    if asked.label == "phishing_report":
        return _phished(asked)
    return _act(asked)


def _phished(asked: Asked) -> Drafted:
    """Whoever gave something away is signed out, which a person decides; else a person looks.

    Only ever about who writes: no words of a mail, quoted or not, reach anybody else.
    """
    gave = GAVE_AWAY.search(asked.text)
    if gave is None or len(asked.text) > MOST_OF_A_REPORT:
        return Drafted(hand_over=REPORTED)
    who = asked.words
    why = f"{quoted(gave.group())}: the sessions of {who.requester_name or 'the requester'} end."
    return Drafted((Offered("idp.revoke_sessions", {"person": who.requester}),), because=(why,))


REPORTED = "This reports a suspicious message or call; a person must look at it now."
GAVE_AWAY = re.compile(
    r"\bI (?:have |just |already |accidentally |stupidly |also ){0,2}"
    r"(?:clicked|pressed|opened|followed|entered|typed|gave|scanned|submitted)\b|"
    r"\bhabe (?:ich )?(?:\w+ ){0,8}(?:geklickt|eingegeben|geöffnet)\b",
    re.IGNORECASE,
)
MOST_OF_A_REPORT = 600
"""A longer text may quote somebody else's ‘I clicked’."""

HANDED_OVER: Mapping[str, str] = {
    "status_question": "This asks how an earlier ticket stands; a person answers it.",
    "something_else": "Nothing that I can prepare fits these words.",
}


def _act(asked: Asked) -> Drafted:
    if len(asked.text.split()) < LEAST_WORDS:
        return Drafted(question="Please tell me in a sentence what you need.")
    said = evidence(asked.label, asked.text)
    if not said:
        return Drafted(hand_over="No word of yours names the change outright.")
    doubt = objection(asked.label, asked.text)
    if doubt:
        return Drafted(hand_over=f"I do not act on this because of {doubt}.")
    masks = disguised(asked.text)
    if masks:
        return Drafted(question=_ask_to_retype(masks))
    drafted = DRAFTERS[asked.label](asked)
    if len(drafted.actions) > MOST_ACTIONS:
        return Drafted(hand_over=f"This asks for {len(drafted.actions)} actions at once.")
    return drafted


def _ask_to_retype(masks: tuple[str, ...]) -> str:
    shown = ascii(masks[0])[1:-1][:80]
    return (
        f'"{shown}" mixes alphabets or hides characters, so I cannot be sure which name it is. '
        "Please type the name again."
    )


def _simple(action_type: str) -> Callable[[Asked], Drafted]:
    """A drafter of an action whose only parameter is the person."""

    def drafter(asked: Asked) -> Drafted:
        found = whom(asked.text, asked.words, asked.directory)
        if found.question:
            return Drafted(question=found.question)
        actions = tuple(Offered(action_type, {"person": one.id}) for one in found.people)
        return Drafted(actions, because=(found.because,))

    return drafter


def _sign_in(action_type: str) -> Callable[[Asked], Drafted]:
    """A drafter for the account that everybody signs in with, and for no other application."""
    drafter = _simple(action_type)

    def cautious(asked: Asked) -> Drafted:
        named = asked.directory.find(asked.text, APPLICATION)
        if not named:
            return drafter(asked)
        application = listed(named[0].candidates)
        return Drafted(question=f"Is this about {application} or about your company sign-in?")

    return cautious


def _named_other(action_type: str, nobody: Drafted) -> Callable[[Asked], Drafted]:
    """A drafter of an action that only ever falls on one other person, named outright."""

    def drafter(asked: Asked) -> Drafted:
        found = whom(asked.text, asked.words, asked.directory)
        if found.question:
            return nobody if nobody.hand_over else Drafted(question=found.question)
        if len(found.people) > 1:
            return Drafted(question=f"Which one of {listed(found.people)} first?")
        if found.people[0].id == asked.words.requester:
            return nobody
        person = found.people[0]
        return Drafted((Offered(action_type, {"person": person.id}),), because=(found.because,))

    return drafter


def _membership(action_type: str) -> Callable[[Asked], Drafted]:
    """A drafter of one action for each person and group that are named."""

    def drafter(asked: Asked) -> Drafted:
        groups = named_groups(asked.text, asked.directory)
        if not groups.mentions:
            return Drafted(question=groups.question, hand_over=groups.hand_over)
        rest = groups.blanked_out_of(asked.text)
        found = whom(rest, asked.words, asked.directory)
        if found.question:
            return Drafted(question=found.question)
        actions = tuple(
            Offered(action_type, {"person": person.id, "group": group.id})
            for person in found.people
            for group in groups.entries
        )
        return Drafted(actions, because=(groups.because, found.because))

    return drafter


def _github(asked: Asked) -> Drafted:
    groups = [
        m for m in asked.directory.find(asked.text, GROUP) if "git" not in m.written.casefold()
    ]
    if groups:
        names = listed(groups[0].candidates)
        return Drafted(question=f"Is this about GitHub itself or about the group {names}?")
    roles = _roles(asked.text)
    if len(roles) > 1:
        return Drafted(question=f"Which GitHub role is it to be: {', '.join(roles)}?")
    found = whom(asked.text, asked.words, asked.directory)
    if found.question:
        return Drafted(question=found.question)
    role = roles[0] if roles else "member"
    actions = tuple(
        Offered("github.set_membership", {"person": one.id, "role": role}) for one in found.people
    )
    why = f"The role is {role}" + ("." if roles else ", because the ticket names none.")
    return Drafted(actions, because=(found.because, why))


def _roles(text: str) -> list[str]:
    """The GitHub roles that are wanted; "from member to owner" wants only the second."""
    wanted = TO_ROLE.search(text)
    part = wanted.group().split(" to ")[1] if wanted else text
    return [role for role, words in ROLES.items() if words.search(part)]


def _answer(asked: Asked) -> Drafted:
    article = best_article(asked.text, asked.directory.articles, asked.embedder)
    if article is None:
        return Drafted(hand_over="No knowledge article clearly answers this question.")
    return Drafted(
        (Offered("kb.answer", {"article": article.id}),),
        because=(f"The article {quoted(article.name)} is clearly the closest.",),
    )


def _about(drafter: things.Drafter) -> Callable[[Asked], Drafted]:
    return lambda asked: drafter(asked.text, asked.words, asked.directory)


DRAFTERS: Mapping[str, Callable[[Asked], Drafted]] = {
    **{label: _about(one) for label, one in {**things.DRAFTERS, **files.DRAFTERS}.items()},
    "password_reset": _sign_in("idp.reset_password"),
    "account_unlock": _sign_in("idp.unlock"),
    "group_access": _membership("idp.add_to_group"),
    "group_removal": _membership("idp.remove_from_group"),
    "github_access": _github,
    "suspend_account": _named_other(
        "idp.suspend",
        Drafted(question="Whose account is to be suspended? Please write the person's full name."),
    ),
    "new_account": _named_other(
        "idp.create_account",
        Drafted(hand_over="This asks for an account of somebody whom the directory does not know."),
    ),
}
