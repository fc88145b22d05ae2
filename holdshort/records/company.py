"""Loading an organisation: `holdshort company apply`, as the owner of the tables.

The first file is put into force by the first owner. A later one that loosens a control waits
until a person other than its author adopts it; applying the same file again then loads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from holdshort.company.differences import Difference, differences
from holdshort.company.schema import Company
from holdshort.core.money import minor_units
from holdshort.core.terms import Kind
from holdshort.records import audit, db, people, rules_file
from holdshort.records.people import DESK

OWNER_ROLE = "owner"


class CannotApply(Exception):
    """Why a well-formed file cannot be loaded here, in a sentence."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of applying a file: its version, its author, and whether it is in force."""

    version: int
    author: str
    in_force: bool
    differences: tuple[Difference, ...]


def apply(company: Company, *, operator: str | None = None, demo: bool = False) -> Applied:
    """Load a company. Applying what is in force changes nothing. Raises CannotApply.

    `operator` is the person who applies it, the first owner if not given.
    """
    with db.transaction():
        db.value("lock", key="company")
        rules_file.can_be_read()
        person = operator or first_owner(company)
        versions = db.rows("policy_versions")
        old = _in_force(versions)
        if old is not None:
            _must_be_human(person)
        same = next(
            (one for one in _of_now(versions, old) if one["digest"] == company.digest()), None
        )
        found = tuple(differences(Company.model_validate(old["file"]) if old else None, company))
        if same is not None and same["adopted_by"] is None:
            return Applied(same["number"], same["author"], False, found)
        if same is None:
            loosens = old is not None and any(one.loosens for one in found)
            author = person if loosens else DESK
            version = _propose(company, author=author, first=old is None)
            if loosens:
                return Applied(version, author, False, found)
            _adopt(version, person)
        else:
            version, author = same["number"], same["author"]
        _load(company, demo=demo)
        return Applied(version, author, True, found)


def _must_be_human(operator: str) -> None:
    found = people.person(operator)
    if found is None or found.kind is not Kind.HUMAN:
        raise CannotApply(f"Nobody here with the id ‘{operator}’ can apply a file.")


def first_owner(company: Company) -> str:
    """The first human with the role owner. Raises CannotApply."""
    for person in company.people:
        if person.is_human and OWNER_ROLE in person.roles:
            return person.id
    raise CannotApply("Nobody in the file has the role ‘owner’. Give it to one human.")


def _in_force(versions: list[db.Row]) -> db.Row | None:
    return next((one for one in versions if one["adopted_by"] is not None), None)


def _of_now(versions: list[db.Row], old: db.Row | None) -> list[db.Row]:
    """What waits and what is in force; a version that was replaced is proposed anew."""
    return [one for one in versions if old is None or one["number"] >= old["number"]]


def _propose(company: Company, *, author: str, first: bool) -> int:
    if first:
        _load_people(company)
    number: int = db.value(
        "add_policy_version",
        document=db.as_json(company.policy_document()),
        file=db.as_json(company.model_dump(mode="json", by_alias=True, exclude_unset=True)),
        digest=company.digest(),
        author=author,
    )
    return number


def _adopt(version: int, person: str) -> None:
    db.write("adopt", number=version, person=person)
    audit.event("policy.adopted", actor=person, version=version)


def _load(company: Company, *, demo: bool) -> None:
    _load_people(company)
    _load_register(company)
    _load_delegations(company)
    _load_systems(company)
    standing = [
        {"category": row.category, "phase": row.phase}
        for row in company.honoured_standing(demo=demo)
    ]
    _add("add_standing", standing)


def _add(statement: str, rows: list[dict[str, Any]]) -> None:
    db.write(statement, rows=db.as_json(rows))


