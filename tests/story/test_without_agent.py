"""With the agent off or broken, tickets reach people and forms still work."""

from __future__ import annotations

from holdshort import flow
from tests.desk import Desk


def test_a_ticket_that_the_agent_leaves_alone_reaches_a_person(desk: Desk) -> None:
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "I forgot my password", sender=who)
    desk.sql("DELETE FROM procrastinate_jobs")
    desk.sql("UPDATE turn SET at = at - interval '1 minute'")
    with desk.role("desk"):
        flow.unread(number)
    assert desk.ticket(number)["stands"] == "with_agent"
    desk.sql("UPDATE turn SET at = at - interval '3 minutes'")
    desk.sweep()
    assert desk.ticket(number)["stands"] == "with_person"
    assert "did not answer in time" in desk.said(number)


def test_a_form_offers_the_action_without_the_agent(desk: Desk) -> None:
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.ask_by_form(
            "idp.add_to_group", {"person": "dana", "group": "photo-club"}, words="", sender=who
        )
    desk.run()
    story = desk.action(number)
    assert (story.action.type, story.action.initiator) == ("idp.add_to_group", "dana")
