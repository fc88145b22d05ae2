"""How this desk asks, from the policy document's `routing`: working hours, times, limits.

People wrote the document, so it may be wrong anywhere: what cannot be read is as by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DELEGATION_DAYS = 30
DELEGATION_DAYS_AT_MOST = 90


def delegation_days(document: Mapping[str, Any]) -> int:
    """How many days somebody may decide for another at a stretch."""
    return min(_number(document, "delegation_days", DELEGATION_DAYS), DELEGATION_DAYS_AT_MOST)


def _number(document: Mapping[str, Any], name: str, default: int) -> int:
    value = section(document).get(name)
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if good else default  # type: ignore[return-value]


def section(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of the policy that says how this desk asks."""
    found = document.get("routing")
    return found if isinstance(found, Mapping) else {}
