"""Suspending idle guests: alone one by one, held as soon as it adds up, over a real directory."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort import flow
from holdshort.stops import execution
from holdshort.stops.deciding import Answer
from holdshort.stops.refused import Refused
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.directory import Directory, running_directory
from tests.kernel import waking
from tests.kernel.at_once import together
from tests.web.conftest import Visitor, plain

IT = ("helena", "ines", "lukas", "nadia", "sven")
GUESTS = [f"guest-{number:02}" for number in range(1, 42)]
STAFF = ["erik", "aylin", "mateo", "jonas", "carla", "dana", "bea"]
TEMPLATE = "template_of_guests"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with 41 guests, each idle and with their owner's consent."""
    said = yaml.safe_load(COMPANY.read_text("utf-8"))
    employed = {"status": "active", "start": "2025-06-01"}
    for id in GUESTS:
        subject = str(uuid.uuid5(uuid.NAMESPACE_DNS, id))
        accounts = [{"issuer": "directory", "subject": subject}]
        person = {"id": id, "name": id.title(), "email": f"{id}@partner.example"}
        said["people"].append(
            {**person, "roles": ["guest"], "employment": employed, "accounts": accounts}
        )
        said["guests"].append({**said["guests"][0], "person": id})
    file = tmp_path_factory.mktemp("guests") / "company.yaml"
    file.write_text(json.dumps(said, default=str))
    return file


@pytest.fixture(scope="module")
def made(server: Server, company: Path) -> str:
    server.make_template(company, TEMPLATE)
    return TEMPLATE


