"""Work by hand after the world has moved: it is not done, or somebody else looks over it."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import flow
from holdshort.records import overrides
from tests.cli.within import command
from tests.desk import Desk
from tests.directory import Directory
from tests.story.bundles import *  # noqa: F403
from tests.story.bundles import lines
from tests.web.conftest import Visitor, plain

TURNED = "The HR record does not say that Samuel Adler has left, so the sources differ."


def employed(desk: Desk, person: str, *, here: bool) -> None:
    status, end = ("active", "NULL") if here else ("ended", "current_date - 1")
    desk.sql(
        f"UPDATE profile SET employment_status = '{status}', employment_end = {end} "
        f"WHERE person = '{person}'"
    )


def deletion(desk: Desk, *deciders: str) -> Any:
    """All data of a leaver is to be deleted, with so many yeses of the two that it needs."""
    employed(desk, "samuel", here=False)
    desk.agent.will("data.delete", person="samuel")
    [story] = lines(desk, desk.ask("ines", "HR says that he left"))
    assert story.gate["needed"] == 2
    for person in deciders:
        desk.decide(story.action.id, person, "approve")
    return desk.story(story.action.id)


def reviewers(story: Any) -> list[str]:
    return [one["person"] for one in story.assignments]


def reports(desk: Desk, story: Any, did: str, who: str) -> None:
    sender = desk.sender(who)
    with desk.role("web"):
        flow.report(story.action.id, did, "As the systems show.", sender=sender)
    desk.run()


def look(desk: Desk, story: Any, who: str) -> None:
    sender = desk.sender(who)
    with desk.role("web"):
        flow.look_over(story.action.id, "right", "The data is gone, and should be.", sender=sender)


def open_ones(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.role("web"):
        return [(one.kind, one.action, one.person) for one in overrides.open_ones()]


def given(desk: Desk) -> Any:
    """The deletion is somebody's work, and HR's record has turned since."""
    first, second = reviewers(deletion(desk))[:2]
    [story] = desk.actions(1)
    for person in (first, second):
        desk.decide(story.action.id, person, "approve")
    found = desk.story(story.action.id)
    assert found.state == "by_hand"
    employed(desk, "samuel", here=True)
    return found


def test_work_is_not_given_out_where_the_record_turned_before_the_last_yes(desk: Desk) -> None:
    story = deletion(desk)
    first, second = reviewers(story)[:2]
    desk.decide(story.action.id, first, "approve")
    employed(desk, "samuel", here=True)
    desk.decide(story.action.id, second, "approve")
    [again] = lines(desk, 1)
    assert (again.action.version, again.state) == (2, "waiting")
    assert TURNED in {one.text for one in again.reasons}


def test_whoever_opens_it_is_told_and_what_is_not_done_is_asked_about_again(desk: Desk) -> None:
    story = given(desk)
    who = story.fate["person"]
    page = plain(Visitor(desk, who).read("/by-hand"))
    assert "Do not do it: since this was approved something has changed." in page
    assert TURNED in page
    told = command(desk, "work", "show", story.action.id, "--as", who)
    assert told.stdout.startswith(f"Do not do it, and report ‘not_done’: {TURNED}")
    reports(desk, story, "not_done", who)
    old, again = desk.actions(1)
    assert (old.state, old.outcome["reason"]) == ("not_applied", "drift")
    assert (again.action.version, again.state) == (2, "waiting")
    assert TURNED in {one.text for one in again.reasons}
    assert open_ones(desk) == []


def test_what_was_done_is_true_on_record_and_somebody_else_looks_over_it(desk: Desk) -> None:
    story = given(desk)
    who = story.fate["person"]
    reports(desk, story, "as_approved", who)
    [done] = desk.actions(1)
    assert (done.state, done.outcome["kind"]) == ("executed", "recorded")
    assert done.outcome["evidence"]["outdated"] == TURNED
    assert open_ones(desk) == [("outdated", story.action.id, who)]
    said = {str(one["person"]) for one in done.decisions}
    for person in said | {who}:
        with pytest.raises(flow.Refused, match="Somebody else looks at what you said yes to"):
            look(desk, story, person)
    other = next(iter({"sven", "olga", "nadia", "tomas"} - said - {who}))
    page = plain(Visitor(desk, other).read("/overrides"))
    assert f"Those who had said yes did not know this: {TURNED}" in page
    look(desk, story, other)
    assert open_ones(desk) == []


def test_nothing_is_flagged_where_nothing_turned(desk: Desk) -> None:
    story = given(desk)
    employed(desk, "samuel", here=False)
    assert "Do not do it" not in plain(Visitor(desk, story.fate["person"]).read("/by-hand"))
    reports(desk, story, "as_approved", story.fate["person"])
    assert desk.story(story.action.id).outcome["evidence"].get("outdated") is None
    assert open_ones(desk) == []


def test_what_is_seen_to_be_done_is_looked_over_as_well(desk: Desk, directory: Directory) -> None:
    desk.sql("DELETE FROM kernel.standing")
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    story = desk.action(desk.ask("dana", "please add me"))
    desk.decide(story.action.id, reviewers(story)[0], "approve")
    assert desk.story(story.action.id).state == "by_hand"
    employed(desk, "dana", here=False)
    seen = directory.connector.observe(story.action)
    directory.connector.apply(story.action, key="by hand", seen=seen, timeout=5)
    with desk.role("executor"):
        flow.see(desk.connectors)
    done = desk.story(story.action.id)
    assert (done.state, done.report) == ("executed", None)
    assert "no longer works here" in done.outcome["evidence"]["outdated"]
    assert [one[0] for one in open_ones(desk)] == ["outdated"]
