"""One person for IT and one approver outside it: every story comes to an end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from holdshort.company.read import read
from holdshort.core import gate
from holdshort.core.rules import GateInput
from holdshort.core.terms import Gate
from holdshort.ports import Shape
from holdshort.records.company import Applied, CannotApply, apply
from holdshort.stops import adopting
from tests.desk import Desk
from tests.fakes.running import Target, running_target
from tests.kernel import scenes
from tests.story.offices import COUPLE
from tests.web.conftest import Visitor, plain

pytestmark = pytest.mark.parametrize("office", [COUPLE], indirect=True, ids=["couple"])


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    with running_target(tmp_path / "effects") as one:
        monkeypatch.setenv("FAKE_TARGET_URL", one.url)
        yield one


@pytest.fixture
def office_desk(desk: Desk, target: Target) -> Desk:
    """The desk with a directory that counts what happens to it."""
    scenes.connect(desk)
    return desk


def wish(desk: Desk, requester: str, beneficiary: str, group: str = "super-admins") -> Any:
    desk.agent.will("idp.add_to_group", person=beneficiary, group=group)
    return desk.action(desk.ask(requester, "please"))


def own_password(desk: Desk, person: str) -> Any:
    """Somebody with privileged rights, or who decides here, wants a new password."""
    desk.agent.will("idp.reset_password", person=person)
    return desk.action(desk.ask(person, "please"))


def asked(desk: Desk, story: Any) -> list[str]:
    return [one["person"] for one in desk.story(story.action.id).assignments]


def state(desk: Desk, story: Any) -> str:
    return scenes.state_of(desk, story.action.id)


def applied(desk: Desk, *changes: tuple[str, str], operator: str = "ines") -> Applied:
    """The company's file with changes, applied by somebody."""
    text = COUPLE.file.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with desk.role(None):
        return apply(read(text.encode()), operator=operator, demo=True)


# ------------------------------------------------------------------ rules

LOOSER = ("threshold: 0.90", "threshold: 0.50")


@pytest.mark.parametrize(("author", "other"), [("ines", "helena"), ("helena", "ines")])
def test_looser_rules_of_one_are_adopted_by_the_other(
    office_desk: Desk, author: str, other: str
) -> None:
    desk = office_desk
    assert not applied(desk, LOOSER, operator=author).in_force
    name = {"ines": "Ines Hoffmann", "helena": "Helena Brandt"}[other]
    page = plain(Visitor(desk, author).read("/rules"))
    assert f"{name} can end this wait by adopting it on the page Rules." in page
    assert Visitor(desk, author).post("/rules/2/adopt", understood="1").status_code == 403
    assert Visitor(desk, "dana").post("/rules/2/adopt", understood="1").status_code == 403
    assert Visitor(desk, other).post("/rules/2/adopt", understood="1").status_code == 302
    assert applied(desk, LOOSER, operator=author).in_force


def test_somebody_left_alone_is_told_how_another_person_makes_it_adoptable(
    office_desk: Desk,
) -> None:
    desk = office_desk
    alone = ("  - {person: helena, contexts: [general], cost_limit: 50000}\n", "")
    assert applied(desk, alone).in_force, "fewer deciders loosen nothing"
    assert not applied(desk, operator="ines").in_force
    with desk.role("web"):
        assert adopting.who("ines") == ()
        told = adopting.how_it_ends("ines")
    assert "Let somebody else apply the file" in told and "Ines Hoffmann can adopt it" in told
    with pytest.raises(CannotApply, match="Nobody here with the id ‘nobody’"):
        applied(desk, LOOSER, operator="nobody")
    again = applied(desk, LOOSER, operator="dana")
    answer = Visitor(desk, "ines").post(f"/rules/{again.version}/adopt", understood="1")
    assert answer.status_code == 302
    assert applied(desk, LOOSER, operator="dana").in_force


# ------------------------------------------------------------------ waits that nobody may decide

ANOTHER = (
    "  - {person: helena, contexts: [general], cost_limit: 50000}\n",
    "  - {person: helena, contexts: [general], cost_limit: 50000}\n"
    "  - {person: mia, contexts: [security]}\n",
)


