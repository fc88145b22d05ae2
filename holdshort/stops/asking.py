"""Who is asked about an action: when its review opens, and again when too few can answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdshort.core import routing, settings
from holdshort.core.circles import Wait
from holdshort.core.deciders import Candidate, Deciders
from holdshort.core.routing import Assigned, Routing
from holdshort.core.stakes import Stakes, beyond
from holdshort.core.terms import Action, Authority, Findings
from holdshort.records import audit, db, panels, people
from holdshort.records.actions import Story
from holdshort.records.people import DESK
from holdshort.stops import sides, telling


@dataclass(frozen=True, slots=True)
class Field:
    """What an action is about, as far as that decides who is asked.

    `systems` are those whose rights somebody gains; of each of `also` somebody else must say yes.
    """

    context: str
    owners: tuple[tuple[str, str], ...]
    systems: tuple[str, ...]
    spends: int | None
    also: tuple[str, ...] = ()

    @property
    def question(self) -> dict[str, Any]:
        """What routing asks about."""
        return {"context": self.context, "owners": self.owners, "also": self.also}


def field_of(findings: Findings) -> Field:
    """The field of an action that is not written yet.

    Where a type says that something is spent and not how much, nobody knows how much.
    """
    spends = findings.spends or (None if findings.consequence.cost.value else 0)
    systems = tuple(sorted({right.system for right in findings.rights}))
    return Field(findings.context, findings.owners, systems, spends, findings.also)


def _field(story: Story) -> Field:
    """The field of an action under review; what was written before it had any costs nothing."""
    found = story.assessment["findings"]
    spends = found.get("spends", 0) or (None if found["consequence"]["cost"]["value"] else 0)
    return Field(
        found["context"],
        tuple((person, why) for person, why in found["owners"]),
        tuple(sorted({right["system"] for right in found["rights"]})),
        spends,
        tuple(found.get("also", ())),
    )


def whom(action: Action, field: Field, *, needed: int, at: datetime) -> Routing:
    """Who may decide about an action now, as the register and the directory know them."""
    return route(deciders(action, field, at=at), field, needed=needed)


def route(desk: Deciders, field: Field, *, needed: int) -> Routing:
    """Whom these people's desk asks about a field."""
    return routing.route(
        desk,
        **field.question,
        needed=needed,
        keepers=[row["name"] for row in db.rows("owners_of_the_desk")],
    )


def deciders(action: Action, field: Field, *, at: datetime) -> Deciders:
    """Those who decide here, as far as this action goes."""
    told = db.together(
        ("register", {}),
        ("policy_in_force", {}),
        ("writer_of_ticket", {"ticket": action.ticket}),
        ("delegations", {"at": at}),
    )
    register, document = people.register_from(told[0]), _document(told[1])
    involved = {entry.person for entry in register} | {entry.backup or "" for entry in register}
    involved |= {owner for owner, _ in field.owners} | {action.requester, action.beneficiary}
    known, waiting = db.together(
        ("people_by_id", {"people": sorted(involved - {""})}),
        ("open_reviews", {"people": [entry.person for entry in register]}),
    )
    return Deciders(
        action=action,
        writer=told[2][0]["person"] if told[2] else None,
        register={entry.person: entry for entry in register},
        people={row["id"]: people.from_row(row) for row in known},
        at=settings.on_its_clock(document, at),
        open_reviews={row["person"]: row["open"] for row in waiting},
        stakes=_stakes(action, field, register, settings.currency(document)),
        policy=document,
        delegations=people.delegations_from(told[3]),
    )


def policy() -> Mapping[str, Any]:
    """The rules in force."""
    return _document(db.rows("policy_in_force"))


def _document(found: Sequence[db.Row]) -> Mapping[str, Any]:
    return found[0]["document"] if found else {}


def _stakes(action: Action, field: Field, register: Sequence[Authority], currency: str) -> Stakes:
    """What is at stake; what is touched is looked up where that decides who may be asked."""
    if not any(entry.scope for entry in register):
        return Stakes(frozenset(), field.spends, currency)
    named = [value for value in action.params.values() if isinstance(value, str)]
    found = db.rows("things_named", ids=[*field.systems, *named])
    return Stakes(frozenset(row["id"] for row in found), field.spends, currency)


def hands(story: Story, approver: str, *, at: datetime) -> str:
    """Who does by hand what this person approved."""
    field = _field(story)
    return deciders(story.action, field, at=at).hands(approver, field.context, field.owners)


NOT_REGISTERED = "You are not in the authority register any more."


def lost(story: Story, person: str, register: Sequence[Authority], *, at: datetime) -> str:
    """Why the authority of somebody who was asked does not reach this (any more), if so.

    Duties are not asked about: an answer is held to them before.
    """
    by = next((one["delegation"] for one in story.assignments if one["person"] == person), None)
    if by:
        return _lost_for_another(story, person, by, at)
    field, own = _field(story), [one for one in register if one.person == person]
    if not own:
        return NOT_REGISTERED
    currency = settings.currency(policy()) if field.spends else ""
    limit = beyond(own[0], _stakes(story.action, field, own, currency))
    return f"{people.people([person])[person].name} {limit}." if limit else ""


