"""The people who are asked when a review opens, written once for all reviews that ask the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from holdshort.core.routing import Assigned
from holdshort.records import db

NOBODY = 0


def of(reviewers: Sequence[Assigned]) -> int:
    """The number of their panel, which is written when it is new.

    The first of them leads. Those behind stand in the order of their ids, because with as many
    panels as there are orders of the same people, few reviews would share one.
    """
    people = [*reviewers[:1], *sorted(reviewers[1:], key=lambda one: one.person)]
    number = _number([[one.person, one.why, *filter(None, [one.delegation])] for one in people])
    db.write(
        "add_panel",
        id=number,
        people=[one.person for one in people],
        whys=[one.why for one in people],
        delegations=[one.delegation for one in people],
    )
    return number


def _number(people: list[list[str]]) -> int:
    """64 bits of a digest of who they are and why."""
    said = json.dumps(people, ensure_ascii=False).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], signed=True) if people else NOBODY