@pytest.fixture(scope="module")
def directory(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with running_directory(tmp_path_factory.mktemp("directory"), company) as one:
        yield one


@pytest.fixture
def desk(server: Server, made: str, directory: Directory, tmp_path: Path) -> Iterator[Desk]:
    one = Desk(server, tmp_path, made)
    one.connectors["directory"] = directory.connector
    yield one
    one.close()


def asked(desk: Desk, guest: str, who: str = "petra") -> Any:
    desk.agent.will("idp.suspend", person=guest)
    return desk.action(desk.ask(who, f"{guest} is not with us any more"))


def gate(story: Any) -> tuple[int, str]:
    return story.assessment["tier"], story.assessment["mode"]


def rules(story: Any) -> list[str]:
    return [reason.rule for reason in story.reasons]


def active(directory: Directory, guest: str) -> bool:
    found = {one.user_name: one.active for one in directory.connector.mirror().accounts}
    return found[guest]


def run_after_hold(desk: Desk, story: Any) -> Any:
    waking.open_hold(desk, story.action.id)
    desk.run()
    return desk.story(story.action.id)


# ------------------------------------------------------------------ 9a


def test_9a_an_idle_guest_whose_owner_agreed_is_suspended_alone_and_can_be_resumed(
    desk: Desk, directory: Directory
) -> None:
    story = asked(desk, GUESTS[0])
    assert gate(story) == (2, "HOTL")
    assert story.reasons[0].rule == "policy.idle_guest"
    assert run_after_hold(desk, story).outcome["kind"] == "verified"
    assert not active(directory, GUESTS[0])
    sender = desk.sender("petra")
    with desk.role("web"):
        flow.undo(story.action.id, "wrong", sender=sender)
    desk.run()
    undoing = desk.actions(story.action.ticket)[-1]
    assert (undoing.action.type, undoing.state) == ("idp.resume", "waiting")
    desk.decide(undoing.action.id, undoing.assignments[0]["person"], "approve")
    assert desk.story(story.action.id).state == "undone"
    assert active(directory, GUESTS[0])


def agree(desk: Desk, who: str, guest: str, days: int) -> Any:
    """Somebody sends the form in which the owner of a guest agrees."""
    browser = Visitor(desk, who)
    assert "guest.consent" in browser.read("/forms")
    form = {"param-person": guest, "param-days": str(days)}
    answer = browser.post("/forms/guest.consent", **form)
    return desk.action(int(answer["Location"].split("/")[-1]))


def test_9a_what_the_owner_says_here_counts_instead_of_the_companys_file(desk: Desk) -> None:
    taken_back = agree(desk, "viktor", GUESTS[1], 0)
    assert (gate(taken_back), taken_back.state) == ((1, "HOTL"), "executed")
    waits = asked(desk, GUESTS[1])
    assert gate(waits) == (2, "HITL")
    assert "no consent of ‘viktor’" in next(
        one.text for one in waits.reasons if one.rule == "policy.idle_guest"
    )
    given = agree(desk, "viktor", GUESTS[1], 90)
    assert given.state == "executed"
    page = plain(Visitor(desk, "viktor").read(f"/tickets/{given.action.ticket}"))
    assert "Kept in this desk's own records" in page and "Read back" not in page
    assert desk.events("execution.settled") == 2, "each is on record with who said it"
    story = asked(desk, GUESTS[1], "lukas")
    assert gate(story) == (2, "HOTL")
    today = desk.sql("SELECT (now() AT TIME ZONE 'Europe/Berlin')::date")[0][0]
    assert f"‘viktor’ agreed on {today}" in story.reasons[0].text


def test_nobody_else_says_that_an_owner_agrees_and_no_assistant_reads_it_out_of_words(
    desk: Desk,
) -> None:
    by_another = agree(desk, "petra", GUESTS[2], 90)
    desk.agent.will("guest.consent", person=GUESTS[2], days=90)
    out_of_words = desk.action(desk.ask("viktor", "yes, suspend them, I agree"))
    for story in (by_another, out_of_words):
        assert story.state == "waiting"
        assert "raise.not_the_owner" in rules(story)


def test_somebody_who_is_no_guest_waits_for_a_person(desk: Desk) -> None:
    story = asked(desk, "bea")
    assert gate(story) == (2, "HITL")
    assert "policy.hr_end_date" in rules(story)


# ------------------------------------------------------------------ 9b, 9c


def sync(desk: Desk, people: list[str] = GUESTS) -> Any:
    """HR's record says of all these that they have left, and somebody of HR says so."""
    desk.sql(
        "UPDATE profile SET employment_status = 'ended', employment_end = '2026-10-31' "
        f"WHERE person = ANY(ARRAY{people!r})"
    )
    desk.agent.will("bundle.suspend", people=people)
    return desk.action(desk.ask("tom", "the HR system says that these have left"))


def leaver(desk: Desk, person: str = "karl") -> Any:
    """Another one of HR's record, for whom nothing but that record speaks."""
    desk.agent.will("idp.suspend", person=person, leaving=True)
    return desk.action(desk.ask("petra", f"{person} has left"))


def leavers_check(desk: Desk) -> Any:
    from holdshort.api.health import ready

    with desk.role("web"):
        checks: Any = ready(None).value["checks"]  # type: ignore[arg-type]
    return next(one for one in checks if one["name"] == "leavers")


def suspended(directory: Directory) -> set[str]:
    return {one.user_name for one in directory.connector.mirror().accounts if not one.active}


def test_9b_a_batch_is_one_decision_of_hr_and_it_before_the_first_suspension(
    desk: Desk, directory: Directory
) -> None:
    before, batch = suspended(directory), sync(desk)
    assert (batch.action.type, gate(batch)) == ("idp.suspend_many", (3, "HITL"))
    assert len(desk.actions(batch.action.ticket)) == 1
    reason = next(reason for reason in batch.reasons if reason.rule == "raise.budget")
    assert (reason.observed, reason.limit) == ("41 people", "5 people an hour")
    shown = batch.assessment["findings"]
    assert shown["before"][0] == "41 people can sign in."
    assert "Guest-01 (by HR's record left on 2026-10-31)" in shown["before"][1]
    assert "Guest-41" in shown["before"][2]
    assert {one["person"] for one in batch.assignments} == {*IT, "petra"}
    desk.decide(batch.action.id, "ines", "approve")
    assert desk.story(batch.action.id).state == "waiting"
    assert desk.events("authorization.granted") == 0
    desk.decide(batch.action.id, "petra", "approve")
    _, *lines = desk.actions(batch.action.ticket)
    assert desk.story(batch.action.id).state == "executed"
    ends = Counter(one.action.type for one in lines)
    assert ends == {"idp.suspend": 41, "idp.revoke_sessions": 41}
    assert {gate(one) for one in lines} == {(2, "HOTL")}
    assert suspended(directory) == before
    assert run_after_hold(desk, lines[0]).outcome["kind"] == "verified"
    # People looked at them, so they take no place of those that nobody looks at.
    assert gate(leaver(desk)) == (2, "HOTL")


def test_9b_while_it_is_undecided_hrs_record_alone_ends_nobodys_access(desk: Desk) -> None:
    assert leavers_check(desk)["ok"]
    batch = sync(desk)
    other = leaver(desk)
    assert gate(other) == (3, "HITL")
    [doubt] = [one for one in other.reasons if one.rule == "raise.record_in_doubt"]
    assert "41 people at once that they have left" in doubt.text
    assert f"HR and IT decide about ticket {batch.action.ticket}" in doubt.would_pass
    assert leavers_check(desk) == {
        "name": "leavers",
        "ok": False,
        "detail": f"Paused: 41 people at once wait to be decided, ticket {batch.action.ticket}.",
    }
    told = desk.sql(f"SELECT person FROM notice WHERE action = '{batch.action.id}' ORDER BY 1")
    assert [who for (who,) in told] == ["helena", "ines", "nadia", "petra", "sven"]


def test_9b_nobody_permits_a_batch_alone_in_an_emergency_either(desk: Desk) -> None:
    batch, helena = sync(desk), desk.sender("helena")
    with desk.role("web"), pytest.raises(Refused, match="never for one person") as no:
        flow.override(batch.action.id, "HR says they must all go now", sender=helena)
    assert no.value.code == "not_allowed"
    assert "nothing is lost while they can sign in" in str(no.value)
    assert desk.story(batch.action.id).state == "waiting"


def test_9b_what_hrs_record_alone_permitted_before_is_called_back(
    desk: Desk, directory: Directory
) -> None:
    before, idle = leaver(desk), asked(desk, GUESTS[40])
    assert gate(before) == gate(idle) == (2, "HOTL")
    batch = sync(desk, GUESTS[1:9])
    assert run_after_hold(desk, before).state == "superseded"
    assert active(directory, "karl")
    said = f"HR's record came into doubt: 8 people at once (ticket {batch.action.ticket})"
    assert f"{said} before ‘" in desk.said(before.action.ticket)
    again = desk.actions(before.action.ticket)[-1]
    assert (again.action.version, again.state, gate(again)) == (2, "waiting", (3, "HITL"))
    assert "raise.record_in_doubt" in rules(again)
    # What rests on the owner's consent is as it was.
    waking.open_hold(desk, idle.action.id)
    desk.sweep()
    assert desk.story(idle.action.id).outcome["kind"] == "verified"


def test_9b_an_attempt_that_takes_over_a_dead_one_stops_for_the_doubt_as_well(
    desk: Desk, directory: Directory
) -> None:
    begun = leaver(desk)
    waking.open_hold(desk, begun.action.id)
    with desk.role("executor"):
        assert execution.claim(begun.action.id, worker="dead") is not None
    desk.sql("DELETE FROM procrastinate_jobs")
    sync(desk, GUESTS[1:9])
    desk.sql("UPDATE kernel.attempt SET lease_until = clock_timestamp()")
    desk.sweep()
    assert desk.story(begun.action.id).outcome["kind"] == "not_applied"
    assert active(directory, "karl")
    again = desk.actions(begun.action.ticket)[-1]
    assert (again.action.version, again.state) == (2, "waiting")
    assert "raise.record_in_doubt" in rules(again)


def test_9b_a_no_suspends_nobody_and_what_was_not_approved_stays_in_doubt(
    desk: Desk, directory: Directory
) -> None:
    before, batch = suspended(directory), sync(desk, STAFF)
    desk.decide(batch.action.id, "petra", "reject", reason_code="not_needed")
    assert desk.story(batch.action.id).state == "rejected"
    assert len(desk.actions(batch.action.ticket)) == 1 and suspended(directory) == before
    assert leavers_check(desk)["ok"]
    assert gate(leaver(desk)) == (2, "HOTL")
    assert "raise.record_in_doubt" in rules(leaver(desk, "dana"))
    # HR's record of another day is another record.
    desk.sql("UPDATE profile SET employment_end = '2026-11-01' WHERE person = 'bea'")
    assert gate(leaver(desk, "bea")) == (2, "HOTL")


def test_9b_two_of_hr_are_not_one_of_each_side(desk: Desk) -> None:
    desk.sql("UPDATE authority SET contexts = '{hr}' WHERE person = 'leo'")
    batch = sync(desk)
    assert {one["person"] for one in batch.assignments} == {*IT, "leo", "petra"}
    desk.decide(batch.action.id, "leo", "approve")
    with pytest.raises(
        Refused, match="With that of Leo Marchetti there is one for what you decide"
    ):
        desk.decide(batch.action.id, "petra", "approve")
    desk.decide(batch.action.id, "ines", "approve")
    assert desk.story(batch.action.id).state == "executed"


def test_9b_whom_hrs_record_no_longer_names_is_left_alone_and_a_lost_wake_up_is_found(
    desk: Desk,
) -> None:
    batch = sync(desk, GUESTS[:7])
    desk.decide(batch.action.id, "ines", "approve")
    desk.sql(
        "UPDATE profile SET employment_status = 'active', employment_end = NULL "
        f"WHERE person = '{GUESTS[0]}'"
    )
    sender = desk.sender("petra")
    with desk.role("web"):
        flow.decide(
            batch.review["number"], Answer("approve", batch.digest, "0" * 64), sender=sender
        )
    with desk.role("desk"):
        flow.authorize(batch.action.id)
    desk.sql("DELETE FROM procrastinate_jobs")
    desk.sql("UPDATE kernel.outcome SET at = at - interval '1 minute'")
    desk.sweep()
    with desk.role("desk"):
        flow.release(batch.action.id)
    _, *lines = desk.actions(batch.action.ticket)
    suspended = [one.action.beneficiary for one in lines if one.action.type == "idp.suspend"]
    assert sorted(suspended) == GUESTS[1:7] and len(lines) == 2 * 6
    assert "does not say any more that Guest-01 left" in desk.said(batch.action.ticket)


def test_a_batch_of_whom_hr_says_nothing_stops_nothing_but_itself(desk: Desk) -> None:
    desk.agent.will("bundle.suspend", people=GUESTS)
    batch = desk.action(desk.ask("petra", "none of these guests comes any more"))
    assert (batch.action.type, gate(batch)) == ("idp.suspend_many", (3, "HITL"))
    assert leavers_check(desk)["ok"] and gate(leaver(desk)) == (2, "HOTL")


def test_9c_the_same_people_one_by_one_are_held_from_the_sixth_on_with_the_earlier_ones(
    desk: Desk,
) -> None:
    first = [asked(desk, guest) for guest in GUESTS[1:6]]
    assert {gate(story) for story in first} == {(2, "HOTL")}
    sixth, seventh = asked(desk, GUESTS[6]), asked(desk, GUESTS[7], who="tom")
    # Whoever asks: the budget counts across tickets and people.
    assert gate(sixth) == gate(seventh) == (3, "HITL")
    assert "raise.budget" in rules(sixth) and "raise.budget" in rules(seventh)
    blast = sixth.assessment["findings"]["consequence"]["blast_radius"]
    assert (blast["value"], blast["facts"][0]["text"]) == (
        3,
        "6 people within a day, by what the same person asked for.",
    )
    notes = [one for one in sixth.assessment["findings"]["notes"] if one["rule"] == "note.earlier"]
    assert [one["observed"] for one in notes] == [story.action.id for story in first]
    assert f"ticket {first[0].action.ticket}" in notes[0]["text"]
    desk.decide(sixth.action.id, sixth.assignments[0]["person"], "approve")
    assert desk.story(sixth.action.id).state == "executed"


def test_what_was_stopped_or_not_approved_reached_nobody(desk: Desk) -> None:
    first = [asked(desk, guest) for guest in GUESTS[1:6]]
    sender = desk.sender("petra")
    with desk.role("web"):
        flow.stop(first[0].action.id, "wrong", sender=sender)
    assert gate(asked(desk, GUESTS[6])) == (2, "HOTL")
    assert gate(asked(desk, GUESTS[7])) == (3, "HITL")


def test_after_an_hour_another_requester_may_again(desk: Desk) -> None:
    for guest in GUESTS[1:6]:
        asked(desk, guest)
    for table, column in (("action", "staged_at"), ('"authorization"', "authorized_at")):
        desk.sql(f"UPDATE kernel.{table} SET {column} = {column} - interval '61 minutes'")
    assert gate(asked(desk, GUESTS[6], who="tom")) == (2, "HOTL")
    # Not whoever asked for all of them: that is a day's work of one person.
    again = asked(desk, GUESTS[7])
    assert gate(again) == (3, "HITL") and "raise.budget" not in rules(again)


def test_tickets_that_are_staged_at_the_same_time_do_not_both_take_the_last_place(
    desk: Desk,
) -> None:
    proposals = []
    for guest in GUESTS[10:18]:
        sender = desk.sender("petra")
        with desk.role("web"):
            number = flow.receive("", f"{guest} left", sender=sender)
        desk.agent.will("idp.suspend", person=guest)
        with desk.role("agent"):
            flow.propose(number, agent=desk.agent, person="agent")
    proposals = [str(row[0]) for row in desk.sql("SELECT id FROM kernel.proposal")]
    assert len(proposals) == 8
    done = together(desk, [("desk", lambda id=id: flow.stage(id)) for id in proposals])  # type: ignore[misc]
    assert [error for _, error in done if error] == []
    assert desk.sql("SELECT mode, count(*) FROM kernel.assessment GROUP BY mode ORDER BY mode") == [
        ("HITL", 3),
        ("HOTL", 5),
    ]


# ------------------------------------------------------------------ whoever holds privileged rights


def zoom(desk: Desk, person: str) -> Any:
    """Harmless software of the catalogue on one's own device."""
    desk.agent.will("mdm.install", person=person, software="zoom")
    return desk.action(desk.ask(person, "Zoom please"))


def held_privileged(story: Any) -> list[Any]:
    return [one for one in story.reasons if one.rule == "raise.privileged_budget"]


def test_what_is_of_a_second_privileged_person_within_a_day_waits_with_the_first(
    desk: Desk,
) -> None:
    first, ordinary = zoom(desk, "lukas"), zoom(desk, "dana")
    # The same person once more is still one.
    assert {gate(one) for one in (first, ordinary, zoom(desk, "lukas"))} == {(2, "HOTL")}
    second = zoom(desk, "greta")
    assert gate(second) == (3, "HITL")
    [reason] = held_privileged(second)
    assert (reason.observed, reason.limit) == ("2 privileged people", "1 a day")
    assert "Before: Lukas Weber." in reason.text and "Dana" not in reason.text
    notes = [one["observed"] for one in second.assessment["findings"]["notes"]]
    assert first.action.id in notes
    assert gate(zoom(desk, "bea")) == (2, "HOTL")
    moved = "- interval '25 hours'"
    desk.sql(f"UPDATE kernel.action SET staged_at = staged_at {moved}")
    desk.sql(f'UPDATE kernel."authorization" SET authorized_at = authorized_at {moved}')
    assert gate(zoom(desk, "greta")) == (2, "HOTL")


def test_what_a_person_approved_of_the_privileged_or_stopped_takes_no_place(desk: Desk) -> None:
    first, second = zoom(desk, "lukas"), zoom(desk, "greta")
    desk.decide(second.action.id, second.assignments[0]["person"], "approve")
    assert desk.story(second.action.id).authorization["basis"] == "decisions"
    sender = desk.sender("lukas")
    with desk.role("web"):
        flow.stop(first.action.id, "wrong", sender=sender)
    assert not held_privileged(zoom(desk, "viktor"))


def test_while_nobody_knows_who_is_privileged_everybody_counts_as_such(desk: Desk) -> None:
    assert gate(zoom(desk, "dana")) == (2, "HOTL")
    desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '1 hour'")
    assert held_privileged(zoom(desk, "bea"))
