"""Work for people's hands on the command line: found, carried out from what it says, reported."""

from __future__ import annotations

import json

import pytest

from tests.catalogue.test_it_scenarios import OPEN_443
from tests.cli.within import Done, command
from tests.desk import Desk

DONE = ("--did", "as_approved", "--evidence", "Log of 10:12.")


def waiting(desk: Desk) -> str:
    """A firewall rule that nobody said yes to yet."""
    desk.agent.will("fw.change", **OPEN_443)
    return str(desk.action(desk.ask("erik", "please open it")).action.id)


def approved(desk: Desk) -> str:
    """One that Sven said yes to, and enters by hand."""
    action = waiting(desk)
    desk.decide(action, "sven", "approve")
    return action


def work(desk: Desk, *words: str, who: str = "sven") -> Done:
    done = command(desk, "work", *words, "--as", who)
    desk.run()
    return done


def test_work_is_listed_read_with_its_place_and_values_and_reported(desk: Desk) -> None:
    assert work(desk, "list").stdout == "Nothing to do by hand.\n"
    action = approved(desk)
    listed = work(desk, "list").stdout
    assert action in listed and "Add a rule to Berlin firewall" in listed and "Sven" in listed

    shown = work(desk, "show", action).stdout
    told = [line.split() for line in shown.splitlines()]
    for line in ("Where Berlin firewall", "Port 443", "Destination build-1", "Target fw-berlin"):
        assert line.split() in told
    assert "Hello Erik," in shown
    data = json.loads(work(desk, "show", action, "--json").stdout)
    assert {"name": "firewall", "label": "Firewall", "value": "fw-berlin"} in data["values"]

    done = work(desk, "report", action, *DONE, "--ready-reply")
    assert (done.returncode, done.stderr) == (0, "")
    story = desk.story(action)
    assert (story.report["did"], story.report["person"]) == ("as_approved", "sven")
    assert story.outcome["kind"] == "recorded"
    assert "this is done: Add a rule to Berlin firewall" in desk.said(story.action.ticket)
    assert work(desk, "list").stdout == "Nothing to do by hand.\n"


def test_what_was_not_done_is_reported_without_a_reply_that_claims_it(desk: Desk) -> None:
    action = approved(desk)
    undone = ("report", action, "--did", "not_done", "--evidence", "It is in use until Friday.")
    untrue = work(desk, *undone, "--ready-reply")
    assert "The reply says that it is done." in untrue.stderr
    assert work(desk, *undone, "--reply", "On Friday, then.").returncode == 0
    assert desk.story(action).state == "not_applied"
    assert "On Friday, then." in desk.said(desk.story(action).action.ticket)


@pytest.mark.parametrize(
    ("who", "evidence", "said"),
    [
        ("erik", "Log.", "Only people who work on this desk can say this."),
        ("sven", " ", "Please say what you did and where it can be seen."),
        ("nobody", "Log.", "Nobody here has the id ‘nobody’"),
        ("agent", "Log.", "is not a human; only humans do this."),
    ],
)
def test_a_report_is_refused_as_everywhere(desk: Desk, who: str, evidence: str, said: str) -> None:
    action = approved(desk)
    refused = work(desk, "report", action, "--did", "as_approved", "--evidence", evidence, who=who)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert said in refused.stderr
    assert desk.story(action).report is None


def test_nothing_is_reported_twice_or_before_a_yes_or_by_who_may_not_see_it(desk: Desk) -> None:
    asked = waiting(desk)
    assert "There is nothing to report: waiting." in work(desk, "report", asked, *DONE).stderr
    assert "is not for a person's hands" in work(desk, "show", asked).stderr
    action = approved(desk)
    found = ("find", action, "--result", "applied", "--note", "It is up again.")
    assert "There is no doubt to settle: by_hand." in work(desk, *found).stderr
    for words in (("list",), ("show", action)):
        assert "for the people who work on this desk" in work(desk, *words, who="erik").stderr
    assert work(desk, "report", action, *DONE).returncode == 0
    assert "There is nothing to report" in work(desk, "report", action, *DONE).stderr
    assert "There is no change 7." in work(desk, "show", "7").stderr
    private = approved(desk)
    desk.sql("UPDATE ticket SET private_to = 'hr'")
    assert f"There is no change {private}." in work(desk, "report", private, *DONE).stderr
    assert work(desk, "list").stdout == "Nothing to do by hand.\n"


def test_a_ready_answer_is_sent_as_it_is(desk: Desk) -> None:
    desk.sql("DELETE FROM kernel.standing")
    desk.agent.will("kb.answer", article="wifi")
    action = desk.action(desk.ask("erik", "which wifi?"))
    desk.decide(action.action.id, action.assignments[0]["person"], "approve")
    assert work(desk, "answer", action.action.id).returncode == 0
    assert "day code at the front desk" in desk.said(action.action.ticket)
