"""Break-glass on the road: one human permits one change, for an hour, and another looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdshort import flow
from holdshort.records import overrides
from tests.desk import Desk
from tests.fakes.running import Target
from tests.kernel import scenes, waking

WHY = "Production is down and nobody else answers the phone."


@pytest.fixture
def office(desk: Desk, target: Target) -> Iterator[Desk]:
    scenes.connect(desk)
    yield desk


def use(desk: Desk, action: str, person: str = "helena", why: str = WHY) -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.override(action, why, sender=who)
    desk.run()


def look(desk: Desk, action: str, person: str = "nadia", verdict: str = "right") -> None:
    who = desk.sender(person)
    with desk.role("web"):
        flow.look_over(action, verdict, "I read the log of that night.", sender=who)


def opened(desk: Desk) -> list[overrides.Override]:
    with desk.role("web"):
        return overrides.open_ones()


def no(desk: Desk, action: str, person: str, why: str = WHY) -> str:
    with pytest.raises(flow.Refused) as refused:
        use(desk, action, person, why)
    return refused.value.code


def test_one_human_permits_what_waits_and_it_stays_open(office: Desk, target: Target) -> None:
    action = scenes.grave(office)
    use(office, action)
    story = office.story(action)
    permission = story.authorization
    assert (story.state, target.sent(), permission["basis"]) == ("executed", 1, "override")
    assert (permission["expires_at"] - story.override["invoked_at"]).total_seconds() == 3600
    [one] = opened(office)
    assert (one.action, one.person, one.reason, one.overdue) == (action, "helena", WHY, False)
    assert (one.due_at - one.invoked_at).total_seconds() == 48 * 3600
    told = office.sql("SELECT detail FROM kernel.event WHERE name = 'override.invoked'")[0][0]
    assert "Ines Hoffmann" in told["owners"]
    assert "by one person, as an emergency" in office.said(story.action.ticket)


def test_its_permission_is_in_the_log_before_it_starts(office: Desk) -> None:
    action = scenes.grave(office)
    use(office, action)
    story = office.story(action)
    assert story.position is not None
    assert story.execution["position"] == story.position


def test_another_human_closes_it(office: Desk) -> None:
    action = scenes.grave(office)
    use(office, action)
    with pytest.raises(flow.Refused) as own:
        look(office, action, "helena")
    with pytest.raises(flow.Refused) as outside:
        look(office, action, "dana")
    assert (own.value.code, outside.value.code) == ("self_approval", "not_yours")
    assert len(opened(office)) == 1
    look(office, action, verdict="wrong")
    assert opened(office) == []
    rows = office.sql("SELECT person, verdict FROM kernel.looked_over")
    assert rows == [("nadia", "wrong")]
    with pytest.raises(flow.Refused, match="looked at it already"):
        look(office, action, "ines")


@pytest.mark.parametrize("person", ["dana", "lukas", "bea"])
def test_only_owners_and_security_may(office: Desk, person: str) -> None:
    action = scenes.grave(office)
    assert no(office, action, person) == "not_yours"
    assert (scenes.state_of(office, action), opened(office)) == ("waiting", [])


def test_nobody_may_for_themselves(office: Desk, target: Target) -> None:
    action = scenes.grave(office, who="ines")
    assert no(office, action, "ines") == "self_approval"
    assert (scenes.state_of(office, action), target.sent()) == ("waiting", 0)


def test_it_says_why(office: Desk) -> None:
    assert no(office, scenes.grave(office), "helena", "Just do it.") == "note_missing"


def test_what_is_not_waiting_is_not_overridden(office: Desk) -> None:
    done, alone = scenes.approved_but_not_run(office), scenes.held(office, who="erik")
    assert [no(office, one, "helena") for one in (done, alone)] == ["too_late", "too_late"]


def test_what_is_refused_stays_refused(office: Desk, target: Target) -> None:
    office.sql("UPDATE profile SET employment_status = 'ended' WHERE person = 'dana'")
    action = scenes.grave(office)
    assert office.story(action).gate["mode"] == "REFUSE"
    assert no(office, action, "helena") == "not_allowed"
    assert target.sent() == 0


def test_whose_last_one_nobody_looked_at_in_time_uses_no_other(office: Desk) -> None:
    first, second = scenes.grave(office), scenes.grave(office, who="erik")
    use(office, first)
    office.sql("UPDATE kernel.override SET invoked_at = invoked_at - interval '49 hours'")
    assert opened(office)[0].overdue
    assert no(office, second, "helena") == "unfinished"
    look(office, first)
    use(office, second)
    assert scenes.state_of(office, second) == "executed"


def test_a_switch_holds_it_too(office: Desk, target: Target) -> None:
    from tests.kernel.test_switches import go, stop

    action = scenes.grave(office)
    stop(office)
    use(office, action)
    assert target.sent() == 0
    go(office)
    waking.run_by_sweep_alone(office)
    office.sql("UPDATE kernel.override SET invoked_at = invoked_at - interval '11 seconds'")
    waking.run_by_sweep_alone(office)
    assert (scenes.state_of(office, action), target.sent()) == ("executed", 1)


def test_after_an_hour_it_permits_nothing(office: Desk, target: Target) -> None:
    action, who = scenes.grave(office), office.sender("helena")
    with office.role("web"):
        flow.override(action, WHY, sender=who)
    office.sql("UPDATE kernel.override SET invoked_at = invoked_at - interval '61 minutes'")
    office.run()
    assert (scenes.state_of(office, action), target.sent()) == ("waiting", 0)
    office.decide(action, "sven", "approve")
    assert scenes.state_of(office, action) == "executed"


def test_neither_agent_nor_service_may(office: Desk) -> None:
    from dataclasses import replace

    from holdshort.records import people

    action = scenes.grave(office)
    for name in ("agent", "holdshort"):
        with office.role("web"):
            found: Any = people.person(name)
        who = replace(office.sender("helena"), person=found)
        with office.role("web"), pytest.raises(flow.Refused) as refused:
            flow.override(action, WHY, sender=who)
        assert refused.value.code == "not_yours"
