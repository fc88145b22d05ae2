"""Actions: offer one, read it, stop it, undo it, say what was done by hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router, Status

from holdshort import catalogue, flow, shown
from holdshort.api import answers, seeing, shapes
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import Finding, NewAction, Report, Stop, UndoIt
from holdshort.api.once import Answer, Receipt, once
from holdshort.api.params import Identity
from holdshort.api.problems import Problem
from holdshort.api.tickets import in_the_name_of
from holdshort.api.waiting import until
from holdshort.core.terms import Assurance, Channel, Circumstances, Kind, Offered, Sender
from holdshort.records import actions, db, offers, people, queue
from holdshort.records.actions import Story
from holdshort.records.tokens import Bearer
from holdshort.records.world import World
from holdshort.stops import lines

router = Router(tags=["actions"])


@router.post(
    "/actions",
    auth=needs("actions:propose"),
    response={201: shapes.Action, 202: shapes.Staged, 200: shapes.Staged},
    operation_id="offer_action",
    summary="Offer an action",
)
def offer_action(request: Request, body: NewAction) -> Status[Any] | HttpResponse:
    """An agent, ours or somebody else's, or a person offers one action. It is staged and gated.

    Without a ticket one is opened in the name of the token's person, or of the sponsor of an
    agent's token, who counts as the requester. 202 says that staging takes longer, 200 that
    there is nothing to do. Of a bundle the first line is answered; its ticket has them all.
    Honours `Idempotency-Key`.
    """
    bearer = request.auth
    catalogue.parse(body.type, body.params)
    lines.check(Offered(body.type, body.params), _circumstances(bearer, body), World())
    return once(request, body, lambda: _offer(bearer, body), staged)


@router.get(
    "/actions/{identity}",
    auth=needs("actions:read"),
    response=shapes.Action,
    operation_id="read_action",
    summary="One action",
)
def read_action(request: Request, identity: Identity) -> dict[str, Any]:
    """The action with its gate, and what has become of it."""
    story = seeing.action(request.auth, identity)
    return shown.action(story, technical=seeing.technical(request.auth))


@router.get(
    "/actions/{identity}/record",
    auth=needs("actions:read"),
    response=answers.Record,
    operation_id="read_record",
    summary="The decision record",
)
def read_record(request: Request, identity: Identity) -> dict[str, Any]:
    """The whole story of one action: facts, policy, decisions, executions, events in the log."""
    story = seeing.action(request.auth, identity)
    return shown.record(story, technical=seeing.technical(request.auth))


@router.post(
    "/actions/{identity}/stop",
    auth=needs("actions:stop"),
    response=shapes.Action,
    operation_id="stop_action",
    summary="Stop what has not started",
)
def stop_action(request: Request, identity: Identity, body: Stop) -> dict[str, Any]:
    """Of stopping and starting only one can win; too late is 409 `too_late`."""
    story = seeing.action(request.auth, identity)
    flow.stop(story.action.id, body.reason_code, sender=request.auth.sender)
    return _now(request, story)


@router.post(
    "/actions/{identity}/undo",
    auth=needs("actions:stop"),
    response={201: shapes.Action, 202: shapes.Staged, 200: shapes.Staged},
    operation_id="undo_action",
    summary="Ask for the undo",
)
def undo_action(request: Request, identity: Identity, body: UndoIt) -> Status[Any]:
    """Offers the inverse as a new action, which gets a gate of its own."""
    story = seeing.action(request.auth, identity)
    _human(request.auth)
    proposal = flow.undo(story.action.id, body.reason_code, sender=request.auth.sender)
    return Status(*staged({"proposal": proposal, "ticket": story.action.ticket}))


@router.post(
    "/actions/{identity}/report",
    auth=needs("actions:report"),
    response=shapes.Action,
    operation_id="report_work",
    summary="Say what was done by hand",
)
def report_work(request: Request, identity: Identity, body: Report) -> dict[str, Any]:
    """For an approved action that a person carries out; the target is then looked at.

    `by_hand` has what it takes, and afterwards how what was done matches the recommendation.
    """
    story = seeing.action(request.auth, identity)
    _works_here(request.auth)
    sender = request.auth.sender
    flow.report(story.action.id, body.did, body.evidence, sender=sender, reply=body.reply)
    until(lambda: _story(story).outcome)
    return _now(request, story)


@router.post(
    "/actions/{identity}/finding",
    auth=needs("actions:report"),
    response=shapes.Action,
    operation_id="record_finding",
    summary="Say what is really there",
)
def record_finding(request: Request, identity: Identity, body: Finding) -> dict[str, Any]:
    """For an action whose result is unknown or differs."""
    story = seeing.action(request.auth, identity)
    _works_here(request.auth)
    flow.find(story.action.id, body.result, body.note, sender=request.auth.sender)
    return _now(request, story)


# ------------------------------------------------------------------ offering


def _circumstances(bearer: Bearer, body: NewAction) -> Circumstances:
    """How the action would come about, to find what does not exist before anything is written."""
    at = db.now()
    if body.ticket is None:
        sender = in_the_name_of(bearer)
        requester, channel, assurance = sender.person, sender.channel, sender.assurance
    else:
        ticket = _open_ticket(bearer, body.ticket)
        found = people.person(ticket["requester"])
        assert found is not None
        requester, channel = found, Channel(ticket["channel"])
        assurance = Assurance(ticket["assurance"])
    return Circumstances(
        requester=requester,
        beneficiary=None,
        initiator=bearer.person,
        channel=channel,
        assurance=assurance,
        at=at,
        confidence=body.confidence,
        ticket=body.ticket,
    )


def _open_ticket(bearer: Bearer, number: int) -> db.Row:
    ticket = seeing.ticket(bearer, number)
    if ticket["stands"] == "closed":
        raise Problem("ticket_closed", f"Ticket {number} is closed.")
    return ticket


def _offer(bearer: Bearer, body: NewAction) -> Receipt:
    number = body.ticket or _ticket_for(in_the_name_of(bearer), bearer, body)
    proposal = flow.offer(
        body.type,
        body.params,
        ticket=number,
        sender=bearer.sender,
        reasoning=body.reasoning,
        confidence=body.confidence,
    )
    return {"proposal": proposal, "ticket": number}


def _ticket_for(requester: Sender, bearer: Bearer, body: NewAction) -> int:
    words = catalogue.find(body.type).render(body.params, World())
    said = "\n\n".join(filter(None, (f"{words.title}.", body.reasoning)))
    return flow.open_for(words.title[:200], said, sender=requester, author=bearer.person.id)


def staged(made: Receipt) -> Answer:
    """What became of the proposal, after a little while."""
    done = until(lambda: db.value("proposal_result", proposal=made["proposal"]))
    ids = db.rows("actions_of_proposal", proposal=made["proposal"])
    if ids:
        story = actions.story(str(ids[0]["id"]))
        assert story is not None
        return 201, shown.action(story)
    if done is None:
        return 202, _not_yet(made, "being_staged", "It is being looked at. Read the ticket.")
    if done == "nothing_to_do":
        return 200, _not_yet(made, done, _last_word(made["ticket"]))
    proposal = offers.proposal(made["proposal"])
    reason = db.value("staging_reason", proposal=made["proposal"])
    assert proposal is not None
    raise Problem("not_staged", reason or "A person looks at this ticket now.")


def _not_yet(made: Receipt, result: str, detail: str) -> dict[str, Any]:
    return {**made, "result": result, "detail": detail}


def _last_word(ticket: int) -> str:
    said = db.rows("messages", ticket=ticket)
    return str(said[-1]["body"]) if said else ""


# ------------------------------------------------------------------ who may


def _human(bearer: Bearer) -> None:
    if bearer.person.kind is not Kind.HUMAN:
        raise Problem("not_human", f"{bearer.person.name} is not a human; only humans do this.")


def _works_here(bearer: Bearer) -> None:
    """What was done by hand, and what is really there, is said by people of the desk."""
    _human(bearer)
    if not queue.works_here(bearer.person):
        raise Problem("not_yours", "Only people who work on this desk can say this.")


def _story(story: Story) -> Story:
    found = actions.story(story.action.id)
    assert found is not None
    return found


def _now(request: Request, story: Story) -> dict[str, Any]:
    return shown.action(_story(story), technical=seeing.technical(request.auth))
