"""Decisions that must not count, written past our own code: PostgreSQL refuses each by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk import Desk
from tests.kernel.rows import Kernel, asked_row, not_granted, refused


def test_a_decision_by_somebody_who_was_asked_is_kept(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    assert kernel.sql("SELECT 1 FROM kernel.decision WHERE action = %s", made.id)


@pytest.mark.parametrize("part", ["requester", "beneficiary", "initiator", "changer"])
def test_o1_o3_no_party_of_an_action_decides_about_it(kernel: Kernel, part: str) -> None:
    made = kernel.reviewed(kernel.assessed(kernel.staged(**{part: "sven"})))
    with refused("another_person"):
        kernel.decided(made, "sven")


@pytest.mark.parametrize("part", ["requester", "beneficiary", "initiator", "changer"])
def test_o1_o3_a_decision_cannot_lie_about_who_the_parties_are(kernel: Kernel, part: str) -> None:
    made = kernel.reviewed(kernel.assessed(kernel.staged(**{part: "sven"})))
    with refused("decision_action_digest_requester_beneficiary"):
        kernel.decided(
            made, "sven", **{part: "dana" if part != "initiator" else "agent"} | {"changer": "erik"}
        )


def test_o2_a_second_account_is_the_same_person(kernel: Kernel) -> None:
    made = kernel.reviewed(asked=("dana", "sven"))
    second = kernel.sql("SELECT id FROM kernel.account WHERE issuer = 'slack' AND person = 'dana'")
    with refused("another_person"):
        kernel.decided(made, "dana", account=second[0][0])


def test_nobody_decides_with_somebody_elses_account(kernel: Kernel) -> None:
    with refused("decision_account_person_fkey"):
        kernel.decided(kernel.reviewed(), "sven", account=kernel.accounts["nadia"])


def test_an_account_that_was_taken_away_decides_nothing(kernel: Kernel) -> None:
    made = kernel.reviewed(asked=("helena",))
    mine = kernel.accounts["helena"]
    kernel.sql("UPDATE kernel.account SET ended_at = clock_timestamp() WHERE id = %s", mine)
    with refused("account_in_use"):
        kernel.decided(made, "helena")
    kernel.sql("UPDATE kernel.account SET ended_at = NULL WHERE id = %s", mine)
    kernel.decided(made, "helena")


@pytest.mark.parametrize(("person", "kind"), [("agent", "agent"), ("holdshort", "service")])
def test_o4_neither_the_agent_nor_a_service_is_asked(
    kernel: Kernel, person: str, kind: str
) -> None:
    with refused("assignment_person_person_kind_fkey"):
        kernel.reviewed(asked=(person,))


@pytest.mark.parametrize("person", ["agent", "assessor"])
def test_o4_neither_the_agent_nor_a_service_decides(kernel: Kernel, person: str) -> None:
    made = kernel.reviewed(kernel.assessed(kernel.staged(initiator="erik", changer="erik")))
    with refused("fkey"):
        kernel.decided(made, person)
    with not_granted():
        kernel.decided(made, person, person_kind="human")


@pytest.mark.parametrize("role", ["agent", "desk", "executor"])
def test_o4_only_the_web_writes_decisions(kernel: Kernel, role: str) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    with not_granted():
        kernel.insert(role, "decision", **made.decisions[0] | {"person": "nadia"})


def test_somebody_who_was_not_asked_does_not_decide(kernel: Kernel) -> None:
    with refused("asked"):
        kernel.decided(kernel.reviewed(), "ines")


def test_being_asked_about_another_action_is_not_being_asked(kernel: Kernel) -> None:
    mine, other = kernel.reviewed(asked=("sven",)), kernel.reviewed(asked=("nadia",))
    with refused("decision_review_action_digest_expires_at_fkey"):
        kernel.decided(mine, "nadia", review=other.review["review"])


def test_nobody_asks_people_but_the_desk(kernel: Kernel) -> None:
    made = kernel.reviewed()
    for role in ("web", "agent", "executor"):
        with not_granted():
            kernel.insert(role, "assignment", **asked_row(person="ines", **made.review))


def test_o6_a_decision_about_other_bytes_is_refused(kernel: Kernel) -> None:
    made, other = kernel.reviewed(), kernel.reviewed()
    for digest in (other.digest, "0" * 64, made.digest.upper()):
        with refused("fkey"):
            kernel.decided(made, "sven", digest=digest)


def test_o7_a_decision_after_its_time_is_refused(kernel: Kernel) -> None:
    made = kernel.reviewed(expires_at=kernel.now() - timedelta(seconds=1))
    with refused("in_time"):
        kernel.decided(made, "sven")
    with refused("decision_review_action_digest_expires_at_fkey"):
        kernel.decided(made, "sven", expires_at=kernel.now() + timedelta(days=1))
    with not_granted():
        kernel.decided(made, "sven", decided_at=kernel.now() - timedelta(days=1))


@pytest.mark.parametrize("kind", ["superseded", "rejected", "expired"])
def test_o5_what_has_ended_is_not_decided_any_more(kernel: Kernel, kind: str) -> None:
    made = kernel.turned(kernel.reviewed(), kind, "desk")
    with refused("not_ended"):
        kernel.decided(made, "sven")


@pytest.mark.parametrize("second", ["approve", "reject", "change"])
def test_one_person_gives_one_final_answer(kernel: Kernel, second: str) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    with refused("one_answer_each"):
        kernel.decided(made, "sven", second)


def test_the_same_decision_is_not_written_twice(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    with refused("decision_pkey"):
        kernel.decided(made, "nadia", id=made.decisions[0]["id"])


@pytest.mark.parametrize("verdict", ["reject", "change", "hand_over"])
@pytest.mark.parametrize("reason", [None, ""])
def test_a_no_says_why(kernel: Kernel, verdict: str, reason: str | None) -> None:
    with refused("with_reason"):
        kernel.decided(kernel.reviewed(), "sven", verdict, reason_code=reason)


def test_an_answer_is_whole(kernel: Kernel) -> None:
    made = kernel.reviewed()
    with refused("change_says_what"):
        kernel.decided(made, "sven", "change", changes=None)
    with refused("change_says_what"):
        kernel.decided(made, "sven", "approve", changes={"group": "x"})
    with refused("hand_over_says_whom"):
        kernel.decided(made, "sven", "hand_over", hand_to=None)
    with refused("hand_over_says_whom"):
        kernel.decided(made, "sven", "approve", hand_to="helena")
    with refused("decision_hand_to_fkey"):
        kernel.decided(made, "sven", "hand_over", hand_to="nobody")
    with refused("decision_verdict_check"):
        kernel.decided(made, "sven", "yes")
    with refused("decision_assurance_check"):
        kernel.decided(made, "sven", assurance=9)


def test_nobody_declares_a_decision_to_be_of_a_better_kind(kernel: Kernel) -> None:
    better = {"authority": "independent", "person_kind": "human", "decided_at": kernel.now()}
    for column, value in better.items():
        with not_granted():
            kernel.decided(kernel.reviewed(), "sven", **{column: value})


def test_a_refused_decision_leaves_no_trace(kernel: Kernel, office: Desk) -> None:
    made = kernel.reviewed()
    with refused("asked"):
        kernel.decided(made, "ines")
    office.stop("desk", "authorize", made.id)
    assert office.story(made.id).state == "waiting"
