"""Stopping at once and going on: anybody who works here stops, owners and security let it go on.

The database refuses the claim of whatever is stopped; what waited goes on by wake-ups, and the
sweep finds it where these were lost.
"""

from __future__ import annotations

from holdshort import catalogue
from holdshort.core import switches as scopes
from holdshort.core.terms import Person, Reason, Sender, Tier
from holdshort.records import audit, db, people, queue, switches
from holdshort.records.actions import Story
from holdshort.records.switches import Switch
from holdshort.stops.refused import Refused

MAX_REASON = 4000
NAMED = 2
_OWN = {"desk": "this desk's own records", "manual": "work by hand"}


def switch_off(scope: str, reason: str, *, sender: Sender) -> None:
    """Nothing under that scope starts any more. Stopping what is stopped changes nothing.

    Raises Refused.
    """
    _known(scope)
    if not queue.works_here(sender.person):
        raise Refused("not_yours", "Only people who work on this desk can stop it.")
    with db.turn_of("switch", scope):
        if _off(scope) is None:
            switches.add(scope, False, _short(reason), sender=sender)
            audit.event("switch.stopped", actor=sender.person.id, scope=scope)


def switch_on(scope: str, reason: str, *, sender: Sender) -> None:
    """What waited under that scope goes on. Raises Refused."""
    if not may_go(sender.person):
        raise Refused(
            "not_yours", "Owners and people who decide about security let it go on. Ask one."
        )
    if not reason.strip():
        raise Refused("note_missing", "Please write why it may go on.")
    with db.turn_of("switch", scope):
        stopped = _off(scope)
        if stopped is None:
            raise Refused("not_stopped", f"{words(scope, opening=True)} is not stopped.")
        switches.add(scope, True, _short(reason), sender=sender)
        audit.event("switch.released", actor=sender.person.id, scope=scope)
        db.write("wake_what_was_stopped", scope=scope, since=stopped.set_at)


def may_go(person: Person) -> bool:
    """Whether somebody may let stopped work go on."""
    return queue.works_here(person) and (
        "owner" in person.roles or "security" in queue.contexts_of(person)
    )


def words(scope: str, *, opening: bool = False) -> str:
    """A scope as people say it; `opening` begins a sentence with it."""
    kind, name, tier = scopes.parts(scope) or (scope, "", None)
    if kind == "connector":
        said = place(name)
    elif kind == "category":
        title = catalogue.find(name).title if name in catalogue.REGISTRY else name
        said = f"‘{title}’" + (f" of tier {tier}" if tier else "")
    else:
        said = kind
    return said[:1].upper() + said[1:] if opening else said


def place(name: str) -> str:
    """A place where something is changed, by the names that people know its systems by."""
    if name in _OWN:
        return _OWN[name]
    known = [row["name"] for row in db.rows("systems_behind", connector=name)]
    if not known:
        return f"the connected app ‘{name}’"
    more = " and more" if len(known) > NAMED else ""
    return f"the connected app for {', '.join(known[:NAMED])}{more} (‘{name}’)"


def reasons(found: list[Switch]) -> tuple[Reason, ...]:
    """What switches that are off say at the gate."""
    return tuple(scopes.reason(words(one.scope), one.name, one.set_at) for one in found)


def asked_about(connector: str, type_id: str, tier: Tier) -> db.Asked:
    """The statement that tells what stops such an action."""
    return switches.asked(scopes.over(connector, type_id, tier))


def sentence(story: Story) -> str:
    """By whom and since when an action is stopped; empty where nothing stops it."""
    if story.stopped is None:
        return ""
    who = people.person(story.stopped["person"])
    name = who.name if who else story.stopped["person"]
    what = words(story.stopped["scope"])
    return f"{name} stopped {what} at {story.stopped['set_at']:%H:%M on %d %B} (UTC)."


def _off(scope: str) -> Switch | None:
    return next((one for one in switches.off() if one.scope == scope), None)


def _known(scope: str) -> None:
    """A stop that covers nothing would look like one. Raises Refused."""
    found = scopes.parts(scope)
    if found is None:
        raise Refused(
            "unknown_scope",
            "Say what to stop: everything, connector:NAME, or category:TYPE with or without /TIER.",
        )
    kind, name, _ = found
    if kind == "connector" and name not in places():
        raise Refused("unknown_scope", f"There is no connected app named ‘{name}’.")
    if kind == "category" and name not in catalogue.REGISTRY:
        raise Refused("unknown_scope", f"There is no action type ‘{name}’.")


def places() -> list[str]:
    """Every place where something is changed: connected apps, this desk's own records, by hand."""
    return [*sorted(row["name"] for row in db.rows("connectors")), "desk", "manual"]


def _short(reason: str) -> str:
    return reason.strip()[:MAX_REASON]
