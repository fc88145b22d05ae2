"""A change of department: what the new role includes is given, what came with the old one is taken.

Both follow from HR's record and the role templates, and are lines of one bundle. What is given
waits until what is taken away is gone, so that nobody holds both meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts, github
from holdshort.catalogue.kind import (
    ActionType,
    Params,
    Rendering,
    Unconfirmed,
    UnknownTarget,
    made_of_lines,
)
from holdshort.catalogue.onboarding import groups_of, templates_of
from holdshort.core.former_role import Access
from holdshort.core.templates import EVERYONE, read_templates
from holdshort.core.terms import Offered
from holdshort.ports import Knows


class Transfer(Params):
    """Who changes, from which role, and what they are to keep."""

    person: str = Field(min_length=1, max_length=64, description="The id of who changes.")
    from_role: str = Field(
        min_length=1, max_length=64, description="The role that they had before."
    )
    keep: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Ids of groups of the old role that they are to stay in.",
    )


def _lines(params: Transfer, at: datetime, knows: Knows) -> Sequence[Offered]:
    person = facts.person_named(knows, params.person)
    own, all_of_them = templates_of(person, at, knows)
    old = [t for t in read_templates(knows.policy()) if t.role == params.from_role != EVERYONE]
    if not own or not old:
        role = params.from_role if own else "/".join(person.roles) or "no role"
        raise UnknownTarget(f"No role template is for the role ‘{role}’.")
    if params.from_role in person.roles:
        raise UnknownTarget(
            f"HR's record says that {person.name} has the role ‘{params.from_role}’ still."
        )
    groups = knows.groups_of(person.id)
    if groups is None:
        raise Unconfirmed(f"We could not confirm which groups {person.name} is in.")
    goes = [
        group
        for group in groups
        if group not in params.keep
        and any(_access(group, knows).is_given_by(t) for t in old)
        and not any(_access(group, knows).is_given_by(t) for t in all_of_them)
    ]
    comes = [group for group in groups_of(all_of_them, knows) if group not in groups]
    after = tuple(range(len(goes)))
    return [
        *(github.leave(person.id, group, knows) for group in goes),
        *(github.join(person.id, group, knows, after) for group in comes),
    ]


def _access(group: str, knows: Knows) -> Access:
    rights = knows.rights_through(group) or ()
    return Access(group, frozenset(right.id for right in rights))


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Change {name}'s access to their new role"
    effect = (
        f"{name} will lose what came with the role ‘{params['from_role']}’ and get what the "
        "template of the new role includes."
    )
    return Rendering(title, effect, title)


TRANSFER = ActionType(
    id="bundle.transfer",
    title="Change somebody's access to a new role",
    domain="hr",
    context="hr",
    doc="Takes away what came with the old role and gives what the new one includes, from the "
    "difference of two role templates, each as a line with its own gate.",
    params=Transfer,
    findings=made_of_lines,
    expand=_lines,
    render=_render,
    facts=("the role in HR's record", "both role templates", "the groups the person is in"),
    undo_words="Nothing undoes the bundle as one: each line has its own undo.",
    connector="lines",
)

TYPES = (TRANSFER,)
