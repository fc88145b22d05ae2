"""A change that somebody made by hand before anybody permitted it, put on record afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from holdshort import flow
from holdshort.core.matching import Expected
from holdshort.core.terms import Action
from holdshort.records import db, people
from tests.desk import Desk
from tests.fakes.connector import Fake, FakeSettings, thing
from tests.fakes.running import Target
from tests.kernel import scenes, waking
from tests.kernel.test_access_for_a_time import hours_later, in_the_mirror
from tests.kernel.test_overrides import look, opened

WHY = "The build was broken at 03:00 and nobody else answered."


class Telling(Fake):
    """A target that can say what it shows once a change is made."""

    def expected(self, action: Action) -> Expected:
        return Expected({"member": True})


@pytest.fixture
def office(desk: Desk, target: Target) -> Iterator[Desk]:
    scenes.connect(desk)
    yield desk


def made(
    desk: Desk,
    person: str = "sven",
    *,
    hours_ago: float = 1,
    why: str = WHY,
    type_id: str = "idp.add_to_group",
    sender: Any = None,
    **params: Any,
) -> int:
    """Somebody says that they made a change unasked; the road goes on. Gives the ticket."""
    given = params or {"person": "dana", "group": "build-tools"}
    who = sender or desk.sender(person)
    at = desk.sql("SELECT clock_timestamp()")[0][0] - timedelta(hours=hours_ago)
    with desk.role("web"):
        number, _ = flow.record_made(type_id, given, at, why, sender=who)
    desk.run()
    return number


def passed(desk: Desk, hours: int) -> None:
    """So many hours have passed since people said what they made."""
    ago = f"interval '{hours} hours'"
    desk.sql(f"UPDATE kernel.made_already SET made_at = made_at - {ago}, told_at = told_at - {ago}")


def test_what_was_made_unasked_is_on_record_and_permits_nothing(
    office: Desk, target: Target
) -> None:
    waits = scenes.grave(office)
    story = office.action(made(office))
    assert (story.fate["kind"], story.fate["person"], target.sent()) == ("made", "sven", 0)
    assert (story.authorization, story.review, story.outcome["kind"]) == (None, None, "recorded")
    assert (story.gate["mode"], story.gate["needed"], story.state) == ("HITL", 1, "executed")
    assert scenes.state_of(office, waits) == "waiting"
    [one] = opened(office)
    assert (one.kind, one.action, one.person, one.reason) == (
        ("made", story.action.id, "sven", WHY)
    )
    assert (one.due_at - one.invoked_at).total_seconds() == 48 * 3600
    assert one.made_at == story.made["made_at"] < one.invoked_at
    told = office.sql("SELECT detail FROM kernel.event WHERE name = 'emergency.recorded'")[0][0]
    assert "Ines Hoffmann" in told["owners"]
    assert "before anybody permitted it" in office.said(story.action.ticket)
    with office.role("desk"):
        counted = {"types": ["idp.add_to_group"], "requester": "erik", "at": None}
        assert [row["person"] for row in db.rows("lately_reached", **counted)] == ["dana"]


@pytest.mark.parametrize(("member", "outcome"), [(True, "verified"), (False, "mismatch")])
def test_the_target_is_looked_at_where_it_can_be(
    office: Desk, target: Target, member: bool, outcome: str
) -> None:
    office.connectors["directory"] = Telling("directory", FakeSettings())
    before = office.action(made(office))
    target.drift(thing(before.action), {"member": member})
    story = office.action(made(office))
    assert (story.outcome["kind"], story.outcome["before"]) == (outcome, {})
    stands = office.ticket(story.action.ticket)["stands"]
    assert stands == ("closed" if member else "with_person")


def test_only_who_may_decide_about_it_says_so_in_time_and_says_why(office: Desk) -> None:
    with office.role("web"):
        agent = people.person("agent")
    assert agent is not None
    refused = {
        "not_yours": [{"person": "dana"}, {"person": "frieda"}],
        "not_human": [{"sender": replace(office.sender("sven"), person=agent)}],
        "bad_answer": [{"hours_ago": -0.1}, {"hours_ago": 7 * 24 + 1}],
        "note_missing": [{"why": "It was broken."}],
        "not_allowed": [{"type_id": "bundle.offboard", "person": "ines"}],
    }
    for code, tried in refused.items():
        for one in tried:
            with pytest.raises(flow.Refused) as no:
                made(office, **one)
            assert no.value.code == code, one
    assert (opened(office), office.sql("SELECT 1 FROM ticket")) == ([], [])
    made(office, "ines")


def test_somebody_else_looks_over_it_and_a_late_one_blocks_the_next(office: Desk) -> None:
    story = office.action(made(office))
    action = story.action.id
    with pytest.raises(flow.Refused) as own:
        look(office, action, "sven")
    assert own.value.code == "self_approval"
    passed(office, 25)
    waking.run_by_sweep_alone(office)
    [(text,)] = office.sql("SELECT text FROM notice WHERE person = 'nadia'")
    assert "was made before anybody permitted it. Please look over it by" in text
    passed(office, 24)
    with pytest.raises(flow.Refused, match="Nobody has looked in time"):
        made(office)
    made(office, "nadia")
    look(office, action)
    assert [one.person for one in opened(office)] == ["nadia"]
    made(office)


def test_what_it_gave_ends_and_is_undone_as_anything_else(office: Desk, target: Target) -> None:
    in_the_mirror(office, "dana", True)
    story = office.action(made(office))
    action, who = story.action.id, office.sender("sven")
    with office.role("web"):
        flow.undo(action, "wrong", sender=who)
    office.run()
    undo = office.action(story.action.ticket)
    assert (undo.action.undoes, undo.state, undo.made) == (action, "waiting", None)
    target.drift(thing(story.action), {"member": True})
    hours_later(office, story.action.params["hours"] + 1)
    waking.run_by_sweep_alone(office)
    [(end, basis)] = office.sql('SELECT action, basis FROM kernel."authorization"')
    assert (basis, scenes.state_of(office, str(end))) == ("term", "executed")
    assert scenes.state_of(office, action) == "undone"


def test_what_cannot_be_staged_any_more_is_for_a_person_and_owners_are_told(office: Desk) -> None:
    who, [(at,)] = office.sender("sven"), office.sql("SELECT clock_timestamp()")
    wanted = {"person": "dana", "group": "build-tools"}
    with office.role("web"):
        number, _ = flow.record_made("idp.add_to_group", wanted, at, WHY, sender=who)
    office.sql("DELETE FROM directory_group WHERE slug = 'build-tools'")
    office.run()
    assert (office.ticket(number)["stands"], office.actions(number)) == ("with_person", [])
    assert "It could not be put on record as that: " in office.said(number)
    [(person, told, ticket)] = office.sql("SELECT person, text, ticket FROM notice")
    assert (person, ticket) == ("ines", number)
    assert told.startswith("Sven ") and "before anybody permitted it" in told
