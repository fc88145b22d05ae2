"""The review page: what it says, its five answers, and who may give them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from holdshort.core.terms import Assurance, Channel
from tests.desk import Desk
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]


@pytest.fixture
def action(desk: Desk, build_tools: int) -> str:
    return str(desk.action(build_tools).action.id)


def bound(page: str) -> dict[str, str]:
    """What the forms of a page say about the bytes that were shown."""
    found = {}
    for name in ("digest", "shown"):
        match = re.search(rf'name="{name}" value="([0-9a-f]{{64}})"', page)
        assert match is not None
        found[name] = match[1]
    return found


def answer(browser: Visitor, verdict: str, number: int = 1, **more: str) -> object:
    """Open the page, then send one of its forms."""
    form = bound(browser.read(f"/reviews/{number}"))
    return browser.post(f"/reviews/{number}/decision", verdict=verdict, **{**form, **more})


def test_the_page_says_everything_that_a_decision_needs(
    desk: Desk, visit: Visit, action: str
) -> None:
    page = plain(visit("sven").read("/reviews/1"))
    for words in (
        "Add Dana Fischer to Build Tools",
        "please add me to Build Tools, it is just dev really",
        "Gains AWS AdministratorAccess in AWS (production), privileged, through Build Tools",
        "CI Runners › AWS Admins",
        "Read again before it runs; if it differs, this comes back to you.",
        "The ticket says ‘dev’, but this reaches production.",
        "Who it touches",
        "Taking Dana Fischer out of Build Tools again undoes it.",
        "Would have passed:",
        "rules of",
        "You decide security questions.",
        "As asked.",
        "Says 97 %, not yet checked here.",
        "Needs a person",
        "closes as not approved",
    ):
        assert words in page, words
    assert "s ago in the directory" in page


def test_the_button_repeats_the_title_and_approve_is_neither_first_nor_focused(
    desk: Desk, visit: Visit, action: str
) -> None:
    page = visit("sven").read("/reviews/1")
    assert plain(page).count("Add Dana Fischer to Build Tools…") == 1
    assert "autofocus" not in page
    order = [page.index(f'id="verb-{verb}"') for verb in ("reject", "change", "hand-over", "ask")]
    assert max(order) < page.index('id="verb-approve"')


def test_a_grave_yes_names_target_and_authorizer_and_needs_the_second_form(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven = visit("sven")
    confirm = plain(sven.read("/reviews/1?confirm=1"))
    assert "You, Sven Lindqvist" in confirm
    assert desk.story(action).action.target.id in confirm
    first = answer(sven, "approve")
    assert "open>" in first.content.decode()
    assert desk.story(action).decisions == ()
    answer(sven, "approve", confirmed="1")
    assert [one["person"] for one in desk.story(action).decisions] == ["sven"]


def test_a_decision_keeps_what_was_shown_and_how_it_was_given(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven = visit("sven")
    form = bound(sven.read("/reviews/1"))
    answer(sven, "approve", confirmed="1")
    decision = desk.story(action).decisions[0]
    assert decision["shown"] == form["shown"]
    assert decision["digest"] == form["digest"]
    assert (decision["channel"], decision["assurance"]) == ("console", 1)


def test_every_copy_shows_who_decided_and_its_buttons_are_gone(
    desk: Desk, visit: Visit, action: str
) -> None:
    nadia, sven = visit("nadia"), visit("sven")
    form = bound(nadia.read("/reviews/1"))
    answer(sven, "reject", reason_code="too_risky", comment="A read replica is enough.")
    for browser in (nadia, sven, visit("lukas")):
        page = browser.read("/reviews/1")
        assert "Sven Lindqvist rejected it: “Too much could go wrong”" in plain(page)
        assert "A read replica is enough." in plain(page)
        assert "/decision" not in page
    late = nadia.post("/reviews/1/decision", verdict="approve", confirmed="1", **form)
    assert late.status_code == 409
    assert "This was decided already. Sven Lindqvist rejected it." in plain(late)
    assert len(desk.story(action).decisions) == 1


@pytest.mark.parametrize("person", ["leo", "ines"])
def test_whoever_may_not_decide_sees_why_and_who_can(
    desk: Desk, visit: Visit, action: str, person: str
) -> None:
    page = plain(visit("leo").read("/reviews/1"))
    assert "You were not asked about this." in page
    assert "Can decide:" in page
    assert "Sven Lindqvist" in page


def test_nobody_decides_their_own_request(desk: Desk, visit: Visit) -> None:
    desk.agent.will("idp.add_to_group", person="sven", group="build-tools")
    desk.ask("sven", "add me to build tools")
    sven = visit("sven")
    page = sven.read("/reviews/1")
    assert "Sven Lindqvist asked for this, so somebody else must decide." in plain(page)
    assert "/decision" not in page
    digest = desk.action(1).digest
    form = {"verdict": "approve", "digest": digest, "shown": "0" * 64, "confirmed": "1"}
    sven.post("/reviews/1/decision", **form)
    assert desk.action(1).decisions == ()


def test_a_self_approval_with_the_right_digests_is_refused_too(desk: Desk, visit: Visit) -> None:
    from holdshort.records.world import World
    from holdshort.web.drawn import draw

    desk.agent.will("idp.add_to_group", person="sven", group="build-tools")
    desk.ask("sven", "add me to build tools")
    story = desk.action(1)
    with desk.role("web"):
        shown = draw(story, World()).shown
    refused = visit("sven").post(
        "/reviews/1/decision", verdict="approve", digest=story.digest, shown=shown, confirmed="1"
    )
    assert refused.status_code == 403
    assert desk.events("decision.refused") == 1


def test_requesters_and_strangers_do_not_see_the_page(
    desk: Desk, visit: Visit, action: str
) -> None:
    for address in ("/reviews/1", f"/actions/{action}/record"):
        assert visit("dana").get(address).status_code == 403
    assert visit("dana").post("/reviews/1/decision", verdict="approve").status_code == 403
    desk.sql("UPDATE ticket SET private_to = 'hr'")
    assert visit("leo").get("/reviews/1").status_code == 404
    assert visit("sven").get("/reviews/1").status_code == 200


@pytest.mark.parametrize("part", ["digest", "shown"])
def test_an_answer_about_other_bytes_is_not_taken(
    desk: Desk, visit: Visit, action: str, part: str
) -> None:
    refused = answer(visit("sven"), "approve", confirmed="1", **{part: "f" * 64})
    assert refused.status_code == 409
    assert "Look again" in plain(refused)
    assert desk.story(action).decisions == ()


def test_a_page_whose_names_changed_since_it_was_opened_must_be_read_again(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven = visit("sven")
    form = bound(sven.read("/reviews/1"))
    desk.sql("UPDATE profile SET name = 'Somebody Else' WHERE person = 'dana'")
    refused = sven.post("/reviews/1/decision", verdict="approve", confirmed="1", **form)
    assert refused.status_code == 409
    assert "What you were shown has changed" in plain(refused)


def test_a_no_needs_a_reason_and_keeps_the_words(desk: Desk, visit: Visit, action: str) -> None:
    refused = answer(visit("sven"), "reject", comment="keep these words")
    assert refused.status_code == 400
    assert "Please choose a reason" in plain(refused)
    assert "keep these words" in refused.content.decode()
    assert desk.story(action).state == "waiting"


def test_changing_one_value_asks_anew_about_the_changed_version(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven = visit("sven")
    form = {"param-person": "dana", "param-group": "aws-readers", "reason_code": "too_much"}
    done = answer(sven, "change", **form)
    assert done["Location"].startswith("/reviews/")
    old, new = desk.actions(1)
    assert (old.state, new.action.version) == ("superseded", 2)
    assert new.action.params == {"person": "dana", "group": "aws-readers", "hours": 4}
    assert "This was replaced by a later version." in plain(sven.read("/reviews/1"))
    assert "Version 2." in plain(visit("lukas").read("/reviews/2"))


def test_a_change_of_nothing_or_to_nonsense_is_refused(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven = visit("sven")
    same = {"param-person": "dana", "param-group": "build-tools", "reason_code": "other"}
    assert "Nothing is different." in plain(answer(sven, "change", **same))
    empty = {**same, "param-group": ""}
    assert "‘group’ must not be empty." in plain(answer(sven, "change", **empty))


def test_handing_over_asks_somebody_else_too(desk: Desk, visit: Visit, action: str) -> None:
    sven = visit("sven")
    page = sven.read("/reviews/1")
    choices = page.split('id="to"')[1].split("</select>")[0]
    assert "Tomas Novak" in choices and "Petra Vogel" not in choices
    assert "Sven Lindqvist" not in choices
    answer(sven, "hand_over", to="tomas", reason_code="not_mine")
    assert "Sven Lindqvist handed this to you" in plain(visit("tomas").read("/reviews"))


def test_asking_puts_the_question_on_the_ticket_and_keeps_the_review_open(
    desk: Desk, visit: Visit, action: str
) -> None:
    answer(visit("sven"), "ask", comment="Which build is red?")
    page = plain(visit("dana").read("/tickets/1"))
    assert "Which build is red?" in page
    assert "We need an answer from you" in page
    assert desk.story(action).state == "waiting"
    assert "/decision" in visit("sven").read("/reviews/1")


def test_an_invented_verdict_is_refused(desk: Desk, visit: Visit, action: str) -> None:
    assert answer(visit("sven"), "always_allow").status_code == 400


def test_a_lookalike_is_shown_with_its_immutable_id(desk: Desk, visit: Visit) -> None:
    desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name)"
        " VALUES ('directory', 'the-immutable-id', 'photo-club-2', 'Phоto Club')"
    )
    desk.agent.will("idp.add_to_group", person="dana", group="photo-club-2")
    desk.ask("dana", "photo club please")
    page = visit("sven").read("/reviews/1")
    assert "easily mistaken for ‘Photo Club’" in plain(page)
    assert "the-immutable-id" in plain(page)
    assert 'title="cyrillic small letter o"' in page


def test_a_hostile_name_from_the_directory_is_shown_harmless(desk: Desk, visit: Visit) -> None:
    desk.sql(
        "UPDATE directory_group SET name = '<b onclick=x>\u202eslooT' WHERE slug = 'build-tools'"
    )
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    desk.ask("dana", "<script>alert(1)</script>")
    for address in ("/reviews/1", "/reviews", "/reviews/1?confirm=1"):
        page = visit("sven").read(address)
        assert "<b onclick" not in page
        assert "<script>alert" not in page
        assert "U+202E" in page


def test_confidence_comes_with_its_record_and_precedents_with_their_reasons(
    desk: Desk, visit: Visit, action: str
) -> None:
    answer(visit("sven"), "reject", reason_code="not_needed")
    desk.agent.will("idp.add_to_group", person="bea", group="build-tools")
    desk.ask("bea", "me too")
    page = plain(visit("sven").read("/reviews/2"))
    assert "Says 97 %. Wrong the one time it was this sure." in page
    assert "Sven Lindqvist rejected it, “Not needed for this person's work”" in page


def test_what_was_not_read_from_its_app_yet_is_not_called_a_change_of_our_own_records(
    desk: Desk, visit: Visit
) -> None:
    desk.agent.will("mdm.install", person="dana", software="com.philandro.anydesk")
    desk.ask("dana", "please install AnyDesk")
    page = plain(visit("sven").read("/reviews/1"))
    assert "not yet checked in mdm. It is read right before it runs" in page
    assert "own records change" not in page


def test_nobody_to_ask_is_a_visible_fault_that_names_who_can_end_it(
    desk: Desk, visit: Visit
) -> None:
    desk.sql("UPDATE authority SET contexts = '{general}', backup = NULL")
    desk.sql("UPDATE system SET owner = NULL")
    desk.sql("UPDATE group_owner SET person = NULL")
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    desk.ask("dana", "build tools please")
    page = plain(visit("ines").read("/reviews/1"))
    assert "nobody here may decide it" in page
    assert "Ines Hoffmann can end this wait by naming another reviewer" in page
    assert "nobody could be asked" in plain(visit("ines").read("/reviews?mine=0"))
    desk.sql("UPDATE authority SET contexts = '{security}' WHERE person = 'ines'")
    desk.sweep()
    page = plain(visit("ines").read("/reviews/1"))
    assert "nobody here may decide it" not in page.split("Why it stopped")[0]
    assert "nobody could be asked" not in plain(visit("ines").read("/reviews?mine=0"))


def test_the_queue_filters_searches_and_counts(desk: Desk, visit: Visit, action: str) -> None:
    sven = visit("sven")
    assert "1 wait for you" in plain(sven.read("/reviews"))
    assert "Add Dana Fischer" in plain(visit("leo").read("/reviews?mine=0"))
    assert "No review fits." in plain(sven.read("/reviews?search=nowhere"))
    answer(sven, "reject", reason_code="other")
    assert "Nothing waits." in plain(sven.read("/reviews"))
    assert "Add Dana Fischer" in plain(sven.read("/reviews?mine=0&state=closed"))
    assert "wait for you" not in plain(sven.read("/"))


def test_empty_is_the_goal_and_shows_what_ran_alone(desk: Desk, visit: Visit) -> None:
    desk.agent.will("ticket.categorise", label="printer")
    desk.ask("dana", "the printer")
    page = plain(visit("sven").read("/reviews"))
    assert "Nothing waits. 1 ran without you in the last day, 0 stopped." in page
    assert "Label the ticket ‘printer’" in page


def test_two_who_decide_at_once_see_each_other_and_not_an_error(
    desk: Desk, visit: Visit, action: str
) -> None:
    sven, nadia = visit("sven"), visit("nadia")
    forms = [bound(one.read("/reviews/1")) for one in (sven, nadia)]
    with desk.role("web"):
        sven.client.post(
            "/reviews/1/decision", {"verdict": "approve", "confirmed": "1", **forms[0]}
        )
        second = nadia.client.post(
            "/reviews/1/decision", {"verdict": "approve", "confirmed": "1", **forms[1]}
        )
    assert second.status_code == 409
    assert "Sven Lindqvist approved it." in plain(second)
    desk.run()
    assert len(desk.story(action).decisions) == 1


# ------------------------------------------------------------------ nobody knows who asked


@pytest.fixture
def by_mail(desk: Desk) -> str:
    desk.agent.will("idp.reset_password", person="dana")
    words, nobody = "I lost my phone", {"assurance": Assurance.NONE, "channel": Channel.EMAIL}
    return str(desk.action(desk.ask("dana", words, **nobody)).action.id)


def test_the_yes_waits_for_a_call_back_that_is_recorded_beside_it(
    desk: Desk, visit: Visit, by_mail: str
) -> None:
    sven = visit("sven")
    page = sven.read("/reviews/1")
    button = re.search(r'<button[^>]*id="verb-approve"[^>]*>', page)
    assert button is not None and " disabled" in button[0] and 'id="confirm"' not in page
    assert "Call them on a number from the directory, never one from the ticket" in plain(page)
    assert 'action="/reviews/1/call-back"' in page and 'id="verb-reject"' in page
    assert "bad_answer" not in page
    answer(sven, "approve", confirmed="1")
    half = sven.post("/reviews/1/call-back", number_from="directory")
    assert (half.status_code, desk.story(by_mail).decisions) == (400, ())
    sven.post(
        "/reviews/1/call-back", number_from="hr_record", result="confirmed", note="It was her."
    )
    page = sven.read("/reviews/1?confirm=1")
    assert "Sven Lindqvist called Dana Fischer" in plain(page) and "It was her." in plain(page)
    answer(sven, "approve", confirmed="1")
    assert desk.story(by_mail).state in ("authorized", "executing", "executed", "not_applied")
    record = plain(sven.read(f"/actions/{by_mail}/record"))
    assert "Whoever had to be called was called back and confirmed it" in record
    assert "The HR record" in record
