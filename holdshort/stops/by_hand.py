"""What people do and see outside: work by hand, and doubts that only a look can settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from holdshort.core import matching
from holdshort.core.matching import WORDS, Match, Matched, by_word, match
from holdshort.core.terms import Sender
from holdshort.ports import Acts, ConnectorError, Expects
from holdshort.records import actions, audit, db, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.stops import afterwards, authorizing, execution, replying, telling
from holdshort.stops.conversation import check_words
from holdshort.stops.refused import Refused, existing, known


def report(action: str, did: str, evidence: str, *, sender: Sender, reply: str = "") -> None:
    """A person says what they did by hand, after it was authorized for a person's hands.

    `reply` is what they tell the requester about it, if anything.
    """
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        _may_report(story, sender)
        if did not in WORDS or not evidence.strip():
            raise Refused("evidence_missing", "Please say what you did and where it can be seen.")
        _tell(story, did, reply.strip(), sender)
        db.write(
            "add_report",
            action=action,
            digest=story.digest,
            connector=story.action.target.connector,
            person=sender.person.id,
            did=did,
            evidence=evidence.strip()[:4000],
        )
        audit.event(
            "work.reported", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        wake("observe", action)


def send_answer(action: str, *, sender: Sender, words: str | None = None) -> None:
    """A person sends the ready answer of an article that was theirs to send, and reports it.

    `words` is the answer as they want it; without, it is sent as the article has it.
    """
    with db.transaction():
        story = known(action)
        ready = replying.article(story)
        if ready is None:
            raise Refused("nothing_to_send", "There is no ready answer to send.")
        said = ready if words is None else words.replace("\r\n", "\n").strip()
        check_words("", said)
        did = "as_approved" if said == ready else "differently"
        how = "as it is" if said == ready else "in other words"
        sent = f"Sent the article ‘{story.action.params['article']}’, {how}."
        report(action, did, sent, sender=sender, reply=said)


def find(action: str, result: str, note: str, *, sender: Sender) -> None:
    """A person says what is really there, where the program could not confirm it."""
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if story.state not in ("unknown", "mismatch"):
            raise Refused("nothing_to_find", f"There is no doubt to settle: {story.state}.")
        _works_here(story, sender)
        if result not in ("applied", "not_applied") or not note.strip():
            raise Refused("evidence_missing", "Please say what you found and where it can be seen.")
        db.write(
            "add_finding",
            action=action,
            kind=story.state,
            person=sender.person.id,
            result=result,
            note=note.strip()[:4000],
        )
        audit.event(
            "finding.recorded", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        how = "is in place" if result == "applied" else "did not happen"
        telling.finish(story, f"We looked: ‘{telling.title(story)}’ {how}.")


def _may_report(story: Story, sender: Sender) -> None:
    if story.state != "by_hand" or story.report is not None:
        raise Refused("not_by_hand", f"There is nothing to report: {story.state}.")
    _works_here(story, sender)


def _tell(story: Story, did: str, reply: str, sender: Sender) -> None:
    """Say it on the ticket in the person's own name, unless it claims what was not done."""
    if not reply:
        return
    check_words("", reply)
    if did == "not_done" and _begins(reply, replying.ready(story, "")):
        raise Refused("reply_untrue", "The reply says that it is done. Change it or leave it out.")
    assert story.action.ticket is not None
    tickets.say(story.action.ticket, reply, author=sender.person.id)


def _begins(reply: str, ready: str) -> bool:
    """Whether these are the ready words, whatever name or spaces follow."""
    words = ready.split()
    return reply.split()[: len(words)] == words


def _works_here(story: Story, sender: Sender) -> None:
    asked = {assignment["person"] for assignment in story.assignments}
    if sender.person.id not in asked and not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can say this.")


# ------------------------------------------------------------------ looking at it


def settle(action: str, connectors: Mapping[str, Acts]) -> None:
    """After a person reported: look whether the target shows it, and write the outcome."""
    story = actions.story(action)
    if story is None or story.report is None or story.outcome is not None:
        return
    look = _looked(story, connectors, story.report["did"])
    with actions.turn_of(action) as (story, _):
        assert story is not None and story.report is not None
        if story.outcome is not None:
            return
        turned = _turned(story)
        again = execution.DRIFT if turned and look.match.outcome == "not_applied" else ""
        db.write(
            "add_outcome_by_hand",
            action=action,
            kind=look.match.outcome,
            # Nobody looked before what was made unasked.
            before=db.as_json({} if story.made else story.action.seen),
            after=db.as_json(look.after),
            evidence=db.as_json(_evidence(story.report["did"], look, "" if again else turned)),
            reason=again,
        )
        audit.event(
            "execution.settled",
            actor=DESK,
            ticket=story.action.ticket,
            action=action,
            outcome=look.match.outcome,
            matched=look.match.matched,
        )
        (afterwards.tell if story.made else execution.tell)(story, look.match.outcome, again)
        if again:
            wake("restage", action)


def see(action: str, connectors: Mapping[str, Acts]) -> None:
    """Nobody reported anything: where the target shows all that was recommended, it is done."""
    story = actions.story(action)
    if story is None or not _is_open(story):
        return
    look = _looked(story, connectors, "as_approved")
    if not (look.match.observed and look.match.matched is Matched.AS_RECOMMENDED):
        return
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if not _is_open(story):
            return
        db.run("add_sighting", action=action, shown=True, now=db.as_json(look.after), problem="")
        db.write(
            "add_outcome_seen",
            action=action,
            before=db.as_json(story.action.seen),
            after=db.as_json(look.after),
            evidence=db.as_json(_evidence("", look, _turned(story))),
        )
        audit.event(
            "execution.settled",
            actor=DESK,
            ticket=story.action.ticket,
            action=action,
            outcome=look.match.outcome,
            matched=look.match.matched,
        )
        execution.tell(story, look.match.outcome, "")


def _is_open(story: Story) -> bool:
    return story.state == "by_hand" and story.report is None and not story.halted


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking: how it matches, what the target showed, or why it was not asked."""

    match: Match
    after: Mapping[str, Any]
    not_asked: str = ""


def _looked(story: Story, connectors: Mapping[str, Acts], did: str) -> Look:
    """What the target shows about work by hand; where it cannot be asked, the word stands."""
    connector = connectors.get(story.action.target.connector)
    if connector is None:
        return Look(by_word(did), {}, "There is no connected app for it.")
    try:
        made = execution.complete(story.action)
        now = execution.observe(made, connector)
    except ConnectorError as no:
        return Look(by_word(did), {}, str(no))
    shown = connector.applied(made, made.seen, now)
    expected = connector.expected(made) if isinstance(connector, Expects) else None
    if story.made:
        return Look(matching.afterwards(shown, expected, now), now)
    return Look(match(did, shown, expected, made.seen, now), now)


def turned(story: Story) -> str:
    """What those who said yes did not know of work that waits for a person; empty for nothing."""
    return _turned(story) if _is_open(story) else ""


def _turned(story: Story) -> str:
    permission = story.authorization
    if permission is None or permission["basis"] != "decisions":
        return ""
    return " ".join(authorizing.against_it_now(story))


def _evidence(did: str, look: Look, turned: str) -> dict[str, Any]:
    """What is kept: the person's word, how it matches, and what differs from what was approved.

    Where that is not what it was any more, others look over it: the database finds it by that.
    """
    found, outdated = look.match, {"outdated": turned} if turned else {}
    return {
        **outdated,
        "did": did,
        "matched": found.matched,
        "observed": found.observed,
        "not_asked": look.not_asked,
        "differs": [asdict(one) for one in found.differs],
    }
