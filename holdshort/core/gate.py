"""The gate: who decides about an action, and whose hands carry it out.

A table answers for the phase, the tier and the policy; named rules (rules.py) may only make
that answer stricter. An action runs by itself when the table allows it and no rule objects.
There is no other way to that mode, and every reason is kept whatever the outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from holdshort.core.rules import RULES, GateInput
from holdshort.core.terms import Gate, Hands, Mode, Phase, Tier

__all__ = ["TABLE", "Cell", "GateInput", "Row", "gate"]


class Row(StrEnum):
    """What the table distinguishes about an action."""

    SMALL = "tier 1"
    ALLOWED = "tier 2, policy rule passes"
    NOT_ALLOWED = "tier 2, policy rule fails or none"
    GRAVE = "tier 3"


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer of the table."""

    mode: Mode
    hands: Hands


ALONE = Cell(Mode.HOTL, Hands.EXECUTOR)
SUGGESTED = Cell(Mode.SUGGEST, Hands.PERSON)
APPROVED = Cell(Mode.HITL, Hands.EXECUTOR)
BY_HAND = Cell(Mode.HITL, Hands.PERSON)
REFUSED = Cell(Mode.REFUSE, Hands.PERSON)

TABLE: Mapping[tuple[Row, Phase], tuple[Cell, Cell]] = {
    # what it is, how far we are: (until it has earned more, once it has)
    (Row.SMALL, Phase.GATED): (SUGGESTED, SUGGESTED),
    (Row.SMALL, Phase.SUPERVISED): (APPROVED, ALONE),
    (Row.SMALL, Phase.EXPANDED): (APPROVED, ALONE),
    (Row.ALLOWED, Phase.GATED): (SUGGESTED, SUGGESTED),
    (Row.ALLOWED, Phase.SUPERVISED): (APPROVED, ALONE),
    (Row.ALLOWED, Phase.EXPANDED): (APPROVED, ALONE),
    (Row.NOT_ALLOWED, Phase.GATED): (BY_HAND, BY_HAND),
    (Row.NOT_ALLOWED, Phase.SUPERVISED): (APPROVED, APPROVED),
    (Row.NOT_ALLOWED, Phase.EXPANDED): (APPROVED, APPROVED),
    (Row.GRAVE, Phase.GATED): (BY_HAND, BY_HAND),
    (Row.GRAVE, Phase.SUPERVISED): (APPROVED, APPROVED),
    (Row.GRAVE, Phase.EXPANDED): (APPROVED, APPROVED),
}


def gate(given: GateInput) -> Gate:
    """Who decides, who carries it out, how many must say yes, and every reason, gravest first."""
    fired = [(mode, reason) for mode, rule in RULES for reason in rule(given)]
    cell = _cell(given, {mode for mode, _ in fired})
    reasons = tuple(reason for _, reason in fired)
    return Gate(cell.mode, cell.hands, _needed(cell.mode, given), given.min_assurance, reasons)


def _cell(given: GateInput, demanded: set[Mode]) -> Cell:
    """The answer of the table, made as strict as the strictest rule that fired demands."""
    if Mode.REFUSE in demanded:
        return REFUSED
    row = Row.GRAVE if Mode.HITL in demanded else _row(given)
    usual, earned = TABLE[row, given.phase]
    cell = earned if given.earned else usual
    return replace(cell, hands=Hands.PERSON) if given.manual else cell


def _row(given: GateInput) -> Row:
    """Whatever is not plainly in a lighter row belongs to the gravest."""
    if given.light:
        return Row.SMALL if given.tier is Tier.AUTOMATIC else Row.ALLOWED
    if given.tier is Tier.POLICY and not given.raises:
        return Row.NOT_ALLOWED
    return Row.GRAVE


def _needed(mode: Mode, given: GateInput) -> int:
    """How many people must say yes: nobody where nothing waits, else at least one."""
    match mode:
        case Mode.HOTL | Mode.REFUSE:
            return 0
        case Mode.SUGGEST:
            return 1
        case Mode.HITL:
            return max(1, given.needed)
