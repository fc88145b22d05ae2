"""A new starter: from HR's record and the role template to an account, its groups, equipment.

What the lines are follows from HR's record and from what a human approved for the role. Each is
an ordinary change with its own gate: a privileged group of an approved template is privileged
still, and equipment above the limit waits alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts, github
from holdshort.catalogue.kind import (
    ActionType,
    CatalogueError,
    Params,
    Rendering,
    UnknownTarget,
    made_of_lines,
)
from holdshort.core.templates import EVERYONE, Template, Unreadable, local, read_templates
from holdshort.core.terms import Offered, Person
from holdshort.ports import Knows


class Onboard(Params):
    """Who begins, and what they are to work with where it is not what the template says."""

    person: str = Field(min_length=1, max_length=64, description="The id of who begins.")
    equipment: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="Ids of equipment to order instead of what the role template lists.",
    )


# ------------------------------------------------------------------ the lines


def _lines(params: Onboard, at: datetime, knows: Knows) -> Sequence[Offered]:
    person = facts.person_named(knows, params.person)
    own, all_of_them = templates_of(person, at, knows)
    if not own:
        roles = facts.listing(f"‘{role}’" for role in person.roles)
        raise UnknownTarget(f"No role template in force is for {person.name}'s role, {roles}.")
    about = {"person": person.id}
    account = Offered("idp.create_account", about)
    joins = [github.join(person.id, group, knows, (0,)) for group in groups_of(all_of_them, knows)]
    items = params.equipment or [item for template in own for item in template.equipment]
    orders = [
        Offered("equipment.order", {**about, "item": item}, (0,)) for item in dict.fromkeys(items)
    ]
    return [account, *joins, *orders]


def templates_of(
    person: Person, at: datetime, knows: Knows
) -> tuple[list[Template], list[Template]]:
    """The templates in force of this person's roles, and those with the one for everyone.

    Raises CatalogueError where the policy cannot be read.
    """
    document = knows.policy()
    try:
        at = local(document, at)
        fitting = [t for t in read_templates(document) if t.fits(person) and t.valid(at)]
    except Unreadable as error:
        raise CatalogueError(f"The role templates cannot be read: {error}.") from None
    return [t for t in fitting if t.role != EVERYONE], fitting


def groups_of(templates: Iterable[Template], knows: Knows) -> list[str]:
    """The groups that somebody with these templates is put into.

    Entitlements that none of them carries are given through a group that carries them and
    nothing beyond the templates. Raises UnknownTarget where there is none.
    """
    groups = list(dict.fromkeys(group for t in templates for group in _starting_groups(t)))
    allowed = frozenset[str]().union(*(template.entitlements for template in templates))
    covered = {right for group in groups for right in _carried(group, knows)}
    for entitlement in sorted(allowed - covered):
        if entitlement not in covered:
            group = _group_for(entitlement, allowed, knows)
            groups.append(group)
            covered |= _carried(group, knows)
    return groups


def _starting_groups(template: Template) -> Sequence[str]:
    """The one for everyone says what is harmless, so nobody is put into it unless it says so."""
    everything = () if template.role == EVERYONE else sorted(template.groups)
    return template.starts_with or everything


def _group_for(entitlement: str, allowed: frozenset[str], knows: Knows) -> str:
    for row in knows.registered("groups"):
        carried = _carried(str(row["id"]), knows)
        if entitlement in carried and carried <= allowed:
            return str(row["id"])
    raise UnknownTarget(f"No group gives ‘{entitlement}’ of the role template and nothing else.")


def _carried(group: str, knows: Knows) -> frozenset[str]:
    return frozenset(right.id for right in knows.rights_through(group) or ())


# ------------------------------------------------------------------ words


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Prepare everything for {name} to begin"
    effect = f"{name} will get what their role template says: an account, groups and equipment."
    return Rendering(title, effect, title)


ONBOARD = ActionType(
    id="bundle.onboard",
    title="Prepare for a new starter",
    domain="hr",
    context="hr",
    doc="Creates an account, joins the groups of the role template and orders the equipment, "
    "each as a line with its own gate.",
    params=Onboard,
    findings=made_of_lines,
    expand=_lines,
    render=_render,
    facts=("HR's record", "the role templates in force", "the equipment catalogue and its limit"),
    undo_words="Nothing undoes the bundle as one: each line has its own undo.",
    connector="lines",
)

TYPES = (ONBOARD,)
