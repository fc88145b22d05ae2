"""One person and one group, and what the directory says about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import Params
from holdshort.core import employment, former_role, policy
from holdshort.core.grants import LONGEST
from holdshort.core.terms import (
    AWAITS_ACCOUNT,
    Circumstances,
    DirectoryAccount,
    Group,
    Person,
    PolicyResult,
    PolicyVerdict,
    Target,
)
from holdshort.ports import Knows

GITHUB = "github"
"""The connected app whose roles are groups here, one for each person."""


class Membership(Params):
    """Who, and which group."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")
    group: str = Field(min_length=1, max_length=200, description="The id of the group.")


Hours = Annotated[
    int,
    Field(
        ge=0,
        le=LONGEST,
        title="For how many hours, 0 for as long as the rules allow",
        description="Hours until it ends by itself; 0: as rules allow.",
    ),
]


class Joining(Membership):
    """Who, which group, and for how long."""

    hours: Hours = 0


class RoleMembership(Params):
    """Who, and which role of which database."""

    person: str = Field(min_length=1, max_length=64, description="The id of the person.")
    database: str = Field(min_length=1, max_length=64, description="The database's id here.")
    role: str = Field(
        min_length=1,
        max_length=63,
        pattern=r"^[^%\x00-\x1f]+$",
        description="The name of the role in the database.",
    )


class Granting(RoleMembership):
    """Who, which role of which database, and for how long."""

    hours: Hours = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One person, one group, and what the directory says about both."""

    person: Person
    account: DirectoryAccount
    group: Group
    member: bool | None
    held: facts.Rights | None
    carried: facts.Rights | None
    coming: facts.Rights | None
    containers: tuple[str, ...] | None
    lookalikes: tuple[str, ...]
    read_at: datetime | None

    @property
    def target(self) -> Target:
        """The group: it is its list of members that changes."""
        return Target(self.group.connector, self.group.external_id, self.group.name)

    @property
    def seen(self) -> dict[str, Any]:
        """The state compared again at the claim; what is unknown now may differ then."""
        return {
            "account": self.account.external_id,
            "active": self.account.active,
            "group": self.group.external_id,
            "member": bool(self.member),
            "containers": list(self.containers or ()),
            **(AWAITS_ACCOUNT if self.account.is_to_come else {}),
        }

    @property
    def known(self) -> bool:
        """Whether everything that decides what membership means could be read."""
        read = (self.member, self.held, self.carried, self.coming, self.containers)
        return None not in read

    @property
    def held_soon(self) -> facts.Rights:
        """The rights held, and those that are on their way."""
        return (*(self.held or ()), *(self.coming or ()))

    @property
    def gained(self) -> facts.Rights | None:
        """The rights that joining adds to those held already; None where that is unknown."""
        if self.held is None or self.carried is None or not self.known:
            return None
        have = {right.id for right in self.held}
        return tuple(right for right in self.carried if right.id not in have)

    @property
    def at_stake(self) -> facts.Rights | None:
        """The rights that leaving may take: those the group carries and the person holds.

        Another group may give some of them too, so this is the most that can be lost.
        """
        if self.held is None or self.carried is None or not self.known:
            return None
        have = {right.id for right in self.held}
        return tuple(right for right in self.carried if right.id in have)


def place(person: str, group: str, knows: Knows) -> Place:
    """Read what the directory says. Raises UnknownTarget."""
    somebody = facts.person_named(knows, person)
    something = facts.group_named(knows, group)
    # Read before what is held: what has arrived meanwhile is then seen twice, and never not at all.
    coming = knows.rights_coming(person)
    return Place(
        person=somebody,
        account=facts.account_of(knows, somebody),
        group=something,
        member=knows.is_member(person, group),
        held=knows.rights_of(person),
        carried=knows.rights_through(group),
        coming=coming,
        containers=knows.containers_of(group),
        lookalikes=knows.lookalikes(something.name),
        read_at=knows.read_at(),
    )


def allowed(
    at: Place, gained: facts.Rights | None, asked: Circumstances, knows: Knows
) -> PolicyResult:
    """The one policy rule: the role template, by rights, or by the group where it has none."""
    if gained is None:
        return PolicyResult(PolicyVerdict.NONE)
    document, version = knows.policy(), knows.policy_version()
    names = {at.group.id: at.group.name, **{right.id: right.name for right in gained}}

    def called(id: str) -> str:
        found = knows.person(id)
        return names.get(id) or (found.name if found else id)

    if not gained:
        return policy.group_template(document, version, at.person, [at.group.id], asked.at, called)
    ids = [right.id for right in gained]
    return policy.role_template(document, version, at.person, ids, asked.at, called)


def may_leave(
    at: Place, lost: facts.Rights | None, asked: Circumstances, knows: Knows
) -> PolicyResult:
    """Whether somebody has left by HR's record, or has this from a role of before.

    A group without rights may also be left by whoever may join it.
    """
    if lost is None:
        return PolicyResult(PolicyVerdict.NONE)
    document, version = knows.policy(), knows.policy_version()
    ended = employment.hr_end_date(document, version, at.person, asked.at)
    if ended.verdict is PolicyVerdict.PASSES:
        return ended
    access = former_role.Access(at.group.id, frozenset(right.id for right in lost))
    found = former_role.left_over(document, version, at.person, access, asked.at)
    free = not lost and found.verdict is not PolicyVerdict.PASSES
    return allowed(at, lost, asked, knows) if free else found