def _load_people(company: Company) -> None:
    people = [{"id": p.id, "kind": p.kind.value} for p in company.people]
    people.append({"id": DESK, "kind": Kind.SERVICE.value})
    changed = db.rows("changed_kinds", rows=db.as_json(people))
    if changed:
        raise CannotApply(f"{changed[0]['id']} cannot become another kind of person; use a new id.")
    _add("add_people", people)
    _add("set_profiles", [*(_profile(p) for p in company.people), _DESK_PROFILE])
    db.write("end_absent_people", people=[*(p.id for p in company.people), DESK])
    _load_accounts(company)


_DESK_PROFILE = {
    "person": DESK,
    "name": "Holdshort",
    "email": "",
    "department": "",
    "roles": [],
} | {"employment_status": "unknown"}


def _profile(person: Any) -> dict[str, Any]:
    return {
        "person": person.id,
        "name": person.name,
        "email": person.email,
        "department": person.department or "",
        "manager": person.manager,
        "roles": list(person.roles),
        "employment_status": person.employment.status,
        "employment_start": person.employment.start,
        "employment_end": person.employment.end,
    }


def _load_accounts(company: Company) -> None:
    accounts = [
        {"person": p.id, "issuer": a.issuer, "subject": a.subject}
        for p in company.people
        for a in p.accounts
    ]
    services = [p for p in company.people if not p.is_human and not p.accounts]
    accounts += [{"person": p.id, "issuer": "local", "subject": p.id} for p in services]
    moved = db.rows("moved_accounts", rows=db.as_json(accounts))
    if moved:
        one = moved[0]
        raise CannotApply(
            f"The account {one['issuer']}/{one['subject']} belongs to {one['held_by']} "
            f"and cannot be given to {one['given_to']}."
        )
    _add("end_accounts", accounts)
    _add("add_accounts_of_people", accounts)
    logins = [p.id for p in company.people if _signs_in(p)]
    db.write("drop_logins", people=logins)
    db.write("close_logins", people=logins)
    db.write("add_logins", people=logins)


def _signs_in(person: Any) -> bool:
    local = any(account.issuer == "local" for account in person.accounts)
    return bool(person.is_human and local and person.employment.status != "ended")


def _load_register(company: Company) -> None:
    db.write("clear_register")
    db.write("clear_absences")
    _add(
        "add_register",
        [
            {
                "person": entry.person,
                "contexts": list(entry.contexts),
                "cost_limit": minor_units(entry.spends, company.company.currency),
                "backup": entry.backup,
                "scope": list(entry.scope),
            }
            for entry in company.authority
        ],
    )
    _add(
        "add_absences",
        [
            {"person": entry.person, "starts": away.start, "ends": away.end}
            for entry in company.authority
            for away in entry.absent
        ],
    )


def _load_delegations(company: Company) -> None:
    rows = [
        {"giver": entry.person, "taker": one.person, "starts": one.start, "ends": one.end}
        for entry in company.authority
        for one in entry.delegates
    ]
    _add("end_delegations_of_the_file", rows)
    _add("add_delegations_of_the_file", rows)


def _load_systems(company: Company) -> None:
    db.write("clear_systems")
    _add("add_systems", [s.model_dump(mode="json") for s in company.systems])
    rights = [(s.id, e) for s in company.systems for e in s.entitlements]
    _add(
        "add_entitlements",
        [
            {"id": e.id, "system": system, "name": e.name, "privileged": e.privileged}
            for system, e in rights
        ],
    )
    _add(
        "add_entitlement_grants",
        [{"entitlement": e.id, "includes": other} for _, e in rights for other in e.grants],
    )
    _add(
        "add_group_grants",
        [{"group_slug": g.id, "entitlement": e} for g in company.groups for e in g.grants],
    )
    _add(
        "add_group_owners",
        [{"group_slug": g.id, "person": g.owner} for g in company.groups],
    )
    _add(
        "add_connectors",
        [
            {"name": name, "kind": c.kind, "settings": c.model_dump(mode="json")["settings"]}
            for name, c in company.connectors.items()
        ],
    )
    _add("add_articles", [a.model_dump(mode="json") for a in company.knowledge])
