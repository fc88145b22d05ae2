"""What was spent and what was met: facts about earlier actions, from their own rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.records import db


def lately(vendor: str, days: int, *, asking: str | None) -> int | None:
    """What a vendor got in the last days, or is to get; None where an amount is unknown.

    Whoever asks inside a transaction is the only one until it ends, so that of two purchases at
    the same time the second sees the first. `asking` is the action that is asked anew.
    """
    told = {"vendor": vendor, "days": days, "asking": asking}
    _, [found] = db.together(db.lock("spending", "any"), ("spent", told))
    total: int | None = found["total"]
    return total


def met(action: str) -> Mapping[str, Any]:
    """What the target showed instead, where an action met drift; nothing where it did not."""
    return db.value("met", action=action) or {}
