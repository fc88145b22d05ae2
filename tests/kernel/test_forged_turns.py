"""Turns, executions and outcomes that nobody permitted, written past our own code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdshort.core.terms import Target
from holdshort.records.ids import new_id
from tests.kernel.rows import Kernel, Made, not_granted, refused

ENDINGS = ["rejected", "refused", "withdrawn", "expired", "superseded", "revoked"]
OF_THE_DESK = ["rejected", "refused", "expired", "superseded"]
OF_THE_WEB = ["withdrawn", "revoked"]

# ------------------------------------------------------------------ the one turn


def test_what_was_approved_and_logged_is_claimed_and_starts(kernel: Kernel) -> None:
    made = kernel.outcome(kernel.running())
    assert kernel.desk.story(made.id).state == "executed"


def test_nothing_is_claimed_without_a_permission(kernel: Kernel) -> None:
    for made in (kernel.staged(), kernel.assessed(), kernel.decided(kernel.reviewed(), "sven")):
        with refused("starts_authorized"):
            kernel.turned(made, "claimed")
        with refused("starts_authorized"):
            kernel.turned(made, "by_hand", "desk")


def test_a_claim_needs_the_hands_that_were_permitted(kernel: Kernel) -> None:
    made = kernel.approved()
    with refused("starts_authorized"):
        kernel.turned(made, "by_hand", "desk")
    for hands in ("person", None):
        with refused("hands_when_started"):
            kernel.turned(made, "claimed", hands=hands)
    by_hand = kernel.decided(kernel.reviewed(kernel.assessed(hands="person")), "sven")
    with refused("starts_authorized"):
        kernel.turned(kernel.authorized(by_hand), "claimed")


@pytest.mark.parametrize("kind", OF_THE_DESK + OF_THE_WEB)
def test_what_ends_without_effect_claims_no_hands(kernel: Kernel, kind: str) -> None:
    role = "web" if kind in OF_THE_WEB else "desk"
    with refused("hands_when_started"):
        kernel.turned(kernel.approved(), kind, role, hands="executor")


@pytest.mark.parametrize("kind", ["claimed", *ENDINGS])
@pytest.mark.parametrize("first", ["claimed", "revoked", "rejected"])
def test_there_is_one_turn_and_no_second(kernel: Kernel, first: str, kind: str) -> None:
    made = kernel.turned(kernel.approved(), first, role_for(first))
    with refused("fate_pkey"):
        kernel.turned(made, kind, role_for(kind))


def role_for(kind: str) -> str:
    return "executor" if kind == "claimed" else "web" if kind in OF_THE_WEB else "desk"


@pytest.mark.parametrize("kind", ["claimed", "by_hand", *OF_THE_DESK])
def test_the_web_only_stops_and_withdraws(kernel: Kernel, kind: str) -> None:
    with refused('policy for table "fate"'):
        kernel.turned(kernel.approved(), kind, "web")


@pytest.mark.parametrize("kind", ["by_hand", *ENDINGS])
def test_the_executor_only_claims(kernel: Kernel, kind: str) -> None:
    with refused('policy for table "fate"'):
        kernel.turned(kernel.approved(), kind, "executor")


@pytest.mark.parametrize("kind", ["claimed", *OF_THE_WEB])
def test_the_desk_neither_stops_nor_claims_what_is_outside(kernel: Kernel, kind: str) -> None:
    with refused('policy for table "fate"'):
        kernel.turned(kernel.approved(), kind, "desk")


@pytest.mark.parametrize("kind", ["claimed", "by_hand", *ENDINGS])
def test_the_agent_takes_no_turn(kernel: Kernel, kind: str) -> None:
    with not_granted():
        kernel.turned(kernel.approved(), kind, "agent")


def test_a_turn_names_the_true_bytes_and_target(kernel: Kernel) -> None:
    made, other = kernel.approved(), kernel.approved()
    with refused("fate_action_digest_connector_fkey"):
        kernel.turned(made, "revoked", "web", digest=other.digest)
    with refused("fate_action_digest_connector_fkey"):
        kernel.turned(made, "claimed", "desk", connector="desk")
    with refused("fkey"):
        kernel.turned(made, "claimed", "executor", connector="elsewhere")
    with not_granted():
        kernel.turned(made, "revoked", "web", turned_at=kernel.now())


# ------------------------------------------------------------------ starting


def test_nothing_starts_before_its_permission_is_in_the_log(kernel: Kernel) -> None:
    made = kernel.turned(kernel.approved(), "claimed")
    assert kernel.position(made) is None
    with refused("logged_first"):
        kernel.started(made)
    with refused("execution_position_event_fkey"):
        kernel.started(made, position=0)
    kernel.started(kernel.logged(made))


def test_the_place_in_the_log_is_that_of_this_permission(kernel: Kernel) -> None:
    other = kernel.logged(kernel.approved())
    made = kernel.turned(kernel.approved(), "claimed")
    with refused("execution_position_event_fkey"):
        kernel.started(made, position=kernel.position(other))
    with refused("execution_action_event_expires_at_not_before_fkey"):
        kernel.started(made, position=kernel.position(other), event=other.permission["event"])


def test_nothing_starts_before_or_after_its_window(kernel: Kernel) -> None:
    now = kernel.now()
    early = {"not_before": now + timedelta(hours=1), "expires_at": now + timedelta(hours=2)}
    late = {"not_before": now - timedelta(hours=2), "expires_at": now - timedelta(seconds=1)}
    for window in (early, late):
        made = kernel.turned(kernel.logged(kernel.approved(**window)), "claimed")
        with refused("in_its_window"):
            kernel.started(made)
        with refused("execution_action_event_expires_at_not_before_fkey"):
            kernel.started(made, not_before=now, expires_at=now + timedelta(hours=1))
        with not_granted():
            kernel.started(made, started_at=made.permission["not_before"])


def test_nothing_starts_without_the_claim(kernel: Kernel) -> None:
    made = kernel.logged(kernel.approved())
    with refused("execution_action_digest_kind_connector_fkey"):
        kernel.started(made)
    kernel.turned(made, "revoked", "web")
    with refused("execution_action_digest_kind_connector_fkey"):
        kernel.started(made)
    with not_granted():
        kernel.started(made, kind="claimed")


def test_work_by_hand_is_not_started_by_the_executor(kernel: Kernel) -> None:
    made = kernel.logged(kernel.by_hand())
    with refused("execution_action_digest_kind_connector_fkey"):
        kernel.started(made)


def test_nothing_starts_twice(kernel: Kernel) -> None:
    made = kernel.running()
    with refused("execution_action_key"):
        kernel.started(made)


@pytest.mark.parametrize("role", ["web", "agent"])
def test_neither_web_nor_agent_starts_anything(kernel: Kernel, role: str) -> None:
    made = kernel.turned(kernel.logged(kernel.approved()), "claimed")
    with not_granted():
        kernel.started(made, role)


def test_the_desk_starts_only_what_touches_our_own_tables(kernel: Kernel) -> None:
    made = kernel.turned(kernel.logged(kernel.approved()), "claimed")
    with refused('policy for table "execution"'):
        kernel.started(made, "desk")
    with refused("execution_action_digest_kind_connector_fkey"):
        kernel.started(made, "desk", connector="desk", position=None)


def ours(kernel: Kernel) -> Made:
    """An action on our own tables, permitted and claimed."""
    made = kernel.staged(type="ticket.status", target=Target("desk", "1"), params={})
    made = kernel.authorized(kernel.assessed(made, tier=1, mode="HOTL", needed=0))
    return kernel.turned(made, "claimed", "desk")


def test_the_executor_leaves_our_own_tables_to_the_desk(kernel: Kernel) -> None:
    made = ours(kernel)
    with refused('policy for table "execution"'):
        kernel.started(made)
    made = kernel.started(made, "desk")
    with refused('policy for table "attempt"'):
        kernel.attempt(made)
    kernel.attempt(made, role="desk")
    with refused('policy for table "outcome"'):
        kernel.outcome(made)
    kernel.outcome(made, role="desk")


def test_the_desk_ends_no_attempt_of_the_executor(kernel: Kernel) -> None:
    made = kernel.running()
    with refused('policy for table "attempt"'):
        kernel.attempt(made, 2, role="desk")
    with refused('policy for table "outcome"'):
        kernel.outcome(made, role="desk")


# ------------------------------------------------------------------ what came of it


def test_there_is_no_outcome_of_nothing(kernel: Kernel) -> None:
    made = kernel.started(kernel.turned(kernel.logged(kernel.approved()), "claimed"))
    with refused("outcome_execution_fence_fkey"):
        kernel.outcome(made)
    kernel.attempt(made)
    with refused("of_something"):
        kernel.outcome(made, fence=None)
    with refused('policy for table "outcome"'):
        kernel.outcome(made, execution=None, fence=None)
    with refused("of_something"):
        kernel.outcome(made, "recorded")


def test_an_outcome_belongs_to_its_own_execution(kernel: Kernel) -> None:
    made, other = kernel.running(), kernel.running()
    with refused("outcome_execution_action_fkey"):
        kernel.outcome(made, execution=other.execution)


def test_a_worker_that_slept_writes_no_outcome(kernel: Kernel) -> None:
    made = kernel.attempt(kernel.running(), 2)
    with refused("by_the_latest_attempt"):
        kernel.outcome(made, fence=1)
    kernel.outcome(made, fence=2)
    with refused("outcome_pkey"):
        kernel.outcome(made, fence=2)


def test_an_attempt_is_numbered_once_and_from_one(kernel: Kernel) -> None:
    made = kernel.running()
    with refused("attempt_pkey"):
        kernel.attempt(made)
    with refused("attempt_fence_check"):
        kernel.attempt(made, 0)
    with refused('policy for table "attempt"'):
        kernel.attempt(replace(made, execution=new_id()))


def test_nothing_is_reported_that_was_not_given_to_a_person(kernel: Kernel) -> None:
    for made in (kernel.approved(), kernel.running(), kernel.reviewed()):
        with refused("report_action_digest_kind_connector_fkey"):
            reported(kernel, made)
    made = kernel.by_hand()
    for person in ("agent", "holdshort"):
        with refused("report_person_person_kind_fkey"):
            reported(kernel, made, person=person)
    with refused("report_evidence_check"):
        reported(kernel, made, evidence="")
    for role in ("agent", "desk", "executor"):
        with not_granted():
            reported(kernel, made, role)
    reported(kernel, made)
    with refused("report_pkey"):
        reported(kernel, made)


def reported(kernel: Kernel, made: Made, role: str = "web", **forged: Any) -> None:
    row = {**made.where, "person": "sven", "did": "as_approved", "evidence": "seen"}
    kernel.insert(role, "report", **row | forged)


def test_an_outcome_by_hand_rests_on_its_own_report(kernel: Kernel) -> None:
    made, other = kernel.by_hand(), kernel.by_hand()
    alone = {"execution": None, "fence": None}
    with refused("outcome_report_fkey"):
        kernel.outcome(made, report=made.id, **alone)
    reported(kernel, other)
    with refused("of_something"):
        kernel.outcome(made, report=other.id, **alone)
    reported(kernel, made)
    with refused('policy for table "outcome"'):
        kernel.outcome(made, role="desk", report=made.id, **alone)
    with refused("of_something"):
        kernel.outcome(made, "unknown", report=made.id, **alone)
    kernel.outcome(made, "recorded", report=made.id, **alone)


@pytest.mark.parametrize("kind", ["verified", "not_applied"])
def test_nobody_finds_anything_where_there_is_no_doubt(kernel: Kernel, kind: str) -> None:
    made = kernel.outcome(kernel.running(), kind)
    for doubt in ("unknown", "mismatch"):
        with refused("finding_action_kind_fkey"):
            found(kernel, made, doubt)
    with refused("finding_kind_check"):
        found(kernel, made, kind)


def test_a_human_settles_a_doubt_once(kernel: Kernel) -> None:
    made = kernel.outcome(kernel.running(), "unknown")
    with refused("finding_person_person_kind_fkey"):
        found(kernel, made, "unknown", person="agent")
    for role in ("agent", "desk", "executor"):
        with not_granted():
            found(kernel, made, "unknown", role)
    found(kernel, made, "unknown")
    with refused("finding_pkey"):
        found(kernel, made, "unknown")


def found(kernel: Kernel, made: Made, kind: str, role: str = "web", **forged: Any) -> None:
    row = {"action": made.id, "kind": kind, "person": "sven", "result": "applied", "note": "n"}
    kernel.insert(role, "finding", **row | forged)
