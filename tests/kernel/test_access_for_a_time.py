"""Access for a time: it ends by itself, read back, under the approval that gave it."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from holdshort import catalogue, flow
from holdshort.records import grants, wake
from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking


@pytest.fixture
def office(desk: Desk, target: Target) -> Iterator[Desk]:
    scenes.connect(desk)
    yield desk


def given(desk: Desk, person: str = "dana", **params: object) -> str:
    """Somebody was given a privileged group; gives the action."""
    desk.agent.will("idp.add_to_group", person=person, group="build-tools", **params)
    action = scenes.latest(desk, desk.ask(person, "please add me"))
    desk.decide(action, "sven", "approve")
    assert scenes.state_of(desk, action) == "executed"
    in_the_mirror(desk, person, True)
    return action


def in_the_mirror(desk: Desk, person: str, member: bool, group: str = "build-tools") -> None:
    """What the next reading of the directory would say."""
    app, of_group, of_person = desk.sql(
        "SELECT g.connector, g.external_id, a.external_id "
        "FROM directory_group g, directory_account a "
        f"WHERE g.slug = '{group}' AND a.user_name = '{person}'"
    )[0]
    desk.sql(f"DELETE FROM membership WHERE group_id = '{of_group}' AND member_id = '{of_person}'")
    if member:
        row = f"'{app}', '{of_group}', '{of_person}', 'account'"
        desk.sql(f"INSERT INTO membership VALUES ({row})")


def hours_later(desk: Desk, hours: float) -> None:
    """Whatever took effect took effect so many hours earlier."""
    desk.sql(f"UPDATE kernel.outcome SET at = at - interval '{hours} hours'")
    desk.sql(
        "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at "
        f"- interval '{hours} hours' WHERE task_name = 'lapse'"
    )


def held(desk: Desk) -> list[grants.Grant]:
    with desk.role("web"):
        return grants.grants()


def takes_back(desk: Desk, action: str) -> list[tuple[str, str]]:
    """The tries to take it back, with their states."""
    return [
        (str(row[0]), str(row[1]))
        for row in desk.sql(
            "SELECT b.id, s.state FROM kernel.action b "
            "JOIN kernel.action_state s ON s.action = b.id "
            f"WHERE b.undoes = '{action}' ORDER BY b.staged_at"
        )
    ]


# ------------------------------------------------------------------ how long


def test_privileged_access_lasts_four_hours_when_nothing_was_said(office: Desk) -> None:
    action = scenes.grave(office)
    story = office.story(action)
    assert story.action.params["hours"] == 4
    assert "Ends by itself 4 hours after it begins." in story.assessment["findings"]["after"]


@pytest.mark.parametrize(("asked", "agreed"), [(2, 2), (4, 4), (5, 4), (8760, 4)])
def test_it_is_as_short_as_asked_for_and_never_longer_than_allowed(
    office: Desk, asked: int, agreed: int
) -> None:
    office.agent.will("idp.add_to_group", person="dana", group="build-tools", hours=asked)
    action = scenes.latest(office, office.ask("dana", "please add me"))
    story = office.story(action)
    assert story.action.params["hours"] == agreed
    said = " ".join(story.assessment["findings"]["after"])
    assert ("Asked for: " in said) == (asked > agreed)


def for_a_year(desk: Desk, **params: object) -> str:
    """Dana asks for a right in production that is not privileged: tier 3."""
    desk.agent.will("idp.add_to_group", person="dana", group="aws-readers", **params)
    return scenes.latest(desk, desk.ask("dana", "let me look at AWS"))


@pytest.mark.parametrize(("asked", "agreed"), [(0, 8760), (720, 720)])
def test_what_a_person_must_decide_ends_within_a_year(
    office: Desk, asked: int, agreed: int
) -> None:
    story = office.story(for_a_year(office, hours=asked))
    assert (story.gate["tier"], story.action.params["hours"]) == (3, agreed)
    words = {8760: "a year", 720: "30 days"}[agreed]
    said = f"Ends by itself {words} after it begins."
    assert said in story.assessment["findings"]["after"]


@pytest.mark.parametrize("lost", [False, True], ids=["woken", "found by the sweep"])
def test_whoever_holds_and_gave_it_are_told_a_week_before_it_ends(
    office: Desk, target: Target, lost: bool
) -> None:
    action = for_a_year(office)
    office.decide(action, "lukas", "approve")
    in_the_mirror(office, "dana", True, "aws-readers")
    hours_later(office, 8760 - 169)
    office.sweep()
    assert told(office, action) == []
    hours_later(office, 1.5)
    if lost:
        office.sql("DELETE FROM procrastinate_jobs")
        office.sweep()
    office.run()
    office.sweep()
    assert [person for person, _ in told(office, action)] == ["dana", "lukas"]
    [(_, text), (_, of_lukas)] = told(office, action)
    assert "Add Dana Fischer to AWS Readers" in text and "ask for it again" in text
    assert f"on {held(office)[0].due_at.astimezone(ZoneInfo('Europe/Berlin')):%A}" in text
    assert "which you approved, ends by itself" in of_lukas
    hours_later(office, 168)
    office.run()
    assert [state for _, state in takes_back(office, action)] == ["executed"]


def told(desk: Desk, action: str) -> list[tuple[str, str]]:
    found = desk.sql(f"SELECT person, text FROM notice WHERE action = '{action}' ORDER BY person")
    return [(str(person), str(text)) for person, text in found]


def test_other_access_ends_only_when_that_was_asked_for(office: Desk) -> None:
    assert "hours" not in office.story(scenes.held(office)).action.params
    office.agent.will("idp.add_to_group", person="erik", group="photo-club", hours=30)
    action = scenes.latest(office, office.ask("erik", "for a month"))
    assert office.story(action).action.params["hours"] == 30


def test_a_reviewer_shortens_it_and_may_say_yes_to_that(office: Desk) -> None:
    action = scenes.grave(office)
    office.decide(action, "sven", "change", changes={"hours": 1}, reason_code="too_much")
    after = office.story(action).next_version
    assert office.story(after).action.params["hours"] == 1
    office.decide(after, "sven", "approve")
    assert scenes.state_of(office, after) == "executed"


def test_whoever_makes_it_longer_cannot_say_yes_to_it(office: Desk) -> None:
    office.agent.will("idp.add_to_group", person="dana", group="build-tools", hours=1)
    action = scenes.latest(office, office.ask("dana", "please add me"))
    office.decide(action, "sven", "change", changes={"hours": 3}, reason_code="wrong_target")
    after = office.story(action).next_version
    with pytest.raises(flow.Refused) as no:
        office.decide(after, "sven", "approve")
    assert no.value.code == "self_approval"


# ------------------------------------------------------------------ its end


def test_it_ends_by_itself_and_is_read_back(office: Desk, target: Target) -> None:
    action = given(office)
    [one] = held(office)
    assert (one.action, one.hours, one.due) == (action, 4, False)
    office.sweep()
    assert takes_back(office, action) == []
    hours_later(office, 4)
    office.run()
    [(end, state)] = takes_back(office, action)
    story = office.story(end)
    assert (state, story.outcome["kind"]) == ("executed", "verified")
    assert (story.authorization["basis"], story.review) == ("term", None)
    assert (scenes.state_of(office, action), held(office)) == ("undone", [])
    assert target.sent() == 2


def test_the_sweep_finds_it_when_the_wake_up_was_lost(office: Desk, target: Target) -> None:
    action = given(office)
    hours_later(office, 4)
    waking.run_by_sweep_alone(office)
    assert [state for _, state in takes_back(office, action)] == ["executed"]
    assert target.sent() == 2


def test_doubled_wake_ups_take_it_back_once(office: Desk, target: Target) -> None:
    action = given(office)
    hours_later(office, 4)
    with office.role("desk"):
        for _ in range(4):
            wake.wake("lapse", action)
    waking.run_doubled(office)
    assert (len(takes_back(office, action)), target.sent()) == (1, 2)


def test_too_early_a_wake_up_does_nothing(office: Desk, target: Target) -> None:
    action = given(office)
    hours_later(office, 3.9)
    office.stop("desk", "lapse", action)
    office.run()
    assert (takes_back(office, action), target.sent()) == ([], 1)


def test_a_system_that_is_away_makes_it_late_and_it_is_tried_again(
    office: Desk, target: Target
) -> None:
    action = given(office)
    connectors = dict(office.connectors)
    office.connectors.clear()
    hours_later(office, 5)
    office.run()
    [(first, state)] = takes_back(office, action)
    assert state == "not_applied"
    [late] = held(office)
    assert (late.overdue, late.under_way) == (True, False)
    office.sweep()
    assert len(takes_back(office, action)) == 1, "it is tried again after five minutes"
    office.connectors.update(connectors)
    earlier = "staged_at = staged_at - interval '6 minutes'"
    office.sql(f"UPDATE kernel.action SET {earlier} WHERE id = '{first}'")
    office.sweep()
    assert [one for _, one in takes_back(office, action)] == ["not_applied", "executed"]
    assert held(office) == []


def test_a_target_that_moved_meanwhile_is_looked_at_and_tried_again(
    office: Desk, target: Target
) -> None:
    """The account was suspended between the look and the run."""
    action = given(office)
    hours_later(office, 5)
    target.drift(thing(office.story(action).action), {"active": False})
    office.run()
    [(first, state)] = takes_back(office, action)
    assert (state, office.story(first).next_version) == ("not_applied", None)
    assert held(office)[0].overdue


def test_who_took_it_back_already_is_believed_and_told(office: Desk, target: Target) -> None:
    action = given(office)
    in_the_mirror(office, "dana", False)
    hours_later(office, 5)
    office.run()
    assert (takes_back(office, action), held(office), target.sent()) == ([], [], 1)
    assert office.events("access.gone") == 1


def test_nothing_is_taken_back_while_it_is_stopped(office: Desk, target: Target) -> None:
    from tests.kernel.test_switches import go, stop

    action = given(office)
    stop(office)
    hours_later(office, 5)
    office.run()
    assert (target.sent(), held(office)[0].overdue) == (1, True)
    go(office)
    assert [state for _, state in takes_back(office, action)] == ["executed"]


def test_undone_access_has_no_end_left(office: Desk, target: Target) -> None:
    action = given(office)
    who = office.sender("ines")
    with office.role("web"):
        flow.undo(action, "no_longer_needed", sender=who)
    office.run()
    [(end, _)] = takes_back(office, action)
    office.decide(end, "sven", "approve")
    assert (scenes.state_of(office, action), held(office)) == ("undone", [])


# ------------------------------------------------------------------ longer, and shorter


def test_more_time_is_asked_for_like_the_first(office: Desk, target: Target) -> None:
    first = given(office)
    second = given(office)
    story = office.story(second)
    assert (story.gate["tier"], story.gate["mode"], story.action.params["hours"]) == (3, "HITL", 4)
    assert [right["privileged"] for right in story.assessment["findings"]["rights"]].count(True)
    assert [one.action for one in held(office)] == [second]
    hours_later(office, 3)
    office.sql(f"UPDATE kernel.outcome SET at = at - interval '2 hours' WHERE action = '{first}'")
    office.sweep()
    assert takes_back(office, first) == [], "the second one counts"
    hours_later(office, 2)
    office.sweep()
    assert [state for _, state in takes_back(office, second)] == ["executed"]


@pytest.mark.parametrize("person", ["dana", "lukas"])
def test_access_that_is_not_needed_any_more_ends_at_once(
    office: Desk, target: Target, person: str
) -> None:
    action = given(office)
    who = office.sender(person)
    with office.role("web"):
        flow.end_access(action, sender=who)
    office.run()
    assert [state for _, state in takes_back(office, action)] == ["executed"]
    assert office.sql("SELECT why, person FROM kernel.ending") == [("ended", person)]


def test_others_do_not_end_it(office: Desk) -> None:
    action, who = given(office), office.sender("bea")
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.end_access(action, sender=who)
    assert (no.value.code, len(held(office))) == ("not_yours", 1)


def test_what_is_no_access_for_a_time_cannot_be_ended(office: Desk) -> None:
    action, who = scenes.held(office), office.sender("dana")
    with office.role("web"), pytest.raises(flow.Refused) as no:
        flow.end_access(action, sender=who)
    assert no.value.code == "not_granted"


def test_it_ends_when_a_person_closes_its_ticket(office: Desk) -> None:
    action = given(office)
    who, number = office.sender("lukas"), office.story(action).action.ticket
    with office.role("web"):
        flow.close(number, "Then this is over.", sender=who)
    office.run()
    assert [state for _, state in takes_back(office, action)] == ["executed"]


# ------------------------------------------------------------------ catalogue and kernel agree


def test_the_kernel_names_the_inverse_of_every_type_that_gives_access_for_a_time(
    office: Desk,
) -> None:
    timed = {kind.id: kind for kind in catalogue.REGISTRY.values() if kind.timed}
    rows = dict(office.sql("SELECT gives, takes FROM kernel.takes_back"))
    examples = {
        "idp.add_to_group": {"person": "dana", "group": "g", "hours": 1},
        "github.set_membership": {"person": "dana", "role": "owner", "hours": 1},
        "db.grant_role": {"person": "dana", "database": "d", "role": "r", "hours": 1},
        "badge.set_zones": {"person": "dana", "zones": ["z"], "hours": 1, "ends": ["z"]},
    }
    assert set(examples) == set(timed)
    for name, kind in timed.items():
        taken = kind.inverse("a", examples[name])
        assert taken is not None and taken.type == rows.pop(name)
        catalogue.parse(taken.type, taken.params)
    assert rows == {}
