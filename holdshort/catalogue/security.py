"""Answers to an attack: ending somebody's sessions, taking a mail out of all mailboxes.

They protect, and they are always for a person of security: what they end or hide is somebody's.
Only the sessions of somebody who has left by HR's record end without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import account as about
from holdshort.catalogue import facts
from holdshort.catalogue.account import AccountOf
from holdshort.catalogue.accounts import not_left
from holdshort.catalogue.kind import ActionType, CatalogueError, Emergency, Params, Rendering
from holdshort.core import consequence, employment, listed
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Inquiry,
    Level,
    Offered,
    Person,
    PolicyResult,
    PolicyVerdict,
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


class Sessions(AccountOf):
    """Whose sessions, and whether because the person leaves."""

    leaving: bool = Field(
        default=False, description="Whether it is because the person leaves: then HR decides."
    )


def _revoke(params: Sessions, asked: Circumstances, knows: Knows) -> Findings:
    person = facts.person_named(knows, params.person)
    held = knows.rights_of(person.id)
    left = employment.hr_end_date(knows.policy(), knows.policy_version(), person, asked.at)
    unproven = params.leaving and left.verdict is not PolicyVerdict.PASSES
    return Findings(
        target=Target(SESSIONS, person.id, f"{person.name}'s sessions"),
        consequence=Consequence(
            about.reach(asked, person, held, knows),
            facts.level(1, _lost(person, leaving=params.leaving), facts.TYPE),
            about.regulated(asked, person),
            facts.no_cost(),
        ),
        context="hr" if unproven else "security",
        seen={"person": person.id, "enabled": True},
        before=(f"{person.name} is signed in wherever they signed in.",),
        after=(
            f"{person.name} is signed in nowhere.",
            "Which sessions there were is kept with the record, before they end.",
        ),
        read_at=None,
        policy=left if params.leaving else PolicyResult(PolicyVerdict.NONE),
        raises=facts.present(
            *about.always_asked(asked, person, held),
            not_left(person) if unproven else None,
            None if params.leaving else _incident(),
        ),
    )


def _lost(person: Person, *, leaving: bool) -> str:
    back = "can sign in once the account is resumed" if leaving else "signs in again"
    return f"{person.name} {back}; unsaved work is lost."


def _render_revoke(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"End {name}'s sessions"
    again = "" if params.get("leaving") else " and can sign in again"
    effect = f"{name} will be signed out everywhere{again}; nothing is deleted."
    return Rendering(title, effect, title)


REVOKE_SESSIONS = ActionType(
    id="idp.revoke_sessions",
    title="End somebody's sessions",
    domain="security",
    context="security",
    doc="Ends every session of one person, after writing down which there were. Of who has left by "
    "HR's record it ends without anybody asked; otherwise it answers an attack.",
    params=Sessions,
    findings=_revoke,
    render=_render_revoke,
    facts=(
        "whose sessions they are and the person's effective rights",
        "the end date in HR's record",
        "who asks",
    ),
    undo_words="Sessions do not come back; the person signs in again.",
    connector=SESSIONS,
    min_tier=(Tier.POLICY, "It ends what somebody is doing."),
    policy_rule="hr_end_date",
    budget="accounts",
    permanent=True,
    permanent_part="but for whoever has left by HR's record",
)


# ------------------------------------------------------------------ mail


class Message(Params):
    """Which mail."""

    message: str = Field(
        min_length=1, max_length=200, description="The id that the mail system knows it by."
    )


class Purge(Message):
    """Which mail, and whether it cannot wait."""

    emergency: Emergency = False


def _inquiry(type_id: str) -> Callable[[Message, Knows], Inquiry]:
    def inquiry(params: Message, knows: Knows) -> Inquiry:
        words = {"target": params.message, "params": {"message": params.message}}
        return Inquiry(MAIL, type_id, words)

    return inquiry


def _purge(params: Purge, asked: Circumstances, knows: Knows) -> Findings:
    return _moved(params, facts.flagged(asked, params.emergency), knows, purged=True)


def _restore(params: Message, asked: Circumstances, knows: Knows) -> Findings:
    return _moved(params, asked, knows, purged=False)


def _moved(params: Message, asked: Circumstances, knows: Knows, *, purged: bool) -> Findings:
    told = _told(params, knows, purged=purged)
    # The record keeps whose mailboxes; the bytes say how many, so that they stay small.
    seen = {name: value for name, value in told.items() if name != "_people"}
    people, days = told.get("_people"), told.get("_recoverable_days")
    subject = f"‘{told.get('_subject', params.message)}’"
    there, gone = f"{subject} is in {_mailboxes(people)}.", f"{subject} {_recoverable(days)}."
    return Findings(
        target=Target(MAIL, params.message, subject),
        consequence=Consequence(
            _reach(people, knows),
            _way_back(days, purged),
            _regulated(people, knows),
            facts.no_cost(),
        ),
        context="security",
        seen=seen,
        before=(there if purged else gone,),
        after=(gone if purged else there,),
        read_at=None,
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.emergency(asked),
            _incident() if purged else _undoes_purge(subject),
        ),
        already=(gone if purged else there) if told.get("purged") is purged else "",
    )


def _told(params: Message, knows: Knows, *, purged: bool) -> Mapping[str, Any]:
    """What the mail system says about it; nothing where it was not asked. Raises CatalogueError."""
    asked = _inquiry("mail.purge" if purged else "mail.restore")(params, knows)
    told = knows.preview(asked)
    if told is not None and told.problem:
        raise CatalogueError(f"The mail system: {told.problem}")
    return told.seen if told else {}


def _undoes_purge(subject: str) -> Reason:
    """Raise: a mail that was taken out for a reason comes back."""
    return Reason(
        rule="raise.undoes_security_control",
        text=f"{subject} was taken out of mailboxes; this puts it back in front of people.",
        would_pass="Security decides.",
    )


def _reach(people: list[str] | None, knows: Knows) -> Level:
    if people is None:
        return consequence.unknown("We could not confirm how many have it.", MAIL_SYSTEM)
    few = 1 if len(people) <= 1 else 2 if len(people) <= listed.people_budget(knows.policy()) else 3
    return facts.level(few, f"It is in {_mailboxes(people)}.", MAIL_SYSTEM)


def _way_back(days: Any, purged: bool) -> Level:
    if not purged:
        return facts.level(2, "It can be taken out again; who read it read it.", facts.TYPE)
    if not isinstance(days, int) or days < 1:
        return consequence.unknown("Nothing says that it can be put back.", MAIL_SYSTEM)
    return facts.level(1, f"It can be put back for {days} days.", MAIL_SYSTEM)


def _regulated(people: list[str] | None, knows: Knows) -> Level:
    if people is None:
        return consequence.unknown("We could not confirm whose mailboxes those are.", MAIL_SYSTEM)
    held = {id for row in listed.rows(knows.policy(), "holds") for id in row.get("people") or ()}
    names = sorted(held & set(people))
    if names:
        text = f"Mailboxes under a legal hold: {facts.listing(names)}."
        return facts.level(3, text, "the legal holds")
    return facts.level(2, "The mailboxes of other people.", facts.TYPE)


def _mailboxes(people: list[str] | None) -> str:
    if people is None:
        return "nobody knows how many mailboxes"
    return "1 mailbox" if len(people) == 1 else f"{len(people)} mailboxes"


def _recoverable(days: Any) -> str:
    way = f"can be put back for {days} days" if days else "cannot be put back, as far as we know"
    return f"is in no mailbox; it {way}"


def _words(verb: str, effect: str) -> Callable[[Mapping[str, Any], Knows], Rendering]:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        title = f"{verb} ‘{params['message']}’"
        return Rendering(title, f"The mail ‘{params['message']}’ {effect}.", title)

    return render


def _inverse(type_id: str) -> Callable[[Mapping[str, Any]], Offered | None]:
    return lambda params: Offered(type_id, {"message": params["message"]})


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
    params=Purge,
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
