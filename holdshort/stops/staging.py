"""What the desk writes: actions with their gate, reviews, permissions, and how things end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from holdshort import catalogue
from holdshort.core import canonical
from holdshort.core.terms import (
    Assurance,
    Channel,
    Circumstances,
    Mode,
    Offered,
    Person,
)
from holdshort.records import actions, audit, db, grounds, offers, people, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.offers import Proposal
from holdshort.records.people import DESK
from holdshort.records.world import World
from holdshort.stops import asking, authorizing, execution, older, stakes, telling
from holdshort.stops.assess import Assessment, assess, catalogue_version

MAX_ACTIONS = 20
"""How many actions one offer may hold."""

MAX_DRIFTS = 5
"""How often the world may move before a change until a person has to look at it."""

MAX_WHY = 600
log = structlog.get_logger()


# ------------------------------------------------------------------ from a proposal to actions


def stage_offer(proposal: Proposal, *, at: datetime) -> tuple[str, str]:
    """Turn a proposal into actions, a question, or a person's ticket: which, and why."""
    ticket = tickets.ticket(proposal.ticket)
    assert ticket is not None
    offer = proposal.offer
    if _stale(proposal, ticket):
        return "stale", "The conversation went on meanwhile."
    if db.value("older_proposal", proposal=proposal.id):
        tickets.hand_over(proposal.ticket, older.STAGED_BEFORE)
        return "person", older.STAGED_BEFORE
    if offer.question:
        tickets.ask(proposal.ticket, offer.question, author=proposal.initiator)
        return "question", ""
    if offer.hand_over:
        tickets.hand_over(proposal.ticket, offer.hand_over, author=proposal.initiator)
        return "person", offer.hand_over
    try:
        with db.transaction():
            return _stage_actions(proposal, ticket, at), ""
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        why = _why_not(error, proposal)
        tickets.hand_over(proposal.ticket, why)
        return "person", why


def _why_not(error: Exception, proposal: Proposal) -> str:
    """Why an offer did not become actions, for people; what nobody foresaw is logged."""
    if isinstance(error, catalogue.CatalogueError):
        return str(error)[:MAX_WHY]
    log.error("staging_failed", proposal=proposal.id, error=type(error).__name__)
    return "The change that was offered could not be prepared."


def _stale(proposal: Proposal, ticket: Mapping[str, Any]) -> bool:
    if proposal.answers is None:
        return ticket["stands"] == "closed" and proposal.undoes is None
    answered = proposal.answers == ticket["latest_message"]
    return not answered or ticket["stands"] != "with_agent"


def _stage_actions(proposal: Proposal, ticket: Mapping[str, Any], at: datetime) -> str:
    _check_order(proposal.offer.actions)
    world = World(asking=proposal.id)
    circumstances = circumstances_of(ticket, proposal, at)
    ids = [new_id() for _ in proposal.offer.actions]
    found = [
        assess(
            offered,
            circumstances,
            world,
            draft={
                "id": ids[position],
                "root": ids[position],
                "version": 1,
                "ticket": proposal.ticket,
                "position": position,
                "after": tuple(ids[earlier] for earlier in offered.after),
                "undoes": proposal.undoes if proposal.answers is None else None,
            },
        )
        for position, offered in enumerate(proposal.offer.actions)
    ]
    if all(one.findings.already for one in found):
        tickets.close(proposal.ticket, " ".join(one.findings.already for one in found))
        return "nothing_to_do"
    tickets.turn(proposal.ticket, "staged")
    needed = {one.action.id for one in found if not one.findings.already}
    for one in found:
        if one.findings.already:
            tickets.say(proposal.ticket, one.findings.already)
        else:
            write(_waiting_only_for(needed, one), proposal=proposal.id, at=at)
    return "actions"


def _waiting_only_for(needed: set[str], one: Assessment) -> Assessment:
    """Nothing waits for a change that is not made because the world is already so."""
    after = tuple(earlier for earlier in one.action.after if earlier in needed)
    return replace(one, action=replace(one.action, after=after))


def _check_order(offered: Sequence[Offered]) -> None:
    """Each action waits only for earlier ones, so that no two wait for each other."""
    if not 0 < len(offered) <= MAX_ACTIONS:
        raise catalogue.CatalogueError(
            f"{len(offered)} changes were offered; 1 to {MAX_ACTIONS} fit."
        )
    for position, one in enumerate(offered):
        if not all(0 <= earlier < position for earlier in one.after):
            raise catalogue.CatalogueError(
                "A change was to wait for one that does not come before it."
            )


def circumstances_of(ticket: Mapping[str, Any], proposal: Proposal, at: datetime) -> Circumstances:
    """How an action for this ticket came about; the agent's sponsor is the ticket's requester."""
    initiator, requester = _known(proposal.initiator), _known(ticket["requester"])
    return Circumstances(
        requester=requester,
        beneficiary=people.person(ticket["beneficiary"]) if ticket["beneficiary"] else None,
        initiator=initiator,
        channel=Channel(ticket["channel"]),
        assurance=Assurance(ticket["assurance"]),
        at=at,
        confidence=proposal.confidence,
        ticket_text=tickets.words(ticket["number"]),
        ticket=ticket["number"],
    )


