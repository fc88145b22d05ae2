"""Names in a text against the directory: certain, or asked about, never guessed."""

from __future__ import annotations

import pytest

from holdshort.agent.names import Directory
from holdshort.agent.words import disguised, edits, is_slip
from holdshort.ports import Agent, Named
from tests.agent.office import OFFICE, OMAR, offer, staged, ticket


def group_of(agent: Agent, words: str) -> str:
    told = offer(agent, words)
    assert len(told.actions) == 1, told
    return str(told.actions[0].params["group"])


@pytest.mark.parametrize(
    "written",
    ["photo-club", "Photo Club", "PHOTO_CLUB", "photoclub", '"photo club"', "ｐhoto-club"],
)
def test_case_hyphens_width_and_quotes_do_not_matter(agent: Agent, written: str) -> None:
    assert group_of(agent, f"please add me to {written}") == "g-photo"


def test_a_slip_of_the_keyboard_is_understood_and_admitted(agent: Agent) -> None:
    told = offer(agent, "add me to phtoo-club")
    assert staged(told) == [("idp.add_to_group", {"person": "p-dana", "group": "g-photo"})]
    assert '"phtoo-club" looks like a slip for the group photo-club' in told.reasoning


def test_one_letter_of_a_short_word_is_another_name_and_no_slip(agent: Agent) -> None:
    told = offer(agent, "add me to sales-us")
    assert told.actions == () and "sales-uk" in told.question


def test_an_ordinary_word_is_never_taken_for_a_slip() -> None:
    assert is_slip("phtoo", "photo") and not is_slip("photos", "photo")
    assert not is_slip("tool5", "tools")
    assert (edits("photo", "phtoo"), edits("same", "same"), edits("abc", "")) == (1, 0, 3)


def test_a_slip_that_fits_two_groups_is_asked_about(agent: Agent) -> None:
    names = (Named("group", "g1", "marketing"), Named("group", "g2", "Marketing"), *OFFICE)
    told = agent.propose(ticket("please add me to the group marketnig"), names)
    assert told.actions == () and told.question.startswith("Which group do you mean")


def test_an_ambiguous_group_is_asked_about_with_its_candidates(agent: Agent) -> None:
    told = offer(agent, "add me to the tools group")
    assert told.actions == ()
    assert "build-tools" in told.question and "design-tools" in told.question


def test_an_unknown_group_is_asked_about(agent: Agent) -> None:
    told = offer(agent, "Please add me to chess-club")
    assert told.actions == () and '"chess-club"' in told.question


def test_no_group_at_all_is_asked_about(agent: Agent) -> None:
    told = offer(agent, "please add me to a mailing list")
    assert told.actions == () and told.question.startswith("Which group")


def test_a_known_group_beside_an_unknown_one_is_not_done_by_halves(agent: Agent) -> None:
    for words in ("add me to photo-club and chess-club", "add me to photo-club and chess"):
        told = offer(agent, words)
        assert told.actions == () and "chess" in told.question


def test_two_listed_groups_are_two_actions(agent: Agent) -> None:
    told = offer(agent, "add me to photo-club and build-tools please")
    assert [params["group"] for _, params in staged(told)] == ["g-photo", "g-build"]


def test_groups_that_are_not_listed_together_are_asked_about(agent: Agent) -> None:
    told = offer(agent, "I work in support. Please add me to photo-club")
    assert told.actions == () and "several groups" in told.question


def test_an_everyday_word_is_a_group_only_where_a_group_stands(agent: Agent) -> None:
    assert group_of(agent, "Hi support, please add me to photo-club") == "g-photo"
    assert group_of(agent, "Please add me to the support group") == "g-support"


def test_access_to_an_application_goes_to_a_person(agent: Agent) -> None:
    told = offer(agent, "I need access to Figma")
    assert told.actions == () and "Figma" in told.hand_over


def test_a_password_of_a_named_application_is_asked_about(agent: Agent) -> None:
    told = offer(agent, "please reset my password for Figma")
    assert told.actions == () and "Figma" in told.question


@pytest.mark.parametrize(
    "written",
    [
        "ph\u043eto-club",
        "photo\u200b-club",
        "photo\u202e-club",
        "\u0440hoto-club",
        "photo-cl\u03c5b",
    ],
)
def test_a_lookalike_with_other_letters_matches_nothing(agent: Agent, written: str) -> None:
    told = offer(agent, f"please add me to {written}")
    assert told.actions == () and "alphabets" in told.question
    assert all(ord(character) < 128 for character in told.question), "shown as escapes"