def _lost_for_another(story: Story, person: str, delegation: str, at: datetime) -> str:
    """The same for whoever answers for somebody else, whose authority has to reach this."""
    desk = deciders(story.action, _field(story), at=at)
    given = next((one for one in desk.delegations if one.id == delegation), None)
    if given is None:
        return "You do not decide for the one who was asked any more."
    if not {given.giver, person} <= desk.register.keys():
        return NOT_REGISTERED
    obstacle = desk.barrier(given.giver)
    return obstacle.sentence if obstacle else ""


def side_taken(story: Story, person: str, *, at: datetime) -> str:
    """Why a yes of this person adds nothing to those on record, where each side needs its own."""
    return sides.taken(story, _wait(story, at), person) if _field(story).also else ""


def note_sides(story: Story, review: int, people: Iterable[str], *, at: datetime) -> None:
    """Write for which sides people are asked, where each of several must say yes."""
    if story.gate["sides"]:
        sides.note(review, _wait(story, at), people)


def _wait(story: Story, at: datetime) -> Wait:
    field = _field(story)
    desk = deciders(story.action, field, at=at)
    return Wait(desk, field.context, field.owners, 1, field.also)


def could_not(story: Story, persons: Iterable[str], *, at: datetime) -> dict[str, str]:
    """Of these people those who could never be asked, each with the reason."""
    field = _field(story)
    desk = deciders(story.action, field, at=at)
    found = {one: routing.why_not(desk, one, **field.question) for one in persons}
    return {one: why for one, why in found.items() if why}


def open_review(story: Story, who: Routing, *, at: datetime) -> None:
    """Put the question, and tell the requester who can end the wait."""
    fault = who.fault.text if who.fault else None
    by_a_person = story.gate["emergency"] and story.proposed["initiator_kind"] == "human"
    times = settings.times(policy(), story.action.type, at, emergency=by_a_person)
    number = db.value(
        "add_review",
        action=story.action.id,
        expires_at=times.close,
        remind_at=times.remind,
        escalate_at=times.escalate,
        fault=fault,
        panel=panels.of(who.reviewers),
    )
    note_sides(story, number, [one.person for one in who.reviewers], at=at)
    audit.event(
        "review.opened",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        review=number,
        asked=[asked.person for asked in who.reviewers],
    )
    if story.action.version == 1 or fault:
        needs = f"‘{telling.title(story)}’ needs a yes from a person first."
        telling.say(story, f"{needs} {who.who_can_end_it}")


def again(story: Story, *, at: datetime) -> None:
    """Ask whoever can decide now and was not asked; without anybody it goes on waiting."""
    assert story.review is not None
    who = whom(story.action, _field(story), needed=story.assessment["needed"], at=at)
    asked = {assignment["person"] for assignment in story.assignments}
    more = [one for one in who.reviewers if one.person not in asked]
    if not more:
        return
    _ask(story, more)
    # Who was asked before may speak for another side by now.
    everybody = asked | {one.person for one in more}
    note_sides(story, story.review["number"], sorted(everybody), at=at)
    audit.event(
        "review.asked_again",
        actor=DESK,
        ticket=story.action.ticket,
        action=story.action.id,
        asked=[one.person for one in more],
    )
    telling.say(story, f"‘{telling.title(story)}’ can be decided now. {who.who_can_end_it}")


def silent(story: Story) -> list[str]:
    """Those who were asked and have not answered."""
    final = ("approve", "change", "reject", "hand_over")
    answered = {one["person"] for one in story.decisions if one["verdict"] in final}
    return [one["person"] for one in story.assignments if one["person"] not in answered]


def escalate(story: Story, *, at: datetime) -> list[str]:
    """Ask the backups of those who are silent, or whoever else may decide. Gives who was asked."""
    field = _field(story)
    asked = {one["person"] for one in story.assignments}
    desk = deciders(story.action, field, at=at)
    more = routing.escalation(desk, silent(story), **field.question)
    new = [one for one in more if one.person not in asked]
    _ask(story, new)
    assert story.review is not None
    note_sides(story, story.review["number"], [one.person for one in new], at=at)
    return [one.person for one in new]


def called(persons: Sequence[str]) -> str:
    """The names of people, as a list."""
    found = people.people(persons)
    return " and ".join(found[one].name if one in found else one for one in persons)


def _ask(story: Story, more: Iterable[Assigned | Candidate]) -> None:
    """Ask people after the review had opened."""
    assert story.review is not None
    last = max((assignment["rank"] for assignment in story.assignments), default=0)
    for rank, one in enumerate(more, start=last + 1):
        db.write(
            "add_assignment",
            review=story.review["number"],
            person=one.person,
            why=one.why,
            rank=rank,
            delegation=one.delegation,
        )
