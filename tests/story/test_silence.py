"""Nobody answers: people are reminded, their backups are asked, and it closes as not approved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk
from tests.story.offices import TEAM
from tests.web.conftest import Visitor, plain

pytestmark = pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])


def wish(desk: Desk) -> Any:
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    return desk.action(desk.ask("dana", "please"))


def asked(desk: Desk, story: Any) -> dict[str, str]:
    return {one["person"]: one["why"] for one in desk.story(story.action.id).assignments}


def passes(desk: Desk, *columns: str) -> None:
    """The clock is past these moments of every review."""
    moved = ", ".join(f"{one} = clock_timestamp() - interval '1 second'" for one in columns)
    desk.sql(f"SET session_replication_role = replica; UPDATE kernel.review SET {moved}")
    desk.sweep()


def only(desk: Desk, *people: str) -> None:
    names = ", ".join(f"'{one}'" for one in people)
    desk.sql(f"DELETE FROM authority WHERE person NOT IN ({names})")


def state(desk: Desk, story: Any) -> str:
    return str(desk.story(story.action.id).state)


def test_silence_reminds_once_then_asks_the_backup_then_closes(desk: Desk) -> None:
    only(desk, "sven", "tomas", "leo")
    desk.sql("UPDATE authority SET backup = 'tomas' WHERE person = 'sven'")
    story = wish(desk)
    assert set(asked(desk, story)) == {"sven"}
    review = story.review
    assert review["opened_at"] < review["remind_at"] < review["escalate_at"] < review["expires_at"]
    desk.sweep()
    assert desk.events("review.reminded") == 0
    passes(desk, "remind_at")
    desk.sweep()
    assert (desk.events("review.reminded"), set(asked(desk, story))) == (1, {"sven"})
    page = plain(Visitor(desk, "sven").read(f"/reviews/{review['number']}"))
    assert ": reminded." in page and "asks somebody else as well" in page
    passes(desk, "escalate_at")
    desk.sweep()
    assert desk.events("review.escalated") == 1
    assert asked(desk, story)["tomas"] == (
        "Sven Lindqvist has not answered, and you are the backup"
    )
    assert "was not answered, so Tomas Novak is asked as well" in desk.said(story.action.ticket)
    passes(desk, "expires_at")
    assert state(desk, story) == "expired"
    assert "closed as not approved" in desk.said(story.action.ticket)
    assert desk.events("execution.started") == 0


def test_the_backup_may_end_the_wait(desk: Desk) -> None:
    only(desk, "sven", "tomas", "leo")
    desk.sql("UPDATE authority SET backup = 'tomas' WHERE person = 'sven'")
    story = wish(desk)
    passes(desk, "remind_at", "escalate_at")
    desk.decide(story.action.id, "tomas", "approve")
    assert desk.story(story.action.id).authorization is not None


def test_absent_and_without_a_backup_it_says_so_and_closes(desk: Desk) -> None:
    only(desk, "sven", "leo", "petra")
    story = wish(desk)
    desk.sql(
        "INSERT INTO absence (person, starts, ends) SELECT 'sven', now() - interval '1 day', "
        "now() + interval '30 days'"
    )
    passes(desk, "remind_at", "escalate_at")
    assert "nobody else here can be asked" in desk.said(story.action.ticket)
    assert set(asked(desk, story)) == {"sven"}
    passes(desk, "expires_at")
    assert state(desk, story) == "expired"


def test_a_clock_that_jumps_over_both_steps_asks_somebody_else_and_reminds_nobody(
    desk: Desk,
) -> None:
    story = wish(desk)
    passes(desk, "remind_at", "escalate_at")
    desk.sweep()
    assert (desk.events("review.reminded"), desk.events("review.escalated")) == (0, 1)
    assert state(desk, story) == "waiting"


def test_a_clock_that_jumps_over_the_end_closes_it_and_asks_nobody(desk: Desk) -> None:
    story = wish(desk)
    passes(desk, "remind_at", "escalate_at", "expires_at")
    assert (desk.events("review.reminded"), desk.events("review.escalated")) == (0, 0)
    assert state(desk, story) == "expired"


def test_what_was_decided_meanwhile_reminds_nobody(desk: Desk) -> None:
    story = wish(desk)
    desk.decide(story.action.id, "sven", "reject", reason_code="too_risky")
    passes(desk, "remind_at", "escalate_at")
    assert (desk.events("review.reminded"), desk.events("review.escalated")) == (0, 0)


def test_who_has_too_much_waiting_is_asked_after_the_others_who_read_why(desk: Desk) -> None:
    first = wish(desk)
    leader = desk.story(first.action.id).assignments[0]["person"]
    desk.sql(
        "UPDATE kernel.policy_version SET document = jsonb_set(document, "
        "'{routing,open_reviews}', '1')"
    )
    after = desk.story(wish(desk).action.id).assignments
    assert after[0]["person"] != leader
    assert leader in {one["person"] for one in after}, "asked, too, only not first"
