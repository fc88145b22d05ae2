"""Policy rules of tier 2 about things: what a human adopted once, so that nobody need be asked.

Each is a question to the policy document with a verdict and a reason. As in `policy`, whatever
cannot be read as meant allows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from holdshort.core.listed import Document, Row, rows, software_named, spending_limit
from holdshort.core.templates import EVERYONE, Unreadable, employed, local
from holdshort.core.terms import Person, PolicyResult, PolicyVerdict, Reason

# ------------------------------------------------------------------ the rules


def software_catalogue(
    document: Document,
    version: int | None,
    person: Person | None,
    software: str,
    cost: int | None,
    at: datetime,
) -> PolicyResult:
    """Whether the catalogue lists this for somebody with this person's role, at this total cost.

    `person` is who works with the device, None for several people; `cost` is in minor units.
    """
    rule = "policy.software_catalogue"
    row = software_named(document, software)
    if version is None:
        return _result(PolicyVerdict.NONE, rule, None, "no policy is in force")
    if row is None:
        text = f"‘{software}’ is not in the software catalogue"
        return _fails(rule, version, text, software, "listed", "listing it in the catalogue")
    if person is None:
        text = "the catalogue allows software to one person at a time"
        return _fails(rule, version, text, "several devices", "one", "asking for one device")
    try:
        at = local(document, at)
    except Unreadable as error:
        return _fails(rule, version, f"the policy cannot be read: {error}", "", "", "correcting it")
    if not employed(person, at):
        text = f"nothing on record says that {person.name} works here now"
        return _fails(rule, version, text, "", "", "an active employment record")
    return _for_role(rule, version, row, person) or _within(rule, version, row, document, cost)


def _for_role(rule: str, version: int, row: Row, person: Person) -> PolicyResult | None:
    approved = row.get("approved_for", ())
    approved = approved if isinstance(approved, list | tuple) else ()
    if EVERYONE in approved or set(person.roles) & set(approved):
        return None
    roles = "/".join(person.roles) or "no role"
    text = f"{row['name']} is not approved for {roles}"
    allowed = ", ".join(sorted(map(str, approved))) or "nobody"
    return _fails(rule, version, text, roles, allowed, f"approving it for {roles}")


def _within(
    rule: str, version: int, row: Row, document: Document, cost: int | None
) -> PolicyResult:
    limit = spending_limit(document, "mdm.install")
    if cost is None or (cost > 0 and (limit is None or cost > limit)):
        text = f"{row['name']} costs money, and no limit in force covers it"
        observed = "unknown" if cost is None else f"{cost} cents a year"
        allowed = "none" if limit is None else f"{limit} cents"
        return _fails(rule, version, text, observed, allowed, "a limit that covers it")
    text = f"Allowed by the software catalogue: {row['name']}, signed by {row['publisher']}"
    return _passes(rule, version, text, str(row["package"]), str(row["package"]))


def same_zones(
    version: int | None, held: Iterable[str], asked: Iterable[str], *, own: bool
) -> PolicyResult:
    """Whether a badge opens after the change exactly what its holder's badge opens now.

    `own` says that the holder is who asks.
    """
    rule = "policy.same_zones"
    have, want = frozenset(held), frozenset(asked)
    now, then = _listing(have), _listing(want)
    if version is None:
        return _result(PolicyVerdict.NONE, rule, None, "no policy is in force")
    if have != want:
        more, less = _listing(want - have), _listing(have - want)
        said = [f"{more} would be added"] * bool(want - have)
        said += [f"{less} would be taken away"] * bool(have - want)
        text = f"the badge would not open the same zones: {', and '.join(said)}"
        return _fails(rule, version, text, then, now, f"the zones {now}")
    if not own:
        text = "only its holder can have a badge replaced without a person looking"
        return _fails(rule, version, text, "somebody else asks", "the holder", "the holder asking")
    return _passes(rule, version, f"Allowed because the zones stay the same: {now}", then, now)


def field_list(document: Document, version: int | None, flow: str, field: str) -> PolicyResult:
    """Whether this field may be changed in that flow without a person looking."""
    rule = "policy.field_list"
    if version is None:
        return _result(PolicyVerdict.NONE, rule, None, "no policy is in force")
    lists = [row for row in rows(document, "field_lists") if row.get("flow") == flow]
    listed = [row.get("fields") for row in lists]
    fields = {f for one in listed if isinstance(one, list | tuple) for f in one}
    allowed = _listing(map(str, fields))
    if field not in fields:
        text = f"the field {field} is not on the list of those that anybody may change"
        return _fails(rule, version, text, field, allowed, f"one of {allowed}")
    text = f"Allowed by the list of harmless fields: {field}"
    return _passes(rule, version, text, field, allowed)


def template_hash(
    document: Document, version: int | None, paper: str, sha256: str, *, screened: bool
) -> PolicyResult:
    """Whether this is the paper of that id as it was approved, for a party that was screened."""
    rule = "policy.template_hash"
    if version is None:
        return _result(PolicyVerdict.NONE, rule, None, "no policy is in force")
    known = [r.get("sha256") for r in rows(document, "documents") if r.get("id") == paper]
    if len(known) != 1 or known[0] != sha256:
        limit = str(known[0]) if known else "none"
        text = "this is not the template that was approved"
        return _fails(rule, version, text, sha256, limit, "the template, unchanged")
    if not screened:
        text = "who is to sign was not screened"
        return _fails(rule, version, text, "not screened", "screened", "screening them")
    text = "Allowed because the template is unchanged and the party was screened"
    return _passes(rule, version, text, sha256, sha256)


# ------------------------------------------------------------------ answers


def _passes(rule: str, version: int, text: str, observed: str, limit: str) -> PolicyResult:
    said = f"{text} (policy version {version})."
    return _result(PolicyVerdict.PASSES, rule, version, said, observed, limit)


def _fails(
    rule: str, version: int, fact: str, observed: str, limit: str, change: str
) -> PolicyResult:
    text = f"Needs a person: {fact}."
    return _result(PolicyVerdict.FAILS, rule, version, text, observed, limit, change)


def _result(
    verdict: PolicyVerdict,
    rule: str,
    version: int | None,
    text: str,
    observed: str = "",
    limit: str = "",
    change: str = "",
) -> PolicyResult:
    if verdict is PolicyVerdict.NONE:
        text = f"Needs a person: {text}."
    return PolicyResult(verdict, Reason(rule, text, version, observed, limit, change))


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "none"
