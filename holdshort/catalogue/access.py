"""Membership of groups: effective rights gained or lost count, never the group's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.catalogue import account as about
from holdshort.catalogue import contradictions, duties, facts, membership, rights
from holdshort.catalogue.kind import ActionType, CatalogueError, Effect, Rendering
from holdshort.catalogue.membership import GITHUB, Joining, Membership, Place, place
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    Reason,
    Tier,
)
from holdshort.ports import Knows

EVERY_GROUP = (Tier.POLICY, "Membership of a group.")

# ------------------------------------------------------------------ joining


def _add(params: Membership, asked: Circumstances, knows: Knows) -> Findings:
    return joining(_in_a_directory(params, knows), asked, knows)


def joining(at: Place, asked: Circumstances, knows: Knows) -> Findings:
    """What it means that one person gets what a group carries."""
    gained = at.gained
    raises = facts.present(
        *_always_asked(at, asked),
        rights.privilege_gained(gained),
        _unlisted(at),
        *duties.conflicts(at, knows),
        _suspended(at),
        about.not_hired(at.person, asked),
    )
    name, group = at.person.name, at.group.name
    return Findings(
        target=at.target,
        consequence=Consequence(
            rights.reach(gained, at.person, asked, knows),
            facts.level(0, f"Taking {name} out of {group} again undoes it.", facts.TYPE),
            rights.regulated(gained, at.person, asked, knows),
            facts.no_cost(),
        ),
        context=_context(raises, gained),
        seen=at.seen,
        before=(f"{name} is not in {group}.", *rights.lines_before(at.held, gained)),
        after=(f"{name} is in {group}.", *rights.lines_gained(gained)),
        read_at=at.read_at,
        policy=membership.allowed(at, gained, asked, knows),
        raises=raises,
        refusals=facts.present(facts.leaver(at.person, asked)),
        notes=contradictions.with_rights(asked, gained or ()),
        rights=gained or (),
        owners=_owners(at, gained),
        already=f"{name} is in {group} already." if at.member else "",
        lookalikes=at.lookalikes,
    )


def _unlisted(at: Place) -> Reason | None:
    """Raise: the directory was read, and nobody has said what the group gives."""
    if at.carried is not None or at.held is None:
        return None
    return Reason(
        rule=rights.UNLISTED,
        text=f"The company's file does not list {at.group.name}, or a group that it is in, so "
        "nobody says what it gives; we assume the most.",
        observed=at.group.id,
        limit="groups that the company's file lists",
        would_pass="List it in the company's file, with what it grants.",
    )


def _suspended(at: Place) -> Reason | None:
    if at.account.active:
        return None
    return Reason(
        rule="raise.account_suspended",
        text=f"{at.person.name}'s account is suspended; new access would wait in it.",
        observed="suspended",
        limit="an active account",
        would_pass="The account is resumed first.",
    )


# ------------------------------------------------------------------ leaving


def _remove(params: Membership, asked: Circumstances, knows: Knows) -> Findings:
    return leaving(_in_a_directory(params, knows), asked, knows)


def leaving(at: Place, asked: Circumstances, knows: Knows) -> Findings:
    """What it means that one person loses what a group carries."""
    lost = at.at_stake
    raises = facts.present(*_always_asked(at, asked))
    name, group = at.person.name, at.group.name
    return Findings(
        target=at.target,
        consequence=Consequence(
            rights.reach(lost, at.person, asked, knows),
            _way_back(lost, at),
            rights.regulated(lost, at.person, asked, knows),
            facts.no_cost(),
        ),
        context=_context(raises, lost),
        seen=at.seen,
        before=(f"{name} is in {group}.", *rights.lines_at_stake(lost)),
        after=(f"{name} is not in {group}.", *rights.lines_lost(lost)),
        read_at=at.read_at,
        policy=membership.may_leave(at, lost, asked, knows),
        raises=raises,
        owners=_owners(at, lost),
        already="" if at.member or at.member is None else f"{name} is not in {group}.",
        lookalikes=at.lookalikes,
    )


def _way_back(lost: facts.Rights | None, at: Place) -> Level:
    text = f"Adding {at.person.name} to {at.group.name} again gives everything back."
    if lost is None or facts.privileged(lost):
        slow = f"{text} That needs a person each time, and may need the rights that are lost."
        return facts.level(1, slow, facts.TYPE)
    return facts.level(0, text, facts.TYPE)


# ------------------------------------------------------------------ shared by both


def _in_a_directory(params: Membership, knows: Knows) -> Place:
    """Who and what, where the group is no role in an app. Raises CatalogueError."""
    at = place(params.person, params.group, knows)
    if at.group.connector == GITHUB:
        raise CatalogueError(f"‘{at.group.name}’ stands for a role in GitHub: ask for that role.")
    return at


def _always_asked(at: Place, asked: Circumstances) -> tuple[Reason | None, ...]:
    return (
        facts.sender_unproven(asked),
        facts.beneficiary_differs(asked, at.person),
        facts.emergency(asked),
        facts.looks_like_another(at.group.name, at.group.external_id, at.lookalikes),
    )


def _context(raises: tuple[Reason, ...], changed: facts.Rights | None) -> str:
    """Security decides about privilege, about what is unknown and about what was raised."""
    grave = raises or changed is None or facts.privileged(changed)
    return "security" if grave else "access"


def _owners(at: Place, changed: facts.Rights | None) -> tuple[tuple[str, str], ...]:
    """Who owns the systems that the rights belong to; without rights, who owns the group."""
    owners = {right.owner: f"you own {right.system_name}" for right in changed or () if right.owner}
    if not owners and at.group.owner:
        return ((at.group.owner, f"you own the group {at.group.name}"),)
    return tuple(owners.items())


# ------------------------------------------------------------------ words


def _render_add(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name, group = facts.name_of(params, knows), _group_name(str(params["group"]), knows)
    title = f"Add {name} to {group}"
    return Rendering(
        title, lambda: f"{name} will be in {group}, {carrying(params['group'], knows)}.", title
    )


def _render_remove(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name, group = facts.name_of(params, knows), _group_name(str(params["group"]), knows)
    title = f"Take {name} out of {group}"
    gone = f"{name} will not be in {group} any more"
    return Rendering(title, lambda: f"{gone}, {carrying(params['group'], knows)}.", title)


def _group_name(group: str, knows: Knows) -> str:
    found = knows.group(group)
    return found.name if found else f"‘{group}’"


def carrying(group: object, knows: Knows) -> str:
    """Which rights a group carries, as the end of a sentence."""
    carried = knows.rights_through(str(group))
    if carried is None:
        return "which carries rights that we could not confirm"
    if not carried:
        return "which carries no rights"
    return f"which carries {facts.listing(facts.named(right) for right in carried)}"


def _joins(params: Membership, knows: Knows) -> Effect:
    return Effect(params.person, joins=params.group)


def _leaves(params: Membership, knows: Knows) -> Effect:
    return Effect(params.person, leaves=params.group)


def _leave(params: Mapping[str, Any]) -> Offered | None:
    return Offered("idp.remove_from_group", {"person": params["person"], "group": params["group"]})


def _join(params: Mapping[str, Any]) -> Offered | None:
    return Offered("idp.add_to_group", {"person": params["person"], "group": params["group"]})


# ------------------------------------------------------------------ the types

_FACTS = (
    "effective rights before and after, through nested groups",
    "environment and data class behind each right",
    "role template that allows them",
    "whether the person is a member already",
    "employment and account",
    "names easily mistaken for the group's",
)

AGAIN = "Where you do not see it yet, sign out and in again."

ADD_TO_GROUP = ActionType(
    id="idp.add_to_group",
    title="Add somebody to a group",
    domain="access",
    context="access",
    doc="Makes one person a direct member of one directory group, with every right it carries.",
    params=Joining,
    findings=_add,
    render=_render_add,
    facts=_FACTS,
    undo=_leave,
    undo_words="Take the person out of the group again.",
    afterwards=AGAIN,
    effect=_joins,
    min_tier=EVERY_GROUP,
    budget="memberships",
    policy_rule="role_template",
    objections=duties.of_group,
    timed=True,
)

REMOVE_FROM_GROUP = ActionType(
    id="idp.remove_from_group",
    title="Take somebody out of a group",
    domain="access",
    context="access",
    doc="Ends one person's direct membership of one directory group.",
    params=Membership,
    findings=_remove,
    render=_render_remove,
    facts=_FACTS,
    undo=_join,
    undo_words="Add the person to the group again; that is gated like any other addition.",
    effect=_leaves,
    min_tier=EVERY_GROUP,
    budget="memberships",
    policy_rule="role_template",
)

TYPES = (ADD_TO_GROUP, REMOVE_FROM_GROUP)
