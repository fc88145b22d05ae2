"""Policy rules of tier 2 about things: what a human adopted once, so that nobody need be asked.

Each is a question to the policy document with a verdict and a reason. As in `policy`, whatever
cannot be read as meant allows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from holdshort.core.templates import EVERYONE, Unreadable, employed, local
from holdshort.core.terms import Person, PolicyResult, PolicyVerdict, Reason

Document = Mapping[str, Any]
Row = Mapping[str, Any]


# ------------------------------------------------------------------ what is listed


def listed_software(document: Document, named: str) -> Row | None:
    """The catalogue's entry with that id or package; None where the catalogue has none."""
    for row in _rows(document, "software"):
        if named in (row.get("id"), row.get("package")) and _is_whole(row):
            return row
    return None


def _is_whole(software: Row) -> bool:
    texts = all(isinstance(software.get(k), str) for k in ("id", "name", "package", "publisher"))
    return texts and isinstance(software.get("cost"), int)


def spending_limit(document: Document, flow: str) -> int | None:
    """Up to how much one purchase of that kind needs no human, in minor units; None: no limit set.

    Of several limits the lowest counts.
    """
    limits = [
        row["limit"]
        for row in _rows(document, "thresholds")
        if (row.get("flow"), row.get("per")) == (flow, "item") and isinstance(row.get("limit"), int)
    ]
    return min(limits, default=None)


def people_budget(document: Document) -> int:
    """How many people may be reached within an hour without a human; unreadable is none."""
    budgets = document.get("budgets")
    limit = budgets.get("people_per_hour", 5) if isinstance(budgets, Mapping) else 0
    return limit if isinstance(limit, int) else 0


def _rows(document: Document, section: str) -> Sequence[Row]:
    rows = document.get(section, ()) if isinstance(document, Mapping) else ()
    if not isinstance(rows, list | tuple):
        return ()
    return [row for row in rows if isinstance(row, Mapping)]


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
    row = listed_software(document, software)
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
    document: Document, version: int | None, held: Iterable[str], asked: Iterable[str], own: bool
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
