"""Roles in GitHub: one a person, held there; a group of ours says what each of them carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import Field

from holdshort.catalogue import access, duties, facts
from holdshort.catalogue.kind import ActionType, Effect, Params, Rendering, UnknownTarget
from holdshort.catalogue.membership import GITHUB, Hours, Place, place
from holdshort.core.terms import Circumstances, Findings, Group, Offered, Target
from holdshort.ports import Knows

SET, END = "github.set_membership", "github.end_membership"
NOTHING = "none"
ROLES = ("member", "maintainer", "owner")
"""From the least to the most."""

Role = Literal["member", "maintainer", "owner"]


class SetMembership(Params):
    """Who, and as what in the GitHub organisation."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")
    role: Role = Field(description="What the person is to be in the GitHub organisation.")
    hours: Hours = 0

    @property
    def group(self) -> str:
        """The id of the group that says what the role carries."""
        return _group(self.role)


class EndMembership(Params):
    """Whose role ends, and what gave it."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")
    role: Role = Field(description="What the person is not to be any more.")
    change: str = Field(
        default="",
        max_length=64,
        description="The id of the change that gave it: the role from before it comes back.",
    )


def _group(role: str) -> str:
    return f"github-{role}"


# ------------------------------------------------------------------ who is what


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in GitHub, as it was last read, and the role in question."""

    at: Place
    login: str
    role: str
    """The role held now; nothing where there is none, or nobody could confirm it."""

    value: str
    """What GitHub calls that role."""

    @property
    def target(self) -> Target:
        """The membership: what changes is what one person is."""
        return Target(GITHUB, self.login, f"{self.at.person.name} in GitHub")

    def seen(self, to: str) -> dict[str, Any]:
        """What is compared again at the claim, and the role that is set then."""
        return {"account": self.login, "held": self.value, "_to": to}

    def is_a(self, role: str) -> str:
        """What the person is, in a sentence."""
        name = self.at.person.name
        return f"{name} is {_said(role)} in GitHub." if role else f"{name} is nothing in GitHub."


def _membership(person: str, role: str, knows: Knows) -> Membership:
    """Raises UnknownTarget."""
    _carrier(role, knows)
    at, login = place(person, _group(role), knows), knows.account_in(person, GITHUB)
    if login is None:
        raise UnknownTarget(
            f"{at.person.name} has no account in GitHub that we know; the company's file lists it."
        )
    held = [one for one in ROLES if knows.is_member(person, _group(one))]
    now = held[-1] if held else ""
    return Membership(at, login, now, _carrier(now, knows).external_id if now else NOTHING)


def _carrier(role: str, knows: Knows) -> Group:
    """The group that says what a role carries. Raises UnknownTarget."""
    found = knows.group(_group(role))
    if found is None or found.connector != GITHUB:
        raise UnknownTarget(
            f"The GitHub role ‘{role}’ is not set up here: GitHub has no group ‘{_group(role)}’."
        )
    return found


def _said(role: str) -> str:
    return "an owner" if role == "owner" else f"a {role}"


# ------------------------------------------------------------------ getting and losing a role


def _set(params: SetMembership, asked: Circumstances, knows: Knows) -> Findings:
    now = _membership(params.person, params.role, knows)
    found = access.joining(now.at, asked, knows)
    enough = bool(now.role) and ROLES.index(now.role) >= ROLES.index(params.role)
    return replace(
        found,
        target=now.target,
        seen=now.seen(now.at.group.external_id),
        before=(now.is_a(now.role), *found.before[1:]),
        after=(now.is_a(params.role), *found.after[1:]),
        already=now.is_a(now.role).replace(" in GitHub.", " in GitHub already.") if enough else "",
    )


def _end(params: EndMembership, asked: Circumstances, knows: Knows) -> Findings:
    now = _membership(params.person, params.role, knows)
    back = _before(params, knows)
    kept = {right.id for right in knows.rights_through(_group(back)) or ()} if back else set()
    carried = now.at.carried
    left = None if carried is None else tuple(right for right in carried if right.id not in kept)
    found = access.leaving(replace(now.at, carried=left), asked, knows)
    return replace(
        found,
        target=now.target,
        seen=now.seen(_carrier(back, knows).external_id if back else NOTHING),
        before=(now.is_a(now.role), *found.before[1:]),
        after=(now.is_a(back), *found.after[1:]),
        already="" if now.at.member in (True, None) else now.is_a(now.role),
    )


