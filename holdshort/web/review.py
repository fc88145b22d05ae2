"""One review: what will change, what if it is wrong, why it stopped, and the five answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from holdshort import flow
from holdshort.core.reasons import OVERRIDE
from holdshort.core.terms import Sender, Tier
from holdshort.ports import Knows
from holdshort.records import actions, db, offers, people, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.world import World
from holdshort.stops import alone, asking, calling_back, deciding, overriding
from holdshort.stops.deciding import Answer
from holdshort.web import errors, signin, waiting
from holdshort.web.attachments import attached
from holdshort.web.change import visible
from holdshort.web.drawn import Drawn, draw, rules_by_day
from holdshort.web.fields import fields, given, with_known
from holdshort.web.queued import STATES, asked_queue
from holdshort.web.screen import Who, screen
from holdshort.web.ticket import AT_WORK

CHANGED = "What you were shown has changed since you opened it. Look again, then decide."


@screen(staff=True)
def show(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """The page of one review; `?confirm=1` asks for the yes that names you."""
    return page(request, who, known(number, who))


@screen("POST", staff=True)
def decide(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """One person's answer. Nothing is taken back from the queue before it is on record."""
    story = known(number, who)
    verdict = request.POST.get("verdict", "")
    if verdict == "approve" and _grave(story) and "confirmed" not in request.POST:
        return page(request, who, story, confirm=True)
    try:
        if request.POST.get("shown") != draw(story, World()).shown:
            raise flow.Refused("digest_mismatch", CHANGED)
        flow.decide(number, _answer(request.POST, story), sender=_sender(request.POST, who))
    except flow.Refused as no:
        return page(request, who, story, problem=no)
    waiting.until(lambda: _consequence(story.action.id, verdict))
    return HttpResponseRedirect(f"/reviews/{_newest(story.action.id) or number}")


def _sender(posted: Mapping[str, str], who: Who) -> Sender:
    """The person; better proved where they gave their password for this very answer."""
    secret = posted.get("password", "")
    return signin.proved_again(who, secret) if secret else who.acts


def _answer(posted: Mapping[str, str], story: Story) -> Answer:
    verdict = posted.get("verdict", "")
    return Answer(
        verdict=verdict,
        digest=posted.get("digest", ""),
        shown=posted.get("shown", ""),
        reason_code=posted.get("reason_code") or None,
        comment=posted.get("comment", "").strip(),
        changes=_changes(posted, story) if verdict == "change" else None,
        justification=posted.get("justification") if "justification" in posted else None,
        hand_to=(posted.get("to") or None) if verdict == "hand_over" else None,
    )


def _changes(posted: Mapping[str, str], story: Story) -> dict[str, Any]:
    """Only what differs from the change under review."""
    wanted = given(story.action.type, posted)
    return {key: one for key, one in wanted.items() if story.action.params.get(key) != one}


def _consequence(action: str, verdict: str) -> bool:
    """Whether the desk has drawn the consequence of the answer."""
    story = actions.story(action)
    assert story is not None
    if verdict == "hand_over":
        return {one["hand_to"] for one in story.decided("hand_over")} <= {
            one["person"] for one in story.assignments
        }
    if verdict == "approve":
        enough = len(story.decided("approve")) >= story.assessment["needed"]
        return not enough or bool(story.stopped) or story.state != "waiting"
    return verdict == "ask" or story.state != "waiting"


def _newest(action: str) -> int | None:
    """The review of the newest version, where a change made one."""
    story = actions.story(action)
    assert story is not None
    rows = db.rows("versions_of_action", root=story.action.root)
    numbers = [row["number"] for row in rows if row["number"] is not None]
    return numbers[-1] if numbers else None


# ------------------------------------------------------------------ the page


def asked(number: int, who: Who) -> Story | None:
    """The change that a review is about, if this person may see it."""
    action = db.value("action_of_review", review=number)
    return visible(who, str(action)) if action else None


def known(number: int, who: Who) -> Story:
    """The same; raises Http404 where they may not."""
    story = asked(number, who)
    if story is None:
        raise Http404
    return story


def page(
    request: HttpRequest,
    who: Who,
    story: Story,
    *,
    problem: flow.Refused | None = None,
    confirm: bool = False,
) -> HttpResponse:
    """The page of one review, perhaps with what was wrong about an answer."""
    world = World()
    story = actions.story(story.action.id) or story
    given = {
        "queue": asked_queue(request, who, world),
        "states": STATES,
        "confirm": confirm or request.GET.get("confirm") == "1",
        "problem": problem,
        "posted": request.POST,
        **seen(story, who, world),
    }
    status = errors.status_of(problem.code) if problem else 200
    return render(request, "review.html", given, status=status)


