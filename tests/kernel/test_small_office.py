"""One human for IT and one approver outside it: everything that waits can be ended by somebody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError

from holdshort import flow
from holdshort.company.read import read
from holdshort.records import db
from holdshort.records.company import Applied, apply
from tests.conftest import COMPANY
from tests.desk import Desk, Server
from tests.fakes.running import Target
from tests.kernel import scenes, waking

FILE = COMPANY.with_name("small.yaml")


@pytest.fixture(scope="module")
def template(server: Server) -> str:
    server.make_template(FILE, "template_of_small_office", demo=False)
    return "template_of_small_office"


@pytest.fixture
def desk(server: Server, template: str, tmp_path: Path, target: Target) -> Iterator[Desk]:
    one = Desk(server, tmp_path, template)
    # As if the categories had earned that a program carries them out after the yes.
    one.sql(
        "INSERT INTO kernel.standing (category, phase, granted, basis) VALUES "
        "('idp.add_to_group/2', 3, false, 'earned'), ('idp.add_to_group/3', 3, false, 'earned')"
    )
    scenes.connect(one)
    yield one
    one.close()


def admin(desk: Desk, requester: str, beneficiary: str) -> Any:
    """A request for the most powerful group."""
    desk.agent.will("idp.add_to_group", person=beneficiary, group="super-admins")
    return desk.action(desk.ask(requester, f"please make {beneficiary} an administrator"))


def asked(story: Any) -> list[str]:
    return [one["person"] for one in story.assignments]


def ended_by(desk: Desk, story: Any, person: str, target: Target) -> None:
    desk.decide(story.action.id, person, "approve")
    assert scenes.state_of(desk, story.action.id) == "executed"
    assert len(target.effects()) == 1


def test_it_decides_what_others_ask(desk: Desk, target: Target) -> None:
    story = admin(desk, "dana", "dana")
    assert asked(story)[0] == "ines"
    ended_by(desk, story, "ines", target)


def test_what_it_asks_for_itself_the_outside_approver_decides(desk: Desk, target: Target) -> None:
    desk.agent.will("idp.add_to_group", person="ines", group="photo-club")
    story = desk.action(desk.ask("ines", "please add me"))
    assert asked(story) == ["helena"]
    with pytest.raises(flow.Refused, match="somebody else must decide"):
        desk.decide(story.action.id, "ines", "approve")
    ended_by(desk, story, "helena", target)


def test_what_the_founder_asks_it_decides(desk: Desk, target: Target) -> None:
    story = admin(desk, "helena", "helena")
    assert asked(story) == ["ines"]
    with pytest.raises(flow.Refused, match="somebody else must decide"):
        desk.decide(story.action.id, "helena", "approve")
    ended_by(desk, story, "ines", target)


def test_while_it_is_away_the_outside_approver_stands_in(desk: Desk, target: Target) -> None:
    desk.sql(
        "INSERT INTO absence (person, starts, ends) "
        "SELECT 'ines', now() - interval '1 day', now() + interval '1 day'"
    )
    story = admin(desk, "dana", "dana")
    assert asked(story) == ["helena"]
    ended_by(desk, story, "helena", target)


def test_in_phase_1_it_does_by_hand_what_was_approved(desk: Desk, target: Target) -> None:
    desk.sql("DELETE FROM kernel.standing")
    story = admin(desk, "dana", "dana")
    desk.decide(story.action.id, "ines", "approve")
    assert scenes.state_of(desk, story.action.id) == "by_hand"
    who = desk.sender("ines")
    with desk.role("web"):
        flow.report(story.action.id, "not_done", "She changed her mind.", sender=who)
    desk.run()
    assert (scenes.state_of(desk, story.action.id), target.sent()) == ("not_applied", 0)


# ------------------------------------------------------------------ where both are excluded


def test_where_both_are_parties_the_fault_names_who_can_end_it(desk: Desk, target: Target) -> None:
    desk.agent.will("idp.add_to_group", person="ines", group="photo-club")
    story = desk.action(desk.ask("helena", "please add Ines"))
    assert (story.state, asked(story)) == ("waiting", [])
    ways = (
        "If Ines Hoffmann asks for it, Helena Brandt can decide.",
        "Ines Hoffmann can end this wait by naming another reviewer for access questions",
        "Helena Brandt can withdraw it.",
    )
    assert "routing.nobody" in {reason.rule for reason in story.reasons}
    for way in ways:
        assert way in story.review["fault"]
        assert way in desk.said(story.action.ticket)
    for person in ("ines", "helena", "dana"):
        with pytest.raises(flow.Refused):
            desk.decide(story.action.id, person, "approve")
    desk.sweep()
    assert (scenes.state_of(desk, story.action.id), target.sent()) == ("waiting", 0)


def test_what_nobody_may_decide_expires_and_says_so(desk: Desk, target: Target) -> None:
    desk.agent.will("idp.add_to_group", person="ines", group="photo-club")
    story = desk.action(desk.ask("helena", "please add Ines"))
    waking.end_review(desk, story.action.id)
    desk.sweep()
    assert scenes.state_of(desk, story.action.id) == "expired"
    assert desk.ticket(story.action.ticket)["stands"] == "closed"
    assert "nobody answered in time" in desk.said(story.action.ticket)
    assert target.sent() == 0


def test_the_same_wish_of_somebody_else_can_be_decided(desk: Desk, target: Target) -> None:
    desk.agent.will("idp.add_to_group", person="ines", group="photo-club")
    story = desk.action(desk.ask("dana", "please add Ines"))
    assert asked(story) == ["helena"]
    ended_by(desk, story, "helena", target)


def test_who_raised_the_stakes_leaves_it_to_the_other(desk: Desk, target: Target) -> None:
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    first = desk.action(desk.ask("dana", "please add me"))
    more: dict[str, Any] = {"reason_code": "incomplete", "changes": {"group": "super-admins"}}
    desk.decide(first.action.id, asked(first)[0], "change", **more)
    second = desk.action(first.action.ticket)
    changer = second.action.changer
    assert changer in ("ines", "helena")
    other = {"ines": "helena", "helena": "ines"}[changer]
    assert asked(second) == [other]
    ended_by(desk, second, other, target)


def test_what_the_last_one_made_riskier_waits_visibly_and_expires(
    desk: Desk, target: Target
) -> None:
    desk.agent.will("idp.add_to_group", person="helena", group="photo-club")
    first = desk.action(desk.ask("helena", "please add me"))
    more: dict[str, Any] = {"reason_code": "incomplete", "changes": {"group": "super-admins"}}
    desk.decide(first.action.id, "ines", "change", **more)
    second = desk.action(first.action.ticket)
    assert (second.state, asked(second)) == ("waiting", [])
    way = "If Helena Brandt asks for it, Ines Hoffmann can decide."
    assert way in second.review["fault"]
    assert way in desk.said(first.action.ticket)
    waking.end_review(desk, second.action.id)
    desk.sweep()
    assert (scenes.state_of(desk, second.action.id), target.sent()) == ("expired", 0)


# ------------------------------------------------------------------ rules


def applied(desk: Desk, *replacements: tuple[str, str], operator: str = "ines") -> Applied:
    """The company's file with changes, applied by somebody."""
    text = FILE.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    with desk.role(None):
        return apply(read(text.encode()), operator=operator)


