"""When HR's record is in doubt: so many have left at once that people decide if it is right."""

from __future__ import annotations

from dataclasses import dataclass

from holdshort.core.terms import Reason


@dataclass(frozen=True, slots=True)
class Doubt:
    """Many people have left at once by HR's record: it waits to be decided, or was not approved."""

    ticket: int
    people: int
    undecided: bool


def in_doubt(doubt: Doubt, name: str) -> Reason:
    """Raise: what rests on HR's record alone waits while that record is in doubt."""
    text = f"HR's record says of {doubt.people} people at once that they have left"
    if doubt.undecided:
        text = f"{text}, and nobody has decided yet whether that is right"
        change = f"HR and IT decide about ticket {doubt.ticket}."
    else:
        text = f"{text}; {name} is one of them, and it was not approved"
        change = "HR corrects the record."
    return Reason(
        rule="raise.record_in_doubt",
        text=f"{text} (ticket {doubt.ticket}).",
        observed=f"{doubt.people} people at once",
        limit="a record that nobody doubts",
        would_pass=change,
    )
