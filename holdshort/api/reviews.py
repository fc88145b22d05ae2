"""Reviews: what waits for a person, and that person's answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Status

from holdshort import catalogue, flow, shown
from holdshort.api import answers, seeing
from holdshort.api.bearer import Request, needs
from holdshort.api.bodies import NewCallBack, NewDecision
from holdshort.api.once import Answer, Receipt, once
from holdshort.api.params import Number, Page, Search
from holdshort.api.problems import Problem
from holdshort.api.waiting import until
from holdshort.core import canonical
from holdshort.records import actions, db, queue
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops.deciding import Answer as Said

router = Router(tags=["reviews"])

ReviewState = Literal["open", "closed", "all"]


@router.get(
    "/reviews",
    auth=needs("reviews:read"),
    response=answers.Reviews,
    operation_id="list_reviews",
    summary="Reviews, most urgent first",
)
def list_reviews(
    request: Request,
    state: Annotated[ReviewState, Query()] = "open",
    mine: Annotated[bool, Query(description="Only what waits for you.")] = False,
    search: Search = "",
    page: Page = 1,
) -> dict[str, Any]:
    """A page of reviews. People who do not work on this desk see only those they were asked."""
    who = request.auth.person
    only_mine = mine or not queue.works_here(who)
    found = queue.reviews(who.id, mine=only_mine, state=state, search=search, page=page)
    return {
        "items": [_listed(row) for row in found.rows],
        "page": found.number,
        "pages": found.pages,
        "total": found.total,
        "more": found.more,
    }


@router.get(
    "/reviews/{number}",
    auth=needs("reviews:read"),
    response=answers.Review,
    operation_id="read_review",
    summary="One review",
)
def read_review(request: Request, number: Number) -> dict[str, Any]:
    """The question, the action under review and every answer so far."""
    story = seeing.review(request.auth, number)
    return shown.review(story, technical=seeing.technical(request.auth))


@router.post(
    "/reviews/{number}/decisions",
    auth=needs("reviews:decide"),
    response={201: answers.Decided, 202: answers.Decided},
    operation_id="decide",
    summary="Answer a review",
)
def decide(request: Request, number: Number, body: NewDecision) -> Status[Any] | HttpResponse:
    """Approve, change, reject, ask or hand over exactly the bytes with this digest.

    Refused answers are recorded too. 202 says that its consequence takes longer. Honours
    `Idempotency-Key`.
    """
    story = seeing.decidable(request.auth, number)
    world = World.about(story.action.params)
    said = _said(story, body, world)

    def make() -> dict[str, Any]:
        decision = flow.decide(number, said, sender=request.auth.sender)
        return {"decision": decision, "review": number, "verdict": body.verdict}

    return once(request, body, make, lambda made: _decided(made, story, world))


@router.post(
    "/reviews/{number}/call-backs",
    auth=needs("reviews:decide"),
    response={201: answers.Review},
    operation_id="call_back",
    summary="Record a call to whoever is to have asked, or to the vendor",
)
def call_back(request: Request, number: Number, body: NewCallBack) -> Status[Any]:
    """Where nobody proved to be the requester, a yes is refused until a call confirmed it.

    So it is for a vendor whose bank account would change: call them on a number that was on file
    before today. The number is never one from the ticket. For people who work here and have no part
    in it. After a call in which they said that it was not them, no yes counts any more.
    """
    seeing.decidable(request.auth, number)
    flow.call_back(number, body.number_from, body.result, body.note, sender=request.auth.sender)
    story = seeing.review(request.auth, number)
    return Status(201, shown.review(story, technical=seeing.technical(request.auth)))


def _said(story: Story, body: NewDecision, world: World) -> Said:
    """The answer, with the rendering it is about. Raises Problem when another is shown now."""
    now = shown.rendering(story, world)
    if body.digest == story.digest and body.rendering not in (None, now):
        text = "What is shown about this change is not what you saw. Look again, then decide."
        raise Problem("digest_mismatch", text)
    return Said(
        verdict=body.verdict,
        digest=body.digest,
        shown=now,
        reason_code=body.reason_code,
        comment=body.comment,
        changes=body.changes,
        hand_to=body.to,
    )


def _decided(made: Receipt, before: Story, world: World) -> Answer:
    """The decision and the action, once the desk has drawn the consequence, or a little later."""
    drawn = until(lambda: db.value("consequence_is_drawn", decision=made["decision"]) or None)
    story = actions.answered(before, made["review"])
    return (201 if drawn else 202), {**made, "action": shown.action(story, world)}


def _listed(row: db.Row) -> dict[str, Any]:
    kept = ("number", "type", "version", "ticket", "requester", "tier", "mode", "hands", "why")
    words = catalogue.find(row["type"]).render(row["acting"].params, World())
    return {
        **{name: row[name] for name in kept},
        "state": row["standing"],
        "action": str(row["action"]),
        "title": words.title,
        "requester_name": row["requester_name"] or row["requester"],
        "digest": canonical.digest(bytes(row["canonical"])),
        "opened_at": row["opened_at"],
        "expires_at": row["expires_at"],
    }
