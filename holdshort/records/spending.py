"""What was spent and what was met: facts about earlier actions, from their own rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdshort.core.terms import Action
from holdshort.records import db


def lately(vendor: str, days: int, *, asking: str | None, besides: Sequence[Action]) -> int | None:
    """What a vendor got in the last days, or is to get; None where an amount is unknown.

    Whoever asks inside a transaction is the only one until it ends, so that of two purchases at
    the same time the second sees the first. `asking` is the action that is asked anew, `besides`
    are actions about to be written.
    """
    told = {"vendor": vendor, "days": days, "asking": asking}
    _, [found] = db.together(db.lock("spending", "any"), ("spent", told))
    amounts = [found["total"], *(_amount(one) for one in besides if _is_of(one, vendor))]
    return None if None in amounts else sum(amounts)


def _is_of(action: Action, vendor: str) -> bool:
    return "_total" in action.seen and action.seen.get("vendor") == vendor


def _amount(action: Action) -> int | None:
    amount: int | None = action.seen["_total"]
    return amount


def met(action: str) -> Mapping[str, Any]:
    """What the target showed instead, where an action met drift; nothing where it did not."""
    return db.value("met", action=action) or {}