def seen(story: Story, who: Who, world: Knows) -> dict[str, Any]:
    """Everything the page says about one review."""
    assert story.review is not None and story.action.ticket is not None
    drawn, against = draw(story, world), _why_not(story, who)
    not_yet = against is not None and against.code in deciding.ONLY_AGAINST_A_YES
    proposal = offers.proposal(str(story.proposed["id"]))
    return {
        "drawn": drawn,
        "story": story,
        "review": story.review,
        "words": tickets.words(story.action.ticket).strip(),
        **attached(tickets.ticket(story.action.ticket), who),
        "names": _names(story),
        "proposal": proposal,
        "confidence": _confidence(story),
        "others": [one["person"] for one in story.assignments if one["person"] != who.person.id],
        "why_you": [one["why"] for one in story.assignments if one["person"] == who.person.id],
        "precedents": queue.precedents(story.action),
        "versions": db.rows("versions_of_action", root=story.action.root),
        "rules": rules_by_day(),
        "grave": _grave(story),
        "yes": len(story.decided("approve")),
        "not_you": None if not_yet else against,
        "not_yet": against if not_yet else None,
        "calls": calling_back.of(story),
        "call_words": calling_back.words(story, db.now()),
        "alone": _alone(story, who),
        "live": story.state in AT_WORK,
        "watch": story.state == "waiting",
        "steps": _steps(story),
        **_verbs(story, who, drawn),
    }


def _steps(story: Story) -> list[dict[str, Any]]:
    """What was done because nobody answers, and what comes next; nothing while it is early."""
    assert story.review is not None
    number, words = story.review["number"], {1: "reminds", 2: "asks somebody else as well"}
    done = {row["step"]: row["reminded_at"] for row in db.rows("reminders", review=number)}
    if not done:
        return []
    said = {1: "reminded", 2: "asked somebody else as well"}
    due = {1: story.review["remind_at"], 2: story.review["escalate_at"]}
    return [
        {"at": done.get(step, at), "words": (said if step in done else words)[step]}
        for step, at in due.items()
        if at is not None
    ]


def _verbs(story: Story, who: Who, drawn: Drawn) -> dict[str, Any]:
    return {
        "reasons": OVERRIDE,
        "change_fields": with_known(fields(story.action.type, story.action.params)),
        "reviewers": _could_decide(story, who),
        "may_override": overriding.may_override(who.person)
        and not overriding.never_alone(story)
        and not deciding.why_not(story, who.person),
    }


def _grave(story: Story) -> bool:
    return bool(story.assessment["tier"] == Tier.HUMAN)


def _why_not(story: Story, who: Who) -> flow.Refused | None:
    """The first rule that is against a yes of this person now, if any is."""
    try:
        answer = Answer("approve", story.digest, "")
        deciding.check(story, answer, sender=who.acts, at=db.now())
    except flow.Refused as no:
        return no
    return None


def _alone(story: Story, who: Who) -> bool:
    """Whether this person may still answer for themselves."""
    open_still = story.state == "waiting" and not story.decided("approve")
    return open_still and alone.applies(story, who.acts)


def _could_decide(story: Story, who: Who) -> list[Any]:
    """To whom this can be handed: reviewers without a duty against it."""
    known = people.people(entry.person for entry in people.register()).values()
    others = asking.could_not(story, (person.id for person in known), at=db.now())
    return sorted(
        (
            person
            for person in known
            if person.id not in (who.person.id, *others) and not deciding.why_not(story, person)
        ),
        key=lambda person: person.name,
    )


def _confidence(story: Story) -> dict[str, Any] | None:
    """What the agent says, and how often it was right when it was this sure."""
    stated = story.proposed["confidence"]
    if stated is None:
        return None
    right, of = queue.record_of_confidence(story.action.type, float(stated))
    return {"stated": stated, "right": right, "of": of}


def _names(story: Story) -> dict[str, str]:
    action = story.action
    who = {action.requester, action.beneficiary, action.initiator, action.changer}
    who |= {one["person"] for one in (*story.assignments, *story.decisions)}
    who |= {one["hand_to"] for one in story.decided("hand_over")}
    who |= {story.stopped["person"]} if story.stopped else set()
    who |= {one["instead_of"] for one in story.decisions if one["instead_of"]}
    return {key: person.name for key, person in people.people(who).items()}
