"""The road on a desk that was put back to an older state: nothing runs until people settle it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort import flow
from holdshort.machine import witness
from holdshort.machine.errors import MachineError
from holdshort.ports import Shape
from holdshort.records import safe_mode
from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking


@pytest.fixture
def office(desk: Desk, target: Target) -> Iterator[Desk]:
    scenes.connect(desk)
    yield desk


def came_back(desk: Desk) -> None:
    """As if all that is on record came from a backup."""
    desk.sql(
        "INSERT INTO kernel.restoration (reason, backup, kept_at, position) "
        "VALUES ('backup', 'f00d', clock_timestamp(), 0)"
    )


def later(desk: Desk, rounds: int = 3) -> None:
    """The sweep finds whatever is due by its rows; nothing else wakes anybody."""
    for _ in range(rounds):
        waking.pass_time(desk)
        desk.sweep()


def settle(desk: Desk, action: str, result: str, person: str = "ines", note: str = "") -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.settle(action, result, note, sender=who)
    desk.run()


def reconcile(desk: Desk, person: str = "ines", note: str = "I looked at the directory.") -> int:
    who = desk.sender(person)
    with desk.role("web"):
        left = flow.reconcile(note, sender=who)
    desk.run()
    return left


def doubts(desk: Desk) -> dict[str, safe_mode.Doubt]:
    with desk.role("web"):
        return {one.story.action.id: one for one in safe_mode.doubts()}


def halted(desk: Desk) -> bool:
    with desk.role("web"):
        return safe_mode.halt() is not None


def already_there(desk: Desk, target: Target, action: str) -> None:
    """It was carried out after the backup was made."""
    target.drift(thing(desk.story(action).action), {"member": True})


# ------------------------------------------------------------------ nothing runs, all is taken


def test_nothing_that_was_on_its_way_runs(office: Desk, target: Target) -> None:
    waiting, approved = scenes.grave(office, who="erik"), scenes.approved_but_not_run(office)
    held = scenes.held(office)
    came_back(office)
    waking.open_hold(office, held)
    scenes.say_yes(office, waiting, "nadia")
    later(office)
    states = [scenes.state_of(office, action) for action in (waiting, approved, held)]
    assert states == ["waiting", "authorized", "authorized"]
    assert target.sent() == 0


def test_tickets_reviews_and_answers_go_on_being_taken(office: Desk, target: Target) -> None:
    came_back(office)
    alone, grave = scenes.held(office), scenes.grave(office, who="erik")
    office.decide(grave, "sven", "approve")
    rejected = scenes.grave(office, who="aylin")
    office.decide(rejected, "sven", "reject", reason_code="not_needed")
    later(office)
    states = [scenes.state_of(office, action) for action in (alone, grave, rejected)]
    assert states == ["waiting", "waiting", "rejected"]
    assert target.sent() == 0
    reconcile(office)
    later(office)
    assert scenes.state_of(office, grave) == "executed"
    again = office.story(alone).next_version
    assert scenes.state_of(office, alone) == "superseded"
    assert (scenes.state_of(office, again), len(target.effects())) == ("executed", 2)


def test_our_own_tables_are_left_alone_too(office: Desk) -> None:
    came_back(office)
    office.agent.will("kb.answer", article="vpn-ports")
    action = scenes.latest(office, office.ask("bea", "Which ports does the VPN need?"))
    later(office)
    assert scenes.state_of(office, action) == "waiting"
    assert "51820" not in office.said(office.story(action).action.ticket)


def test_a_worker_that_died_before_is_not_followed(office: Desk, target: Target) -> None:
    action = began(office)
    came_back(office)
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == ("executing", 0)
    assert len(office.story(action).attempts) == 1


def test_an_unused_permission_is_not_closed_while_nobody_knows(office: Desk) -> None:
    approved, waiting = scenes.approved_but_not_run(office), scenes.grave(office, who="erik")
    came_back(office)
    waking.end_permission(office, approved)
    waking.end_review(office, waiting)
    for action in (approved, waiting):
        office.stop("desk", "expire", action)
    later(office)
    assert set(doubts(office)) == {approved, waiting}


def test_what_was_offered_before_and_not_staged_goes_to_a_person(office: Desk) -> None:
    office.agent.will("idp.add_to_group", person="dana", group="photo-club")
    who = office.sender("dana")
    with office.role("web"):
        number = flow.receive("", "please add me", sender=who)
    office.stop("agent", "propose", str(number))
    came_back(office)
    office.run()
    assert office.actions(number) == []
    assert office.ticket(number)["stands"] == "with_person"
    assert "older state" in office.said(number)


def test_a_no_to_a_review_of_before_ends_nothing_while_nobody_knows(office: Desk) -> None:
    action = scenes.grave(office)
    came_back(office)
    office.decide(action, "sven", "reject", reason_code="not_needed")
    assert set(doubts(office)) == {action}
    reconcile(office)
    assert scenes.state_of(office, action) == "withdrawn"


def test_it_cannot_be_stopped_or_withdrawn_while_nobody_knows(office: Desk) -> None:
    action = scenes.approved_but_not_run(office)
    came_back(office)
    who = office.sender("dana")
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.stop(action, "not_now", sender=who)
    assert no.value.code == "in_doubt"
    with office.role("web"):
        flow.ask_for_a_person(office.story(action).action.ticket, sender=who)
    assert set(doubts(office)) == {action}


# ------------------------------------------------------------------ looking


def test_every_target_is_looked_at_and_left_alone(office: Desk, target: Target) -> None:
    there, gone = scenes.approved_but_not_run(office), scenes.grave(office, who="erik")
    already_there(office, target, there)
    came_back(office)
    assert doubts(office)[there].seen_at is None
    later(office, 1)
    found = doubts(office)
    assert (found[there].shown, found[gone].shown) == (True, False)
    assert target.sent() == 0


def test_where_a_target_cannot_be_asked_it_says_so(office: Desk) -> None:
    action = scenes.grave(office)
    came_back(office)
    scenes.connect(office, Shape.BLIND)
    office.stop("executor", "observe", action)
    assert doubts(office)[action].shown is None
    office.connectors.clear()
    office.stop("executor", "observe", action)
    assert "no connected app named" in doubts(office)[action].problem


def test_a_target_that_does_not_answer_is_asked_again(
    office: Desk, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = scenes.grave(office)
    came_back(office)
    address = target.url
    monkeypatch.setenv("FAKE_TARGET_URL", "http://127.0.0.1:9")
    office.sweep()
    assert doubts(office)[action].problem == "The fake target did not answer."
    monkeypatch.setenv("FAKE_TARGET_URL", address)
    office.sql("UPDATE kernel.sighting SET seen_at = seen_at - interval '3 minutes'")
    office.sweep()
    assert (doubts(office)[action].shown, doubts(office)[action].problem) == (False, "")


# ------------------------------------------------------------------ settling


def test_what_is_in_place_already_is_recorded_as_done(office: Desk, target: Target) -> None:
    action = scenes.approved_but_not_run(office)
    came_back(office)
    settle(office, action, "done", note="She is in the group.")
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 0)
    assert "is in place" in office.said(office.story(action).action.ticket)
    assert office.ticket(office.story(action).action.ticket)["stands"] == "closed"
    reconcile(office)
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 0)


@pytest.mark.parametrize("made", [scenes.grave, scenes.approved_but_not_run])
def test_what_is_still_wanted_is_asked_anew_and_runs_once(
    office: Desk, target: Target, made: object
) -> None:
    action = made(office)  # type: ignore[operator]
    came_back(office)
    settle(office, action, "again")
    again = office.story(action).next_version
    assert [scenes.state_of(office, one) for one in (action, again)] == ["superseded", "waiting"]
    office.decide(again, "sven", "approve")
    assert (scenes.state_of(office, again), target.sent()) == ("waiting", 0)
    reconcile(office)
    later(office)
    assert (scenes.state_of(office, again), len(target.effects())) == ("executed", 1)


def test_what_is_no_longer_wanted_is_dropped(office: Desk, target: Target) -> None:
    action = scenes.approved_but_not_run(office)
    came_back(office)
    settle(office, action, "dropped")
    reconcile(office)
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == ("withdrawn", 0)
    assert office.story(action).next_version is None


@pytest.mark.parametrize(
    ("result", "expected"),
    [("done", "executed"), ("again", "not_applied"), ("dropped", "not_applied")],
)
def test_a_run_that_had_begun_is_settled(office: Desk, result: str, expected: str) -> None:
    action = began(office)
    came_back(office)
    settle(office, action, result)
    assert scenes.state_of(office, action) == expected
    assert (office.story(action).next_version is not None) == (result == "again")


@pytest.mark.parametrize(("there", "expected"), [(True, "executed"), (False, "unknown")])
def test_a_run_that_nobody_settled_is_ended_by_what_the_target_shows(
    office: Desk, target: Target, there: bool, expected: str
) -> None:
    action = began(office)
    if there:
        already_there(office, target, action)
    came_back(office)
    reconcile(office)
    later(office)
    assert (scenes.state_of(office, action), target.sent()) == (expected, 0)


def test_work_by_hand_is_settled_or_stays_with_its_person(office: Desk) -> None:
    first, second = by_hand(office, "pavel"), by_hand(office, "ravi")
    came_back(office)
    assert set(doubts(office)) == {first, second}
    settle(office, first, "done", note="I had done it on Tuesday.")
    reconcile(office)
    later(office)
    assert scenes.state_of(office, first) == "executed"
    assert scenes.state_of(office, second) == "by_hand"


def test_what_is_not_in_doubt_is_not_settled(office: Desk) -> None:
    action = scenes.grave(office)
    with pytest.raises(flow.Refused, match="not in safe mode"):
        settle(office, action, "done")
    came_back(office)
    after = scenes.grave(office, who="erik")
    for one, code in ((after, "not_in_doubt"), ("0" * 32, "not_found")):
        with pytest.raises(flow.Refused) as no:
            settle(office, one, "done")
        assert no.value.code == code
    with pytest.raises(flow.Refused, match="done, again, dropped"):
        settle(office, action, "maybe")
    settle(office, action, "dropped")
    with pytest.raises(flow.Refused) as no:
        settle(office, action, "done")
    assert no.value.code == "not_in_doubt"


# ------------------------------------------------------------------ going on


def test_what_was_not_settled_is_asked_anew(office: Desk, target: Target) -> None:
    approved, waiting = scenes.approved_but_not_run(office), scenes.grave(office, who="erik")
    came_back(office)
    assert reconcile(office) == 2
    later(office)
    for action in (approved, waiting):
        again = office.story(action).next_version
        assert [scenes.state_of(office, one) for one in (action, again)] == [
            "superseded",
            "waiting",
        ]
    assert target.sent() == 0


def test_what_somebody_rejected_before_is_not_asked_again(office: Desk) -> None:
    action = scenes.grave(office)
    scenes.say(office, action, "sven", "reject", reason_code="not_needed")
    came_back(office)
    reconcile(office)
    assert office.story(action).next_version is None
    assert scenes.state_of(office, action) == "withdrawn"


@pytest.mark.parametrize("person", ["agent", "holdshort", "dana"])
def test_only_people_who_work_here_end_it(office: Desk, person: str) -> None:
    from holdshort.core.terms import Assurance, Channel, Sender
    from holdshort.records import people

    came_back(office)
    with office.role("web"):
        found = people.person(person)
        assert found is not None
        who = Sender(found, 1, Channel.API, Assurance.SESSION)
        with pytest.raises(flow.Refused) as no:
            flow.reconcile("All is well.", sender=who)
    assert no.value.code == "not_yours"
    assert halted(office)


def test_it_ends_with_a_reason_and_is_on_record(office: Desk) -> None:
    with pytest.raises(flow.Refused, match="not in safe mode"):
        reconcile(office)
    came_back(office)
    with pytest.raises(flow.Refused, match="Please write"):
        reconcile(office, note="  ")
    assert halted(office)
    reconcile(office, "sven", "Looked at the log of the directory.")
    assert not halted(office)
    row = office.sql("SELECT person, note, channel FROM kernel.reconciliation")
    assert row == [("sven", "Looked at the log of the directory.", "portal")]
    assert office.events("desk.reconciled") == 1


def test_everything_that_came_back_is_reconciled_at_once(office: Desk) -> None:
    came_back(office)
    came_back(office)
    reconcile(office)
    assert not halted(office)


def test_whoever_starts_the_desk_is_told(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    from holdshort.cli.up import warn_of_safe_mode

    with office.role(None):
        warn_of_safe_mode("http://desk")
        assert capsys.readouterr().err == ""
    came_back(office)
    with office.role(None):
        warn_of_safe_mode("http://desk")
    assert "Nothing runs: this desk was restored" in (said := capsys.readouterr().err)
    assert "http://desk/safe-mode" in said


# ------------------------------------------------------------------ noticing


def watched(desk: Desk, path: Path, role: str = "executor") -> None:
    with desk.role(role):
        flow.watch(path)


def put_back(desk: Desk, positions: int = 1) -> None:
    """The whole machine is an older one: the end of the log was never written."""
    desk.sql(
        "DELETE FROM kernel.log WHERE position > "
        f"(SELECT max(position) - {positions} FROM kernel.log)"
    )


@pytest.mark.parametrize("role", ["desk", "executor"])
def test_a_shorter_log_than_was_seen_halts_the_desk_once(
    office: Desk, tmp_path: Path, role: str
) -> None:
    path = tmp_path / "witness" / f"{role}.json"
    scenes.approved_but_not_run(office)
    watched(office, path, role)
    put_back(office)
    for _ in range(3):
        watched(office, path, role)
    assert office.sql("SELECT reason, seen - position FROM kernel.restoration") == [("log", 1)]
    assert office.events("execution.halted") == 1


def test_a_log_that_has_grown_again_is_another_one(office: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    scenes.approved_but_not_run(office)
    watched(office, path)
    put_back(office)
    with office.role("desk"):
        assert flow.sequence(window=flow.OVERTAKEN) == 1
    watched(office, path)
    assert halted(office)


def test_a_log_that_goes_on_is_no_reason(office: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    for who in ("dana", "erik"):
        scenes.grave(office, who=who)
        watched(office, path)
    assert not halted(office)
    assert path.stat().st_mode & 0o777 == 0o600


def test_after_the_reconciliation_the_witness_goes_on_from_there(
    office: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "witness.json"
    scenes.approved_but_not_run(office)
    watched(office, path)
    put_back(office)
    watched(office, path)
    reconcile(office)
    watched(office, path)
    assert not halted(office)


def test_a_backup_that_was_restored_explains_the_shorter_log(office: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    scenes.approved_but_not_run(office)
    watched(office, path)
    put_back(office)
    came_back(office)
    watched(office, path)
    assert office.sql("SELECT count(*) FROM kernel.restoration") == [(1,)]


def test_a_damaged_witness_stops_its_process(office: Desk, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    for text in ("", "{}", '{"position": "x", "sequenced_at": null, "seen_at": ""}'):
        path.write_text(text)
        with pytest.raises(MachineError, match="is damaged"):
            watched(office, path)


def test_what_a_witness_keeps_is_what_it_reads(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    path, at = tmp_path / "new" / "w.json", datetime(2026, 3, 1, 12, 30, 1, 5, tzinfo=UTC)
    assert witness.read(path) is None
    for seen in (witness.Seen(7, at, at), witness.Seen(-1, None, at)):
        witness.write(path, seen)
        assert witness.read(path) == seen


# ------------------------------------------------------------------ scenes


def began(desk: Desk) -> str:
    """An executor began and died before it sent anything."""
    from holdshort.stops import execution

    action = scenes.approved_but_not_run(desk)
    with desk.role("executor"):
        assert execution.claim(action, worker="gone") is not None
    desk.sql("UPDATE kernel.attempt SET lease_until = started_at")
    return action


def by_hand(desk: Desk, person: str) -> str:
    desk.sql(
        "INSERT INTO kernel.standing (category, phase, granted, basis)"
        " VALUES ('idp.suspend/2', 1, false, 'recalled')"
    )
    desk.agent.will("idp.suspend", person=person)
    action = scenes.latest(desk, desk.ask("greta", f"please suspend {person}"))
    desk.decide(action, "sven", "approve")
    assert scenes.state_of(desk, action) == "by_hand"
    return action