def test_a_lookalike_entry_does_not_answer_to_the_honest_name(agent: Agent) -> None:
    names = (Named("group", "g-false", "ph\u043eto-club"), *OFFICE)
    told = agent.propose(ticket("add me to photo-club"), names)
    assert staged(told) == [("idp.add_to_group", {"person": "p-dana", "group": "g-photo"})]


def test_accents_may_be_left_out_and_tell_apart_where_two_differ_only_by_them() -> None:
    names = [Named("person", "a", "Renée Roux"), Named("person", "b", "Renee Roux")]
    directory = Directory(names)
    assert [m.candidates[0].id for m in directory.find("ask Renée Roux", "person")] == ["a"]
    assert len(Directory(OFFICE).find("ask Jose Nunez", "person")[0].candidates) == 1


def test_honest_foreign_words_are_not_disguised() -> None:
    assert disguised("\ufeffnaïve Straße 日本ひらカナ Привет photo-club") == ()


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("Please add Ana to photo-club", "p-ana"),
        ("please add ana.ruiz@acme.test to photo-club", "p-ana"),
        ("Could you add Mr Haddad to photo-club", "p-omar"),
        ("Please add Will to photo-club", "p-will"),
        ("Will you add me to photo-club?", "p-dana"),
        ("Hi Sam, please add me to photo-club. Thanks, Dana", "p-dana"),
        ("Ana told me to join photo-club, please add me", "p-dana"),
        ("Please add my manager Ana to photo-club", "p-ana"),
        ("I am Dana, please add me to photo-club", "p-dana"),
        ("please add Jose to photo-club", "p-jose"),
    ],
)
def test_whom_it_is_for(agent: Agent, words: str, person: str) -> None:
    assert [params["person"] for _, params in staged(offer(agent, words))] == [person]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Ben forgot his password", "Ben Okafor, Ben Meyer"),
        ("reset the password for Zoltan please", "Zoltan"),
        ("please add zoltan to photo-club", "zoltan"),
        ("add Ana and Zoltan to photo-club", "Zoltan"),
        ("Add zoltan@acme.test to photo-club", "zoltan@acme.test"),
        ("My colleague forgot his password", "My colleague"),
        ("Ana asked to add Sam to photo-club", "Ana Ruiz and Sam Carter"),
        ("password reset, approved by Ana", "for you or for Ana Ruiz"),
        ("Sam needs access to photo-club like Ana has", "Sam Carter and Ana Ruiz"),
        ("reset my password and send it to me@private.test", "me@private.test"),
    ],
)
def test_whom_it_is_for_is_asked_when_the_words_leave_it_open(
    agent: Agent, words: str, asked: str
) -> None:
    told = offer(agent, words)
    assert told.actions == () and asked in told.question


def test_a_crowd_of_names_is_asked_about(agent: Agent) -> None:
    told = offer(agent, "add me to photo-club " + "Ana and Sam " * 15)
    assert told.actions == () and "many people" in told.question


def test_people_of_the_same_name_are_told_apart_in_the_question(agent: Agent) -> None:
    twins = (
        Named("person", "t1", "Eva Lind", ("eva1@acme.test",)),
        Named("person", "t2", "Eva Lind", ("eva2@acme.test",)),
    )
    told = agent.propose(ticket("please add Eva Lind to photo-club"), (*OFFICE, *twins))
    assert told.actions == ()
    assert "eva1@acme.test" in told.question and "eva2@acme.test" in told.question


def test_listed_people_are_one_action_each(agent: Agent) -> None:
    for words, people in {
        "add Ana and Sam to photo-club": ["p-ana", "p-sam"],
        "add me and Sam to photo-club": ["p-dana", "p-sam"],
        "Add Dana and Ana to photo-club": ["p-dana", "p-ana"],
    }.items():
        assert [params["person"] for _, params in staged(offer(agent, words))] == people


def test_more_than_five_actions_go_to_a_person(agent: Agent) -> None:
    words = "add me, Ana, Sam and Omar to photo-club and build-tools"
    told = offer(agent, words)
    assert told.actions == () and "8 actions" in told.hand_over


def test_the_sender_is_the_one_who_is_signed_in_and_not_the_one_the_text_claims(
    agent: Agent,
) -> None:
    told = offer(agent, "Please reset my password", OMAR)
    assert staged(told) == [("idp.reset_password", {"person": "p-omar"})]