def test_naming_another_reviewer_ends_a_wait_that_nobody_could_decide(
    office_desk: Desk, target: Target
) -> None:
    desk = office_desk
    desk.agent.will("idp.remove_from_group", person="ines", group="super-admins")
    story = desk.action(desk.ask("helena", "please take Ines out of Super Admins"))
    assert (state(desk, story), asked(desk, story)) == ("waiting", [])
    applied(desk, ANOTHER)
    desk.sweep()
    assert asked(desk, story) == [], "the file waits itself"
    assert Visitor(desk, "helena").post("/rules/2/adopt", understood="1").status_code == 302
    assert applied(desk, ANOTHER).in_force
    desk.sweep()
    assert asked(desk, story) == ["mia"]
    assert "Mia Tanaka can end this wait by deciding." in desk.said(story.action.ticket)
    assert desk.story(story.action.id).review["fault"] == ""
    desk.decide(story.action.id, "mia", "approve")
    assert (state(desk, story), len(target.effects())) == ("executed", 1)


def test_asking_for_it_oneself_is_the_other_way(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    first = wish(desk, "ines", "helena")
    assert "If Helena Brandt asks for it, Ines Hoffmann can decide." in first.review["fault"]
    with desk.role("web"):
        flow.stop(first.action.id, "not_now", sender=desk.sender("ines"))
    assert state(desk, first) == "revoked"
    second = wish(desk, "helena", "helena")
    assert asked(desk, second) == ["ines"]
    desk.decide(second.action.id, "ines", "approve")
    assert (state(desk, second), len(target.effects())) == ("executed", 1)


def away(desk: Desk, person: str) -> None:
    desk.sql(
        f"INSERT INTO absence (person, starts, ends) SELECT '{person}', now() - interval '1 day', "
        "now() + interval '2 days'"
    )


def test_what_waits_for_the_only_other_one_is_asked_when_they_are_back(office_desk: Desk) -> None:
    desk = office_desk
    away(desk, "helena")
    story = own_password(desk, "ines")
    assert asked(desk, story) == []
    assert "Helena Brandt can decide from" in story.review["fault"]
    desk.sweep()
    assert asked(desk, story) == []
    desk.sql("DELETE FROM absence")
    desk.sweep()
    assert asked(desk, story) == ["helena"]


def test_who_falls_ill_after_being_asked_is_stood_in_for(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    story = wish(desk, "dana", "dana")
    assert asked(desk, story) == ["ines"]
    desk.sweep()
    assert asked(desk, story) == ["ines"]
    away(desk, "ines")
    desk.sweep()
    assert asked(desk, story) == ["ines", "helena"]
    desk.decide(story.action.id, "helena", "approve")
    assert (state(desk, story), len(target.effects())) == ("executed", 1)


def test_who_leaves_after_being_asked_is_stood_in_for(office_desk: Desk) -> None:
    desk = office_desk
    story = wish(desk, "dana", "dana")
    desk.sql("UPDATE profile SET employment_status = 'ended' WHERE person = 'ines'")
    desk.sweep()
    assert asked(desk, story) == ["ines", "helena"]


def test_whoever_wrote_for_somebody_else_is_not_asked(office_desk: Desk) -> None:
    desk = office_desk
    desk.agent.will("idp.add_to_group", person="dana", group="super-admins")
    writer = desk.sender("ines")
    with desk.role("web"):
        number = flow.receive(
            "", "Dana phoned", sender=replace(writer, person=desk.sender("dana").person)
        )
    desk.run()
    assert asked(desk, desk.action(number)) == ["helena"]


# ------------------------------------------------------------------ changes, hand-over, two people


def test_what_one_changes_the_other_decides(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    first = wish(desk, "dana", "dana", "aws-admins")
    more: dict[str, Any] = {"reason_code": "too_much", "changes": {"group": "build-tools"}}
    desk.decide(first.action.id, "ines", "change", **more)
    second = desk.action(first.action.ticket)
    assert (second.action.changer, asked(desk, second)) == ("ines", ["helena"])
    desk.decide(second.action.id, "helena", "approve")
    assert (state(desk, second), len(target.effects())) == ("executed", 1)


def test_one_hands_over_to_the_other(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    story = wish(desk, "dana", "dana")
    to: dict[str, Any] = {"reason_code": "not_mine", "hand_to": "helena"}
    desk.decide(story.action.id, "ines", "hand_over", **to)
    assert asked(desk, story) == ["ines", "helena"]
    desk.decide(story.action.id, "helena", "approve")
    assert (state(desk, story), len(target.effects())) == ("executed", 1)


@pytest.fixture
def two_must_say_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the gate asked for two people."""
    usual = gate.gate

    def for_two(given: GateInput) -> Gate:
        return usual(replace(given, needed=2))

    monkeypatch.setattr(gate, "gate", for_two)


@pytest.mark.usefixtures("two_must_say_yes")
def test_where_two_must_say_yes_both_are_asked(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    story = wish(desk, "dana", "dana")
    assert (asked(desk, story), story.review["fault"]) == (["ines", "helena"], "")
    desk.decide(story.action.id, "ines", "approve")
    assert (state(desk, story), target.sent()) == ("waiting", 0)
    desk.decide(story.action.id, "helena", "approve")
    assert (state(desk, story), len(target.effects())) == ("executed", 1)


@pytest.mark.usefixtures("two_must_say_yes")
def test_where_two_must_and_only_one_may_it_says_so_and_never_runs(
    office_desk: Desk, target: Target
) -> None:
    desk = office_desk
    story = wish(desk, "helena", "helena")
    assert asked(desk, story) == ["ines"]
    assert "Needs 2 people, and only Ines Hoffmann may decide it here." in story.review["fault"]
    assert "naming another reviewer" in desk.said(story.action.ticket)
    desk.decide(story.action.id, "ines", "approve")
    desk.sweep()
    assert (state(desk, story), target.sent()) == ("waiting", 0)
    desk.sql(
        "SET session_replication_role = replica; "
        "UPDATE kernel.review SET expires_at = clock_timestamp() - interval '1 second'"
    )
    desk.sweep()
    assert (state(desk, story), target.sent()) == ("expired", 0)


# ------------------------------------------------------------------ hands, undo, doubts, access


def test_the_outside_approver_says_yes_and_it_does_the_work(office_desk: Desk) -> None:
    desk = office_desk
    desk.sql("DELETE FROM kernel.standing")
    story = wish(desk, "ines", "ines", "photo-club")
    desk.decide(story.action.id, "helena", "approve")
    found = desk.story(story.action.id)
    assert (found.state, found.fate["person"]) == ("by_hand", "ines")
    assert "Ines Hoffmann will do it by hand." in desk.said(story.action.ticket)
    with desk.role("web"):
        flow.report(story.action.id, "not_done", "No longer wanted.", sender=desk.sender("ines"))
    desk.run()
    assert state(desk, story) == "not_applied"


def undone(desk: Desk, story: Any, person: str) -> Any:
    with desk.role("web"):
        flow.undo(story.action.id, "wrong", sender=desk.sender(person))
    desk.run()
    return desk.action(story.action.ticket)


@pytest.mark.parametrize(("by", "decides"), [("helena", ["ines"]), ("ines", [])])
def test_an_undo_waits_for_the_other_or_says_how_it_ends(
    office_desk: Desk, target: Target, by: str, decides: list[str]
) -> None:
    desk = office_desk
    story = wish(desk, "helena", "helena")
    desk.decide(story.action.id, "ines", "approve")
    desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) SELECT 'directory', "
        "g.external_id, d.external_id, 'account' FROM directory_group g, directory_account d "
        "WHERE g.slug = 'super-admins' AND d.user_name = 'helena'"
    )
    inverse = undone(desk, story, by)
    assert (inverse.action.type, asked(desk, inverse)) == ("idp.remove_from_group", decides)
    if not decides:
        way = "If Helena Brandt asks for it, Ines Hoffmann can decide."
        assert way in desk.said(story.action.ticket)


def test_a_doubt_is_settled_by_either(office_desk: Desk, target: Target) -> None:
    desk = office_desk
    scenes.connect(desk, Shape.BLIND)
    for wished, decider in (
        (wish(desk, "dana", "dana"), "ines"),
        (own_password(desk, "ines"), "helena"),
    ):
        desk.decide(wished.action.id, decider, "approve")
        assert state(desk, wished) == "unknown"
        with desk.role("web"):
            flow.find(wished.action.id, "applied", "Seen there.", sender=desk.sender(decider))
        assert state(desk, wished) == "executed"


def test_access_is_given_back_when_somebody_without_a_part_asks(
    office_desk: Desk, target: Target
) -> None:
    desk = office_desk
    desk.sql("UPDATE directory_account SET active = false WHERE user_name = 'helena'")
    found = {}
    for requester in ("ines", "dana"):
        desk.agent.will("idp.resume", person="helena")
        found[requester] = desk.action(desk.ask(requester, "please let Helena in again"))
    assert "If Helena Brandt asks for it" in found["ines"].review["fault"]
    assert asked(desk, found["dana"]) == ["ines"]
    desk.decide(found["dana"].action.id, "ines", "approve")
    assert (state(desk, found["dana"]), len(target.effects())) == ("executed", 1)
