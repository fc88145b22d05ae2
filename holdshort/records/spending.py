"""What was spent and what was met: facts about earlier actions, from their own rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from holdshort.records import db


def lately(
    vendor: str, days: int, *, asking: str | None, before: datetime | None = None
) -> int | None:
    """What a vendor got in the last days, or is to get; None where an amount is unknown.

    Whoever asks inside a transaction is the only one until it ends, so that of two purchases at
    the same time the second sees the first. `asking` is the action that is asked anew. Who asks
    what was so `before` a moment only looks, and waits for nobody.
    """
    told = {"vendor": vendor, "days": days, "asking": asking, "at": before}
    turn = [] if before else [db.lock("spending", "any")]
    [found] = db.together(*turn, ("spent", told))[-1]
    total: int | None = found["total"]
    return total


def met(action: str) -> Mapping[str, Any]:
    """What the target showed instead, where an action met drift; nothing where it did not."""
    return db.value("met", action=action) or {}
