"""Membership of database roles: what a role carries counts, however deep, never its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdshort.catalogue import contradictions, facts, inventory, rights
from holdshort.catalogue.kind import ActionType, Rendering, Unconfirmed
from holdshort.catalogue.membership import Granting, RoleMembership
from holdshort.core import consequence
from holdshort.core.terms import (
    Asset,
    Circumstances,
    Consequence,
    Fact,
    Findings,
    Inquiry,
    Level,
    Offered,
    Person,
    Preview,
    Reason,
    Right,
    Target,
    Tier,
)
from holdshort.ports import Knows

GRANT, REVOKE = "db.grant_role", "db.revoke_role"
EVERY_ROLE = (Tier.POLICY, "Membership of a database role.")


@dataclass(frozen=True, slots=True)
class Place:
    """One person, one role, and what the database says about both."""

    person: Person
    asset: Asset
    role: str
    preview: Preview | None

    @property
    def carried(self) -> facts.Rights | None:
        """The role and every role that it is in, as rights; None where that is unknown."""
        if self.preview is None:
            return None
        return tuple(self._right(*one.partition(": ")) for one in self.preview.seen["containers"])

    def _right(self, name: str, _: str, powers: str) -> Right:
        return Right(
            id=f"{self.asset.id}:{name}",
            name=f"{name} ({powers})" if powers else name,
            system=self.asset.id,
            system_name=self.asset.name,
            environment=self.asset.environment,
            privileged=bool(powers),
            path=() if name == self.role else (self.role,),
            owner=self.asset.owner,
            data_class="" if self.asset.data_class == "unknown" else self.asset.data_class,
        )

    @property
    def member(self) -> bool | None:
        """Whether the person is in the role now."""
        return self.preview.seen["member"] if self.preview else None


def _place(params: RoleMembership, knows: Knows, type_id: str) -> Place:
    person = facts.person_named(knows, params.person)
    asset = inventory.named(knows, params.database, "database")
    preview = inventory.answered(knows.preview(_inquiry(params, knows, type_id)), asset)
    return Place(person, asset, params.role, preview)


def _inquiry(params: RoleMembership, knows: Knows, type_id: str) -> Inquiry:
    asset = inventory.named(knows, params.database, "database")
    connector = inventory.connected(asset)
    account = knows.account_in(params.person, connector)
    if account is None:
        name = facts.person_named(knows, params.person).name
        raise Unconfirmed(f"We could not confirm that {name} has an account in {asset.name}.")
    return Inquiry(connector, type_id, {"account": account, "role": params.role})


# ------------------------------------------------------------------ giving and taking


def _grant(params: RoleMembership, asked: Circumstances, knows: Knows) -> Findings:
    at = _place(params, knows, GRANT)
    raises = facts.present(
        *_always_asked(at, asked),
        rights.privilege_gained(at.carried),
        _cannot_sign_in(at),
        facts.employment_unconfirmed(at.person, asked),
    )
    return _findings(
        at,
        asked,
        raises,
        gained=at.carried or (),
        refusals=facts.present(facts.leaver(at.person, asked)),
        lines=(_is(at, False), _is(at, True)),
        after=rights.lines_gained(at.carried),
        already=f"{_is(at, True)[:-1]} already." if at.member else "",
    )


def _revoke(params: RoleMembership, asked: Circumstances, knows: Knows) -> Findings:
    at = _place(params, knows, REVOKE)
    return _findings(
        at,
        asked,
        facts.present(*_always_asked(at, asked)),
        lines=(_is(at, True), _is(at, False)),
        after=_lines_lost(at),
        already=_is(at, False) if at.member is False else "",
    )


def _findings(
    at: Place,
    asked: Circumstances,
    raises: tuple[Reason, ...],
    *,
    lines: tuple[str, str],
    after: tuple[str, ...],
    already: str,
    gained: facts.Rights = (),
    refusals: tuple[Reason, ...] = (),
) -> Findings:
    seen = at.preview.seen if at.preview else {}
    connector, name = inventory.connected(at.asset), f"{at.role} in {at.asset.name}"
    return Findings(
        target=Target(connector, str(seen.get("group", at.role)), name),
        consequence=Consequence(_reach(at), _way_back(at), _regulated(at, asked), facts.no_cost()),
        context="security" if raises or _strong(at) else "access",
        seen=seen,
        before=(lines[0],),
        after=(lines[1], *after),
        read_at=at.preview.read_at if at.preview else None,
        raises=raises,
        refusals=refusals,
        notes=contradictions.with_rights(asked, at.carried)
        if at.carried
        else contradictions.with_inventory(asked, at.asset),
        rights=gained,
        owners=inventory.owners(at.asset),
        already=already,
    )


# ------------------------------------------------------------------ levels and raises


def _reach(at: Place) -> Level:
    if at.carried is None:
        text = f"We could not confirm what the role {at.role} of {at.asset.name} carries."
        return consequence.unknown(text, inventory.DATABASE)
    strong = facts.far_reaching(at.carried)
    if strong:
        text = f"Privileged or in production: {facts.listing(map(facts.named, strong))}."
        return _level(3, text, at)
    return _level(1, f"One person's {facts.listing(map(facts.named, at.carried))}.", at)


def _way_back(at: Place) -> Level:
    text = f"Giving or taking the role {at.role} again undoes it."
    return _level(1 if _strong(at) else 0, text, at)


def _regulated(at: Place, asked: Circumstances) -> Level:
    found = [inventory.data(at.asset)]
    if asked.requester.id != at.person.id:
        text = f"The access of somebody else: {at.person.name}."
        found.append(facts.level(2, text, facts.CHANNEL))
    return consequence.worst(found)


def _level(value: int, text: str, at: Place) -> Level:
    read_at = at.preview.read_at if at.preview else None
    return Level(value, (Fact(text, inventory.DATABASE, read_at),))


def _strong(at: Place) -> bool:
    return at.carried is None or bool(facts.far_reaching(at.carried))


def _always_asked(at: Place, asked: Circumstances) -> tuple[Reason | None, ...]:
    return (
        facts.sender_unproven(asked),
        facts.beneficiary_differs(asked, at.person),
        facts.emergency(asked),
    )


def _cannot_sign_in(at: Place) -> Reason | None:
    if at.preview is None or at.preview.seen["active"]:
        return None
    return Reason(
        rule="raise.account_suspended",
        text=f"{at.person.name}'s account in {at.asset.name} cannot sign in; access would wait.",
        observed="no sign-in",
        limit="an active account",
        would_pass="The account is allowed to sign in first.",
    )


# ------------------------------------------------------------------ words


def _is(at: Place, member: bool) -> str:
    how = "is" if member else "is not"
    return f"{at.person.name} {how} in the role {at.role} of {at.asset.name}."


def _lines_lost(at: Place) -> tuple[str, ...]:
    if at.carried is None:
        return rights.lines_lost(None)
    return tuple(f"Loses {facts.named(one)}, unless another role gives it." for one in at.carried)


def _render_grant(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Give {name} the role {_role(params, knows)}"
    return Rendering(title, f"{name} may do in it whatever the role may do.", title)


def _render_revoke(params: Mapping[str, Any], knows: Knows) -> Rendering:
    name = facts.name_of(params, knows)
    title = f"Take the role {_role(params, knows)} from {name}"
    return Rendering(title, f"{name} may not do any more what only the role allows.", title)


def _role(params: Mapping[str, Any], knows: Knows) -> str:
    return f"{params['role']} in {inventory.name_of(params['database'], knows)}"


# ------------------------------------------------------------------ the types

_FACTS = (
    "what the role carries, through every role that it is in",
    "superuser, role and database administration, replication, hidden rows, ownership, pg_* roles",
    "environment, owner and data class from the inventory",
    "whether the person is in it already, and can sign in",
    "employment",
)

GRANT_ROLE = ActionType(
    id=GRANT,
    title="Give somebody a database role",
    domain="databases",
    context="access",
    doc="Makes one person's account in a database a member of one of its roles.",
    params=Granting,
    findings=_grant,
    render=_render_grant,
    facts=_FACTS,
    undo=lambda params: Offered(REVOKE, {k: v for k, v in params.items() if k != "hours"}),
    undo_words="Take the role away again.",
    timed=True,
    inquiry=lambda params, knows: _inquiry(params, knows, GRANT),
    connector="sql",
    min_tier=EVERY_ROLE,
)

REVOKE_ROLE = ActionType(
    id=REVOKE,
    title="Take a database role from somebody",
    domain="databases",
    context="access",
    doc="Ends one person's direct membership of one role of a database.",
    params=RoleMembership,
    findings=_revoke,
    render=_render_revoke,
    facts=_FACTS,
    undo=lambda params: Offered(GRANT, dict(params)),
    undo_words="Give the role again; that is gated like any other grant.",
    inquiry=lambda params, knows: _inquiry(params, knows, REVOKE),
    connector="sql",
    min_tier=EVERY_ROLE,
)

TYPES = (GRANT_ROLE, REVOKE_ROLE)
