"""Switches on the road: what is stopped does not start, and goes on when it is let."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from holdshort import flow
from holdshort.records import switches
from tests.desk import Desk
from tests.fakes.running import Target
from tests.kernel import scenes, waking


@pytest.fixture
def office(desk: Desk, target: Target) -> Iterator[Desk]:
    scenes.connect(desk)
    yield desk


def stop(desk: Desk, scope: str = "everything", person: str = "lukas", reason: str = "") -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.switch_off(scope, reason, sender=who)
    desk.run()


def go(desk: Desk, scope: str = "everything", person: str = "ines", why: str = "Looked.") -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.switch_on(scope, why, sender=who)
    desk.run()


def off(desk: Desk) -> list[str]:
    with desk.role("web"):
        return [one.scope for one in switches.off()]


def later(desk: Desk, rounds: int = 2) -> None:
    for _ in range(rounds):
        waking.pass_time(desk)
        desk.sweep()


# ------------------------------------------------------------------ what does not start

COVERS = ["everything", "connector:directory", "category:idp.add_to_group"]


@pytest.mark.parametrize("scope", [*COVERS, "category:idp.add_to_group/3"])
def test_what_people_approved_waits_until_it_may_go_on(
    office: Desk, target: Target, scope: str
) -> None:
    action = scenes.approved_but_not_run(office)
    stop(office, scope)
    later(office)
    office.stop("executor", "execute", action)
    assert (scenes.state_of(office, action), target.sent()) == ("authorized", 0)
    go(office, scope)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


@pytest.mark.parametrize("scope", [*COVERS, "category:idp.add_to_group/2"])
def test_what_rules_permitted_waits_too(office: Desk, target: Target, scope: str) -> None:
    action = scenes.held(office)
    stop(office, scope)
    waking.open_hold(office, action)
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == ("authorized", 0)
    go(office, scope)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


@pytest.mark.parametrize(
    "scope", ["connector:desk", "category:idp.add_to_group/2", "category:idp.remove_from_group"]
)
def test_what_a_switch_does_not_cover_runs(office: Desk, target: Target, scope: str) -> None:
    stop(office, scope)
    action = scenes.grave(office)
    office.decide(action, "sven", "approve")
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


def test_a_yes_is_taken_while_it_is_stopped_and_counts_afterwards(
    office: Desk, target: Target
) -> None:
    action = scenes.grave(office)
    stop(office)
    office.decide(action, "sven", "approve")
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == ("waiting", 0)
    go(office)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


def test_a_no_ends_it_while_it_is_stopped(office: Desk) -> None:
    action = scenes.grave(office)
    stop(office)
    office.decide(action, "sven", "reject", reason_code="not_needed")
    assert scenes.state_of(office, action) == "rejected"


def test_nothing_is_given_to_a_persons_hands(office: Desk) -> None:
    office.sql("INSERT INTO kernel.standing (category, phase, granted, basis) "
               "VALUES ('idp.add_to_group/3', 1, false, 'recalled')")  # fmt: skip
    action = scenes.grave(office)
    stop(office)
    office.decide(action, "sven", "approve")
    later(office)
    assert scenes.state_of(office, action) == "waiting"
    go(office)
    assert scenes.state_of(office, action) == "by_hand"


def test_what_would_have_run_by_itself_asks_a_person_and_says_who_stopped_it(
    office: Desk, target: Target
) -> None:
    stop(office)
    action = scenes.held(office)
    story = office.story(action)
    told = [one for one in story.reasons if one.rule == "switch.off"]
    assert (story.gate["mode"], story.state) == ("HITL", "waiting")
    assert [one.text.startswith("Needs a person: Lukas ") for one in told] == [True]
    assert "stopped everything at" in told[0].text


def test_our_own_records_are_not_changed_either(office: Desk) -> None:
    stop(office)
    office.agent.will("kb.answer", article="vpn-ports")
    action = scenes.latest(office, office.ask("bea", "Which ports does the VPN need?"))
    later(office)
    assert scenes.state_of(office, action) == "waiting"
    assert "51820" not in office.said(office.story(action).action.ticket)


def test_what_has_started_is_not_torn(office: Desk, target: Target) -> None:
    """A worker claimed it and died; the next one brings it to its end, stopped or not."""
    from holdshort.stops import execution

    action = scenes.approved_but_not_run(office)
    with office.role("executor"):
        assert execution.claim(action, worker="dies")
    stop(office)
    later(office, 3)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


def test_what_is_stopped_can_still_be_withdrawn_one_by_one(office: Desk) -> None:
    action = scenes.approved_but_not_run(office)
    stop(office)
    who = office.sender("dana")
    with office.role("web"):
        flow.stop(action, "not_now", sender=who)
    go(office)
    assert scenes.state_of(office, action) == "revoked"


# ------------------------------------------------------------------ going on


def test_it_goes_on_only_when_every_switch_over_it_is_on(office: Desk, target: Target) -> None:
    action = scenes.approved_but_not_run(office)
    stop(office)
    stop(office, "connector:directory", "ines")
    go(office)
    later(office)
    assert (off(office), target.sent()) == (["connector:directory"], 0)
    go(office, "connector:directory")
    assert scenes.state_of(office, action) == "executed"


def test_the_sweep_finds_what_waited_when_the_wake_ups_are_lost(
    office: Desk, target: Target
) -> None:
    permitted = scenes.approved_but_not_run(office)
    said_yes = scenes.grave(office, who="erik")
    stop(office)
    scenes.say_yes(office, said_yes, "nadia")
    who = office.sender("ines")
    with office.role("web"):
        flow.switch_on("everything", "Looked.", sender=who)
    waking.run_by_sweep_alone(office)
    states = [scenes.state_of(office, one) for one in (permitted, said_yes)]
    assert (states, target.sent()) == (["executed", "executed"], 2)


def test_the_sweep_wakes_nobody_for_what_is_stopped(office: Desk) -> None:
    scenes.approved_but_not_run(office)
    said_yes = scenes.grave(office, who="erik")
    stop(office)
    scenes.say_yes(office, said_yes, "nadia")
    waking.woken(office)
    waking.pass_time(office)
    with office.role("desk"):
        flow.sweep()
    assert waking.woken(office) == []


@pytest.mark.parametrize("by_sweep", [False, True])
def test_a_permission_that_ran_out_meanwhile_is_asked_anew(
    office: Desk, target: Target, by_sweep: bool
) -> None:
    action = scenes.approved_but_not_run(office)
    stop(office)
    office.sql("UPDATE kernel.switch SET set_at = set_at - interval '1 hour'")
    waking.end_permission(office, action)
    later(office)
    office.stop("desk", "expire", action)
    assert scenes.state_of(office, action) == "authorized"
    if by_sweep:
        who = office.sender("ines")
        with office.role("web"):
            flow.switch_on("everything", "Looked.", sender=who)
        waking.run_by_sweep_alone(office)
    else:
        go(office)
    after = office.story(action)
    assert (after.state, after.fate["reason"]) == ("superseded", "switch")
    assert (scenes.state_of(office, after.next_version), target.sent()) == ("waiting", 0)
    assert "stopped for longer than its permission held" in office.said(after.action.ticket)


def test_a_permission_that_ran_out_before_the_stop_expires(office: Desk) -> None:
    action = scenes.approved_but_not_run(office)
    waking.end_permission(office, action)
    stop(office)
    go(office)
    later(office)
    assert scenes.state_of(office, action) == "expired"


def test_a_yes_that_nobody_let_go_on_is_told_as_what_it_was(office: Desk) -> None:
    action = scenes.grave(office)
    stop(office)
    office.decide(action, "sven", "approve")
    over = "expires_at = clock_timestamp() - interval '1 second'"
    office.sql(
        "SET session_replication_role = replica; "
        f"UPDATE kernel.decision SET decided_at = decided_at - interval '1 day', {over}; "
        f"UPDATE kernel.review SET {over}"
    )
    office.stop("desk", "expire", action)
    said = office.said(office.story(action).action.ticket)
    assert "was approved, and stopped until its time was over" in said


# ------------------------------------------------------------------ who switches


@pytest.mark.parametrize("person", ["dana", "agent", "holdshort"])
def test_only_people_who_work_here_stop(office: Desk, person: str) -> None:
    who = office.sender("dana") if person == "dana" else _somebody(office, person)
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.switch_off("everything", "", sender=who)
    assert (no.value.code, off(office)) == ("not_yours", [])


@pytest.mark.parametrize("person", ["dana", "lukas", "agent"])
def test_only_owners_and_security_let_it_go_on(office: Desk, person: str) -> None:
    stop(office)
    who = _somebody(office, person) if person == "agent" else office.sender(person)
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.switch_on("everything", "why not", sender=who)
    assert (no.value.code, off(office)) == ("not_yours", ["everything"])


def test_nobody_lets_it_go_on_in_silence(office: Desk) -> None:
    stop(office)
    who = office.sender("sven")
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.switch_on("everything", "  ", sender=who)
    assert (no.value.code, off(office)) == ("note_missing", ["everything"])


def test_what_is_not_stopped_is_not_let_go_on(office: Desk) -> None:
    who = office.sender("ines")
    with office.role("web"), pytest.raises(flow.Refused, match="Everything is not stopped"):
        flow.switch_on("everything", "why not", sender=who)


def test_stopping_twice_is_one_stop(office: Desk) -> None:
    stop(office)
    stop(office, person="ines")
    assert office.sql("SELECT person FROM kernel.switch") == [("lukas",)]
    assert office.events("switch.stopped") == 1


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("connector:nowhere", "no connected app named ‘nowhere’"),
        ("category:idp.never", "no action type ‘idp.never’"),
        ("all", "Say what to stop"),
        ("category:idp.unlock/4", "Say what to stop"),
    ],
)
def test_a_stop_of_nothing_is_refused(office: Desk, scope: str, says: str) -> None:
    who = office.sender("ines")
    with office.role("web"), pytest.raises(flow.Refused, match=says):
        flow.switch_off(scope, "", sender=who)


def test_both_ways_are_on_record(office: Desk) -> None:
    stop(office, reason="It deletes too much.")
    go(office, why="The rule was wrong; it is mended.")
    rows = office.sql("SELECT person, is_on, reason FROM kernel.switch ORDER BY id")
    assert rows == [
        ("lukas", False, "It deletes too much."),
        ("ines", True, "The rule was wrong; it is mended."),
    ]
    assert (office.events("switch.stopped"), office.events("switch.released")) == (1, 1)


def _somebody(desk: Desk, person: str):  # type: ignore[no-untyped-def]
    """Somebody without a local account, who speaks through another's."""
    from dataclasses import replace

    from holdshort.records import people

    with desk.role("web"):
        found = people.person(person)
    assert found is not None
    return replace(desk.sender("ines"), person=found)
