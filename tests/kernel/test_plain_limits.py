"""The plain limits of every kernel column: they hold even for whoever owns the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from holdshort.records.ids import new_id
from tests.kernel.rows import Kernel, Made, asked_row, forged_bytes, refused


@pytest.fixture(scope="module")
def full(kernel: Kernel) -> Iterator[Kernel]:
    """At least one row in every table."""
    kernel.insert("desk", "dependency", action=kernel.staged().id, needs=kernel.staged().id)
    doubted = kernel.outcome(kernel.running(), "unknown")
    row = {"action": doubted.id, "kind": "unknown", "person": "sven", "result": "applied"}
    kernel.insert("web", "finding", **row, note="n")
    made = kernel.by_hand()
    row = {**made.where, "person": "sven", "did": "as_approved"}
    kernel.insert("web", "report", **row, evidence="e")
    kernel.turned(kernel.approved(), "revoked", "web")
    kernel.insert("desk", "staging", proposal=kernel.proposed(), result="actions")
    yield kernel


BAD_VALUES = {
    "person_id_check": "kernel.person SET id = 'no space'",
    "person_kind_check": "kernel.person SET kind = 'cat'",
    "account_issuer_check": "kernel.account SET issuer = ''",
    "account_subject_check": "kernel.account SET subject = ''",
    "policy_version_number_check": "kernel.policy_version SET number = 0",
    "policy_version_digest_check": "kernel.policy_version SET digest = 'x'",
    "adoption_person_kind_check": "kernel.adoption SET person_kind = 'agent'",
    "standing_category_check": "kernel.standing SET category = 'x'",
    "standing_phase_check": "kernel.standing SET phase = 4",
    "standing_basis_check": "kernel.standing SET basis = 'x'",
    "proposal_confidence_check": "kernel.proposal SET confidence = 2",
    "staging_result_check": "kernel.staging SET result = 'x'",
    "action_version_check": "kernel.action SET version = 0",
    "action_position_check": "kernel.action SET position = -1",
    "assessment_tier_check": "kernel.assessment SET tier = 4",
    "assessment_mode_check": "kernel.assessment SET mode = 'x', needed = 0",
    "assessment_hands_check": "kernel.assessment SET hands = 'x'",
    "assessment_needed_check": "kernel.assessment SET needed = 3 WHERE mode = 'HITL'",
    "assessment_phase_check": "kernel.assessment SET phase = 4",
    "assessment_min_assurance_check": "kernel.assessment SET min_assurance = 3",
    "with_grounds": "kernel.assessment SET reasons = NULL",
    "assignment_person_kind_check": "kernel.assignment SET person_kind = 'agent'",
    "assignment_rank_check": "kernel.assignment SET rank = -1",
    "decision_verdict_check": "kernel.decision SET verdict = 'x'",
    "decision_assurance_check": "kernel.decision SET assurance = 3",
    "decision_authority_check": "kernel.decision SET authority = 'self_declared'",
    "human": "kernel.decision SET person_kind = 'agent'",
    "event_name_check": "kernel.event SET name = 'x'",
    "log_position_check": "kernel.log SET position = -1",
    "authorization_basis_check": "kernel.\"authorization\" SET basis = 'x'",
    "authorization_approving_check": "kernel.\"authorization\" SET approving = 'reject'",
    "authorization_event_name_check": "kernel.\"authorization\" SET event_name = 'x.y'",
    "authorization_standing_granted_check": 'kernel."authorization" SET standing_granted = false',
    "fate_kind_check": "kernel.fate SET kind = 'x' WHERE hands IS NULL",
    "execution_kind_check": "kernel.execution SET kind = 'revoked'",
    "attempt_fence_check": "kernel.attempt SET fence = 0",
    "outcome_kind_check": "kernel.outcome SET kind = 'x'",
    "report_kind_check": "kernel.report SET kind = 'claimed'",
    "report_person_kind_check": "kernel.report SET person_kind = 'agent'",
    "report_did_check": "kernel.report SET did = 'x'",
    "report_evidence_check": "kernel.report SET evidence = ''",
    "finding_kind_check": "kernel.finding SET kind = 'verified'",
    "finding_person_kind_check": "kernel.finding SET person_kind = 'agent'",
    "finding_result_check": "kernel.finding SET result = 'x'",
    "finding_note_check": "kernel.finding SET note = repeat('x', 4001)",
}


@pytest.mark.parametrize("constraint", BAD_VALUES)
def test_a_bad_value_is_refused_whoever_writes_it(full: Kernel, constraint: str) -> None:
    with refused(constraint):
        full.sql(f"UPDATE {BAD_VALUES[constraint]}")


def rightly(kernel: Kernel, **said: object) -> Callable[[], None]:
    """An action whose bytes and columns agree about something that does not exist."""
    made: Made = kernel.bytes_of()
    data, digest = forged_bytes(made, **said)
    row = kernel.action_row(made) | {"canonical": data, "digest": digest} | said
    return lambda: kernel.insert("desk", "action", **row)


@pytest.mark.parametrize("part", ["requester", "beneficiary", "initiator", "changer"])
def test_the_parties_of_an_action_exist(kernel: Kernel, part: str) -> None:
    with refused(f"action_{part}_fkey"):
        rightly(kernel, **{part: "nobody"})()


def test_what_an_action_refers_to_exists(kernel: Kernel) -> None:
    with refused("action_ticket_fkey"):
        rightly(kernel, ticket=999_999)()
    with refused("action_undoes_fkey"):
        kernel.staged(undoes=new_id())
    with refused("action_proposal_fkey"):
        row = kernel.action_row(kernel.bytes_of()) | {"proposal": new_id()}
        kernel.insert("desk", "action", **row)
    with refused("dependency_needs_fkey"):
        kernel.insert("desk", "dependency", action=kernel.staged().id, needs=new_id())
    with refused("dependency_action_fkey"):
        kernel.insert("desk", "dependency", action=new_id(), needs=kernel.staged().id)


def test_whoever_is_named_exists(kernel: Kernel) -> None:
    made = kernel.reviewed()
    with refused("event_actor_fkey"):
        kernel.event(made, actor="nobody")
    with refused("fate_person_fkey"):
        kernel.turned(made, "withdrawn", "web", person="nobody")
    with refused("assignment_review_fkey"):
        kernel.insert("desk", "assignment", **asked_row(999_999, "sven", kernel.now()))
    with refused("account_person_fkey"):
        kernel.sql("INSERT INTO kernel.account (person, issuer, subject) VALUES ('x', 'i', 's')")
    with refused("attempt_execution_fkey"):
        kernel.sql(
            "INSERT INTO kernel.attempt (execution, fence, lease_until, worker) "
            "VALUES (%s, 1, clock_timestamp(), 'w')",
            new_id(),
        )


def test_what_is_settled_or_logged_exists(kernel: Kernel) -> None:
    with refused("log_event_fkey"):
        kernel.insert("desk", "log", position=10**9, event=10**9)
    with refused("staging_proposal_fkey"):
        kernel.insert("desk", "staging", proposal=new_id(), result="stale")
    with refused("policy_version_author_fkey"):
        kernel.sql("UPDATE kernel.policy_version SET author = 'nobody'")
    with refused("proposal_ticket_fkey"):
        kernel.sql("UPDATE kernel.proposal SET ticket = 999999, answers = NULL")


def test_an_event_has_one_place_in_the_log(kernel: Kernel) -> None:
    made = kernel.logged(kernel.approved())
    with refused("log_event_key"):
        kernel.insert("desk", "log", position=10**9, event=made.permission["event"])
    with refused("log_pkey"):
        kernel.insert("desk", "log", position=0, event=kernel.event(made))
