"""Asking, and the page of one ticket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from holdshort.core.terms import Offer
from tests.conftest import COMPANY
from tests.desk import Desk
from tests.directory import running_directory
from tests.kernel import scenes
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_asking_opens_a_ticket_and_leads_to_it(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    answer = browser.post("/", words="My screen flickers")
    assert answer["Location"] == "/tickets/1"
    page = plain(browser.read("/tickets/1"))
    assert "A person has this" in page
    assert "My screen flickers" in page
    assert "My screen flickers" in plain(browser.read("/"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "Please write what you need."),
        ("   \n ", "write what you need"),
        ("x" * 20_001, "20,000 fit"),
    ],
)
def test_words_that_are_refused_stay_in_the_box(
    desk: Desk, visit: Visit, words: str, says: str
) -> None:
    answer = visit("dana").post("/", words=words)
    assert answer.status_code == 400
    assert says in plain(answer)
    assert words.strip() in answer.content.decode()
    assert desk.sql("SELECT count(*) FROM ticket")[0][0] == 0


def test_the_page_says_that_an_ai_reads_first_and_a_person_can_be_asked(
    desk: Desk, visit: Visit
) -> None:
    page = plain(visit("dana").read("/"))
    assert "An AI reads this first." in page
    assert "ask for a person at any time" in page


def test_others_see_neither_the_ticket_nor_its_existence(desk: Desk, visit: Visit) -> None:
    visit("dana").post("/", words="something private of mine")
    for address in ("/tickets/1", "/tickets/2"):
        assert visit("bea").get(address).status_code == 404
    for part in ("reply", "person", "password"):
        assert visit("bea").post(f"/tickets/1/{part}", words="x").status_code == 404
    assert "something private" not in visit("bea").read("/")
    assert visit("sven").get("/tickets/1").status_code == 200


def test_a_ticket_of_another_context_is_hidden_from_staff_too(desk: Desk, visit: Visit) -> None:
    visit("dana").post("/", words="about my contract")
    desk.sql("UPDATE ticket SET private_to = 'hr'")
    assert visit("sven").get("/tickets/1").status_code == 404
    assert visit("petra").get("/tickets/1").status_code == 200


def test_a_waiting_change_says_from_whom_a_yes_is_needed(
    desk: Desk, visit: Visit, build_tools: int
) -> None:
    page = plain(visit("dana").read(f"/tickets/{build_tools}"))
    assert "Waits for a yes" in page
    assert "Sven Lindqvist" in page
    assert "without an answer it is closed as not approved" in page
    assert "Record" not in page


def test_hostile_words_are_shown_and_never_run(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    browser.post("/", words=f"{XSS} hidden\u200bword \u202egnp.exe")
    for who, address in ((browser, "/tickets/1"), (browser, "/"), (visit("sven"), "/tickets")):
        page = who.read(address)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page
    page = browser.read("/tickets/1")
    assert "U+200B" in page
    assert "U+202E" in page


def test_a_question_of_the_assistant_is_marked_and_answered(desk: Desk, visit: Visit) -> None:
    desk.agent.next = Offer("x", 0.5, "", "scripted", question="Which application?")
    browser = visit("dana")
    browser.post("/", words="please give me access")
    page = plain(browser.read("/tickets/1"))
    assert "We need an answer from you" in page
    assert "Assistant (AI)" in page
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    browser.post("/tickets/1/reply", words="The photo club")
    assert "Add Dana Fischer to Photo Club" in plain(browser.read("/tickets/1"))


def test_an_empty_reply_is_refused_and_a_long_one_keeps_its_text(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    browser.post("/", words="hello")
    assert browser.post("/tickets/1/reply", words=" ").status_code == 400
    answer = browser.post("/tickets/1/reply", words="y" * 20_001)
    assert answer.status_code == 400
    assert "y" * 20_001 in answer.content.decode()


def test_asking_for_a_person_withdraws_what_has_not_started(
    desk: Desk, visit: Visit, build_tools: int
) -> None:
    browser = visit("dana")
    assert visit("sven").post(f"/tickets/{build_tools}/person").status_code == 403
    browser.post(f"/tickets/{build_tools}/person")
    page = plain(browser.read(f"/tickets/{build_tools}"))
    assert "A person has this" in page
    assert "Withdrawn" in page


def test_staff_answer_and_close_but_not_over_an_open_change(
    desk: Desk, visit: Visit, build_tools: int
) -> None:
    desk.agent.next = Offer("x", 0.5, "", "scripted", hand_over="furniture")
    visit("dana").post("/", words="my chair squeaks")
    sven = visit("sven")
    sven.post("/tickets/2/reply", words="A new one stands at your desk.", close="1")
    assert desk.ticket(2)["stands"] == "closed"
    assert "Closed" in plain(visit("dana").read("/tickets/2"))
    answer = sven.post(f"/tickets/{build_tools}/reply", words="Done?", close="1")
    assert answer.status_code == 400
    assert "A change is still on its way" in plain(answer)


def test_a_requester_cannot_close_by_sending_the_button_of_staff(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    browser.post("/", words="my chair squeaks")
    browser.post("/tickets/1/reply", words="still", close="1")
    assert desk.ticket(1)["stands"] != "closed"


def test_a_new_password_is_shown_once_to_its_owner_only(
    desk: Desk, visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "private"
    key.write_bytes(desk.seal_private)
    monkeypatch.setenv("HOLDSHORT_SEAL_PRIVATE_KEY", str(key))
    monkeypatch.setenv("HOLDSHORT_RESET_KEY", "a secret of the executor")
    with running_directory(tmp_path, COMPANY) as directory:
        desk.connectors["directory"] = directory.connector
        desk.agent.will("idp.reset_password", person="dana")
        number = desk.ask("dana", "I forgot my password")
        action = desk.action(number).action.id
        browser, staff = visit("dana"), visit("sven")
        assert "Show it once" in browser.read(f"/tickets/{number}")
        assert "Show it once" not in staff.read(f"/tickets/{number}")
        address = f"/tickets/{number}/password"
        assert staff.post(address, action=action).status_code == 410
        shown = browser.post(address, action=action)
        assert shown["Cache-Control"] == "private, no-store"
        secret = shown.content.decode().split('id="secret"')[1].split(">")[1].split("<")[0]
        assert directory.accepts("dana", secret)
    again = browser.post(address, action=action)
    assert again.status_code == 410
    assert secret not in again.content.decode() + browser.read(f"/tickets/{number}")
    assert "already, or its 15 minutes are over" in plain(again)


def test_what_waits_in_a_hold_window_can_be_stopped_with_a_reason(desk: Desk, visit: Visit) -> None:
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club")
    number = desk.ask("dana", "photo club please")
    story = desk.action(number)
    assert story.state == "authorized"
    address = f"/actions/{story.action.id}/stop"
    sven = visit("sven")
    page = plain(sven.read(f"/tickets/{number}"))
    assert "Runs at" in page
    assert "Stop" in page
    assert "Stop" not in plain(visit("dana").read(f"/tickets/{number}"))
    assert visit("dana").post(address, reason_code="wrong").status_code == 403
    assert sven.post(address, reason_code="because").status_code == 400
    assert sven.post(address, reason_code="wrong").status_code == 302
    assert desk.story(story.action.id).state == "revoked"
    late = sven.post(address, reason_code="wrong")
    assert late.status_code == 409
    assert "cannot be stopped any more" in plain(late)


def test_what_ran_can_be_undone_and_the_undo_has_a_gate_of_its_own(
    desk: Desk, visit: Visit, tmp_path: Path
) -> None:
    with running_directory(tmp_path, COMPANY) as directory:
        desk.connectors["directory"] = directory.connector
        desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
        number = desk.ask("dana", "build tools please")
        action = desk.action(number).action.id
        desk.decide(action, "sven", "approve")
        assert desk.story(action).state == "executed"
        sven = visit("sven")
        assert "Undo" in plain(sven.read(f"/tickets/{number}"))
        sven.post(f"/actions/{action}/undo", reason_code="wrong", back="//elsewhere.example")
        undo = desk.action(number)
        assert undo.action.undoes == action
        assert undo.action.type == "idp.remove_from_group"
        assert sven.post(f"/actions/{action}/undo").status_code == 400


def test_forms_work_with_the_agent_away(desk: Desk, visit: Visit) -> None:
    desk.agent.next = RuntimeError("the agent is away")
    browser = visit("dana")
    assert "Add somebody to a group" in plain(browser.read("/forms"))
    assert "Please choose" in browser.read("/forms/idp.add_to_group")
    form = {"param-person": "dana", "param-group": "build-tools", "words": "for the demo"}
    answer = browser.post("/forms/idp.add_to_group", **form)
    page = plain(browser.read(answer["Location"]))
    assert "Add Dana Fischer to Build Tools" in page
    assert "for the demo" in page
    assert "No AI had a part in this" in plain(visit("sven").read("/reviews"))


def test_a_form_names_the_fields_that_are_wrong_and_keeps_the_rest(
    desk: Desk, visit: Visit
) -> None:
    form = {"param-person": "dana", "param-group": "", "words": "keep me"}
    answer = visit("dana").post("/forms/idp.add_to_group", **form)
    assert answer.status_code == 400
    assert "‘group’ must not be empty." in plain(answer)
    assert "keep me" in answer.content.decode()
    assert desk.sql("SELECT count(*) FROM ticket")[0][0] == 0


def test_a_form_naming_what_does_not_exist_goes_to_a_person(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    form = {"param-person": "dana", "param-group": "no-such-group"}
    answer = browser.post("/forms/idp.add_to_group", **form)
    assert "A person has this" in plain(browser.read(answer["Location"]))


def test_types_that_only_touch_the_desk_have_no_form(desk: Desk, visit: Visit) -> None:
    assert visit("dana").get("/forms/ticket.route").status_code == 404
    assert "Pass the ticket on" not in plain(visit("dana").read("/forms"))


def test_staff_make_a_change_on_a_ticket_and_cannot_approve_it_themselves(
    desk: Desk, visit: Visit
) -> None:
    visit("dana").post("/", words="please help")
    form = {"param-person": "dana", "param-group": "build-tools", "ticket": "1"}
    sven = visit("sven")
    assert "somebody else decides about it" in plain(sven.read("/forms/idp.add_to_group?ticket=1"))
    sven.post("/forms/idp.add_to_group", **form)
    action = desk.action(1)
    assert (action.action.requester, action.action.initiator) == ("dana", "sven")
    assert "sven" not in {one["person"] for one in action.assignments}
    bea = visit("bea").post("/forms/idp.add_to_group", **form)
    assert bea["Location"] == "/tickets/2"


def test_lists_are_searched_and_paged(desk: Desk, visit: Visit) -> None:
    for count in range(27):
        desk.ask("dana", f"request {count} about {'staplers' if count == 3 else 'paper'}")
    browser = visit("dana")
    first, second = browser.read("/"), browser.read("/?page=2")
    assert "request 26 " in plain(first)
    assert "request 0 " in plain(second)
    assert "Page 1 of 2, 27 in all" in plain(first)
    for address in ("/?search=staplers", "/?search=4"):
        assert "request 3 " in plain(browser.read(address))
        assert "request 26 " not in plain(browser.read(address))
    assert "Nothing of yours contains" in plain(browser.read("/?search=nowhere"))
    staff = visit("sven")
    assert "request 3 " in plain(staff.read("/tickets?search=staplers&stands=with_person"))
    assert "No ticket fits" in plain(staff.read("/tickets?stands=closed"))


def test_the_list_of_tickets_says_what_waits_for_a_yes(desk: Desk, visit: Visit) -> None:
    scenes.grave(desk)
    assert "Waits for a yes" in plain(visit("sven").read("/tickets"))
