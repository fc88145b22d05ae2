"""Ordinary inputs of the gate, the circumstances that change them, and their printed table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from holdshort.core.gate import TABLE, Cell, GateInput, Row, gate
from holdshort.core.terms import Mode, Phase, PolicyResult, PolicyVerdict, Reason, Tier

from . import teams

VERSION = 3
PASSES = PolicyResult(
    PolicyVerdict.PASSES,
    Reason("policy.role_template", "Allowed by role template Sales v2.", VERSION),
)
STALE = PolicyResult(PolicyVerdict.PASSES, Reason("policy.role_template", "Allowed.", VERSION - 1))
UNPROVED = PolicyResult(PolicyVerdict.PASSES)
FAILS = PolicyResult(
    PolicyVerdict.FAILS,
    Reason("policy.role_template", "Needs a person: no role template matches.", VERSION),
)
NONE = PolicyResult(PolicyVerdict.NONE)

RAISE = Reason("raise.emergency", "Needs a person: somebody set the emergency flag.")
REFUSAL = Reason("refuse.legal_hold", "Not allowed: this folder is under legal hold.")
FAULT = Reason("routing.nobody", "Needs a person, and nobody here may decide it.")
STOPPED = Reason("switch.stop", "Needs a person: everything was stopped by Priya.")

STRICTNESS = [Mode.HOTL, Mode.SUGGEST, Mode.HITL, Mode.REFUSE]


def given(**changes: Any) -> GateInput:
    """As light as it gets: tier 1, phase 3, granted, sure, familiar, nothing in the way."""
    light = GateInput(
        phase=Phase.EXPANDED,
        granted=True,
        tier=Tier.AUTOMATIC,
        policy=NONE,
        policy_version=VERSION,
        raises=(),
        refusals=(),
        short_list=False,
        manual=False,
        desk_only=False,
        agent_initiated=True,
        confidence=0.97,
        threshold=0.9,
        novel=False,
        faults=(),
        stopped=(),
    )
    return replace(light, **changes)


ROWS: Mapping[Row, Mapping[str, Any]] = {
    Row.SMALL: {"tier": Tier.AUTOMATIC},
    Row.ALLOWED: {"tier": Tier.POLICY, "policy": PASSES},
    Row.NOT_ALLOWED: {"tier": Tier.POLICY, "policy": FAILS},
    Row.GRAVE: {"tier": Tier.HUMAN},
}

COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "phase 1": {"phase": Phase.GATED, "granted": False},
    "phase 2": {"phase": Phase.SUPERVISED, "granted": False},
    "2, granted": {"phase": Phase.SUPERVISED, "granted": True},
    "2, granted, short list": {"phase": Phase.SUPERVISED, "granted": True, "short_list": True},
    "phase 3": {"phase": Phase.EXPANDED, "granted": False},
    "3, granted": {"phase": Phase.EXPANDED, "granted": True},
}

CIRCUMSTANCES: Mapping[str, Mapping[str, Any]] = {
    "nothing in the way": {},
    "a reason for tier 3": {"raises": (RAISE,)},
    "a refusal": {"refusals": (REFUSAL,)},
    "confidence under the threshold": {"confidence": 0.8999},
    "confidence not stated by the agent": {"confidence": None},
    "no confidence, started by a human": {"confidence": None, "agent_initiated": False},
    "never approved before": {"novel": True},
    "a fault": {"faults": (FAULT,)},
    "stopped by a switch": {"stopped": (STOPPED,)},
    "no policy in force": {"policy_version": None},
    "carried out by hand": {"manual": True},
    "only this desk's own records": {"desk_only": True},
    "two people must say yes": {"needed": 2},
    "two sides must say yes": {"needed": 2, "sides": ("security", "facilities")},
}


def printed() -> str:
    """The table, what each circumstance makes of it, and the words that people read."""
    parts = [*_table(), "", *_circumstances(), "", *_reasons(), "", *teams.printed(), ""]
    return "\n".join(parts)


def _table() -> Iterator[str]:
    yield "THE TABLE (until it has earned more / once it has)"
    yield ""
    yield _line("", [f"phase {phase}" for phase in Phase], 38, 30)
    for row in Row:
        cells = [" / ".join(map(_cell, dict.fromkeys(TABLE[row, phase]))) for phase in Phase]
        yield _line(f"  {row}", cells, 38, 30)


def _circumstances() -> Iterator[str]:
    yield "CIRCUMSTANCES (mode, hands, people who must say yes)"
    for name, change in CIRCUMSTANCES.items():
        yield ""
        yield _line(name, list(COLUMNS), 38, 22)
        for row, kind in ROWS.items():
            cells = [_answer(given(**{**kind, **column, **change})) for column in COLUMNS.values()]
            yield _line(f"  {row}", cells, 38, 22)


def _reasons() -> Iterator[str]:
    yield "REASONS (tier 1 in phase 3, granted, unless said otherwise)"
    cases = {name: given(**change) for name, change in CIRCUMSTANCES.items()}
    cases |= {row: given(**kind) for row, kind in ROWS.items() if row is not Row.SMALL}
    cases["phase 1"] = given(phase=Phase.GATED)
    cases["phase 1, only this desk's own records"] = given(phase=Phase.GATED, desk_only=True)
    cases["not granted"] = given(granted=False)
    cases["phase 2, granted, not on the short list"] = given(phase=Phase.SUPERVISED)
    for name, case in cases.items():
        yield ""
        yield name
        for reason in gate(case).reasons:
            would = f" Would pass: {reason.would_pass}." if reason.would_pass else ""
            yield f"  {reason.rule}: {reason.text}{would}"


def _answer(case: GateInput) -> str:
    found = gate(case)
    return f"{found.mode} {found.hands} {found.needed}"


def _cell(cell: Cell) -> str:
    return f"{cell.mode} {cell.hands}"


def _line(name: str, cells: list[str], first: int, others: int) -> str:
    return (name.ljust(first) + "".join(f"  {cell:<{others}}" for cell in cells)).rstrip()
