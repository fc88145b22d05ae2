"""What each action type does, in terms of the target, and what its preview must have said.

The suite holds a connector to this table: the state that a type needs, the state it must lead
to, the lines of the preview as they follow from what the *target* says before and after, every
way in which the relevant state can drift, and what an undo owes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .target import OLD_PASSWORD, State, Target

UNITS = {"home": "Home", "field": "Field"}
"""The units that the company's file lists, where the target has any."""


@dataclass(frozen=True, slots=True)
class Place:
    """One person and one group, as the company knows them and at the target."""

    target: Target
    person: str
    name: str
    account: str
    group: str
    group_id: str

    @property
    def current(self) -> str:
        """The account, also where it was created a moment ago."""
        return self.account or self.target.find(self.person)

    def state(self) -> State:
        """What the target says now."""
        return self.target.state(self.current, self.group_id)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person who looks at the target sees, for the lines of a preview."""

    place: Place
    state: State
    opens: bool
    """Whether the password that they had signs them in."""

    opens_new: bool | None = None
    """Whether the new one does; None where there is none."""

    @property
    def member(self) -> bool:
        """Whether the person is in the group."""
        return self.place.group_id in self.state.groups


def look(place: Place, secret: str = "") -> Look:
    """Look at the target."""
    state, signs_in = place.state(), place.target.signs_in
    opens = bool(state.account) and signs_in(state.account, OLD_PASSWORD)
    return Look(place, state, opens, signs_in(state.account, secret) if secret else None)


class Undo(Enum):
    """What an undo owes."""

    RESTORES = "the state is, digest for digest, what it was"
    BLOCKS = "the person cannot sign in, and everything else stays"
    NONE = "it is said to be irreversible"


@dataclass(frozen=True)
class Case:
    """One action type."""

    type: str
    prepare: Callable[[Place], None]
    """Put the target where the action makes sense."""

    becomes: Callable[[Place, State], State]
    """The state it leads to from another."""

    before: Callable[[Look], tuple[str, ...]]
    """What the preview must have said about what was, given what the target showed then."""

    after: Callable[[Look], tuple[str, ...]]
    """What the preview must have said about what comes, given what the target shows now."""

    drifts: Mapping[str, Callable[[Place], None]]
    """Every relevant thing that somebody else may change meanwhile."""

    unseen_drifts: frozenset[str] = frozenset()
    """Those of them that no mirror shows, so that the desk cannot ask anew with the difference."""

    may_be_asked_again: bool = True
    """Whether it can still be wanted after such a drift. A name that is taken stays taken."""

    undo: Undo = Undo.RESTORES
    reverse: Callable[[Place], None] | None = None
    """Somebody else takes the effect back; None where nobody can."""

    words: Callable[[Place], dict[str, Any]] | None = None
    """The parameters of the offer, where they are not a person and perhaps a group."""

    tells: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether what the connector read back says that it is done, where it says that in words of
    its own."""

    def params(self, place: Place) -> dict[str, Any]:
        """The parameters of the offer."""
        if self.words:
            return self.words(place)
        if self.type == "idp.move_account":
            return {"person": place.person, "from_unit": "home", "unit": "field"}
        membership = {"group": place.group} if "group" in self.type else {}
        return {"person": place.person, **membership}

    def target_id(self, place: Place) -> str:
        """The id of what it changes."""
        if self.type == "idp.create_account":
            return place.person
        return place.group_id if self.is_membership else place.account

    def shows(self, place: Place) -> tuple[str, str]:
        """What tells, without the connector, whether it has happened."""
        state = place.state()
        is_reset = self.type == "idp.reset_password"
        return state.digest, place.target.password_mark(place.account) if is_reset else ""

    def put_back(self, place: Place) -> None:
        """After the effect: let everything be as it was before `prepare`."""
        if self.prepare is nothing and self.reverse is not None:
            self.reverse(place)

    @property
    def is_membership(self) -> bool:
        """Whether it is about a person and a group."""
        return "group" in self.type or "role" in self.type


# ------------------------------------------------------------------ membership


def _set_member(member: bool) -> Callable[[Place], None]:
    return lambda at: at.target.set_member(at.group_id, at.account, member)


def _joined(at: Place, state: State) -> State:
    groups = sorted({*state.groups, at.group_id})
    return state.but(groups=tuple(groups), members=tuple(sorted({*state.members, at.account})))


def _left(at: Place, state: State) -> State:
    groups = sorted({*state.groups} - {at.group_id})
    return state.but(groups=tuple(groups), members=tuple(sorted({*state.members} - {at.account})))


def _is_in(seen: Look) -> tuple[str, ...]:
    is_in = "is in" if seen.member else "is not in"
    return (f"{seen.place.name} {is_in} {seen.place.group}.",)


