"""Break-glass: one human permits one change that waits, alone, for an hour, and says why.

It is a permission like any other, on record before anything starts; what it lacks is the second
person, so it stays open until another human has looked at it.
"""

from __future__ import annotations

from holdshort import catalogue
from holdshort.core.terms import Kind, Mode, Person, Sender
from holdshort.records import actions, audit, db, overrides, queue
from holdshort.records.actions import Story
from holdshort.records.wake import wake
from holdshort.stops import calling_back, deciding, looking, telling
from holdshort.stops.refused import Refused, existing

LEAST_WORDS = 20
"""Characters of a reason that says anything."""

VERDICTS = ("right", "wrong")


def may_override(person: Person) -> bool:
    """Whether somebody answers for the desk: owners, and who decides about security."""
    if person.kind is not Kind.HUMAN:
        return False
    return "owner" in person.roles or "security" in queue.contexts_of(person)


def never_alone(story: Story) -> str:
    """Why nobody may permit this alone, in an emergency either; empty where somebody may."""
    kind = catalogue.REGISTRY.get(story.action.type)
    return kind.never_alone if kind else ""


def override(action: str, reason: str, *, sender: Sender) -> None:
    """Permit one change that waits, without anybody else. Raises Refused."""
    person = sender.person
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        if not may_override(person):
            raise Refused("not_yours", "Only owners and people who decide about security may.")
        for against in deciding.why_not(story, person):
            raise Refused(against.rule, against.text)
        _possible(story)
        if no := calling_back.missing(story):
            raise no
        if len(reason.strip()) < LEAST_WORDS:
            raise Refused("note_missing", f"Please write why, in at least {LEAST_WORDS} letters.")
        if any(_late(one, person) for one in overrides.open_ones()):
            raise Refused("unfinished", "Nobody has looked at your last one in time. Ask somebody.")
        overrides.add(story, reason.strip()[:4000], sender=sender)
        audit.event(
            "override.invoked",
            actor=person.id,
            ticket=story.action.ticket,
            action=action,
            digest=story.digest,
            owners=[row["name"] for row in db.rows("owners_of_the_desk")],
        )
        told = "was permitted by one person, as an emergency."
        telling.say(story, f"‘{telling.title(story)}’ {told}")
        wake("authorize", action)


def _late(one: overrides.Override, person: Person) -> bool:
    return (one.kind, one.person, one.overdue) == ("override", person.id, True)


def _possible(story: Story) -> None:
    if story.assessment["mode"] == Mode.REFUSE or story.state == "refused":
        raise Refused("not_allowed", "This is not allowed, whoever says yes.")
    if story.state != "waiting" or story.review is None or story.override is not None:
        raise Refused("too_late", f"There is nothing to override: {story.state}.")
    if why := never_alone(story):
        raise Refused("not_allowed", why)
    if story.halted:
        raise Refused("in_doubt", "Nothing runs until somebody has ended safe mode.")


def look_over(action: str, verdict: str, note: str, *, sender: Sender) -> None:
    """Another human says afterwards whether it was right; that closes it. Raises Refused."""
    with actions.turn_of(action) as (found, _):
        story = existing(found)
        in_a_hurry = bool(story.gate["emergency"]) and story.authorization is not None
        outdated = looking.outdated(story)
        if story.override is None and story.made is None and not (in_a_hurry or outdated):
            raise Refused("not_found", "There was no emergency override of this.")
        named = story.made is not None and story.made["looker"] == sender.person.id
        if not named and not queue.works_here(sender.person):
            raise Refused("not_yours", "Only people who work on this desk can say this.")
        looking.check(story, sender)
        if action not in {one.action for one in overrides.open_ones()}:
            raise Refused("already_decided", "Somebody has looked at it already.")
        if verdict not in VERDICTS:
            raise Refused("bad_answer", f"Say one of: {', '.join(VERDICTS)}.")
        if not note.strip():
            raise Refused("note_missing", "Please write what you looked at.")
        said = note.strip()[:4000]
        if story.override is not None:
            overrides.add_look(story, verdict, said, sender=sender)
        else:
            overrides.add_look_at_emergency(action, verdict, said, sender=sender)
        audit.event(
            "override.looked_over" if story.override else "emergency.looked_over",
            actor=sender.person.id,
            ticket=story.action.ticket,
            action=action,
            verdict=verdict,
        )
