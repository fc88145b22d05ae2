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
    Mode,
    Offered,
)
from holdshort.records import actions, audit, db, grounds, offers, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.offers import Proposal
from holdshort.records.world import World
from holdshort.stops import (
    asking,
    authorizing,
    execution,
    lines,
    noticing,
    older,
    resuming,
    rolling_back,
    stakes,
)
from holdshort.stops.assess import Assessment, assess, catalogue_version
from holdshort.stops.circumstances import circumstances_of

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
        why = why_not(error, proposal)
        tickets.hand_over(proposal.ticket, why)
        return "person", why


def why_not(error: Exception, proposal: Proposal) -> str:
    """Why an offer did not become actions, for people; what nobody foresaw is logged."""
    if isinstance(error, catalogue.CatalogueError):
        return str(error)[:MAX_WHY]
    log.error("staging_failed", proposal=proposal.id, error=type(error).__name__)
    return "The change that was offered could not be prepared."


def _stale(proposal: Proposal, ticket: Mapping[str, Any]) -> bool:
    if proposal.answers is None:
        return ticket["stands"] == "closed" and proposal.undoes is None
    return (proposal.answers, "with_agent") != (ticket["latest_message"], ticket["stands"])


def _stage_actions(proposal: Proposal, ticket: Mapping[str, Any], at: datetime) -> str:
    _check_order(proposal.offer.actions)
    ids = [new_id() for _ in range(lines.MAX_LINES)]

    def draft(position: int) -> Mapping[str, Any]:
        return {
            "id": ids[position],
            "root": ids[position],
            "version": 1,
            "ticket": proposal.ticket,
            "undoes": proposal.undoes if proposal.answers is None else None,
        }

    found = lines.assess_all(
        proposal.offer.actions,
        circumstances_of(ticket, proposal, at),
        World(asking=proposal.id),
        draft=draft,
    )
    if all(one.findings.already for one in found):
        tickets.close(proposal.ticket, " ".join(one.findings.already for one in found))
        return "nothing_to_do"
    tickets.turn(proposal.ticket, "staged")
    needed = {one.action.id for one in found if not one.findings.already}
    open_ones = [waiting_only_for(needed, one) for one in found if one.action.id in needed]
    if any(catalogue.find(one.type).is_bundle for one in proposal.offer.actions):
        open_ones = resuming.left(open_ones, proposal.ticket)
    for one in found:
        if one.findings.already:
            tickets.say(proposal.ticket, one.findings.already)
    for one in open_ones:
        write(one, proposal=proposal.id, at=at)
    return "actions" if open_ones else "nothing_to_do"


def waiting_only_for(needed: set[str], one: Assessment) -> Assessment:
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


# ------------------------------------------------------------------ the gate's answer, written


def write(one: Assessment, *, proposal: str, at: datetime) -> None:
    """Write an assessed action, and open what its gate asks for."""
    story = write_action(one, proposal)
    if one.gate.mode is Mode.REFUSE:
        _refuse(story)
    elif one.gate.mode is Mode.HOTL:
        if not story.halted:
            authorizing.by_policy(story, one, at=at)
    elif not rolling_back.go_on(story, at=at):
        assert one.routing is not None, "whatever waits was routed"
        asking.open_review(story, one.routing, at=at)
        noticing.opened(story)


def write_the_end(one: Assessment, *, proposal: str, approver: str, at: datetime) -> None:
    """Write what takes access back when its time is over; the approval of it covers that."""
    story = write_action(one, proposal)
    if one.gate.mode is Mode.REFUSE:
        _refuse(story)
    else:
        authorizing.by_term(story, approver, at=at)


def write_action(one: Assessment, proposal: str) -> Story:
    """Write the bytes of an assessed action with the gate's answer; nothing follows from it yet."""
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
    reasons = actions.reasons_as_data(one.gate.reasons)
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
        alone=one.alone,
        call_back=one.call_back,
        call_vendor=one.call_vendor,
        emergency=one.emergency,
        sides=one.sides,
        leavers=list(one.leavers),
        grounds=grounds.pack(asdict(one.findings), reasons, beside=data),
    )


def _refuse(story: Story) -> None:
    actions.add_fate(story, "refused", person=None, reason=story.reasons[0].rule)
    noticing.refused(story)


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