def _joins(seen: Look) -> tuple[str, ...]:
    return (*_is_in(seen), "Gains no right.")


def _leaves(seen: Look) -> tuple[str, ...]:
    return (*_is_in(seen), "Loses no right.")


def nothing(at: Place) -> None:
    """Everybody starts active, unlocked and in no group."""


def _drifts_of_membership(member: bool) -> dict[str, Callable[[Place], None]]:
    return {
        "the account is suspended": lambda at: at.target.set_active(at.account, False),
        "the group is nested elsewhere": lambda at: at.target.nest(at.group_id),
        "somebody else did it": _set_member(member),
    }


# ------------------------------------------------------------------ accounts


def _suspend(at: Place) -> None:
    at.target.set_active(at.account, False)


def _resume(at: Place) -> None:
    at.target.set_active(at.account, True)


def _lock(at: Place) -> None:
    at.target.set_locked(at.account, True)


def _unlock(at: Place) -> None:
    at.target.set_locked(at.account, False)


def _can_sign_in(seen: Look) -> tuple[str, ...]:
    return (f"{seen.place.name} {'can' if seen.opens else 'cannot'} sign in.",)


def _cannot_sign_in(seen: Look) -> tuple[str, ...]:
    kept = "; the account and its data stay" if seen.state.account else ""
    return (f"{seen.place.name} {'can' if seen.opens else 'cannot'} sign in{kept}.",)


def _signs_in_again(how: str) -> Callable[[Look], tuple[str, ...]]:
    return lambda seen: (
        f"{seen.place.name} {'can' if seen.opens else 'cannot'} sign in again{how}.",
    )


def _is_locked(seen: Look) -> tuple[str, ...]:
    locked = seen.state.locked and not seen.opens
    setter = f"locked by {seen.place.target.lock_is_set_by}" if locked else "not locked"
    return (f"{seen.place.name}'s account is {setter}.",)


def _works(seen: Look) -> tuple[str, ...]:
    return (f"The password {seen.place.name} has now {'works' if seen.opens else 'fails'}.",)


def _replaced(seen: Look) -> tuple[str, ...]:
    new = "A new password works" if seen.opens_new else "No new password works"
    old = "works still" if seen.opens else "works no more"
    return (f"{new}; only {seen.place.name} can read it, once.", f"The old password {old}.")


def _has_account(seen: Look) -> tuple[str, ...]:
    if not seen.state.account:
        return (f"{seen.place.name} has no account.",)
    groups = f"{len(seen.state.groups)} groups" if seen.state.groups else "no group"
    return (f"{seen.place.name} has the account ‘{seen.state.user_name}’, in {groups}.",)


def _is_in_unit(seen: Look) -> tuple[str, ...]:
    return (f"{seen.place.name}'s account is in {_unit(seen)}.", "No rule applies there.")


def _is_moved(seen: Look) -> tuple[str, ...]:
    return (f"It is in {_unit(seen)}.", "No rule applies there.")


def _unit(seen: Look) -> str:
    names = dict(zip(seen.place.target.units, UNITS.values(), strict=True))
    return f"‘{names[seen.state.unit]}’ ({seen.state.unit})"


def _move(which: int) -> Callable[[Place], None]:
    return lambda at: at.target.set_unit(at.account, at.target.units[which])


def _take_the_name(at: Place) -> None:
    at.target.add_person(at.person, "Somebody Else")


def _created(at: Place, state: State) -> State:
    new = at.state()
    return state.but(
        # The target chooses the id and what else is in the entry.
        account=new.account or "an account",
        rest_of_account=new.rest_of_account,
        user_name=at.person,
        name=at.name,
        email=f"{at.person}@acme.example",
        active=True,
        unit="".join(at.target.units[:1]),
    )


# ------------------------------------------------------------------ databases


def _role(at: Place) -> dict[str, Any]:
    return {"person": at.person, "database": "database", "role": at.group}


def _is_in_role(seen: Look) -> tuple[str, ...]:
    is_in = "is in" if seen.member else "is not in"
    return (f"{seen.place.name} {is_in} the role {seen.place.group} of Database.",)


def _gains_role(seen: Look) -> tuple[str, ...]:
    return (*_is_in_role(seen), f"Gains {seen.place.group} in Database (office).")


def _loses_role(seen: Look) -> tuple[str, ...]:
    lost = f"Loses {seen.place.group} in Database (office), unless another role gives it."
    return (*_is_in_role(seen), lost)


def _old(at: Place) -> str:
    return f"{at.person}@acme.example"


def _new(at: Place) -> str:
    return f"{at.person}@new.example"


def _email(which: Callable[[Place], str]) -> Callable[[Place], None]:
    return lambda at: at.target.set_email(at.account, which(at))


def _row(at: Place) -> dict[str, Any]:
    which = {"set": {"email": _new(at)}, "where": {"user_name": at.person}, "rows": 1}
    return {"database": "database", "table": "people", **which}


