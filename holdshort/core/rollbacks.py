"""The undo that an approval covers: exactly these words, for so many hours after it was made.

It is part of the bytes that reviewers approve, so that no other undo, and no later one, is covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdshort.core import canonical
from holdshort.core.terms import Offered

LONGEST = 72
"""The most hours for which an undo may be covered."""

BOUND = "_rollback"
"""Where it stands among what was seen; names with _ inform and are never compared."""


def bound(undo: Offered, hours: int) -> dict[str, Any]:
    """What the approved bytes say about the undo that they cover."""
    params = dict(undo.params)
    return {"type": undo.type, "params": params, "hours": hours, "digest": digest(undo)}


def digest(undo: Offered) -> str:
    """SHA-256 of a type and its parameters in their one byte form."""
    return canonical.digest(canonical.canonical({"type": undo.type, "params": dict(undo.params)}))


def covers(seen: Mapping[str, Any], undo: Offered) -> bool:
    """Whether an approval of what saw this covers exactly that undo."""
    said = seen.get(BOUND)
    return isinstance(said, Mapping) and said.get("digest") == digest(undo)


def sentence(title: str, hours: int) -> str:
    """What reviewers read about the undo that their yes covers."""
    plural = "hour" if hours == 1 else "hours"
    return f"For {hours} {plural} after it is made, this may be done without another yes: {title}."
