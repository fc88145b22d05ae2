"""The road: receive → propose → stage → gate → decide → authorize → execute → verify → settle.

Each stop is one short function that may be entered again at any time: it takes the lock of its
ticket or action, reads the rows, leaves if they say that it is not due, and writes what is, the
audit event and the wake-up of the next stop in one transaction. docs/lifecycle.md draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from holdshort import catalogue
from holdshort.core.reasons import OVERRIDE
from holdshort.core.terms import Offered, Sender
from holdshort.ports import Acts, Agent, ConnectorError, Mirrors
from holdshort.records import actions, audit, db, mirrors, offers, queue, tickets
from holdshort.records.people import DESK
from holdshort.records.wake import wake, wake_once
from holdshort.stops import (
    afterwards,
    alone,
    answering,
    asking,
    authorizing,
    by_hand,
    deciding,
    execution,
    lapsing,
    looking,
    older,
    previewing,
    reading,
    resuming,
    silence,
    staging,
    telling,
)
from holdshort.stops.afterwards import record_made
from holdshort.stops.attaching import Files, attach, check_files, for_the_log
from holdshort.stops.by_hand import find, report, send_answer
from holdshort.stops.calling_back import call_back
from holdshort.stops.conversation import ask_for_a_person, check_words, close, open_for, reply
from holdshort.stops.deadlines import notice_deadlines
from holdshort.stops.deciding import Answer
from holdshort.stops.delegating import delegate, take_back
from holdshort.stops.delivering import deliver
from holdshort.stops.lapsing import end_access, lapse
from holdshort.stops.leaving import notice_leavers
from holdshort.stops.older import ASKED_ANEW, reconcile, settle, watch
from holdshort.stops.overriding import look_over, override
from holdshort.stops.refused import Refused, existing, known
from holdshort.stops.releasing import release
from holdshort.stops.switching import switch_off, switch_on

__all__ = [
    "ASKED_ANEW",
    "Refused",
    "ask_by_form",
    "ask_for_a_person",
    "authorize",
    "call_back",
    "close",
    "decide",
    "delegate",
    "deliver",
    "end_access",
    "execute",
    "expire",
    "find",
    "forget",
    "lapse",
    "look",
    "look_over",
    "notice_deadlines",
    "notice_leavers",
    "observe",
    "offer",
    "open_for",
    "override",
    "preview",
    "propose",
    "receive",
    "reconcile",
    "record_made",
    "release",
    "remind",
    "reply",
    "report",
    "reroute",
    "restage",
    "resume",
    "see",
    "send_answer",
    "sequence",
    "settle",
    "stage",
    "stop",
    "sweep",
    "switch_off",
    "switch_on",
    "take_back",
    "undo",
    "unread",
    "watch",
]

AGENT_ANSWERS_WITHIN = timedelta(minutes=3)
IN_FLIGHT = 128
"""How many newer events may be committed before an older one, for it to be found at once."""

LATE = 4_000
"""The same for it to be found within a second, rather than by a sweep of everything."""

OVERTAKEN = 250_000
"""The same for a sweep of everything: more than are committed while a transaction of ours lasts."""

EVER = datetime.min.replace(tzinfo=UTC)


# ------------------------------------------------------------------ receive


def receive(
    subject: str,
    body: str,
    *,
    sender: Sender,
    beneficiary: str | None = None,
    files: Files = (),
) -> int:
    """A person asks for something: a ticket, and the agent is woken. Gives its number."""
    check_words(subject, body)
    check_files(files)
    with db.transaction():
        number = tickets.open_ticket(sender, beneficiary)
        tickets.say(number, body, author=sender.person.id, kind="words", subject=subject)
        attach(files)
        tickets.turn(number, "with_agent", person=sender.person.id)
        audit.event("ticket.received", actor=sender.person.id, ticket=number, **for_the_log(files))
        wake("propose", number)
    return number


# ------------------------------------------------------------------ propose, stage, gate


def propose(number: int, *, agent: Agent, person: str) -> None:
    """The agent reads a ticket that waits for it and offers; it can do nothing else."""
    words = offers.waiting(number)
    if words is None:
        return
    offer = reading.read(agent, words.words, offers.names())
    with db.transaction():
        proposal = offers.add(offer, ticket=number, initiator=person, answers=words.latest_message)
        if proposal is not None:
            audit.event("proposal.offered", actor=person, ticket=number, proposal=proposal)
            wake("stage", proposal)


def offer(
    type_id: str,
    params: Mapping[str, Any],
    *,
    ticket: int,
    sender: Sender,
    reasoning: str = "",
    confidence: float | None = None,
    undoes: str | None = None,
) -> str:
    """Somebody else's agent, or a person, offers one action. Gives the proposal's id."""
    with db.transaction():
        proposal = offers.add_one(
            Offered(type_id, dict(params)),
            ticket=ticket,
            initiator=sender.person,
            reasoning=reasoning,
            confidence=confidence,
            undoes=undoes,
        )
        audit.event("proposal.offered", actor=sender.person.id, ticket=ticket, proposal=proposal)
        wake("stage", proposal)
    return proposal


def ask_by_form(
    type_id: str,
    params: Mapping[str, Any],
    *,
    words: str,
    sender: Sender,
    ticket: int | None = None,
    files: Files = (),
) -> int:
    """Somebody fills in a form: one action is offered without the agent. Gives the ticket."""
    catalogue.parse(type_id, params)
    said = "\n\n".join(filter(None, (f"By form: {catalogue.find(type_id).title}.", words.strip())))
    check_words("", said)
    check_files(files)
    with db.transaction():
        number = ticket or tickets.open_ticket(sender, None)
        tickets.say(number, said, author=sender.person.id, kind="words")
        attach(files)
        tickets.turn(number, "staged", person=sender.person.id)
        name = "ticket.replied" if ticket else "ticket.received"
        audit.event(name, actor=sender.person.id, ticket=number, **for_the_log(files))
        offer(type_id, params, ticket=number, sender=sender)
    return number


def stage(proposal_id: str) -> None:
    """Turn a proposal into actions, each with its gate; or ask, or give the ticket to a person."""
    proposal = offers.proposal(proposal_id)
    if proposal is None:
        return
    with db.turn_of("ticket", proposal.ticket) as at:
        proposal = offers.proposal(proposal_id)
        if proposal is None or proposal.result is not None:
            return
        if not previewing.waits(proposal_id, proposal.offer.actions):
            staged = afterwards.stage if proposal.made else staging.stage_offer
            result, reason = staged(proposal, at=at)
            offers.settle(proposal_id, result, reason)


def preview(about: str, *, connectors: Mapping[str, Acts]) -> None:
    """Ask connected apps what a change would do, so that it can be staged."""
    previewing.look(about, connectors)


# ------------------------------------------------------------------ decide


def decide(review: int, answer: Answer, *, sender: Sender) -> str:
    """Record one person's answer to a review. Raises Refused; a refusal is recorded too."""
    story = None
    try:
        with deciding.in_words(), actions.turn_to_decide(review) as (story, at):
            if story is None:
                raise Refused("not_found", f"There is no review number {review}.")
            deciding.check(story, answer, sender=sender, at=at)
            return answering.record(story, answer, sender=sender)
    except Refused as no:
        if story is not None:
            deciding.remember(story, answer, no, sender=sender)
        raise