def _earlier(at: Place) -> dict[str, Any]:
    return {"database": "database", "table": "people", "change": f"earlier-{at.person}"}


def _changed_earlier(at: Place) -> None:
    _email(_new)(at)
    at.target.note(at.account, _old(at), _new(at))


def _holds(seen: Look) -> tuple[str, ...]:
    return (f"user_name {seen.place.person}: email = ‘{seen.state.email}’.",)


def _matches(seen: Look) -> tuple[str, ...]:
    row = f"1 row of public.people matches user_name = ‘{seen.place.person}’."
    return (row, *_holds(seen))


def _was_written(seen: Look) -> tuple[str, ...]:
    return ("1 row of public.people hold what that change wrote.", *_holds(seen))


def _says_so(read_back: Mapping[str, Any]) -> bool:
    return read_back["rows"] == 1 and read_back["_done"] and read_back["_holds"]


# ------------------------------------------------------------------ the table

_ALL = (
    Case(
        "idp.add_to_group",
        prepare=nothing,
        becomes=_joined,
        before=_is_in,
        after=_joins,
        drifts=_drifts_of_membership(True),
        reverse=_set_member(False),
    ),
    Case(
        "idp.remove_from_group",
        prepare=_set_member(True),
        becomes=_left,
        before=_is_in,
        after=_leaves,
        drifts=_drifts_of_membership(False),
        reverse=_set_member(True),
    ),
    Case(
        "idp.suspend",
        prepare=nothing,
        becomes=lambda at, state: state.but(active=False),
        before=_can_sign_in,
        after=_cannot_sign_in,
        drifts={"the account is locked": _lock, "somebody else did it": _suspend},
        reverse=_resume,
    ),
    Case(
        "idp.resume",
        prepare=_suspend,
        becomes=lambda at, state: state.but(active=True),
        before=_can_sign_in,
        after=_signs_in_again(", with no special rights"),
        drifts={"the account is locked": _lock, "somebody else did it": _resume},
        reverse=_suspend,
    ),
    Case(
        "idp.unlock",
        prepare=_lock,
        becomes=lambda at, state: state.but(locked=False),
        before=_is_locked,
        after=_signs_in_again(" with the same password"),
        drifts={"the account is suspended": _suspend, "somebody else did it": _unlock},
        reverse=_lock,
        undo=Undo.BLOCKS,
    ),
    Case(
        "idp.reset_password",
        prepare=nothing,
        becomes=lambda at, state: state,
        before=_works,
        after=_replaced,
        drifts={"the account is suspended": _suspend, "the account is locked": _lock},
        undo=Undo.NONE,
    ),
    Case(
        "idp.move_account",
        prepare=nothing,
        becomes=lambda at, state: state.but(unit=at.target.units[1]),
        before=_is_in_unit,
        after=_is_moved,
        drifts={
            "the account is suspended": _suspend,
            "the account is locked": _lock,
            "somebody else did it": _move(1),
        },
        unseen_drifts=frozenset({"somebody else did it"}),
        reverse=_move(0),
    ),
    Case(
        "idp.create_account",
        prepare=nothing,
        becomes=_created,
        before=_has_account,
        after=_has_account,
        drifts={"the name is taken": _take_the_name},
        may_be_asked_again=False,
        undo=Undo.BLOCKS,
    ),
    Case(
        "db.grant_role",
        words=_role,
        prepare=nothing,
        becomes=_joined,
        before=_is_in_role,
        after=_gains_role,
        drifts=_drifts_of_membership(True),
        reverse=_set_member(False),
    ),
    Case(
        "db.revoke_role",
        words=_role,
        prepare=_set_member(True),
        becomes=_left,
        before=_is_in_role,
        after=_loses_role,
        drifts=_drifts_of_membership(False),
        reverse=_set_member(True),
    ),
    Case(
        "db.change",
        words=_row,
        tells=_says_so,
        prepare=nothing,
        becomes=lambda at, state: state.but(email=_new(at)),
        before=_matches,
        after=_holds,
        drifts={
            "somebody else did it": _email(_new),
            "the row holds something else": _email(lambda at: "other@acme.example"),
        },
        reverse=_email(_old),
    ),
    Case(
        "db.restore",
        words=_earlier,
        tells=_says_so,
        prepare=_changed_earlier,
        becomes=lambda at, state: state.but(email=_old(at)),
        before=_was_written,
        after=_holds,
        drifts={
            "somebody else did it": _email(_old),
            "the row holds something else": _email(lambda at: "other@acme.example"),
        },
        reverse=_email(_new),
    ),
)

CASES: Mapping[str, Case] = {case.type: case for case in _ALL}
"""By action type. A type that a connector serves and that is not here fails the suite."""
