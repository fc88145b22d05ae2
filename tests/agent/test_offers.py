"""What the agent offers for plain requests."""

from __future__ import annotations

import pytest

from holdshort.ports import Agent
from tests.agent.office import OMAR, offer, staged


@pytest.mark.parametrize(
    ("words", "action", "params"),
    [
        ("I forgot my password", "idp.reset_password", {"person": "p-dana"}),
        ("My account is locked", "idp.unlock", {"person": "p-dana"}),
        ("Sam is locked out", "idp.unlock", {"person": "p-sam"}),
        ("add me to build-tools", "idp.add_to_group", {"person": "p-dana", "group": "g-build"}),
        (
            "remove me from photo-club",
            "idp.remove_from_group",
            {"person": "p-dana", "group": "g-photo"},
        ),
        ("lock Sam out NOW", "idp.suspend", {"person": "p-sam"}),
        (
            "Please disable the account of Sam Carter, he left",
            "idp.suspend",
            {"person": "p-sam"},
        ),
        ("create an account for Ana Ruiz", "idp.create_account", {"person": "p-ana"}),
        ("I need GitHub access", "github.set_membership", {"person": "p-dana", "role": "member"}),
        (
            "Please make me GitHub owner to fix CI",
            "github.set_membership",
            {"person": "p-dana", "role": "owner"},
        ),
        (
            "Give Ana maintainer on github",
            "github.set_membership",
            {"person": "p-ana", "role": "maintainer"},
        ),
        (
            "Change Ana's GitHub role from owner to member",
            "github.set_membership",
            {"person": "p-ana", "role": "member"},
        ),
        ("which ports does the VPN need?", "kb.answer", {"article": "k-vpn"}),
        ("how many PTO days?", "kb.answer", {"article": "k-pto"}),
        ("Ich habe mein Passwort vergessen", "idp.reset_password", {"person": "p-dana"}),
        ("Bitte entsperrt das Konto von Sam Carter", "idp.unlock", {"person": "p-sam"}),
    ],
)
def test_a_plain_request_becomes_one_typed_action(
    agent: Agent, words: str, action: str, params: dict[str, str]
) -> None:
    assert staged(offer(agent, words)) == [(action, params)]


def test_dana_who_forgot_her_password_is_dana_who_asks(agent: Agent) -> None:
    told = offer(agent, "Dana forgot her password")
    assert staged(told) == [("idp.reset_password", {"person": "p-dana"})]


def test_a_super_admin_with_the_same_words_gets_the_same_offer(agent: Agent) -> None:
    """The agent reads words; what an action would do is judged elsewhere."""
    dana, omar = offer(agent, "I forgot my password"), offer(agent, "I forgot my password", OMAR)
    assert [type_ for type_, _ in staged(dana)] == [type_ for type_, _ in staged(omar)]
    assert dana.confidence == omar.confidence
    assert staged(omar)[0][1] == {"person": "p-omar"}


def test_the_reading_does_not_depend_on_who_or_what_is_named(agent: Agent) -> None:
    first = offer(agent, "Please add Ana to photo-club")
    second = offer(agent, "Please add Sam to build-tools")
    assert first.confidence == second.confidence


def test_the_reasoning_quotes_the_words_and_says_what_was_resolved(agent: Agent) -> None:
    told = offer(agent, "Please add Ana to the photo club")
    for part in ('"add"', '"photo club" is the group photo-club', '"Ana" is Ana Ruiz'):
        assert part in told.reasoning


@pytest.mark.parametrize(
    "words",
    [
        "my laptop asks for a password, printer broken",
        "I got a mail that wants my password, is it phishing?",
        "I clicked on a link in a strange mail and typed my password",
        "My password was stolen by a phishing mail, please reset it",
        "The guest wifi password does not work",
        "The printer on the second floor is broken",
        "When do I get my salary?",
        "Any news on my ticket?",
        "create an account for Julia Stern",
        "don't add me to photo-club",
        "Please remove everyone from photo-club",
        "remove me from GitHub",
        "I need my zoom account password reset",
        "Bitte sperrt das Konto von Sam Carter",
        "What is the capital of France?",
        "How do I set up a webinar?",
        "Please reset the MFA of my account",
    ],
)
def test_what_is_no_plain_request_goes_to_a_person_with_a_reason(agent: Agent, words: str) -> None:
    told = offer(agent, words)
    assert told.actions == () and told.question == ""
    assert told.hand_over.endswith(".") and told.hand_over in told.reasoning


def test_a_request_unlike_any_seen_before_goes_to_a_person(agent: Agent) -> None:
    told = offer(agent, "Take my ox to the blacksmith and lock the barn account of the abbot")
    assert told.actions == ()
    assert told.hand_over


def test_an_account_is_never_suspended_because_its_owner_is_silently_meant(agent: Agent) -> None:
    told = offer(agent, "Please suspend my account")
    assert told.actions == () and "Whose account" in told.question


def test_an_unlock_is_never_read_where_a_lock_is_asked_for(agent: Agent) -> None:
    for words in ("Please lock Sam's account", "lock out Ana Ruiz immediately"):
        assert "idp.unlock" not in [type_ for type_, _ in staged(offer(agent, words))]


def test_a_question_that_two_articles_answer_goes_to_a_person(agent: Agent) -> None:
    from holdshort.ports import Named
    from tests.agent.office import OFFICE, ticket

    twin = Named("article", "k-vpn2", "Which ports does the VPN need?")
    told = agent.propose(ticket("which ports does the VPN need?"), (*OFFICE, twin))
    assert told.actions == () and "article" in told.hand_over


def test_the_version_names_the_agent_and_its_exact_weights(agent: Agent) -> None:
    prefix, _, digest = agent.version.partition("-")
    assert prefix == "local" and len(digest) == 12
    assert offer(agent, "I forgot my password").agent_version == agent.version
