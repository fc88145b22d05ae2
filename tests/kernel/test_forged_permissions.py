"""Permissions that were never given, written past our own code as the desk itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.kernel.rows import Kernel, Made, not_granted, refused

PAIRS = "authorization_decision_1_action_digest_person_1_approving_fkey"


def test_a_permission_by_a_decision_and_one_by_policy_are_kept(kernel: Kernel) -> None:
    for made in (kernel.approved(), kernel.alone()):
        assert kernel.sql('SELECT 1 FROM kernel."authorization" WHERE action = %s', made.id)


@pytest.mark.parametrize("role", ["web", "agent", "executor"])
def test_only_the_desk_writes_permissions(kernel: Kernel, role: str) -> None:
    row = kernel.permission(kernel.decided(kernel.reviewed(), "sven"))
    with not_granted():
        kernel.insert(role, "authorization", **row)


# ------------------------------------------------------------------ by policy


@pytest.mark.parametrize("mode", ["HITL", "SUGGEST", "REFUSE"])
def test_a_policy_never_permits_what_waits_for_a_person(kernel: Kernel, mode: str) -> None:
    made = kernel.assessed(tier=2, mode=mode, needed=0 if mode == "REFUSE" else 1)
    with refused("policy_or_people"):
        kernel.authorized(made)
    with refused("fkey"):
        kernel.authorized(made, mode="HOTL", needed=0)


def test_a_policy_never_permits_tier_3(kernel: Kernel) -> None:
    made = kernel.assessed()
    standing = kernel.standing("idp.add_to_group/2")
    with refused("policy_or_people"):
        kernel.authorized(made, standing=standing)
    lighter = {"tier": 2, "category": "idp.add_to_group/2", "mode": "HOTL", "needed": 0}
    with refused("authorization_action_digest_category_tier"):
        kernel.authorized(made, standing=standing, **lighter)


def test_tier_3_cannot_even_be_assessed_to_run_alone(kernel: Kernel) -> None:
    for mode in ("HOTL", "SUGGEST"):
        with refused("tier_3_waits"):
            kernel.assessed(tier=3, mode=mode, needed=0 if mode == "HOTL" else 1)


def test_nothing_runs_alone_in_phase_1_or_by_hand(kernel: Kernel) -> None:
    for answer in ({"phase": 1}, {"hands": "person"}):
        with refused("alone_after_phase_1"):
            kernel.assessed(tier=2, mode="HOTL", needed=0, **answer)


def test_what_waits_needs_somebody_and_nothing_else_does(kernel: Kernel) -> None:
    for mode, needed in (("HITL", 0), ("SUGGEST", 0), ("HOTL", 1), ("REFUSE", 1)):
        with refused("a_yes_is_somebodys"):
            kernel.assessed(tier=2, mode=mode, needed=needed)
    with refused("assessment_needed_check"):
        kernel.assessed(needed=3)


def test_standing_of_another_category_permits_nothing(kernel: Kernel) -> None:
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    with refused("authorization_standing_category_standing_granted_fkey"):
        kernel.authorized(made, standing=kernel.standing("idp.suspend/2"))


def test_ungranted_standing_permits_nothing(kernel: Kernel) -> None:
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    ungranted = kernel.standing("idp.add_to_group/2", granted=False)
    with refused("authorization_standing_category_standing_granted_fkey"):
        kernel.authorized(made, standing=ungranted)
    with refused("authorization_standing_granted_check"):
        kernel.authorized(made, standing=ungranted, standing_granted=False)
    with refused("whole_standing"):
        kernel.authorized(made, standing=ungranted, standing_granted=None)


def test_recalled_standing_permits_nothing_any_more(kernel: Kernel) -> None:
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    earlier = kernel.standing("idp.add_to_group/2")
    recalled = kernel.standing("idp.add_to_group/2", granted=False, phase=1)
    with refused("in_force"):
        kernel.authorized(made, standing=earlier)
    kernel.sql("DELETE FROM kernel.standing WHERE id = %s", recalled)
    kernel.authorized(made, standing=earlier)


def test_without_standing_a_policy_permits_nothing(kernel: Kernel) -> None:
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    with refused("policy_or_people"):
        kernel.authorized(made, standing=None, standing_granted=None)
    with refused("policy_or_people"):
        kernel.authorized(made, policy_version=None)


def test_a_policy_that_nobody_adopted_permits_nothing(kernel: Kernel) -> None:
    number = proposed_policy(kernel)
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    with refused("authorization_policy_version_fkey"):
        kernel.authorized(made, policy_version=number)
    with refused("assessment_policy_version_fkey"):
        kernel.assessed(tier=2, mode="HOTL", needed=0, policy_version=number)


def test_a_policy_that_was_replaced_permits_nothing_any_more(kernel: Kernel) -> None:
    made = kernel.assessed(tier=2, mode="HOTL", needed=0)
    number = proposed_policy(kernel)
    kernel.insert("web", "adoption", policy_version=number, author="ines", person="helena")
    with refused("in_force"):
        kernel.authorized(made, policy_version=1)
    kernel.sql("DELETE FROM kernel.adoption WHERE policy_version = %s", number)
    kernel.authorized(made)


def test_standing_is_never_granted_for_tier_3_or_in_phase_1(kernel: Kernel) -> None:
    with refused("tier_3_never_stands"):
        kernel.standing("idp.add_to_group/3")
    with refused("granted_after_phase_1"):
        kernel.standing("idp.add_to_group/2", phase=1)
    with refused("standing_category_check"):
        kernel.standing("idp.add_to_group/4")


# ------------------------------------------------------------------ who adopts rules


def proposed_policy(kernel: Kernel, author: str = "ines") -> int:
    number: int = kernel.sql(
        "INSERT INTO kernel.policy_version (number, document, file, digest, author) "
        "SELECT (SELECT max(number) + 1 FROM kernel.policy_version), document, file, digest, %s "
        "FROM kernel.policy_version WHERE number = 1 RETURNING number",
        author,
    )[0][0]
    return number


def test_nobody_adopts_their_own_rules(kernel: Kernel) -> None:
    number = proposed_policy(kernel)
    with refused("adopted_by_another"):
        kernel.insert("web", "adoption", policy_version=number, author="ines", person="ines")
    with refused("adoption_policy_version_author_fkey"):
        kernel.insert("web", "adoption", policy_version=number, author="sven", person="ines")
    for person in ("agent", "holdshort"):
        with refused("adoption_person_person_kind_fkey"):
            kernel.insert("web", "adoption", policy_version=number, author="ines", person=person)
    for role in ("agent", "desk", "executor"):
        with not_granted():
            kernel.insert(role, "adoption", policy_version=number, author="ines", person="sven")


# ------------------------------------------------------------------ by people


@pytest.mark.parametrize("verdict", ["reject", "ask", "change", "hand_over"])
def test_anything_but_a_yes_permits_nothing(kernel: Kernel, verdict: str) -> None:
    made = kernel.decided(kernel.reviewed(), "sven", verdict)
    with refused(PAIRS):
        kernel.authorized(made)
    with not_granted():
        kernel.authorized(made, approving=verdict)


def test_a_yes_to_another_action_permits_nothing(kernel: Kernel) -> None:
    made, other = kernel.reviewed(), kernel.decided(kernel.reviewed(), "sven")
    borrowed = Made(**{**_fields(made), "decisions": other.decisions})
    with refused(PAIRS):
        kernel.authorized(borrowed)
    with refused("its_own_event"):
        kernel.authorized(borrowed, action=other.id)


def test_a_yes_counts_for_the_person_who_said_it(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    with refused(PAIRS):
        kernel.authorized(made, person_1="nadia")
    with refused("whole_decision_1"):
        kernel.authorized(made, person_1=None)


def test_without_a_yes_people_permit_nothing(kernel: Kernel) -> None:
    made = kernel.reviewed()
    none: dict[str, Any] = {"standing": None, "standing_granted": None, "policy_version": None}
    with refused("policy_or_people"):
        kernel.authorized(made, basis="decisions", **none)
    with refused("policy_or_people"):
        kernel.authorized(made, basis="decisions", person_1="sven", **none)


def test_where_two_are_needed_one_is_not_enough(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(kernel.assessed(needed=2)), "sven")
    with refused("policy_or_people"):
        kernel.authorized(made)
    with refused("fkey"):
        kernel.authorized(made, needed=1)
    kernel.authorized(kernel.decided(made, "nadia"))


def test_where_two_are_needed_the_same_person_counts_once(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(kernel.assessed(needed=2)), "sven")
    same = made.decisions[0]
    with refused("policy_or_people"):
        kernel.authorized(made, decision_2=same["id"], person_2="sven")
    with refused("decision_2_action_digest_person_2"):
        kernel.authorized(made, decision_2=same["id"], person_2="nadia")
    one = kernel.decided(kernel.reviewed(), "sven")
    with refused("whole_decision_2"):
        kernel.authorized(one, person_2="nadia")


def test_a_second_yes_about_something_else_does_not_count(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(kernel.assessed(needed=2)), "sven")
    other = kernel.decided(kernel.reviewed(), "nadia").decisions[0]
    with refused("decision_2_action_digest_person_2"):
        kernel.authorized(made, decision_2=other["id"], person_2="nadia")


@pytest.mark.parametrize(
    "forged",
    [{"hands": "person"}, {"tier": 2}, {"mode": "SUGGEST"}, {"category": "x.y/3"}],
    ids=str,
)
def test_what_is_permitted_is_what_was_assessed(kernel: Kernel, forged: dict[str, Any]) -> None:
    with refused("authorization_action_digest_category_tier"):
        kernel.authorized(kernel.decided(kernel.reviewed(), "sven"), **forged)


def test_a_permission_is_given_once_and_ends(kernel: Kernel) -> None:
    made = kernel.approved()
    with refused("authorization_pkey"):
        kernel.authorized(made)
    other = kernel.decided(kernel.reviewed(), "sven")
    with refused("ends"):
        kernel.authorized(other, expires_at=kernel.now() - timedelta(minutes=1))
    with not_granted():
        kernel.authorized(other, authorized_at=kernel.now())


# ------------------------------------------------------------------ its place in the log


def test_a_permission_points_at_its_own_event(kernel: Kernel) -> None:
    made, other = (kernel.decided(kernel.reviewed(), "sven") for _ in range(2))
    wrong = [
        kernel.event(other),
        kernel.event(made, name="ticket.closed"),
        kernel.event(made, detail={"digest": other.digest}),
        kernel.event(made, detail={}),
        kernel.sql("SELECT min(id) FROM kernel.event")[0][0],
    ]
    for event in wrong:
        with refused("its_own_event"):
            kernel.authorized(made, event=event)
    with not_granted():
        kernel.authorized(made, event=wrong[1], event_name="ticket.closed")


def test_two_permissions_do_not_share_an_event(kernel: Kernel) -> None:
    made = kernel.approved()
    with refused("its_own_event"):
        kernel.authorized(kernel.decided(kernel.reviewed(), "sven"), event=made.permission["event"])


@pytest.mark.parametrize("role", ["web", "agent", "executor"])
def test_only_the_desk_tells_of_permissions(kernel: Kernel, role: str) -> None:
    with refused("told_by_those_who_do_it"):
        kernel.event(kernel.reviewed(), role)


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("agent", "decision.made"),
        ("agent", "ticket.closed"),
        ("web", "execution.settled"),
        ("web", "action.staged"),
        ("executor", "decision.made"),
        ("executor", "policy.adopted"),
    ],
)
def test_a_role_tells_only_of_what_it_does(kernel: Kernel, role: str, name: str) -> None:
    with refused("told_by_those_who_do_it"):
        kernel.event(kernel.reviewed(), role, name=name)


def _fields(made: Made) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Made.__dataclass_fields__}
