"""Answers to an attack: ending somebody's sessions, taking a mail out of all mailboxes.

They protect, and they are always for a person of security: what they end or hide is somebody's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import account as about
from holdshort.catalogue import facts
from holdshort.catalogue.account import AccountOf
from holdshort.catalogue.kind import ActionType, CatalogueError, Params, Rendering, Unconfirmed
from holdshort.core import consequence, listed
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Inquiry,
    Level,
    Offered,
    Preview,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

SESSIONS, MAIL = "sso", "mail"
MAIL_SYSTEM = "the mail system"
ALWAYS = (Tier.HUMAN, "Answers to an attack are always for a person to decide.")


def _incident() -> Reason:
    """Raise: it is bound to a security incident."""
    return Reason(
        rule="raise.security_incident",
        text="This answers a security incident.",
        would_pass="Security decides; one yes is enough.",
    )


# ------------------------------------------------------------------ sessions


def _revoke(params: AccountOf, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    held = knows.rights_of(person.id)
    return Findings(
        target=Target(SESSIONS, person.id, f"{person.name}'s sessions"),
        consequence=Consequence(
            about.reach(asked, person, held, knows),
            facts.level(1, f"{person.name} signs in again; unsaved work is lost.", facts.TYPE),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context="security",
        seen={"person": person.id, "enabled": True},
        before=(f"{person.name} is signed in wherever they signed in.",),
        after=(
            f"{person.name} is signed in nowhere.",
            "Which sessions there were is kept with the record, before they end.",
        ),
        read_at=None,
        raises=facts.present(*about.always_asked(asked, person, held), _incident()),
    )


REVOKE_SESSIONS = ActionType(
    id="idp.revoke_sessions",
    title="End somebody's sessions",
    domain="security",
    context="security",
    doc="Ends every session of one person, after writing down which there were.",
    params=AccountOf,
    findings=_revoke,
    render=about.renders(
        "End {name}'s sessions",
        "{name} will be signed out everywhere and can sign in again; nothing is deleted.",
    ),
    facts=("whose sessions they are and the person's effective rights", "who asks"),
    undo_words="Sessions do not come back; the person signs in again.",
    connector=SESSIONS,
    min_tier=ALWAYS,
    permanent=True,
    budget="accounts",
)


# ------------------------------------------------------------------ mail


class Message(Params):
    """Which mail."""

    message: str = Field(
        min_length=1, max_length=200, description="The id that the mail system knows it by."
    )


def _inquiry(type_id: str) -> Callable[[Message, Knows], Inquiry]:
    def inquiry(params: Message, knows: Knows) -> Inquiry:
        words = {"target": params.message, "params": {"message": params.message}}
        return Inquiry(MAIL, type_id, words)

    return inquiry


def _purge(params: Message, asked: Circumstances, knows: Knows) -> Findings:
    return _moved(params, asked, knows, purged=True)


def _restore(params: Message, asked: Circumstances, knows: Knows) -> Findings:
    return _moved(params, asked, knows, purged=False)


def _moved(params: Message, asked: Circumstances, knows: Knows, *, purged: bool) -> Findings:
    told = _told(params, knows, purged=purged)
    people, days = list(told.seen["_people"]), told.seen["_recoverable_days"]
    # The record keeps whose mailboxes; the bytes say how many, so that they stay small.
    seen = {name: value for name, value in told.seen.items() if name != "_people"}
    regulated = _regulated(people, knows)
    subject = f"‘{told.seen['_subject']}’"
    there = f"{subject} is in {_mailboxes(len(people))}."
    gone = f"{subject} is in no mailbox; it {_recoverable(days)}."
    return Findings(
        target=Target(MAIL, params.message, subject),
        consequence=Consequence(
            _reach(people, knows), _way_back(days, purged), regulated, facts.no_cost()
        ),
        context="security",
        seen=seen,
        before=(there if purged else gone,),
        after=(gone if purged else there,),
        read_at=told.read_at,
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.emergency(asked),
            _incident() if purged else _undoes_purge(subject),
        ),
        already=(gone if purged else there) if told.seen["purged"] is purged else "",
    )


def _told(params: Message, knows: Knows, *, purged: bool) -> Preview:
    """What the mail system says about it. Raises Unconfirmed, CatalogueError."""
    asked = _inquiry("mail.purge" if purged else "mail.restore")(params, knows)
    told = knows.preview(asked)
    if told is None:
        raise Unconfirmed(f"We could not ask the mail system about ‘{params.message}’.")
    if told.problem:
        raise CatalogueError(f"The mail system: {told.problem}")
    return told


def _undoes_purge(subject: str) -> Reason:
    """Raise: a mail that was taken out for a reason comes back."""
    return Reason(
        rule="raise.undoes_security_control",
        text=f"{subject} was taken out of mailboxes; this puts it back in front of people.",
        would_pass="Security decides.",
    )


def _reach(people: list[str], knows: Knows) -> Level:
    few = 1 if len(people) <= 1 else 2 if len(people) <= listed.people_budget(knows.policy()) else 3
    return facts.level(few, f"It is in {_mailboxes(len(people))}.", MAIL_SYSTEM)


def _way_back(days: Any, purged: bool) -> Level:
    if not purged:
        return facts.level(2, "It can be taken out again; who read it read it.", facts.TYPE)
    if not isinstance(days, int) or days < 1:
        return consequence.unknown("Nothing says that it can be put back.", MAIL_SYSTEM)
    return facts.level(1, f"It {_recoverable(days)}.", MAIL_SYSTEM)


def _regulated(people: list[str], knows: Knows) -> Level:
    held = {id for row in listed.rows(knows.policy(), "holds") for id in row.get("people") or ()}
    names = sorted(held & set(people))
    if names:
        text = f"Mailboxes under a legal hold: {facts.listing(names)}."
        return facts.level(3, text, "the legal holds")
    return facts.level(2, "The mailboxes of other people.", facts.TYPE)


def _mailboxes(count: int) -> str:
    return "1 mailbox" if count == 1 else f"{count} mailboxes"


def _recoverable(days: Any) -> str:
    return f"can be put back for {days} days" if days else "cannot be put back"


def _words(verb: str, effect: str) -> Callable[[Mapping[str, Any], Knows], Rendering]:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        title = f"{verb} ‘{params['message']}’"
        return Rendering(title, f"The mail ‘{params['message']}’ {effect}.", title)

    return render


def _inverse(type_id: str) -> Callable[[Mapping[str, Any]], Offered | None]:
    def undo(params: Mapping[str, Any]) -> Offered | None:
        return Offered(type_id, dict(params))

    return undo


_FACTS = (
    "in how many mailboxes it is, asked at the mail system",
    "for how long it can be put back",
    "legal holds",
)

PURGE = ActionType(
    id="mail.purge",
    title="Take a mail out of all mailboxes",
    domain="security",
    context="security",
    doc="Takes one mail out of every mailbox that it reached; it stays recoverable for a while.",
    params=Message,
    findings=_purge,
    render=_words("Take out of all mailboxes: the mail", "will be in no mailbox any more"),
    facts=_FACTS,
    undo=_inverse("mail.restore"),
    undo_words="Put the mail back, as long as the mail system keeps it.",
    inquiry=_inquiry("mail.purge"),
    connector=MAIL,
    min_tier=ALWAYS,
    permanent=True,
)

RESTORE = ActionType(
    id="mail.restore",
    title="Put a mail back into mailboxes",
    domain="security",
    context="security",
    doc="Puts a mail that was taken out back into the mailboxes that it was in.",
    params=Message,
    findings=_restore,
    render=_words("Put back into mailboxes: the mail", "will be in the same mailboxes again"),
    facts=_FACTS,
    undo=_inverse("mail.purge"),
    undo_words="Take the mail out again.",
    inquiry=_inquiry("mail.restore"),
    connector=MAIL,
    min_tier=ALWAYS,
    permanent=True,
)

TYPES = (REVOKE_SESSIONS, PURGE, RESTORE)
