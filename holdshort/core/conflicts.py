"""Rights that nobody may hold together, because one person could then do alone what takes two.

What counts are effective rights, however somebody comes by them: a pair is a pair whether one
group carries both, or each comes through another chain of groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from holdshort.core.listed import Document, Row
from holdshort.core.terms import Reason

RULE = "raise.duty_conflict"


def arising(document: Document, held: Iterable[str], gained: Iterable[str]) -> tuple[Reason, ...]:
    """Raises: every rule that somebody with these rights would break by gaining those.

    A pair that is held already is not blamed on what is gained. A list that cannot be read is
    one that might forbid it.
    """
    fresh = frozenset(gained)
    together = fresh | frozenset(held)
    pairs = _pairs(document)
    if pairs is None:
        return (_unreadable(),)
    return tuple(
        _conflicting(pair)
        for pair in pairs
        if frozenset(pair["entitlements"]) <= together and frozenset(pair["entitlements"]) & fresh
    )


def concern(document: Document, rights: Iterable[str]) -> bool:
    """Whether any rule is about one of these rights; of a list that cannot be read any may be."""
    pairs = _pairs(document)
    return pairs is None or any(set(rights) & set(pair["entitlements"]) for pair in pairs)


def _pairs(document: Document) -> list[Row] | None:
    pairs: Any = document.get("conflicts", ())
    if not isinstance(pairs, list | tuple) or not all(map(_readable, pairs)):
        return None
    return list(pairs)


def _readable(pair: object) -> bool:
    if not isinstance(pair, Mapping) or not isinstance(pair.get("entitlements"), list | tuple):
        return False
    return "id" in pair and "name" in pair and bool(pair["entitlements"])


def _unreadable() -> Reason:
    return Reason(
        rule=RULE,
        text="The policy's list of rights that nobody may hold together cannot be read.",
        would_pass="Correct the section ‘conflicts’ of the policy.",
    )


def _conflicting(pair: Row) -> Reason:
    return Reason(
        rule=RULE,
        text=f"Nobody may hold both: {pair['name']}. {pair.get('reason', '')}".strip(),
        observed=" and ".join(sorted(map(str, pair["entitlements"]))),
        limit=f"rule {pair['id']}",
        would_pass="Give up the other right first.",
    )
