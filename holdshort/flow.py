"""The road: receive → propose → stage → gate → decide → authorize → execute → verify → settle.

Each stop is one short function that may be entered again at any time: it takes the lock of its
ticket or action, reads the rows, leaves if they say that it is not due, and writes what is, the
audit event and the wake-up of the next stop in one transaction. docs/lifecycle.md draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from holdshort import catalogue
from holdshort.core.terms import Offered, Sender
from holdshort.ports import Acts, Agent, ConnectorError, Mirrors
from holdshort.records import actions, audit, db, mirrors, offers, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.people import DESK
from holdshort.records.wake import wake
from holdshort.stops import authorizing, deciding, execution, reading, staging, telling
from holdshort.stops.deciding import Answer

MAX_WORDS = 20_000
AGENT_ANSWERS_WITHIN = timedelta(minutes=3)


class Refused(Exception):
    """What somebody wanted is not possible; `code` is stable, the text is for them."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


# ------------------------------------------------------------------ receive


def receive(subject: str, body: str, *, sender: Sender, beneficiary: str | None = None) -> int:
    """A person asks for something: a ticket, and the agent is woken. Gives its number."""
    _check_words(subject, body)
    with db.transaction():
        number = tickets.open_ticket(sender, beneficiary)
        tickets.say(number, body, author=sender.person.id, kind="words", subject=subject)
        tickets.turn(number, "with_agent", person=sender.person.id)
        audit.event("ticket.received", actor=sender.person.id, ticket=number)
        wake("propose", number)
    return number


def open_for(subject: str, body: str, *, sender: Sender, author: str) -> int:
    """A ticket for an action that is offered with it, so that the agent is not woken.

    It is in the sender's name; `author` is who wrote its words, the sender or a program.
    """
    _check_words(subject, body)
    with db.transaction():
        number = tickets.open_ticket(sender, None)
        tickets.say(number, body, author=author, kind="words", subject=subject)
        tickets.turn(number, "staged", person=author)
        audit.event("ticket.received", actor=author, ticket=number)
    return number


def reply(number: int, body: str, *, sender: Sender) -> None:
    """A further word. The requester's goes to the agent, unless people have the ticket."""
    _check_words("", body)
    with db.turn_of("ticket", number):
        ticket = tickets.ticket(number)
        assert ticket is not None
        tickets.say(number, body, author=sender.person.id, kind="words")
        audit.event("ticket.replied", actor=sender.person.id, ticket=number)
        if sender.person.id != ticket["requester"] or ticket["stands"] == "with_person":
            return
        if actions.unfinished(number):
            tickets.turn(number, "staged", person=sender.person.id)
            return
        tickets.turn(number, "with_agent", person=sender.person.id)
        wake("propose", number)


def ask_by_form(
    type_id: str,
    params: Mapping[str, Any],
    *,
    words: str,
    sender: Sender,
    ticket: int | None = None,
) -> int:
    """Somebody fills in a form: one action is offered without the agent. Gives the ticket."""
    catalogue.parse(type_id, params)
    said = "\n\n".join(filter(None, (f"By form: {catalogue.find(type_id).title}.", words.strip())))
    _check_words("", said)
    with db.transaction():
        number = ticket or tickets.open_ticket(sender, None)
        tickets.say(number, said, author=sender.person.id, kind="words")
        tickets.turn(number, "staged", person=sender.person.id)
        name = "ticket.replied" if ticket else "ticket.received"
        audit.event(name, actor=sender.person.id, ticket=number)
        offer(type_id, params, ticket=number, sender=sender)
    return number


def close(number: int, answer: str, *, sender: Sender) -> None:
    """A person answers a ticket and closes it; a further word from the requester opens it again."""
    _check_words("", answer)
    with db.turn_of("ticket", number):
        if actions.unfinished(number):
            raise Refused(
                "unfinished", "A change is still on its way here. Finish or stop it first."
            )
        tickets.close(number, answer.strip(), author=sender.person.id)


def ask_for_a_person(number: int, *, sender: Sender) -> None:
    """The requester would rather talk to a person; open changes of the ticket are withdrawn."""
    with db.turn_of("ticket", number):
        withdraw_all(number, sender=sender)
        audit.event("ticket.handed_over", actor=sender.person.id, ticket=number)
        tickets.turn(
            number, "with_person", person=sender.person.id, reason="You asked for a person."
        )


def withdraw_all(number: int, *, sender: Sender) -> None:
    """Withdraw what has not started; what has started goes on and is told."""
    for action in actions.unfinished(number):
        story = _story(action)
        if story.fate is None:
            actions.add_fate(story, "withdrawn", person=sender.person.id)
            audit.event("action.withdrawn", actor=sender.person.id, ticket=number, action=action)


