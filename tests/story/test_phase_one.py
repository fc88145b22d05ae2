"""A new desk, where nothing was earned yet: people decide and do it, and it is looked at."""

from __future__ import annotations

import pytest

from holdshort import flow
from tests.cli.within import command
from tests.desk import Desk
from tests.directory import Directory
from tests.story.offices import Office


@pytest.fixture
def new_desk(desk: Desk) -> Desk:
    desk.sql("DELETE FROM kernel.standing")
    return desk


def join_photo_club(desk: Desk) -> str:
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    number = desk.ask("dana", "please add me to the photo club")
    action: str = desk.action(number).action.id
    return action


def report(desk: Desk, action: str, did: str, office: Office) -> None:
    who = desk.sender(office.security_reviewer)
    with desk.role("web"):
        flow.report(action, did, "Done in the directory's console.", sender=who)
    desk.run()


def test_even_the_smallest_change_is_only_suggested(new_desk: Desk, directory: Directory) -> None:
    new_desk.agent.will("idp.reset_password", person="dana")
    story = new_desk.action(new_desk.ask("dana", "I forgot my password"))
    assert (story.assessment["mode"], story.assessment["hands"]) == ("SUGGEST", "person")
    assert story.state == "waiting"


def test_the_decision_is_on_record_before_anybody_does_it(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    story = new_desk.story(action)
    assert story.state == "by_hand"
    assert story.authorization["basis"] == "decisions"
    assert story.fate["person"] == office.security_reviewer
    assert "dana" not in directory.members("photo-club")


def test_what_was_done_by_hand_is_looked_at(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    story = new_desk.story(action)
    seen = directory.connector.observe(story.action)
    directory.connector.apply(story.action, key="by hand", seen=seen, timeout=5)
    report(new_desk, action, "as_approved", office)
    ended = new_desk.story(action).outcome
    assert ended["kind"] == "verified"
    assert (ended["evidence"]["matched"], ended["evidence"]["observed"]) == ("as_recommended", True)
    assert new_desk.ticket(story.action.ticket)["stands"] == "closed"


def test_work_by_hand_that_nobody_reports_is_seen(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    look_around(new_desk)
    story = new_desk.story(action)
    assert (story.state, story.outcome) == ("by_hand", None)
    directory.connector.apply(story.action, key="by hand", seen=story.action.seen, timeout=5)
    look_around(new_desk)
    story = new_desk.story(action)
    assert (story.state, story.outcome["kind"], story.report) == ("executed", "verified", None)
    kept = {"did": "", "matched": "as_recommended", "observed": True}
    assert kept.items() <= story.outcome["evidence"].items()
    assert "We checked it in the target system." in new_desk.said(story.action.ticket)
    with pytest.raises(flow.Refused, match="nothing to report"):
        report(new_desk, action, "as_approved", office)
    listed = command(new_desk, "work", "list", "--as", office.other_reviewer).stdout
    assert action not in listed


def look_around(desk: Desk) -> None:
    """The clock of the executor strikes."""
    with desk.role("executor"):
        flow.see(desk.connectors)
    desk.run()


def test_a_report_that_the_directory_contradicts_is_a_mismatch(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    report(new_desk, action, "as_approved", office)
    assert new_desk.story(action).state == "mismatch"
    who = ("--as", office.other_reviewer)
    assert "mismatch" in command(new_desk, "work", "list", *who).stdout
    note = ("--result", "not_applied", "--note", "Nobody had pressed save.")
    assert command(new_desk, "work", "find", action, *note, *who).returncode == 0
    assert new_desk.story(action).state == "not_applied"


def test_work_that_was_not_done_is_not_applied(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    report(new_desk, action, "not_done", office)
    assert new_desk.story(action).state == "not_applied"


def test_work_said_to_be_undone_that_the_directory_shows_is_looked_at(
    new_desk: Desk, directory: Directory, office: Office
) -> None:
    action = join_photo_club(new_desk)
    new_desk.decide(action, office.security_reviewer, "approve")
    story = new_desk.story(action)
    seen = directory.connector.observe(story.action)
    directory.connector.apply(story.action, key="by hand", seen=seen, timeout=5)
    report(new_desk, action, "not_done", office)
    assert new_desk.story(action).state == "mismatch"


def test_nothing_can_be_reported_that_was_not_permitted(new_desk: Desk, office: Office) -> None:
    action = join_photo_club(new_desk)
    who = new_desk.sender(office.security_reviewer)
    with new_desk.role("web"), pytest.raises(flow.Refused, match="nothing to report"):
        flow.report(action, "as_approved", "I did it anyway.", sender=who)
