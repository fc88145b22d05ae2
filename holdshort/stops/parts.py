"""An offered action whose parts differ in consequence becomes several, each with its own gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from holdshort import catalogue
from holdshort.core.terms import Offered
from holdshort.ports import Knows


def lines(offered: Sequence[Offered], world: Knows, at: datetime) -> list[Offered]:
    """The actions to stage, in their order. What waits for a whole waits for all its parts.

    Raises CatalogueError.
    """
    found: list[Offered] = []
    places: list[range] = []
    for one in offered:
        kind = catalogue.find(one.type)
        parts = kind.expand(catalogue.parse(kind.id, one.params), at, world)
        first = len(found)
        # A place that does not come before is kept, so that it is refused like any other.
        before = [n for p in one.after for n in (places[p] if 0 <= p < len(places) else (first,))]
        for part in parts or (replace(one, after=()),):
            after = (*before, *(first + earlier for earlier in part.after))
            found.append(replace(part, after=after))
        places.append(range(first, len(found)))
    return found
