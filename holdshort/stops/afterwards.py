"""What somebody changed by hand before anybody permitted it, put on record afterwards.

It is never a permission: its bytes and the gate's answer about them are written, what would have
been needed with them, nothing runs, and it stays open until another human has looked over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError

from holdshort import catalogue
from holdshort.catalogue import Effect
from holdshort.catalogue.foreseen import foresee
from holdshort.core.settings import zone_of
from holdshort.core.terms import Assurance, Circumstances, Kind, Offered, Sender
from holdshort.ports import Knows
from holdshort.records import actions, audit, db, offers, overrides, people, queue, tickets
from holdshort.records.actions import Story
from holdshort.records.ids import new_id
from holdshort.records.offers import Proposal
from holdshort.records.wake import wake
from holdshort.records.world import World
from holdshort.stops import alone, asking, staging, telling
from holdshort.stops.assess import Assessment, assess
from holdshort.stops.circumstances import circumstances_of
from holdshort.stops.conversation import open_for
from holdshort.stops.foretelling import DRAFT
from holdshort.stops.refused import Refused

TOLD_WITHIN = timedelta(days=7)
LEAST_WORDS = 20
"""Characters of a reason that says anything."""


def record_made(
    type_id: str, params: Mapping[str, Any], made_at: datetime, reason: str, *, sender: Sender
) -> tuple[int, str]:
    """Say that one made this by hand at that time, and why. Gives the ticket and the proposal.

    Raises Refused, and CatalogueError where it names what does not exist.
    """
    _may_tell(sender, reason)
    looker = _looker(sender)
    if not db.now() - TOLD_WITHIN < made_at <= db.now():
        raise Refused("bad_answer", "Say when you made it: in the last seven days, not later.")
    title = _checked(Offered(type_id, dict(params)), sender)
    said = f"{title}. Made by hand, before anybody permitted it, on {_said(made_at)}."
    with db.transaction():
        number = open_for(
            title[:200], f"{said}\n\n{reason.strip()}", sender=sender, author=sender.person.id
        )
        proposal = offers.add_one(
            Offered(type_id, dict(params)),
            ticket=number,
            initiator=sender.person,
            reasoning=reason.strip(),
            confidence=None,
            undoes=None,
        )
        overrides.add_made(proposal, number, reason.strip(), made_at, looker=looker, sender=sender)
        audit.event(
            "emergency.recorded",
            actor=sender.person.id,
            ticket=number,
            proposal=proposal,
            made_at=made_at,
            owners=[row["name"] for row in db.rows("owners_of_the_desk")],
        )
        wake("stage", proposal)
    return number, proposal


def _may_tell(sender: Sender, reason: str) -> None:
    person = sender.person
    if person.kind is not Kind.HUMAN:
        raise Refused("not_human", f"{person.name} is not a human; only humans say this.")
    if not queue.works_here(person):
        raise Refused("not_yours", "Only people who work on this desk can say this.")
    if not LEAST_WORDS <= len(reason.strip()) <= 4000:
        raise Refused("note_missing", f"Please write why, in {LEAST_WORDS} to 4,000 letters.")
    late = (one for one in overrides.open_ones() if (one.kind, one.overdue) == ("made", True))
    if any(one.person == person.id for one in late):
        raise Refused(
            "not_looked_at",
            "Nobody has looked in time at the last change that you made unasked. Ask somebody to; "
            "until then you record no further one. Where nobody else is here, the rules can name "
            "who looks (routing, alone, reviewed_by).",
        )


def looker_for(person: str) -> str | None:
    """Who looks over what this person made, where they are alone; None where others are here, or
    the rules name nobody.
    """
    if not db.value("is_alone", person=person):
        return None
    named = alone.looker()
    return named if alone.looks(named, person) else None


def _looker(sender: Sender) -> str | None:
    """The same; whoever is alone proves anew that it is them, as nobody here could tell."""
    named = looker_for(sender.person.id)
    if named and sender.assurance < Assurance.STEP_UP:
        raise Refused(
            "assurance_too_low",
            "Nobody else is here, so please give your password again for this, in the console.",
        )
    return named


def _checked(offered: Offered, sender: Sender) -> str:
    """What the change is called, once it is sure that this person may say that they made it."""
    kind = catalogue.find(offered.type)
    if kind.connector == "desk" or kind.is_bundle:
        raise Refused("not_allowed", "Say of each change outside this desk that you made it.")
    circumstances = Circumstances(
        requester=sender.person,
        beneficiary=None,
        initiator=sender.person,
        channel=sender.channel,
        assurance=sender.assurance,
        at=db.now(),
    )
    one = assess(offered, circumstances, _before(offered, World()), draft=DRAFT)
    _is_theirs(one, sender)
    return kind.render(one.action.params, World()).title


def _before(offered: Offered, knows: Knows) -> Knows:
    """The world without it: rights that the directory shows already are what it gave."""
    kind = catalogue.find(offered.type)
    effect = kind.effect(catalogue.parse(kind.id, offered.params), knows)
    if effect is None or not (effect.joins or effect.leaves):
        return knows
    taken_back = Effect(effect.person, joins=effect.leaves, leaves=effect.joins)
    return foresee(knows, [taken_back], [])


def _is_theirs(one: Assessment, sender: Sender) -> None:
    """Whoever may decide about such changes may say so, and owners."""
    about = {one.findings.context, *one.findings.also}
    person = sender.person
    if "owner" not in person.roles and not about & set(queue.contexts_of(person)):
        raise Refused(
            "not_yours",
            f"Only owners and people who decide about {one.findings.context} can say this.",
        )


# ------------------------------------------------------------------ on record


def stage(proposal: Proposal, *, at: datetime) -> tuple[str, str]:
    """Write it with the gate's answer and its maker's word. What cannot be is for a person, and
    owners are told: it stands nowhere among the emergencies.
    """
    try:
        with db.transaction():
            _write(proposal, at)
            return "actions", ""
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        why = staging.why_not(error, proposal)
        _not_on_record(proposal, why)
        return "person", why


def _not_on_record(proposal: Proposal, why: str) -> None:
    maker = people.person(proposal.initiator)
    assert maker is not None, "a human made it"
    said = f"{maker.name} says that they made a change before anybody permitted it"
    text = f"{said}. It could not be put on record as that: {why}"
    tickets.hand_over(proposal.ticket, text)
    for owner in db.rows("owners_of_the_desk"):
        if owner["person"] != maker.id:
            about = {"ticket": proposal.ticket, "action": None}
            db.write("tell", person=owner["person"], text=f"{text} Please look at it.", **about)


def _write(proposal: Proposal, at: datetime) -> None:
    ticket = tickets.ticket(proposal.ticket)
    assert ticket is not None
    fresh = new_id()
    draft = {"id": fresh, "root": fresh, "version": 1, "ticket": proposal.ticket}
    circumstances = circumstances_of(ticket, proposal, at)
    [offered] = proposal.offer.actions
    world = _before(offered, World(asking=proposal.id))
    one = assess(offered, circumstances, world, draft=draft)
    story = staging.write_action(one, proposal.id)
    actions.add_fate(story, "made", person=proposal.initiator)
    db.write("add_report_of_made", action=story.action.id)
    wake("observe", story.action.id)


def tell(story: Story, kind: str, reason: str) -> None:
    """Say on the ticket what the target shows of it; what it does not show goes to a person."""
    name, number = telling.title(story), story.action.ticket
    assert number is not None
    if kind == "mismatch":
        tickets.hand_over(number, f"The target does not show ‘{name}’ as it is said to be made.")
        return
    seen = "We saw it in the target system." if kind == "verified" else "It stands as reported."
    within = "seven days" if story.made and story.made["looker"] else "48 hours"
    after = f"Somebody else looks over it within {within}."
    telling.finish(story, f"Recorded: ‘{name}’, made before anybody permitted it. {seen} {after}")


def _said(at: datetime) -> str:
    here = at.astimezone(zone_of(asking.policy()))
    return f"{here.day} {here:%B %Y, %H:%M %Z}"
