"""How far the lines of a ticket are: what is done, what waits for whom, what will not happen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdshort import catalogue
from holdshort.core import canonical
from holdshort.core.terms import Action
from holdshort.records import db
from holdshort.records.world import World

DONE = ("executed",)
OPEN = ("waiting", "by_hand", "authorized", "executing")
DOUBTFUL = ("unknown", "mismatch")
ANSWERED_NO = ("rejected", "refused", "revoked", "superseded", "undone")
"""Ends that somebody, or a rule, chose; asking again would ask them again."""

_ENDED = {
    "rejected": "was not approved",
    "refused": "is not allowed",
    "revoked": "was stopped",
    "superseded": "was dropped",
    "undone": "was undone",
    "expired": "was closed, because nobody answered in time",
    "withdrawn": "was withdrawn",
    "not_applied": "did not happen",
    "unknown": "could not be confirmed",
    "mismatch": "gave another result",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One line in its newest version; `needs` are the roots of the lines it waits for."""

    id: str
    root: str
    action: Action
    state: str
    asked: tuple[str, ...]
    needs: tuple[str, ...]
    first: Action
    """The line as it was offered, before anybody changed it."""

    @property
    def title(self) -> str:
        """What it does, as screens name it."""
        return catalogue.find(self.action.type).render(self.action.params, World()).title

    @property
    def words(self) -> str:
        """What it is, whichever attempt at it: its type and parameters."""
        return words(self.action)


def words(action: Action) -> str:
    """What an action is, whichever attempt at it."""
    return json.dumps([action.type, dict(action.params)], sort_keys=True)


def lines(number: int) -> list[Standing]:
    """Every line of a ticket, in order; of one that failed and was offered again, the latest."""
    found = _every(number)
    latest = {one.words: one.id for one in found}
    kept = (*DONE, *OPEN, *DOUBTFUL)
    return [one for one in found if one.state in kept or latest[one.words] == one.id]


def _every(number: int) -> list[Standing]:
    return [
        Standing(
            row["id"],
            row["root"],
            canonical.action_from(bytes(row["canonical"])),
            row["state"],
            tuple(row["asked"]),
            tuple(row["needs"]),
            canonical.action_from(bytes(row["first"])),
        )
        for row in db.rows("lines_of_ticket", ticket=number)
    ]


def blocked(found: Sequence[Standing]) -> Mapping[str, Standing]:
    """Open lines that wait for another one that is not done, by id, with the first such."""
    by_root = {one.root: one for one in found}
    held: dict[str, Standing] = {}
    for one in found:
        for root in one.needs:
            other = by_root.get(root)
            if one.state in OPEN and other is not None and other.state not in DONE:
                held.setdefault(one.id, other)
    return held


def dead(found: Sequence[Standing]) -> set[str]:
    """Ids of open lines that can never run, since what they wait for has ended without effect."""
    held, gone = blocked(found), set[str]()
    while True:
        more = {
            id
            for id, other in held.items()
            if id not in gone and (other.id in gone or other.state not in (*OPEN, *DOUBTFUL, *DONE))
        }
        if not more:
            return gone
        gone |= more


def summary(number: int) -> str:
    """How far it is, once nothing goes on by itself; empty while it does, and for one change."""
    found = lines(number)
    held = blocked(found)
    moving = [
        one for one in found if one.state in ("authorized", "executing") and one.id not in held
    ]
    if len(found) < 2 or moving:
        return ""
    done = sum(one.state in DONE for one in found)
    left = [_said(one, held.get(one.id)) for one in found if one.state not in DONE]
    return f"{done} of {len(found)} done{''.join(f'; {one}' for one in left)}."


def _said(one: Standing, held_by: Standing | None) -> str:
    title = f"‘{one.title}’"
    if one.state == "waiting":
        who = " or ".join(one.asked) or "somebody who may decide"
        return f"{title} waits for {who}"
    if one.state == "by_hand":
        return f"{title} is done by hand"
    if held_by is not None:
        gone = held_by.state in _ENDED and held_by.state not in DOUBTFUL
        how = "cannot happen without" if gone else "comes after"
        return f"{title} {how} ‘{held_by.title}’"
    return f"{title} {_ENDED.get(one.state, one.state)}"