def _known(person: str) -> Person:
    found = people.person(person)
    assert found is not None, f"a row refers to the unknown person {person}"
    return found


# ------------------------------------------------------------------ the gate's answer, written


def write(one: Assessment, *, proposal: str, at: datetime) -> None:
    """Write an assessed action, and open what its gate asks for."""
    story = _write_action(one, proposal)
    if one.gate.mode is Mode.REFUSE:
        _refuse(story)
    elif one.gate.mode is Mode.HOTL:
        if not story.halted:
            authorizing.by_policy(story, one, at=at)
    else:
        assert one.routing is not None, "whatever waits was routed"
        asking.open_review(story, one.routing, at=at)


def write_the_end(one: Assessment, *, proposal: str, approver: str, at: datetime) -> None:
    """Write what takes access back when its time is over; the approval of it covers that."""
    story = _write_action(one, proposal)
    if one.gate.mode is Mode.REFUSE:
        _refuse(story)
    else:
        authorizing.by_term(story, approver, at=at)


def _write_action(one: Assessment, proposal: str) -> Story:
    data = canonical.action_bytes(one.action)
    digest = canonical.digest(data)
    actions.add(one.action, proposal=proposal, digest=digest, data=data)
    _write_answer(one, digest=digest, data=data)
    audit.event(
        "action.staged",
        actor=one.action.initiator,
        ticket=one.action.ticket,
        action=one.action.id,
        digest=digest,
        category=one.category,
        mode=one.gate.mode,
    )
    story = actions.story(one.action.id)
    assert story is not None
    return story


def _write_answer(one: Assessment, *, digest: str, data: bytes) -> None:
    """The gate's answer about these bytes, with everything it rests on."""
    db.write(
        "add_assessment",
        action=one.action.id,
        digest=digest,
        type=one.type.id,
        connector=one.action.target.connector,
        tier=int(one.tier),
        mode=one.gate.mode,
        hands=one.gate.hands,
        needed=one.gate.needed,
        phase=int(one.standing.phase),
        min_assurance=int(one.gate.min_assurance),
        policy_version=one.policy_version,
        catalogue_version=catalogue_version(),
        grounds=grounds.pack(
            asdict(one.findings), actions.reasons_as_data(one.gate.reasons), beside=data
        ),
    )


def _refuse(story: Story) -> None:
    actions.add_fate(story, "refused", person=None, reason=story.reasons[0].rule)
    audit.event("action.refused", actor=DESK, ticket=story.action.ticket, action=story.action.id)
    telling.ended(story, "is not allowed", detail=story.reasons[0].text)


# ------------------------------------------------------------------ other answers


def stage_again(
    story: Story,
    params: Mapping[str, Any],
    *,
    at: datetime,
    changed_by: str | None = None,
) -> str:
    """The next version of an action, assessed anew and written; or what is so already.

    Whoever changed it so that more is at stake counts as a party and cannot approve it.
    Raises CatalogueError where it cannot be, or where the target never stands still.
    """
    assert story.action.ticket is not None
    ticket = tickets.ticket(story.action.ticket)
    proposal = offers.proposal(str(story.proposed["id"]))
    assert ticket is not None and proposal is not None
    circumstances = circumstances_of(ticket, proposal, at)
    draft = {
        "id": new_id(),
        "root": story.action.root,
        "version": story.action.version + 1,
        "ticket": story.action.ticket,
        "position": story.action.position,
        "after": story.action.after,
        "undoes": story.action.undoes,
    }
    offered = Offered(story.action.type, dict(params))
    world = World(asking=story.action.id)
    one = assess(offered, circumstances, world, draft=draft)
    if not changed_by and one.findings.already:
        return one.findings.already
    if execution.met_drift(story):
        _refuse_to_chase(story, one)
    if changed_by and stakes.more_is_at_stake(story, one):
        one = assess(offered, circumstances, world, draft={**draft, "changer": changed_by})
    write(one, proposal=proposal.id, at=at)
    return ""


def _refuse_to_chase(story: Story, one: Assessment) -> None:
    """Raise CatalogueError where the next version would only be met by drift again."""
    drifts = db.value("times_drifted", root=story.action.root)
    if drifts > 1 and not execution.drifted(story.action.seen, one.action.seen):
        raise catalogue.CatalogueError(
            "The target keeps changing in a way that this desk cannot see. Please look at it there."
        )
    if drifts >= MAX_DRIFTS:
        raise catalogue.CatalogueError(
            f"The target changed {drifts} times before this could run. Please look at it there."
        )


def inverse(story: Story) -> Offered | None:
    """The action that undoes this one, if its type declares one."""
    return catalogue.find(story.action.type).inverse(story.action.id, story.action.params)
