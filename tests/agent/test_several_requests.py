"""Tickets that ask for more than one thing, or bury what they ask for."""

from __future__ import annotations

from holdshort.ports import Agent
from tests.agent.office import offer, staged

LONG = """Dear all,

I hope you are well. As discussed with my manager last week, I have started to take pictures
at company events and would like to share them with the others.

Could you please add me to the photo-club group?

Many thanks and best regards,
Dana Kim
"""


def test_two_plain_requests_are_two_actions(agent: Agent) -> None:
    told = offer(agent, "Reset my password and add me to photo-club")
    assert staged(told) == [
        ("idp.reset_password", {"person": "p-dana"}),
        ("idp.add_to_group", {"person": "p-dana", "group": "g-photo"}),
    ]


def test_leaving_one_group_and_joining_another_are_two_actions(agent: Agent) -> None:
    told = offer(agent, "remove me from photo-club and add me to build-tools")
    assert staged(told) == [
        ("idp.remove_from_group", {"person": "p-dana", "group": "g-photo"}),
        ("idp.add_to_group", {"person": "p-dana", "group": "g-build"}),
    ]


def test_a_request_beside_one_that_only_a_person_can_do_goes_to_a_person(agent: Agent) -> None:
    told = offer(agent, "reset my password. And the printer on the second floor is broken.")
    assert told.actions == () and "printer" in told.hand_over


def test_several_requests_for_different_people_go_to_a_person(agent: Agent) -> None:
    told = offer(agent, "Remove Ana Ruiz from photo-club and add her to build-tools")
    assert told.actions == () and "for whom" in told.hand_over


def test_one_open_question_holds_all_requests_of_a_ticket(agent: Agent) -> None:
    told = offer(agent, "Reset my password and add me to chess-club")
    assert told.actions == () and "chess-club" in told.question


def test_a_phishing_report_anywhere_in_a_ticket_wins(agent: Agent) -> None:
    told = offer(agent, "Please reset my password. I think this mail is phishing, see attached.")
    assert told.label == "phishing_report" and told.actions == () and told.hand_over


def test_a_story_around_a_request_does_not_hide_it(agent: Agent) -> None:
    told = offer(agent, LONG)
    assert staged(told) == [("idp.add_to_group", {"person": "p-dana", "group": "g-photo"})]


def test_a_subject_that_repeats_the_text_is_read_once(agent: Agent) -> None:
    plain = offer(agent, "I forgot my password")
    assert offer(agent, "I forgot my password", subject="I forgot my password") == plain
