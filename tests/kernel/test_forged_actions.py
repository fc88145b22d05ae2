"""Actions and proposals that say one thing and mean another, written past our own code."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.kernel.rows import Kernel, forged_bytes, not_granted, refused


def test_an_action_whose_columns_say_what_its_bytes_say_is_kept(kernel: Kernel) -> None:
    assert kernel.sql("SELECT 1 FROM kernel.action WHERE id = %s", kernel.staged().id)


ANOTHER = "0190a1b2-0000-7000-8000-000000000001"
"""The id of no row; fixed, so that every worker collects the same tests."""


@pytest.mark.parametrize(
    "forged",
    [
        {"requester": "erik"},
        {"beneficiary": "erik"},
        {"initiator": "erik"},
        {"changer": "erik"},
        {"type": "idp.unlock"},
        {"connector": "desk"},
        {"target": "another"},
        {"version": 2},
        {"position": 1},
        {"root": ANOTHER},
        {"id": ANOTHER},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_a_column_that_differs_from_the_bytes_is_refused(
    kernel: Kernel, forged: dict[str, Any]
) -> None:
    row = kernel.action_row(kernel.bytes_of()) | forged
    with refused("columns_of_the_bytes"):
        kernel.insert("desk", "action", **row)


@pytest.mark.parametrize(
    "said",
    [
        {"requester": "erik"},
        {"target": {"connector": "desk", "id": "x"}},
        {"undoes": ANOTHER},
        {"ticket": 999999},
        {"requester": ["dana"]},
        {"version": "1"},
    ],
    ids=str,
)
def test_bytes_that_differ_from_the_columns_are_refused(
    kernel: Kernel, said: dict[str, Any]
) -> None:
    made = kernel.bytes_of()
    data, digest = forged_bytes(made, **said)
    row = kernel.action_row(made) | {"canonical": data, "digest": digest}
    with refused("columns_of_the_bytes"):
        kernel.insert("desk", "action", **row)


def test_the_digest_is_that_of_the_bytes(kernel: Kernel) -> None:
    made = kernel.bytes_of()
    other = forged_bytes(made, params={"person": "dana", "group": "aws-admins"})
    for forged in ({"digest": "0" * 64}, {"digest": other[1]}, {"canonical": other[0]}):
        with refused("digest_of_the_bytes"):
            kernel.insert("desk", "action", **kernel.action_row(made) | forged)


def test_bytes_that_are_no_text_or_too_long_are_refused(kernel: Kernel) -> None:
    made = kernel.bytes_of()
    for data in (b"\xff\xfe", b"not json", b'{"a":"\\u0000"}'):
        with pytest.raises(psycopg.DataError):
            kernel.insert("desk", "action", **kernel.action_row(made) | {"canonical": data})
    data, digest = forged_bytes(made, seen={"x": "y" * 40_000})
    with refused("action_canonical_check"):
        row = kernel.action_row(made) | {"canonical": data, "digest": digest}
        kernel.insert("desk", "action", **row)


def test_a_version_is_staged_once(kernel: Kernel) -> None:
    first = kernel.staged()
    second = {"root": first.id, "version": 2, "ticket": first.action.ticket}
    kernel.staged(**second)
    with refused("action_root_version_key"):
        kernel.staged(**second)


def test_an_assessment_is_of_the_true_bytes_and_type(kernel: Kernel) -> None:
    made, other = kernel.staged(), kernel.staged()
    with refused("assessment_action_digest_type_fkey"):
        kernel.assessed(made, digest=other.digest)
    with refused("assessment_action_digest_type_fkey"):
        kernel.assessed(made, type="kb.answer")
    with pytest.raises(psycopg.errors.GeneratedAlways):
        kernel.assessed(made, category="kb.answer/1")
    kernel.assessed(made)
    with refused("assessment_pkey"):
        kernel.assessed(made, tier=1, mode="HOTL", needed=0)


@pytest.mark.parametrize("role", ["web", "agent", "executor"])
def test_only_the_desk_stages_assesses_and_opens_reviews(kernel: Kernel, role: str) -> None:
    made = kernel.bytes_of()
    with not_granted():
        kernel.insert(role, "action", **kernel.action_row(made))
    done = kernel.reviewed()
    with not_granted():
        kernel.insert(role, "review", action=done.id, digest=done.digest)
    with not_granted():
        kernel.insert(role, "assessment", action=done.id, digest=done.digest)
    with not_granted():
        kernel.insert(role, "dependency", action=done.id, needs=done.id)


def test_one_action_has_one_review(kernel: Kernel) -> None:
    made = kernel.reviewed()
    with refused("review_action_key"):
        kernel.reviewed(made)
    with refused("review_action_fkey"):
        kernel.reviewed(kernel.staged())


def test_an_action_does_not_wait_for_itself(kernel: Kernel) -> None:
    made = kernel.staged()
    with refused("not_of_itself"):
        kernel.insert("desk", "dependency", action=made.id, needs=made.id)


# ------------------------------------------------------------------ what the agent may begin


def test_the_agent_starts_nothing_in_a_humans_name(kernel: Kernel) -> None:
    with refused("in_the_agents_name"):
        kernel.proposed(initiator="erik", initiator_kind="human")
    with refused("true_kind"):
        kernel.proposed(initiator="erik")
    with refused("true_kind"):
        kernel.proposed("web", initiator="agent", initiator_kind="human")


def test_the_agent_answers_a_message_of_the_ticket_or_nothing(kernel: Kernel) -> None:
    with refused("in_the_agents_name"):
        kernel.proposed(answers=None)
    with refused("of_its_ticket"):
        kernel.proposed(answers=kernel.message(kernel.ticket()))


def test_the_agent_answers_one_message_once(kernel: Kernel) -> None:
    ticket = kernel.ticket()
    message = kernel.message(ticket)
    kernel.proposed(ticket=ticket, answers=message)
    with refused("proposal_initiator_answers_key"):
        kernel.proposed(ticket=ticket, answers=message)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_confidence_is_a_share(kernel: Kernel, confidence: float) -> None:
    with refused("proposal_confidence_check"):
        kernel.proposed(confidence=confidence)


@pytest.mark.parametrize("role", ["desk", "executor"])
def test_neither_desk_nor_executor_proposes(kernel: Kernel, role: str) -> None:
    with not_granted():
        kernel.proposed(role)


def test_only_the_desk_says_what_became_of_a_proposal(kernel: Kernel) -> None:
    proposal = kernel.proposed()
    for role in ("web", "agent", "executor"):
        with not_granted():
            kernel.insert(role, "staging", proposal=proposal, result="actions")
    kernel.insert("desk", "staging", proposal=proposal, result="actions")
    with refused("staging_pkey"):
        kernel.insert("desk", "staging", proposal=proposal, result="stale")
