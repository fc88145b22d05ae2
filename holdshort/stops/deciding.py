"""Whether a person may give this answer to this review now, with the reason when not.

The database refuses the same things; this says why in words, before it comes to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, ProgrammingError
from psycopg import errors

from holdshort import catalogue
from holdshort.core import duties, reasons
from holdshort.core.terms import Assurance, Authority, Channel, Kind, Person, Reason, Sender, Tier
from holdshort.records import audit, db, people
from holdshort.records.actions import Story
from holdshort.stops import alone, asking, calling_back
from holdshort.stops.refused import Refused

GRAVE_APPROVALS = 5
"""How many tier-3 approvals one person may give in any `GRAVE_SECONDS`; nobody reads faster."""

GRAVE_SECONDS = 10
CHAT = (Channel.SLACK, Channel.TEAMS, Channel.EMAIL)
ONLY_AGAINST_A_YES = ("side_taken", calling_back.MISSING, calling_back.DENIED)
"""Codes of what keeps somebody from saying yes now, and from nothing else."""

VERDICTS = ("approve", "change", "reject", "ask", "hand_over")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says about the bytes with this digest, having been shown that rendering."""

    verdict: str
    digest: str
    shown: str
    reason_code: str | None = None
    comment: str = ""
    changes: Mapping[str, Any] | None = None
    hand_to: str | None = None
    justification: str | None = None
    """Why somebody who is alone answers for themselves; then nothing else is an answer."""


@dataclass(frozen=True, slots=True)
class _Asked:
    story: Story
    answer: Answer
    sender: Sender
    at: datetime
    decides_for: Mapping[str, str]
    """Those whose decisions the sender makes now, with their names."""

    register: Sequence[Authority]


@contextmanager
def in_words() -> Iterator[None]:
    """Raise Refused for what was allowed a moment ago and the database still refuses."""
    try:
        yield
    except (IntegrityError, ProgrammingError) as error:
        if not isinstance(error.__cause__, errors.IntegrityError | errors.InsufficientPrivilege):
            raise
        raise Refused(
            "not_a_reviewer",
            "Something changed while you decided, so your answer does not count. Look again.",
        ) from None


def check(story: Story, answer: Answer, *, sender: Sender, at: datetime) -> None:
    """Raise Refused with the first rule that is against this answer."""
    given, register = db.together(("decides_for", {"person": sender.person.id}), ("register", {}))
    decides_for = {row["giver"]: row["name"] for row in given}
    asked = _Asked(story, answer, sender, at, decides_for, people.register_from(register))
    for rule in _RULES:
        rule(asked)


def remember(story: Story, answer: Answer, no: Refused, *, sender: Sender) -> None:
    """A refused answer is on record too, in a transaction of its own."""
    with db.transaction():
        audit.event(
            "decision.refused",
            actor=sender.person.id,
            action=story.action.id,
            code=no.code,
            verdict=answer.verdict,
        )


def why_not(story: Story, person: Person) -> tuple[Reason, ...]:
    """What duties have against this person deciding; whoever wrote a ticket asked for it too."""
    return _against(story, person, people.decides_for(person.id))


def _against(story: Story, person: Person, decides_for: Mapping[str, str]) -> tuple[Reason, ...]:
    return duties.who_may_not(story.action, person, writer=story.writer, decides_for=decides_for)


def on_their_own_word(story: Story, answer: Answer, sender: Sender) -> bool:
    """Whether somebody answers for themselves, where nobody else can."""
    mine = answer.verdict == "approve" and answer.justification is not None
    return mine and alone.applies(story, sender)


def _allowed_by_duties(asked: _Asked) -> None:
    if on_their_own_word(asked.story, asked.answer, asked.sender):
        alone.check(asked.story, asked.answer.justification or "", sender=asked.sender)
        return
    for reason in _against(asked.story, asked.sender.person, asked.decides_for):
        raise Refused(reason.rule, reason.text)


def _about_what_is_current(asked: _Asked) -> None:
    story = asked.story
    if story.next_version is not None:
        version = story.action.version + 1
        raise Refused("digest_mismatch", f"This was replaced by version {version}. Look again.")
    if asked.answer.digest != story.digest:
        raise Refused(
            "digest_mismatch", "The change is not the one you were shown. Look again, then decide."
        )


def _still_open(asked: _Asked) -> None:
    story = asked.story
    if story.review is None:
        raise Refused("already_decided", "Nobody has to decide about this.")
    open_still = story.fate is None and story.authorization is None
    is_expired = (story.fate or {}).get("kind") == "expired"
    if is_expired or (open_still and story.review["expires_at"] <= asked.at):
        raise Refused("expired", "The time to decide is over; it was closed as not approved.")
    final = [d for d in story.decisions if d["verdict"] in ("approve", "change", "reject")]
    # Somebody and whoever decided for them are one.
    whose = {d["instead_of"] or d["person"] for d in final}
    done = story.fate or story.authorization or len(whose) >= story.gate["needed"]
    if done or asked.sender.person.id in {decision["person"] for decision in final}:
        raise Refused("already_decided", f"This was decided already. {_who_decided(final)}")