def _check_words(subject: str, body: str) -> None:
    if not (subject + body).strip():
        raise Refused("empty", "Please write what you need.")
    if len(subject) > 200:
        raise Refused("too_long", f"The subject has {len(subject)} characters; 200 fit.")
    if len(body) > MAX_WORDS:
        raise Refused(
            "too_long",
            f"The text has {len(body):,} characters; {MAX_WORDS:,} fit. Please shorten it.",
        )
    if "\x00" in subject + body:
        raise Refused(
            "unreadable", "The text holds characters that cannot be read. Please retype it."
        )


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


def stage(proposal_id: str) -> None:
    """Turn a proposal into actions, each with its gate; or ask, or give the ticket to a person."""
    proposal = offers.proposal(proposal_id)
    if proposal is None:
        return
    with db.turn_of("ticket", proposal.ticket) as at:
        proposal = offers.proposal(proposal_id)
        if proposal is not None and proposal.result is None:
            result, reason = staging.stage_offer(proposal, at=at)
            offers.settle(proposal_id, result, reason)


# ------------------------------------------------------------------ decide


def decide(review: int, answer: Answer, *, sender: Sender) -> str:
    """Record one person's answer to a review. Raises Refused; a refusal is recorded too."""
    action = db.value("action_of_review", review=review)
    if action is None:
        raise Refused("not_found", f"There is no review number {review}.")
    try:
        with db.turn_of("action", action) as at:
            story = _story(str(action))
            deciding.check(story, answer, sender=sender, at=at)
            return _record(story, answer, sender=sender)
    except deciding.NotPossible as no:
        with db.transaction():
            audit.event(
                "decision.refused",
                actor=sender.person.id,
                action=str(action),
                code=no.code,
                verdict=answer.verdict,
            )
        raise Refused(no.code, str(no)) from None


def _record(story: Story, answer: Answer, *, sender: Sender) -> str:
    decision = new_id()
    assert story.review is not None
    db.run(
        "add_decision",
        id=decision,
        review=story.review["number"],
        digest=answer.digest,
        person=sender.person.id,
        account=sender.account,
        verdict=answer.verdict,
        reason_code=answer.reason_code,
        changes=db.as_json(answer.changes) if answer.changes is not None else None,
        hand_to=answer.hand_to,
        channel=sender.channel,
        assurance=int(sender.assurance),
        shown=answer.shown,
    )
    if answer.comment:
        db.run("add_note", decision=decision, comment=answer.comment)
    who, ticket = sender.person.id, story.action.ticket
    audit.event(
        "decision.made", actor=who, ticket=ticket, action=story.action.id, decision=decision
    )
    if answer.verdict == "ask" and ticket is not None:
        tickets.ask(ticket, answer.comment, author=who)
    wake("authorize", story.action.id)
    return decision


# ------------------------------------------------------------------ authorize


def authorize(action: str) -> None:
    """Draw the consequence of the decisions made so far: permission, a new version, or the end."""
    with db.turn_of("action", action) as at:
        story = _story(action)
        if story.fate or story.authorization or not story.decisions:
            return
        staging.hand_over(story)
        if story.decided("reject"):
            _reject(story)
        elif changed := story.decided("change"):
            _change(story, changed[0], at=at)
        elif len({yes["person"] for yes in story.decided("approve")}) >= story.assessment["needed"]:
            authorizing.by_decisions(story, at=at)


def _change(story: Story, decision: Mapping[str, Any], *, at: datetime) -> None:
    actions.add_fate(story, "superseded", person=decision["person"], reason=decision["reason_code"])
    audit.event(
        "action.superseded",
        actor=decision["person"],
        ticket=story.action.ticket,
        action=story.action.id,
    )
    params = {**story.action.params, **decision["changes"]}
    _stage_again(story, params, at=at, changed_by=decision["person"])


def _stage_again(
    story: Story, params: Mapping[str, Any], *, at: datetime, changed_by: str | None = None
) -> None:
    """The next version; where the catalogue cannot make one, a person takes the ticket once."""
    try:
        with db.transaction():
            staging.stage_again(story, params, at=at, changed_by=changed_by)
    except catalogue.CatalogueError as error:
        number = story.action.ticket
        ticket = tickets.ticket(number) if number is not None else None
        if ticket is not None and ticket["stands"] == "staged":
            tickets.hand_over(ticket["number"], str(error))


def _reject(story: Story) -> None:
    no = story.decided("reject")[0]
    actions.add_fate(story, "rejected", person=no["person"], reason=no["reason_code"])
    audit.event(
        "action.rejected", actor=no["person"], ticket=story.action.ticket, action=story.action.id
    )
    telling.ended(story, "was not approved", detail=no.get("comment") or "")