LOOSER = ("AWS AdministratorAccess, privileged: true", "AWS AdministratorAccess, privileged: false")


def privileged(desk: Desk) -> bool:
    """Whether administration of the cloud still counts as privileged."""
    right = "SELECT privileged FROM entitlement WHERE id = 'aws:AdministratorAccess'"
    return bool(desk.sql(right)[0][0])


def adopt(desk: Desk, number: int, person: str) -> None:
    with desk.role("web"):
        db.run("adopt", number=number, person=person)


def test_looser_rules_wait_for_the_other_human(desk: Desk) -> None:
    first = applied(desk, LOOSER)
    assert not first.in_force
    assert privileged(desk)
    with pytest.raises(IntegrityError, match="adopted_by_another"):
        adopt(desk, first.version, "ines")
    adopt(desk, first.version, "helena")
    assert applied(desk, LOOSER).in_force
    assert not privileged(desk)


def test_looser_rules_of_the_founder_wait_for_it(desk: Desk) -> None:
    version = applied(desk, LOOSER, operator="helena").version
    with pytest.raises(IntegrityError, match="adopted_by_another"):
        adopt(desk, version, "helena")
    adopt(desk, version, "ines")
    assert applied(desk, LOOSER).in_force


def test_stricter_rules_hold_at_once(desk: Desk) -> None:
    looser = applied(desk, LOOSER)
    adopt(desk, looser.version, "helena")
    applied(desk, LOOSER)
    assert applied(desk).in_force
    assert privileged(desk)


def test_rules_that_were_replaced_do_not_come_back_unadopted(desk: Desk) -> None:
    looser = applied(desk, LOOSER)
    adopt(desk, looser.version, "helena")
    applied(desk, LOOSER)
    applied(desk)
    again = applied(desk, LOOSER)
    assert not again.in_force and again.version > looser.version
    assert privileged(desk)


def test_nobody_adopts_twice(desk: Desk) -> None:
    version = applied(desk, LOOSER).version
    adopt(desk, version, "helena")
    with pytest.raises(IntegrityError, match="adoption_pkey"), psycopg.connect(desk.url()):
        adopt(desk, version, "helena")