def reroute(action: str) -> None:
    """Too few of those who were asked can answer: ask whoever can by now."""
    with db.turn_of("action", action) as at:
        story = known(action)
        if story.state == "waiting" and story.review and story.review["expires_at"] > at:
            asking.again(story, at=at)


def remind(action: str) -> None:
    """Nobody answered yet, or looked over an emergency: remind them, or ask somebody else."""
    with actions.turn_of(action) as (found, at):
        silence.go_on(existing(found), at=at)
        looking.remind(existing(found), at=at)


# ------------------------------------------------------------------ authorize


def authorize(action: str) -> None:
    """Draw the consequence of the decisions made so far: permission, a new version, or the end."""
    with actions.turn_to_authorize(action) as (found, at):
        story = existing(found)
        if story.fate or story.authorization or not (story.decisions or story.override):
            return
        answering.hand_over(story, at=at)
        if story.older:
            return
        if story.decided("reject"):
            answering.reject(story)
        elif changed := story.decided("change"):
            if not _waits(story):
                answering.change(story, changed[0], at=at)
        elif not (story.halted or story.stopped) and authorizing.by_override(story, at=at):
            return
        elif story.has_every_yes and not (
            story.halted or story.stopped or alone.cooling(story, at)
        ):
            authorizing.by_decisions(story, at=at)