def stop(action: str, reason_code: str, *, sender: Sender) -> None:
    """Stop what has not started. Against the claim only one of the two can win."""
    with db.turn_of("action", action):
        story = _story(action)
        if story.fate is not None:
            raise Refused("too_late", f"It cannot be stopped any more: {story.state}.")
        actions.add_fate(story, "revoked", person=sender.person.id, reason=reason_code)
        audit.event(
            "action.stopped", actor=sender.person.id, ticket=story.action.ticket, action=action
        )
        telling.ended(story, "was stopped before it ran")


def undo(action: str, reason_code: str, *, sender: Sender) -> str:
    """Offer the inverse of what ran, as a new action with its own gate. Gives the proposal's id."""
    story = _story(action)
    inverse = staging.inverse(story)
    if inverse is None:
        raise Refused("irreversible", "This kind of change has no undo.")
    if story.state != "executed":
        raise Refused("nothing_to_undo", f"There is nothing to undo: {story.state}.")
    assert story.action.ticket is not None
    return offer(
        inverse.type,
        inverse.params,
        ticket=story.action.ticket,
        sender=sender,
        reasoning=f"Undo, because: {reason_code}",
        undoes=action,
    )


def expire(action: str) -> None:
    """Silence decides nothing: an unanswered review, or an unused permission, ends here."""
    with db.turn_of("action", action) as at:
        story = _story(action)
        ends = (story.authorization or story.review or {}).get("expires_at")
        if story.fate is not None or ends is None or ends > at:
            return
        actions.add_fate(story, "expired", person=None)
        audit.event("action.expired", actor=DESK, ticket=story.action.ticket, action=action)
        telling.ended(story, "was closed as not approved, because nobody answered in time")


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
    elif execution.settle(claimed, ending, seal=seal) and isinstance(connector, Mirrors):
        look(connector)


def look(connector: Mirrors) -> bool:
    """Read the directory again; while it is away, what we knew grows old and turns unknown."""
    try:
        mirrors.refresh(connector)
    except ConnectorError:
        return False
    return True


def report(action: str, did: str, evidence: str, *, sender: Sender) -> None:
    """A person says what they did by hand, after it was authorized for a person's hands."""
    with db.turn_of("action", action):
        story = _story(action)
        if story.state != "by_hand" or story.report is not None:
            raise Refused("not_by_hand", f"There is nothing to report: {story.state}.")
        if did not in ("as_approved", "differently", "not_done") or not evidence.strip():
            raise Refused("evidence_missing", "Please say what you did and where it can be seen.")
        db.run(
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


def send_answer(action: str, *, sender: Sender) -> None:
    """A person sends the ready answer of an article that was theirs to send, and reports it."""
    with db.transaction():
        story = _story(action)
        article = db.row("article", article=story.action.params.get("article", ""))
        if story.action.type != "kb.answer" or article is None or story.action.ticket is None:
            raise Refused("nothing_to_send", "There is no ready answer to send.")
        said = f"{article['title']}\n\n{article['body']}"
        tickets.say(story.action.ticket, said, author=sender.person.id)
        report(action, "as_approved", f"Sent the article ‘{article['id']}’.", sender=sender)


def observe(action: str, *, connectors: Mapping[str, Acts]) -> None:
    """Look whether the target shows what was reported, and settle."""
    execution.settle_by_hand(action, connectors)


def find(action: str, result: str, note: str, *, sender: Sender) -> None:
    """A person says what is really there, where the program could not confirm it."""
    with db.turn_of("action", action):
        story = _story(action)
        if story.state not in ("unknown", "mismatch"):
            raise Refused("nothing_to_find", f"There is no doubt to settle: {story.state}.")
        if result not in ("applied", "not_applied") or not note.strip():
            raise Refused("evidence_missing", "Please say what you found and where it can be seen.")
        db.run(
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


def restage(action: str) -> None:
    """The world had changed before it ran: the next version, with the difference, is asked anew."""
    with db.turn_of("action", action) as at:
        story = _story(action)
        outcome = story.outcome or {}
        if outcome.get("reason") == execution.DRIFT and story.next_version is None:
            _stage_again(story, story.action.params, at=at)


# ------------------------------------------------------------------ the log, and what never came


def sequence(*, stragglers: bool = False) -> int:
    """Give new events their position in the log, and wake what the log now permits."""
    with db.transaction():
        if not db.value("sequencer_turn"):
            return 0
        name = "log_stragglers" if stragglers else "log_new_events"
        events = [row["event"] for row in db.rows(name)]
        if events:
            for row in db.rows("executable", events=events):
                wake("execute", row["action"], at=row["not_before"])
    return len(events)


def sweep() -> int:
    """Wake everything that is due and was not woken, or whose wake-up was lost."""
    sequence(stragglers=True)
    with db.transaction():
        due = db.rows("due")
        for row in due:
            wake(row["stop"], row["id"])
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
        db.run("forget_secrets")


def _story(action: str) -> Story:
    story = actions.story(action)
    if story is None:
        raise Refused("not_found", "There is no such action.")
    return story
