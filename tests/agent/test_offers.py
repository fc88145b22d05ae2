"""What the agent offers for plain requests."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort.agent.things import FORMS
from holdshort.catalogue import REGISTRY
from holdshort.ports import Agent
from holdshort.web.forms import offered
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
        ("Install Zoom", "mdm.install", {"person": "p-dana", "software": "zoom"}),
        (
            "Install Visual Studio Code for Ana",
            "mdm.install",
            {"person": "p-ana", "software": "vscode"},
        ),
        (
            "Please order me a headset",
            "equipment.order",
            {"person": "p-dana", "item": "e-headset"},
        ),
        (
            "Please order the laptop for film for Ana",
            "equipment.order",
            {"person": "p-ana", "item": "e-studio"},
        ),
        (
            "Please renew the contract with Zoom",
            "saas.renew",
            {"vendor": "zoom", "contract": "zoom-2025"},
        ),
        (
            "Deploy KB5031455 to the laptops ring 1",
            "patch.deploy",
            {"patch": "KB5031455", "targets": ["ring-1"]},
        ),
        (
            "Deploy KB5031455 to prod-db-1 immediately",
            "patch.deploy",
            {"patch": "KB5031455", "targets": ["prod-db-1"]},
        ),
        ("Sign me out everywhere", "idp.revoke_sessions", {"person": "p-dana"}),
        ("End all sessions of Ana", "idp.revoke_sessions", {"person": "p-ana"}),
        (
            "I clicked on a link in a strange mail and typed my password",
            "idp.revoke_sessions",
            {"person": "p-dana"},
        ),
        ("Please restore /home/dana/a.xlsx", "files.restore", {"path": "/home/dana/a.xlsx"}),
        ("Please delete /home/dana/old.xlsx", "files.delete", {"path": "/home/dana/old.xlsx"}),
        (
            "Permanently delete the folder /sales/commission-2025",
            "files.delete",
            {"path": "/sales/commission-2025", "permanent": True},
        ),
        (
            "Bitte löscht den Ordner /home/dana/alt endgültig",
            "files.delete",
            {"path": "/home/dana/alt", "permanent": True},
        ),
        ("Give Sam's files to Ana", "files.transfer", {"person": "p-sam", "to": "p-ana"}),
        (
            "Please transfer the files of Sam Carter to me, he left",
            "files.transfer",
            {"person": "p-sam", "to": "p-dana"},
        ),
        (
            "I leave on Friday, give my files to Ana please",
            "files.transfer",
            {"person": "p-dana", "to": "p-ana"},
        ),
        ("Ana needs the documents of Sam", "files.transfer", {"person": "p-sam", "to": "p-ana"}),
    ],
)
def test_a_plain_request_becomes_one_typed_action(
    agent: Agent, words: str, action: str, params: dict[str, Any]
) -> None:
    assert staged(offer(agent, words)) == [(action, params)]


@pytest.mark.parametrize("urgent", ["", "immediately", "as soon as possible, it is critical"])
def test_urgent_words_are_told_and_change_nothing_of_the_offer(agent: Agent, urgent: str) -> None:
    told = offer(agent, f"Please deploy KB5031455 to laptops ring 1 {urgent}")
    assert staged(told) == [("patch.deploy", {"patch": "KB5031455", "targets": ["ring-1"]})]
    assert ("Only a person can flag an emergency" in told.reasoning) is bool(urgent)


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
        "Sam clicked on a link in a phishing mail",
        "Please do not renew Zoom",
        "Cancel our Zoom contract",
        "My laptop is broken, I need a new one",
        "Please uninstall Zoom",
        "I lost my badge",
        "Install Zoom for everyone",
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
        "Do not delete /home/dana/old.xlsx",
        "Delete all files on the server",
        "Please delete /home/dana/x that I deleted yesterday",
    ],
)
def test_what_is_no_plain_request_goes_to_a_person_with_a_reason(agent: Agent, words: str) -> None:
    told = offer(agent, words)
    assert told.actions == () and told.question == ""
    assert told.hand_over.endswith(".") and told.hand_over in told.reasoning


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("Install AnyDesk for me", "‘Install software’ under Forms"),
        ("I need a new monitor", "‘Order equipment’ under Forms"),
        ("I need a new laptop", "Which one: Laptop, 14 inches, Laptop for film and 3D?"),
        ("Please renew Adobe", "Which one do you mean: Adobe design apps, Adobe video apps?"),
        ("Please renew our contract with Miro", "‘Renew a contract’ under Forms"),
        ("Please deploy the patches tonight", "‘Deploy patches’ under Forms"),
        ("Deploy KB5031455 to the mainframe", "‘Deploy patches’ under Forms"),
        ("I deleted a folder, please restore it", "‘Restore deleted files’ under Forms"),
        ("Please restore /a/../b.txt", "‘Restore deleted files’ under Forms"),
        ("Restore /a/b.txt and /a/c.txt please", "‘Restore deleted files’ under Forms"),
        ("Please delete the old folder on the drive", "‘Delete files’ under Forms"),
        ("Delete /home/karl/mail, a GDPR erasure request", "‘Delete files’ under Forms"),
        ("Please delete /home/dana/../sam/x", "‘Delete files’ under Forms"),
        ("Give Ben's files to Ana", 'Whom do you mean by "Ben": Ben Okafor, Ben Meyer?'),
        ("Please give me access to the files of Julia Stern", "Whose files are they"),
        ("Give the files to Ana, Sam left", "Whose files are they"),
        ("Give Sam's files to Ana and to Omar", "Whose files are they"),
        ("Open port 443 to the build server", "‘Change a firewall rule’ under Forms"),
        ("I need access to the server room", "‘Set what a badge opens’ under Forms"),
    ],
)
def test_what_would_have_to_be_guessed_is_asked_or_led_to_the_form(
    agent: Agent, words: str, question: str
) -> None:
    told = offer(agent, words)
    assert told.actions == () and question in told.question


def test_the_forms_that_people_are_led_to_have_these_titles() -> None:
    for action_type, title in FORMS.items():
        assert REGISTRY[action_type].title == title and REGISTRY[action_type] in offered()


def test_a_long_report_that_may_quote_somebody_else_signs_nobody_out(agent: Agent) -> None:
    words = "Is this phishing? They write: I clicked on a link. " + "It goes on and on. " * 40
    told = offer(agent, words)
    assert told.actions == () and told.hand_over


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
