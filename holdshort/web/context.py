"""What every page says beside its own content: who you are, and what waits for you."""

from __future__ import annotations

import os
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from holdshort.records import batches, db, grants, overrides, rules_file, safe_mode, switches
from holdshort.stops import alone
from holdshort.web.screen import Who

COUNTED = 99
"""The header counts no further."""


def desk(request: HttpRequest) -> dict[str, Any]:
    """The header's words. Nothing is counted for somebody who is not signed in."""
    who: Who | None = getattr(request, "who", None)
    return {
        "request": request,
        "who": who,
        "demo": os.environ.get("HOLDSHORT_DEMO") == "1",
        "halt": SimpleLazyObject(lambda: safe_mode.halt() if who else None),
        "stops": SimpleLazyObject(lambda: switches.off() if who and who.staff else []),
        "overridden": SimpleLazyObject(lambda: overrides.open_ones() if who and who.staff else []),
        "unread": SimpleLazyObject(lambda: rules_file.unreadable() if who and who.staff else None),
        "leavers": SimpleLazyObject(lambda: batches.undecided() if who and who.staff else None),
        "counts": SimpleLazyObject(lambda: _counts(who)),
        "place": "/" + request.path.split("/")[1],
    }


def _counts(who: Who | None) -> dict[str, int | str]:
    if who is None or not who.staff:
        looks = who is not None and alone.looker() == who.person.id
        due = len(alone.waiting()) if looks else 0
        made = sum(one.looker == who.person.id for one in overrides.open_ones()) if who else 0
        return {"reviews": 0, "by_hand": 0, "overdue": 0, "alone": due, "made": made}
    found = db.row("waiting_counts", person=who.person.id, counted=COUNTED + 1) or {}
    found["overdue"] = grants.overdue()
    return {name: number if number <= COUNTED else f"{COUNTED}+" for name, number in found.items()}