def _who_decided(final: list[Mapping[str, Any]]) -> str:
    found = people.people(decision["person"] for decision in final)
    said = {"approve": "approved", "change": "changed", "reject": "rejected"}
    return " ".join(f"{found[d['person']].name} {said[d['verdict']]} it." for d in final)


def _asked_to(asked: _Asked) -> None:
    if asked.sender.person.id not in {one["person"] for one in asked.story.assignments}:
        names = people.people(one["person"] for one in asked.story.assignments).values()
        who = " or ".join(person.name for person in names) or "nobody yet"
        raise Refused("not_a_reviewer", f"You were not asked about this. Asked: {who}.")


def _still_has_the_authority(asked: _Asked) -> None:
    """The register may have changed since they were asked."""
    own = on_their_own_word(asked.story, asked.answer, asked.sender)
    if own or asked.answer.verdict not in ("approve", "change"):
        return
    if why := asking.lost(asked.story, asked.sender.person.id, asked.register, at=asked.at):
        raise Refused("not_a_reviewer", why)


def _asked_by_whom_it_says(asked: _Asked) -> None:
    """Where nobody proved to be the requester, somebody has called them back before a yes."""
    if asked.answer.verdict == "approve" and (no := calling_back.missing(asked.story)):
        raise no


def _for_a_side_of_their_own(asked: _Asked) -> None:
    """Where several sides must say yes, one yes for each; a second one for a side adds nothing."""
    if asked.answer.verdict != "approve":
        return
    if why := asking.side_taken(asked.story, asked.sender.person.id, at=asked.at):
        raise Refused("side_taken", why)


def _well_proved(asked: _Asked) -> None:
    needed = Assurance(asked.story.gate["min_assurance"])
    if asked.sender.assurance < needed:
        raise Refused("assurance_too_low", "Please sign in again before you decide this.")


def _seen_in_full(asked: _Asked) -> None:
    """A chat message is too small for a name that imitates another, so the review page decides."""
    if asked.sender.channel not in CHAT or asked.answer.verdict not in ("approve", "change"):
        return
    if asked.story.assessment["findings"]["lookalikes"]:
        raise Refused(
            "assurance_too_low",
            "A name in this looks like another one. Please decide it on its review page.",
        )


def _not_too_fast(asked: _Asked) -> None:
    if asked.answer.verdict != "approve" or asked.story.gate["tier"] < Tier.HUMAN:
        return
    person = asked.sender.person.id
    recent = "recent_grave_approvals", {"person": person, "seconds": GRAVE_SECONDS}
    _, [found] = db.together(db.lock("approvals", person), recent)
    if (given := found["count"]) >= GRAVE_APPROVALS:
        raise Refused(
            "too_fast",
            f"You approved {given} changes of tier 3 in the last {GRAVE_SECONDS} seconds. "
            "Look at each one; you can go on in a moment.",
        )


def _complete(asked: _Asked) -> None:
    answer = asked.answer
    if answer.verdict not in VERDICTS:
        raise Refused("bad_answer", f"The answer is one of: {', '.join(VERDICTS)}.")
    if answer.verdict in reasons.OVERRIDE and not reasons.known(answer.verdict, answer.reason_code):
        codes = ", ".join(reasons.OVERRIDE[answer.verdict])
        raise Refused("reason_missing", f"Please choose a reason: {codes}.")
    if answer.verdict == "ask" and not answer.comment.strip():
        raise Refused("question_missing", "Please write what you want to know.")
    if len(answer.comment) > 4000:
        raise Refused("too_long", "The comment is longer than 4,000 characters.")


def _change_is_possible(asked: _Asked) -> None:
    answer, action = asked.answer, asked.story.action
    if (answer.verdict == "change") != (answer.changes is not None):
        raise Refused("bad_change", "A change says what is changed, and only a change does.")
    if answer.changes is None:
        return
    params = {**action.params, **answer.changes}
    if params == dict(action.params):
        raise Refused("bad_change", "Nothing is different. Approve it, or change something.")
    try:
        catalogue.parse(action.type, params)
    except catalogue.CatalogueError as error:
        raise Refused("bad_change", str(error)) from None


def _handed_to_somebody_who_may(asked: _Asked) -> None:
    to = asked.answer.hand_to
    if (asked.answer.verdict == "hand_over") != (to is not None):
        raise Refused("bad_hand_over", "Please choose to whom you hand this.")
    if to is None:
        return
    person = people.person(to)
    if person is None or person.kind is not Kind.HUMAN:
        raise Refused("bad_hand_over", "That person decides nothing here. Choose a reviewer.")
    for reason in why_not(asked.story, person):
        raise Refused("bad_hand_over", reason.text)
    for why in asking.could_not(asked.story, (to,), at=asked.at).values():
        raise Refused("bad_hand_over", why)


_RULES: tuple[Callable[[_Asked], None], ...] = (
    _allowed_by_duties,
    _about_what_is_current,
    _still_open,
    _asked_to,
    _still_has_the_authority,
    _well_proved,
    _seen_in_full,
    _complete,
    _change_is_possible,
    _handed_to_somebody_who_may,
    _for_a_side_of_their_own,
    _asked_by_whom_it_says,
    _not_too_fast,
)