def stop(action: str, reason_code: str, *, sender: Sender) -> None:
    """Stop what has not started. Against the claim only one of the two can win."""
    _known_reason("stop", reason_code)
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if sender.person.id != story.action.requester and not queue.works_here(sender.person):
            raise Refused("not_yours", "Who asked for it, or who works here, can stop it.")
        if story.fate is not None:
            raise Refused("too_late", f"It cannot be stopped any more: {story.state}.")
        if story.older:
            raise Refused("in_doubt", "Nobody knows yet whether it ran: say so under Safe mode.")
        actions.add_fate(story, "revoked", person=sender.person.id, reason=reason_code)
        audit.event(
            "action.stopped", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        telling.ended(story, "was stopped before it ran")


def undo(action: str, reason_code: str, *, sender: Sender) -> str:
    """Offer the inverse of what ran, as a new action with its own gate. Gives the proposal's id."""
    _known_reason("undo", reason_code)
    story = known(action)
    inverse = staging.inverse(story)
    if inverse is None:
        raise Refused("irreversible", "This kind of change has no undo.")
    if story.state != "executed":
        raise Refused("nothing_to_undo", f"There is nothing to undo: {story.state}.")
    number = story.action.ticket
    assert number is not None
    with db.transaction():
        audit.event(
            "undo.asked", actor=sender.person.id, ticket=number, action=action, reason=reason_code
        )
        return offer(
            inverse.type,
            inverse.params,
            ticket=number,
            sender=sender,
            reasoning=f"Undo, because: {OVERRIDE['undo'][reason_code]}",
            undoes=action,
        )


def resume(number: int, *, sender: Sender) -> str:
    """Go on with a bundle of which a part failed: what is left is offered again, as it is now."""
    with db.turn_of("ticket", number):
        bundle = resuming.let_go(number, sender=sender)
        tickets.turn(number, "staged", person=sender.person.id)
        said = "Going on with what is left."
        return offer(bundle.type, bundle.params, ticket=number, sender=sender, reasoning=said)


def _known_reason(verb: str, code: str) -> None:
    if code not in OVERRIDE[verb]:
        raise Refused("reason_missing", f"Please choose a reason: {', '.join(OVERRIDE[verb])}.")


def expire(action: str) -> None:
    """Silence decides nothing: an unanswered review, or an unused permission, ends here."""
    with actions.turn_of(action) as (found, at):
        story = existing(found)
        ends = (story.authorization or story.review or {}).get("expires_at")
        if story.fate is not None or ends is None or ends > at or story.older:
            return
        if story.authorization and (story.stopped or db.value("held_up", action=action)):
            return
        actions.add_fate(story, "expired", person=None)
        audit.event("action.expired", actor=DESK, ticket=story.action.ticket, action=action)
        telling.ended(story, _why_it_expired(story))


def _why_it_expired(story: actions.Story) -> str:
    if story.stopped and story.has_every_yes:
        return "was approved, and stopped until its time was over"
    return "was closed as not approved, because nobody answered in time"


# ------------------------------------------------------------------ execute, verify, settle


def execute(
    action: str, *, connectors: Mapping[str, Acts], worker: str, seal: execution.Seal
) -> None:
    """Carry out what is authorized, once, and read it back. Also goes on where a worker died."""
    claimed = execution.claim(action, worker=worker)
    if claimed is None:
        return
    connector = connectors.get(claimed.action.target.connector)
    ending = execution.carry_out(claimed, connector)
    if isinstance(ending, execution.Delay):
        execution.delay(claimed, ending)
    elif execution.settle(claimed, ending, seal=seal):
        if isinstance(connector, Mirrors):
            look(connector)
        execution.ask_anew(claimed, ending)


def look(connector: Mirrors) -> bool:
    """Read the directory again; while it is away, what we knew grows old and turns unknown."""
    try:
        mirrors.refresh(connector)
    except ConnectorError:
        return False
    return True


def observe(action: str, *, connectors: Mapping[str, Acts]) -> None:
    """Look whether the target shows what was reported, or what may have happened since."""
    by_hand.settle(action, connectors)
    older.look(action, connectors)


def see(connectors: Mapping[str, Acts]) -> int:
    """Look at work by hand that nobody reported: what its target shows is done. Gives how many."""
    open_work = db.rows("work_to_see", connectors=list(connectors))
    for row in open_work:
        by_hand.see(str(row["action"]), connectors)
    return len(open_work)


def restage(action: str) -> None:
    """The world or the rules had changed, or an older state came back: it is asked anew."""
    with actions.turn_of(action) as (found, at):
        story = existing(found)
        if db.value("not_reopened", action=action):
            return
        if story.fate is None and not story.halted and (why := authorizing.voided(story, at)):
            if not _waits(story):
                answering.outlive(story, why)
                answering.stage_again(story, story.action.params, at=at)
        elif lapsing.ends_a_grant(story):
            answering.leave_to_the_grant(story)
        elif execution.met_drift(story) and story.next_version is None:
            if not _waits(story):
                answering.stage_again(story, story.action.params, at=at)
        elif older.asks_anew(story) and not _waits(story):
            older.replace(story)
            answering.stage_again(story, story.action.params, at=at)


def _waits(story: actions.Story) -> bool:
    """Whether an app must be asked what the next version would do before it can be asked anew."""
    again = Offered(story.action.type, previewing.next_words(story))
    return previewing.waits(story.action.id, (again,))


# ------------------------------------------------------------------ the log, and what never came


def sequence(*, window: int = IN_FLIGHT) -> int:
    """Give new events their position in the log, and wake what the log now permits.

    `window` is how many of the latest events are looked at for one that was left out: an event
    takes its number before it is committed, and a busy machine can keep it waiting there.
    """
    with db.transaction():
        db.write("sequencer_turn")
        logged = db.write("log_new_events", window=window)
    return int(logged[0]["count"])


def sweep(*, over: timedelta | None = None) -> int:
    """Wake everything that is due and was not woken, or whose wake-up was lost.

    `over` leaves what happened longer ago to a sweep of everything.
    """
    now = db.now()
    sequence(window=LATE if over else OVERTAKEN)
    with db.transaction():
        due = db.rows("due", since=now - over if over else EVER, now=now)
        for row in due:
            wake_once(row["stop"], row["id"])
            if row["stop"] in previewing.COME_AFTER:
                wake_once("preview", row["id"])
    return len(due)


def unread(number: int) -> None:
    """The agent is off or broken: after three minutes a person takes the ticket."""
    with db.turn_of("ticket", number) as at:
        ticket = tickets.ticket(number)
        if ticket is None or ticket["stands"] != "with_agent":
            return
        if at - ticket["turned_at"] >= AGENT_ANSWERS_WITHIN:
            tickets.hand_over(number, "The assistant did not answer in time.")


def forget() -> None:
    """Delete new passwords that nobody read in time."""
    with db.transaction():
        db.write("forget_secrets")
