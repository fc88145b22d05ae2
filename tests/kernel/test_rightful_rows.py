"""What is right is kept; what is forged is refused in `test_attacks.py`."""

from __future__ import annotations

import psycopg
import pytest

from tests.desk import Desk
from tests.kernel.attacks import permissions, turns
from tests.kernel.rows import Kernel, refused


def test_an_action_whose_columns_say_what_its_bytes_say_is_kept(kernel: Kernel) -> None:
    assert kernel.sql("SELECT 1 FROM kernel.action WHERE id = %s", kernel.staged().id)


def test_bytes_that_are_no_text_are_refused(kernel: Kernel) -> None:
    made = kernel.bytes_of()
    for data in (b"\xff\xfe", b"not json", b'{"a":"\\u0000"}'):
        with pytest.raises(psycopg.DataError):
            kernel.insert("desk", "action", **kernel.action_row(made) | {"canonical": data})


def test_a_decision_by_somebody_who_was_asked_is_kept(kernel: Kernel) -> None:
    made = kernel.decided(kernel.reviewed(), "sven")
    assert kernel.sql("SELECT 1 FROM kernel.decision WHERE action = %s", made.id)


def test_an_account_decides_again_when_it_is_given_back(kernel: Kernel) -> None:
    made, mine = kernel.reviewed(asked=("helena",)), kernel.accounts["helena"]
    kernel.sql("UPDATE kernel.account SET ended_at = clock_timestamp() WHERE id = %s", mine)
    with refused("account_in_use"):
        kernel.decided(made, "helena")
    kernel.sql("UPDATE kernel.account SET ended_at = NULL WHERE id = %s", mine)
    kernel.decided(made, "helena")


def test_a_refused_decision_leaves_no_trace(kernel: Kernel, office: Desk) -> None:
    made = kernel.reviewed()
    with refused("asked"):
        kernel.decided(made, "ines")
    office.stop("desk", "authorize", made.id)
    assert office.story(made.id).state == "waiting"


def test_a_permission_by_a_decision_and_one_by_policy_are_kept(kernel: Kernel) -> None:
    for made in (kernel.approved(), kernel.alone()):
        assert kernel.sql('SELECT 1 FROM kernel."authorization" WHERE action = %s', made.id)


def test_two_different_people_permit_where_two_are_needed(kernel: Kernel) -> None:
    kernel.authorized(kernel.decided(permissions.one_of_two(kernel), "nadia"))


def test_a_standing_permits_again_when_the_newer_one_is_gone(kernel: Kernel) -> None:
    made, granted = permissions.recalled(kernel)
    with refused("in_force"):
        kernel.authorized(made, standing=granted)
    kernel.sql("DELETE FROM kernel.standing WHERE id > %s", granted)
    kernel.authorized(made, standing=granted)


def test_rules_are_in_force_when_somebody_else_adopted_them(kernel: Kernel) -> None:
    made, before = permissions.replaced_policy(kernel)
    assert kernel.policy() > before
    kernel.authorized(made)


def test_what_was_approved_and_logged_is_claimed_and_starts(kernel: Kernel) -> None:
    made = kernel.outcome(kernel.running())
    assert kernel.desk.story(made.id).state == "executed"


def test_what_starts_is_in_the_log(kernel: Kernel) -> None:
    made = kernel.turned(kernel.approved(), "claimed")
    assert kernel.position(made) is None
    kernel.started(kernel.logged(made))


def test_the_desk_does_what_is_on_our_own_tables(kernel: Kernel) -> None:
    made = kernel.started(turns.ours(kernel), "desk")
    kernel.outcome(kernel.attempt(made, role="desk"), role="desk")


def test_the_worker_that_took_over_tells_the_outcome(kernel: Kernel) -> None:
    kernel.outcome(turns.taken_over(kernel), fence=2)


def test_a_report_becomes_an_outcome(kernel: Kernel) -> None:
    made = turns.reported(kernel)
    kernel.outcome(made, "recorded", report=made.id, **turns.ALONE)


def test_a_human_settles_a_doubt(kernel: Kernel) -> None:
    made = turns.settled(kernel)
    assert kernel.desk.story(made.id).state == "executed"
