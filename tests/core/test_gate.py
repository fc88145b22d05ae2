"""Who decides and whose hands: the table, and rules that can only make it stricter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from holdshort.core.gate import TABLE, GateInput, gate
from holdshort.core.rules import RULES
from holdshort.core.terms import Assurance, Hands, Mode, Phase, Tier

from .gates import (
    CIRCUMSTANCES,
    COLUMNS,
    FAILS,
    FAULT,
    NONE,
    PASSES,
    RAISE,
    REFUSAL,
    ROWS,
    STALE,
    STOPPED,
    STRICTNESS,
    UNPROVED,
    VERSION,
    given,
    printed,
)

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "gate.txt"

DOMAIN: dict[str, tuple[Any, ...]] = {
    "phase": tuple(Phase),
    "granted": (False, True),
    "tier": tuple(Tier),
    "policy": (PASSES, STALE, FAILS, NONE),
    "policy_version": (VERSION, None),
    "short_list": (False, True),
    "manual": (False, True),
    "agent_initiated": (False, True),
    "confidence": (None, 0.5, 0.9),
    "novel": (False, True),
}
BARRIERS: tuple[dict[str, Any], ...] = (
    {},
    {"raises": (RAISE,)},
    {"refusals": (REFUSAL,)},
    {"faults": (FAULT,)},
    {"stopped": (STOPPED,)},
    {"needed": 2},
)


def every_input() -> Iterator[GateInput]:
    for choice in product(*DOMAIN.values()):
        usual = given(**dict(zip(DOMAIN, choice, strict=True)))
        for barrier in BARRIERS:
            yield replace(usual, **barrier)


inputs = st.builds(
    GateInput,
    **{name: st.sampled_from(options) for name, options in DOMAIN.items() if name != "confidence"},
    raises=st.sampled_from([(), (RAISE,)]),
    refusals=st.sampled_from([(), (REFUSAL,)]),
    faults=st.sampled_from([(), (FAULT,)]),
    stopped=st.sampled_from([(), (STOPPED,)]),
    desk_only=st.booleans(),
    confidence=st.none() | st.floats(0, 1),
    threshold=st.floats(0, 1),
    needed=st.integers(-1, 3),
    min_assurance=st.sampled_from(Assurance),
)

TIGHTENINGS: dict[str, dict[str, Any]] = {
    "a reason for tier 3": {"raises": (RAISE,)},
    "a refusal": {"refusals": (REFUSAL,)},
    "a fault": {"faults": (FAULT,)},
    "a switch": {"stopped": (STOPPED,)},
    "no confidence": {"confidence": 0.0},
    "an agent that does not say": {"confidence": None, "agent_initiated": True},
    "a threshold that nothing reaches": {"threshold": float("inf")},
    "novelty": {"novel": True},
    "hands only": {"manual": True},
    "one more person": {"needed": 4},
    "no policy": {"policy_version": None},
    "a policy rule that fails": {"policy": FAILS},
    "a policy rule of another version": {"policy": STALE},
    "a standing withdrawn": {"granted": False},
    "tier 3": {"tier": Tier.HUMAN},
}


def strictness(case: GateInput) -> int:
    return STRICTNESS.index(gate(case).mode)


def test_the_table_and_its_circumstances_are_those_of_the_snapshot() -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(printed(), encoding="utf-8")
    assert printed() == SNAPSHOT.read_text(encoding="utf-8")


def test_the_table_answers_for_every_row_and_phase() -> None:
    assert set(TABLE) == set(product(ROWS, Phase))


def test_with_nothing_in_the_way_the_gate_is_the_table() -> None:
    for (row, kind), column in product(ROWS.items(), COLUMNS.values()):
        case = given(**kind, **column)
        usual, earned = TABLE[row, case.phase]
        cell = earned if case.earned else usual
        assert (gate(case).mode, gate(case).hands) == (cell.mode, cell.hands)


def test_an_action_runs_alone_only_when_everything_allows_it() -> None:
    alone = 0
    for case in every_input():
        allowed = case.tier is Tier.AUTOMATIC or (
            case.tier is Tier.POLICY and case.policy is PASSES
        )
        reached = case.phase is Phase.EXPANDED or (
            case.phase is Phase.SUPERVISED and case.short_list
        )
        barred = case.raises or case.refusals or case.faults or case.stopped or case.needed > 1
        sure = case.confidence == 0.9 or (case.confidence is None and not case.agent_initiated)
        familiar = case.short_list or not case.novel
        governed = case.policy_version is not None
        expected = allowed and reached and case.granted and sure and familiar and governed
        expected = expected and not case.manual and not barred
        assert (gate(case).mode is Mode.HOTL) == expected, case
        alone += expected
    assert alone > 0


def test_tier_3_and_missing_policy_never_run_alone_nor_as_a_suggestion() -> None:
    for case in every_input():
        if case.tier is Tier.HUMAN or case.raises or case.policy_version is None:
            assert gate(case).mode in (Mode.HITL, Mode.REFUSE), case


def test_hands_and_numbers_of_people_follow_the_mode() -> None:
    for case in every_input():
        found = gate(case)
        by_person = case.manual or case.phase is Phase.GATED or found.mode is Mode.REFUSE
        assert found.hands is (Hands.PERSON if by_person else Hands.EXECUTOR), case
        people = {Mode.HOTL: 0, Mode.REFUSE: 0, Mode.SUGGEST: 1, Mode.HITL: case.needed}
        assert found.needed == people[found.mode]


def test_every_gate_says_why() -> None:
    for case in every_input():
        found = gate(case)
        assert found.reasons
        if found.mode in (Mode.HOTL, Mode.SUGGEST):
            assert any(reason.policy_version == VERSION for reason in found.reasons)
        if found.mode is Mode.HITL:
            assert any(reason.text.startswith("Needs a person") for reason in found.reasons)


@for_all(inputs, st.sampled_from(list(TIGHTENINGS.values())))
def test_nothing_that_tightens_makes_the_gate_less_strict(
    case: GateInput, change: dict[str, Any]
) -> None:
    assert strictness(replace(case, **change)) >= strictness(case)


@for_all(inputs, st.floats(0, 1), st.floats(0, 1))
def test_less_confidence_never_makes_the_gate_less_strict(
    case: GateInput, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert strictness(replace(case, confidence=less)) >= strictness(replace(case, confidence=more))


@for_all(inputs)
def test_every_reason_of_every_rule_is_kept_gravest_first(case: GateInput) -> None:
    assert gate(case).reasons == tuple(reason for _, rule in RULES for reason in rule(case))
    demanded = [STRICTNESS.index(mode) for mode, _ in RULES]
    assert demanded == sorted(demanded, reverse=True)


@for_all(inputs)
def test_the_gate_is_at_least_as_strict_as_every_rule_that_fired(case: GateInput) -> None:
    demanded = [mode for mode, rule in RULES if rule(case)]
    assert strictness(case) >= max(map(STRICTNESS.index, demanded), default=0)


@for_all(inputs)
def test_the_proof_of_person_that_an_action_asks_for_is_passed_on(case: GateInput) -> None:
    assert gate(case).min_assurance is case.min_assurance


@pytest.mark.parametrize("confidence", [float("nan"), float("inf"), -0.1, 1.1])
def test_a_confidence_that_is_no_share_waits_for_a_person(confidence: float) -> None:
    found = gate(given(confidence=confidence))
    assert found.mode is Mode.HITL
    assert "unreadable" in found.reasons[0].text


def test_a_threshold_that_cannot_be_read_waits_for_a_person() -> None:
    assert gate(given(confidence=1.0, threshold=float("nan"))).mode is Mode.HITL
    assert gate(given(confidence=1.0, threshold=float("inf"))).mode is Mode.HITL


def test_almost_sure_enough_is_never_shown_as_sure_enough() -> None:
    reason = gate(given(confidence=0.89999)).reasons[0]
    assert (reason.observed, reason.limit) == ("89.9%", "90%")
    assert reason.would_pass == "confidence of 90%"


def test_a_pass_without_a_reason_proves_nothing() -> None:
    assert gate(given(tier=Tier.POLICY, policy=UNPROVED)).mode is Mode.HITL


def test_several_refusals_are_all_told() -> None:
    other = replace(REFUSAL, rule="refuse.other")
    found = gate(given(refusals=(REFUSAL, other), tier=Tier.HUMAN))
    assert found.mode is Mode.REFUSE
    assert found.reasons[:2] == (REFUSAL, other)
    assert "tier.3" in [reason.rule for reason in found.reasons]


def test_at_least_one_person_decides_whatever_number_was_asked_for() -> None:
    assert gate(given(tier=Tier.HUMAN, needed=0)).needed == 1
    assert gate(given(tier=Tier.HUMAN, needed=2)).needed == 2


def test_what_holds_an_action_turns_a_suggestion_into_a_decision_in_phase_1() -> None:
    for name in ("confidence under the threshold", "never approved before", "a fault"):
        found = gate(given(phase=Phase.GATED, **CIRCUMSTANCES[name]))
        assert (found.mode, found.hands) == (Mode.HITL, Hands.PERSON), name
