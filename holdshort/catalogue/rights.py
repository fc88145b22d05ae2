"""Effective rights gained or lost: their levels, what they raise, and the lines to read."""

from __future__ import annotations

from collections.abc import Iterable

from holdshort.catalogue import facts
from holdshort.core import consequence
from holdshort.core.terms import Circumstances, Level, Person, Reason, Right
from holdshort.ports import Knows

DATA = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
"""How regulated the data behind a right is; a class that is not listed is unknown, so worst."""

UNLISTED = "raise.group_unlisted"
"""The rule of whatever comes through a group that the company's file does not list."""

NAMED = 3
"""So many groups are named in a sentence; the reason's `observed` has them all."""

# ------------------------------------------------------------------ levels


def reach(
    changed: facts.Rights | None, person: Person, asked: Circumstances, knows: Knows
) -> Level:
    """Blast radius of rights that change hands.

    A privileged right or one in production reaches the whole system; any other is a seat.
    """
    if changed is None:
        text = f"We could not confirm which rights change for {person.name}."
        return consequence.unknown(text, facts.DIRECTORY)
    strong = facts.far_reaching(changed)
    if strong:
        text = f"Privileged or in production: {_all(strong)}."
        return facts.level(3, text, facts.DIRECTORY, knows)
    if changed:
        return facts.level(1, f"One person's {_all(changed)}.", facts.DIRECTORY, knows)
    own = asked.requester.id == person.id
    text = f"No right changes for {person.name}."
    return facts.level(0 if own else 1, text, facts.DIRECTORY, knows)


def regulated(
    changed: facts.Rights | None, person: Person, asked: Circumstances, knows: Knows
) -> Level:
    """Regulatory exposure: the class of the data behind the rights, and whose access it is."""
    if changed is None:
        text = f"We could not confirm which data {person.name} would reach."
        return consequence.unknown(text, facts.DIRECTORY)
    found = [_data(right, knows) for right in changed]
    if asked.requester.id != person.id:
        found.append(_of_somebody_else(changed, person))
    if not found:
        return facts.level(0, "No data is reached.", facts.DIRECTORY, knows)
    return consequence.worst(found)


def _data(right: Right, knows: Knows) -> Level:
    known = DATA.get(right.data_class)
    if known is None:
        text = f"We could not confirm how sensitive the data in {right.system_name} is."
        return consequence.unknown(text, facts.COMPANY)
    return facts.level(known, f"{right.system_name} holds {right.data_class} data.", facts.COMPANY)


def _of_somebody_else(changed: facts.Rights, person: Person) -> Level:
    if changed:
        return facts.level(2, f"The access of somebody else: {person.name}.", facts.CHANNEL)
    return facts.level(1, f"A list entry of somebody else: {person.name}.", facts.CHANNEL)


# ------------------------------------------------------------------ raises


def privilege_gained(gained: facts.Rights | None) -> Reason | None:
    """Raise: the beneficiary would hold a privileged right that they do not hold now."""
    strong = facts.privileged(gained or ())
    if not strong:
        return None
    return Reason(
        rule="raise.privilege_gained",
        text=f"This gives privileged rights: {facts.listing(_line(right) for right in strong)}.",
        observed=_all(strong),
        limit="no privileged right",
        would_pass="Ask for something that carries no privileged right.",
    )


def unlisted(person: Person, groups: tuple[str, ...]) -> Reason | None:
    """Raise: the person is in these groups, and nobody has said what they give."""
    if not groups:
        return None
    return Reason(
        rule=UNLISTED,
        text=f"{person.name} is in {some(groups)}, and the company's file does not say what that "
        "gives; we assume the most.",
        observed=facts.listing(groups),
        limit="groups that the company's file lists",
        would_pass=f"List {some(groups)} in the company's file, with what it grants.",
    )


def some(groups: tuple[str, ...]) -> str:
    """The first of these groups by name, and how many more there are."""
    names = [f"‘{name}’" for name in groups[:NAMED]]
    return facts.listing([*names, *([f"{more} more"] if (more := len(groups) - NAMED) > 0 else [])])


# ------------------------------------------------------------------ the difference of the world


def lines_before(held: facts.Rights | None, gained: facts.Rights | None) -> tuple[str, ...]:
    """What the person holds now in the systems where something is gained."""
    if held is None or gained is None:
        return ("Rights held now: we could not confirm.",)
    systems = {right.system: right.system_name for right in gained}
    return tuple(_held_in(held, system, name) for system, name in systems.items())


def _held_in(held: facts.Rights, system: str, name: str) -> str:
    here = [right.name for right in held if right.system == system]
    return f"Holds {facts.listing(here)} in {name}." if here else f"Holds no right in {name}."


def lines_gained(gained: facts.Rights | None) -> tuple[str, ...]:
    """Each right gained, with the groups it comes through."""
    if gained is None:
        return ("Rights gained: we could not confirm.",)
    return tuple(f"Gains {_line(right)}." for right in gained) or ("Gains no right.",)


def lines_at_stake(lost: facts.Rights | None) -> tuple[str, ...]:
    """Each right that leaving may take."""
    if lost is None:
        return ("Rights held through it: we could not confirm.",)
    return tuple(f"Holds {_line(right)}." for right in lost)


def lines_lost(lost: facts.Rights | None) -> tuple[str, ...]:
    """What is lost, as far as no other group gives it too."""
    if lost is None:
        return ("Rights lost: we could not confirm.",)
    losing = tuple(f"Loses {facts.named(r)}, unless another group gives it." for r in lost)
    return losing or ("Loses no right.",)


def _line(right: Right) -> str:
    privilege = ", privileged" if right.privileged else ""
    through = f", through {' › '.join(right.path)}" if right.path else ""
    return f"{facts.named(right)}{privilege}{through}"


def _all(changed: Iterable[Right]) -> str:
    return facts.listing(facts.named(right) for right in changed)