def _before(params: EndMembership, knows: Knows) -> str:
    """The role from before the change that gave this one, if that was a lesser one."""
    held = knows.held_before(params.change, params.person) if params.change else None
    lesser = ROLES[: ROLES.index(params.role)]
    return next((one for one in lesser if held == _carrier(one, knows).external_id), "")


# ------------------------------------------------------------------ the same for bundles


def join(person: str, group: str, knows: Knows, after: tuple[int, ...] = ()) -> Offered:
    """What puts somebody into a group, which may stand for a role in GitHub."""
    role = _role_of(group, knows)
    if role:
        return Offered(SET, {"person": person, "role": role}, after)
    return Offered("idp.add_to_group", {"person": person, "group": group}, after)


def leave(person: str, group: str, knows: Knows, after: tuple[int, ...] = ()) -> Offered:
    """What takes somebody out of such a group for good: no earlier role comes back."""
    role = _role_of(group, knows)
    if role:
        return Offered(END, {"person": person, "role": role}, after)
    return Offered("idp.remove_from_group", {"person": person, "group": group}, after)


def _role_of(group: str, knows: Knows) -> str:
    found, role = knows.group(group), group.removeprefix("github-")
    return role if found and found.connector == GITHUB and role in ROLES else ""


# ------------------------------------------------------------------ words


def _render_set(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name, role = facts.name_of(params, knows), str(params["role"])
    title = f"Make {name} {_said(role)} in GitHub"
    return Rendering(
        title,
        lambda: f"{name} will be GitHub {role}, {access.carrying(_group(role), knows)}.",
        title,
    )


def _render_end(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name, role = facts.name_of(params, knows), str(params["role"])
    title = f"End that {name} is {_said(role)} in GitHub"
    back = " What they were before comes back." if params.get("change") else ""
    return Rendering(
        title,
        lambda: (
            f"{name} will not be GitHub {role} any more, "
            f"{access.carrying(_group(role), knows)}.{back}"
        ),
        title,
    )


def _joins(params: SetMembership, knows: Knows) -> Effect:
    return Effect(params.person, joins=params.group)


def _leaves(params: EndMembership, knows: Knows) -> Effect:
    return Effect(params.person, leaves=_group(params.role))


def _undo_set(action: str, params: Mapping[str, Any]) -> Offered:
    return Offered(END, {"person": params["person"], "role": params["role"], "change": action})


def _undo_end(params: Mapping[str, Any]) -> Offered | None:
    return Offered(SET, {"person": params["person"], "role": params["role"]})


# ------------------------------------------------------------------ the types

EVERY_ROLE = (access.EVERY_GROUP[0], "A role in GitHub.")
_FACTS = (
    "what the person is in GitHub now, as GitHub says",
    "effective rights before and after, of every application",
    "environment and data class behind each right",
    "role template that allows them",
    "employment and account",
)

SET_MEMBERSHIP = ActionType(
    id=SET,
    title="Give somebody a role in GitHub",
    domain="access",
    context="access",
    doc="Makes one person a member, a maintainer or an owner of the GitHub organisation.",
    params=SetMembership,
    findings=_set,
    render=_render_set,
    facts=_FACTS,
    undo_of=_undo_set,
    undo_words="End the role; the one from before comes back.",
    afterwards=access.AGAIN,
    connector=GITHUB,
    effect=_joins,
    min_tier=EVERY_ROLE,
    budget="memberships",
    policy_rule="role_template",
    objections=duties.of_github_role,
    timed=True,
)

END_MEMBERSHIP = ActionType(
    id=END,
    title="End somebody's role in GitHub",
    domain="access",
    context="access",
    doc="Ends what one person is in the GitHub organisation, or gives back what they were before.",
    params=EndMembership,
    findings=_end,
    render=_render_end,
    facts=(*_FACTS, "what the person was before, as it was read when the role was given"),
    undo=_undo_end,
    undo_words="Give the role again; that is gated like any other role.",
    connector=GITHUB,
    effect=_leaves,
    min_tier=EVERY_ROLE,
    budget="memberships",
    policy_rule="role_template",
)

TYPES = (SET_MEMBERSHIP, END_MEMBERSHIP)
EXAMPLES = {
    SET: {"person": "erik", "role": "member"},
    END: {"person": "aylin", "role": "member"},
}
