"""Which change of a company.yaml weakens a control: one rule per field.

A rule looks at the old and the new value. Whatever could let something pass that was stopped
before, show a reviewer less, or ask somebody else, counts as loosening.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from holdshort.company.fields import OWNER
from holdshort.company.policy import Conflict, RoleTemplate, Standing, Threshold, Window
from holdshort.company.reach import privileged, rights_through
from holdshort.company.schema import Company
from holdshort.company.systems import Asset, Entitlement, Group
from holdshort.core.terms import Kind

Weakens = Callable[[Any, Any], bool]
"""Whether going from the old value to the new one weakens a control."""


def always(_old: Any, _new: Any) -> bool:
    """Any change counts."""
    return True


def never(_old: Any, _new: Any) -> bool:
    """No change of it touches a control."""
    return False


def gains(old: Any, new: Any) -> bool:
    """Something was added to a list."""
    return bool(set(new) - set(old))


def loses(old: Any, new: Any) -> bool:
    """Something was taken out of a list."""
    return bool(set(old) - set(new))


def raised(old: Any, new: Any) -> bool:
    """A limit went up; no limit written is the lowest."""
    return new is not None and (old is None or new > old)


def longer(old: Any, new: Any) -> bool:
    """A limit by name went up, or went."""
    return any(name not in new or new[name] > hours for name, hours in old.items())


def widened(old: Any, new: Any) -> bool:
    """A list of what somebody is limited to grew, or went; an empty one limits nothing."""
    return bool(old) and (not new or gains(old, new))


def sooner(old: Any, new: Any) -> bool:
    """A first day moved ahead, or went: it counts from earlier on."""
    return old is not None and (new is None or bool(new < old))


def lowered(old: Any, new: Any) -> bool:
    """A demand went down."""
    return bool(new < old)


def proved(old: Any, new: Any) -> bool:
    """Something counts as proved that did not."""
    return old is None and new is not None


def less_severe(*ranks: tuple[str, ...]) -> Weakens:
    """The value moved to an earlier rank; ranks go from harmless to worst."""
    rank = {word: place for place, words in enumerate(ranks) for word in words}
    return lambda old, new: rank[new] < rank[old]


def revived(old: Any, new: Any) -> bool:
    """Employment counts now where it did not, or for longer."""
    if new.status != "active":
        return False
    extended = old.end is not None and (new.end is None or new.end > old.end)
    return old.status != "active" or extended


ENVIRONMENT = less_severe(("development", "test"), ("staging", "office"), ("production", "unknown"))
DATA_CLASS = less_severe(("public",), ("internal",), ("confidential",), ("restricted", "unknown"))
CRITICALITY = less_severe(("low",), ("medium",), ("high", "unknown"))


# ------------------------------------------------------------------ what a file says, row by row


@dataclass(frozen=True, slots=True)
class Linked:
    """An account that a person has."""

    person: str
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Member:
    """A membership, and whether it carries a privileged right."""

    person: str
    group: str
    powerful: bool


@dataclass(frozen=True, slots=True)
class OwnThreshold:
    """A category with a confidence threshold of its own."""

    share: Any


Rows = Callable[[Company], Mapping[str, Any]]


def by_id(section: str) -> Rows:
    """The rows of a section by their id."""
    return lambda company: {f"‘{row.id}’": row for row in getattr(company, section)}


def single(section: str) -> Rows:
    """A section that is one block of fields."""
    return lambda company: {} if (row := getattr(company, section)) is None else {"": row}


def linked_accounts(company: Company) -> Mapping[str, Linked]:
    """Every account with the person it is."""
    links = [Linked(p.id, a.issuer, a.subject) for p in company.people for a in p.accounts]
    return {f"‘{a.subject}’ at ‘{a.issuer}’ as ‘{a.person}’": a for a in links}


def memberships(company: Company) -> Mapping[str, Member]:
    """Every direct membership."""
    found: dict[str, Member] = {}
    for group in company.groups:
        powerful = bool(privileged(company, rights_through(company, [group.id])))
        for person in group.members:
            found[f"of ‘{person}’ in ‘{group.id}’"] = Member(person, group.id, powerful)
    return found


def entitlements(company: Company) -> Mapping[str, Entitlement]:
    """Every entitlement."""
    return {f"‘{name}’": held for name, (_, held) in company.entitlements().items()}


def contracts(company: Company) -> Mapping[str, Any]:
    """Every contract with its vendor."""
    return {f"‘{c.id}’ with ‘{v.id}’": c for v in company.vendors for c in v.contracts}


def templates(company: Company) -> Mapping[str, RoleTemplate]:
    """Every version of every role template."""
    return {f"‘{row.id}’ version {row.version}": row for row in company.role_templates}


def thresholds(company: Company) -> Mapping[str, Threshold]:
    """Every limit of spending."""
    return {
        f"for ‘{row.flow}’ per {row.per}{f' and {row.period}' if row.period else ''}"
        f" in {row.currency}": row
        for row in company.thresholds
    }


# ------------------------------------------------------------------ whole rows


def new_person(_: Company, row: Any) -> bool:
    """A new colleague changes nothing; a new owner, agent or service does."""
    return row.kind is not Kind.HUMAN or OWNER in row.roles


def new_template(old: Company, row: RoleTemplate) -> bool:
    """A template loosens unless one in force already allowed all of it for as long."""
    return not any(
        before.role == row.role
        and set(row.entitlements) <= set(before.entitlements)
        and set(row.groups) <= set(before.groups)
        and set(row.equipment) <= set(before.equipment)
        and row.valid_until <= before.valid_until
        and not sooner(before.valid_from, row.valid_from)
        for before in old.role_templates
    )


def new_group(_company: Company, _row: Group) -> bool:
    """Whatever it says is less: a group that no file lists counts as giving the most."""
    return True


def new_asset(_: Company, row: Asset) -> bool:
    """Another name for what is changed through a connected app already may sound more harmless."""
    return row.connector is not None


def new_threshold(old: Company, row: Threshold) -> bool:
    """The first limit of a flow lets amounts below it pass; a further one only stops more."""
    return all(before.flow != row.flow for before in old.thresholds)


def new_own_threshold(old: Company, row: OwnThreshold) -> bool:
    """A category's own threshold loosens if it is below the general one."""
    return bool(row.share < old.confidence.threshold)


def new_window(_: Company, row: Window) -> bool:
    """A maintenance window lets changes pass; a blackout stops them."""
    return row.kind == "maintenance"


def lost_window(_: Company, row: Window) -> bool:
    """Without the blackout, changes pass that it stopped."""
    return row.kind == "blackout"


def lost_group(_: Company, row: Group) -> bool:
    """What a missing group granted is no longer seen."""
    return bool(row.grants or row.includes)


def lost_entitlement(_: Company, row: Entitlement) -> bool:
    """A privileged right that is no longer listed is no longer seen."""
    return row.privileged


def powerful_member(_: Company, row: Member) -> bool:
    """The membership carries a privileged right."""
    return row.powerful


def yes(_: Company, _row: Conflict | Standing | Any) -> bool:
    """Every such row counts."""
    return True


def no(_: Company, _row: Any) -> bool:
    """No such row counts."""
    return False
