"""One person who is alone: an outside approver first; else their own word, with a price."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdshort import flow
from holdshort.core.terms import Assurance
from holdshort.records import overrides, signin
from holdshort.stops import alone
from holdshort.stops.deciding import Answer
from tests.desk import Desk
from tests.story.offices import COUPLE
from tests.web.conftest import Visitor, plain

pytestmark = pytest.mark.parametrize("office", [COUPLE], indirect=True, ids=["couple"])

WHY = "My own club, and Helena is on a plane."
SECRET = "correct horse battery"


@pytest.fixture
def lonely(desk: Desk) -> Desk:
    """Helena, who could decide, is away; the rules let Ines answer for some of her own."""
    desk.sql(
        "UPDATE kernel.policy_version SET document = jsonb_set(document, '{routing,alone}', "
        '\'{"types": ["idp.add_to_group"], "reviewed_by": "mia"}\')'
    )
    desk.sql("DELETE FROM kernel.standing")
    desk.sql(
        "INSERT INTO absence (person, starts, ends) SELECT 'helena', now() - interval '1 day', "
        "now() + interval '9 days'"
    )
    with desk.role(None):
        signin.set_password("ines", SECRET)
    return desk


def wish(desk: Desk, group: str = "photo-club", requester: str = "ines", of: str = "") -> Any:
    desk.agent.will("idp.add_to_group", person=of or requester, group=group)
    return desk.action(desk.ask(requester, "please"))


def asked(desk: Desk, story: Any) -> list[str]:
    return [one["person"] for one in desk.story(story.action.id).assignments]


def answers(desk: Desk, story: Any, *, why: str = WHY, assurance: int = 2) -> None:
    sender = replace(desk.sender("ines"), assurance=Assurance(assurance))
    answer = Answer("approve", story.digest, "0" * 64, justification=why)
    with desk.role("web"):
        flow.decide(story.review["number"], answer, sender=sender)
    desk.run()


def minutes_pass(desk: Desk, minutes: int) -> None:
    desk.sql(
        "SET session_replication_role = replica; UPDATE kernel.decision SET decided_at = "
        f"decided_at - interval '{minutes} minutes'"
    )
    desk.sweep()


def state(desk: Desk, story: Any) -> str:
    return str(desk.story(story.action.id).state)


def test_while_somebody_else_can_decide_they_do(lonely: Desk) -> None:
    lonely.sql("DELETE FROM absence")
    story = wish(lonely)
    assert asked(lonely, story) == ["helena"] and not story.gate["alone"]
    with pytest.raises(flow.Refused) as no:
        answers(lonely, story)
    assert no.value.code == "self_approval"


def test_their_own_word_counts_after_a_quarter_of_an_hour_and_is_flagged(lonely: Desk) -> None:
    story = wish(lonely)
    assert asked(lonely, story) == ["ines"] and story.gate["alone"]
    assert "Ines Hoffmann can end this wait by answering for it alone." in lonely.said(
        story.action.ticket
    )
    answers(lonely, story)
    minutes_pass(lonely, 14)
    assert state(lonely, story) == "waiting"
    minutes_pass(lonely, 1)
    assert state(lonely, story) == "by_hand"
    decision = lonely.story(story.action.id).decided("approve")[0]
    assert (decision["authority"], decision["justification"]) == ("self_declared", WHY)
    assert "1 decided alone, not looked at yet" in plain(Visitor(lonely, "ines").read("/reviews"))
    record = plain(Visitor(lonely, "ines").read(f"/actions/{story.action.id}/record"))
    assert "alone, on their own word" in record


def test_it_can_be_stopped_while_it_cools_off(lonely: Desk) -> None:
    story = wish(lonely)
    answers(lonely, story)
    with lonely.role("web"):
        flow.stop(story.action.id, "not_now", sender=lonely.sender("ines"))
    minutes_pass(lonely, 20)
    assert state(lonely, story) == "revoked"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"why": "because"}, "reason_missing"),
        ({"why": " " * 40}, "reason_missing"),
        ({"assurance": 1}, "assurance_too_low"),
    ],
)
def test_it_asks_for_words_and_a_fresh_proof(lonely: Desk, given: Any, code: str) -> None:
    story = wish(lonely)
    with pytest.raises(flow.Refused) as no:
        answers(lonely, story, **given)
    assert no.value.code == code and state(lonely, story) == "waiting"


@pytest.mark.parametrize("group", ["super-admins", "build-tools", "aws-admins"])
def test_never_for_what_is_privileged_or_in_production(lonely: Desk, group: str) -> None:
    story = wish(lonely, group, of="mia")
    assert asked(lonely, story) == [] and not story.gate["alone"]


def test_never_for_a_type_that_the_rules_do_not_name(lonely: Desk) -> None:
    lonely.agent.will("idp.reset_password", person="ines")
    story = lonely.action(lonely.ask("ines", "please"))
    assert asked(lonely, story) == [] and not story.gate["alone"]


def test_never_where_nobody_is_there_to_look_at_it(lonely: Desk) -> None:
    lonely.sql("UPDATE profile SET employment_status = 'ended' WHERE person = 'mia'")
    assert not wish(lonely).gate["alone"]


def test_never_for_somebody_who_decides_nothing(lonely: Desk) -> None:
    lonely.sql(
        "INSERT INTO absence (person, starts, ends) SELECT 'ines', now() - interval '1 day', "
        "now() + interval '9 days'"
    )
    story = wish(lonely, requester="dana")
    assert asked(lonely, story) == [] and not story.gate["alone"]


def test_who_is_back_is_asked_as_well(lonely: Desk) -> None:
    story = wish(lonely)
    lonely.sql("DELETE FROM absence")
    lonely.sweep()
    assert asked(lonely, story) == ["ines", "helena"]


def test_one_that_nobody_looked_at_in_seven_days_blocks_the_next_until_somebody_has(
    lonely: Desk,
) -> None:
    first, second = wish(lonely), wish(lonely, of="dana")
    answers(lonely, first)
    minutes_pass(lonely, 7 * 24 * 60 + 1)
    with pytest.raises(flow.Refused) as no:
        answers(lonely, second)
    assert no.value.code == "not_looked_at"
    number = lonely.sql("SELECT id FROM kernel.own_yes")[0][0]
    for who, code in (("ines", "not_yours"), ("dana", "not_yours")):
        with lonely.role("web"), pytest.raises(flow.Refused) as not_theirs:
            alone.look_back(str(number), "right", "Looked.", sender=lonely.sender(who))
        assert not_theirs.value.code == code
    mia = Visitor(lonely, "mia")
    assert WHY in plain(mia.read("/own-decisions"))
    sent = mia.post(f"/own-decisions/{number}", result="right", note="She is in the club.")
    assert sent.status_code == 302
    page = plain(mia.read("/own-decisions"))
    assert "Nothing waits to be looked at." in page
    assert "“She is in the club.”It was right" in page
    answers(lonely, second)
    assert lonely.events("decision.looked_at") == 1


def test_on_the_page_it_takes_the_password_and_words(lonely: Desk) -> None:
    story = wish(lonely)
    ines, address = Visitor(lonely, "ines"), f"/reviews/{story.review['number']}"
    page = ines.read(address)
    assert "Nobody else can decide this now." in plain(page)
    hidden = {
        name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("digest", "shown")
    }
    given = {**hidden, "verdict": "approve", "confirmed": "1", "justification": WHY}
    wrong = ines.post(f"{address}/decision", **given, password="not this one")
    assert "That is not your password" in plain(wrong)
    assert ines.post(f"{address}/decision", **given, password=SECRET).status_code == 302
    assert "alone, on their own word" in plain(ines.read(address))


# ------------------------------------------------------------------ made by hand, nobody being here


def made(desk: Desk, *, assurance: int = 2) -> Any:
    """Ines says that she put Dana into a group by hand, unasked."""
    sender = replace(desk.sender("ines"), assurance=Assurance(assurance))
    at = desk.sql("SELECT clock_timestamp() - interval '1 hour'")[0][0]
    params = {"person": "dana", "group": "build-tools"}
    with desk.role("web"):
        number, _ = flow.record_made("idp.add_to_group", params, at, WHY, sender=sender)
    desk.run()
    return desk.action(number)


def days_pass(desk: Desk, days: int) -> None:
    ago = f"interval '{days} days'"
    desk.sql(f"UPDATE kernel.made_already SET made_at = made_at - {ago}, told_at = told_at - {ago}")


def looks_over(desk: Desk, story: Any, who: str) -> None:
    sender = desk.sender(who)
    with desk.role("web"):
        flow.look_over(story.action.id, "right", "I asked Dana: it was broken.", sender=sender)


def open_ones(desk: Desk) -> list[overrides.Override]:
    with desk.role("web"):
        return overrides.open_ones()


@pytest.mark.parametrize("size", ["one", "two, of whom one is away"])
def test_what_somebody_alone_made_unasked_is_looked_over_by_who_is_named_in_seven_days(
    lonely: Desk, size: str
) -> None:
    if size == "one":
        lonely.sql("DELETE FROM authority WHERE person = 'helena'")
        lonely.sql("UPDATE profile SET roles = '{}' WHERE person = 'helena'")
    with pytest.raises(flow.Refused, match="give your password again") as no:
        made(lonely, assurance=1)
    assert no.value.code == "assurance_too_low" and open_ones(lonely) == []
    story = made(lonely)
    [one] = open_ones(lonely)
    assert (one.kind, one.person, one.looker) == ("made", "ines", "mia")
    assert (one.due_at - one.invoked_at).total_seconds() == 7 * 24 * 3600
    assert "looks over it within seven days" in lonely.said(story.action.ticket)
    days_pass(lonely, 6)
    made(lonely)
    days_pass(lonely, 1)
    # One that nobody looked over in time blocks the next.
    with pytest.raises(flow.Refused, match="Nobody has looked in time"):
        made(lonely)
    for person in ("ines", "dana"):
        with pytest.raises(flow.Refused):
            looks_over(lonely, story, person)
    looks_over(lonely, story, "mia")
    made(lonely)


def test_whoever_is_named_reads_and_looks_over_it_without_working_here(lonely: Desk) -> None:
    story = made(lonely)
    mia = Visitor(lonely, "mia")
    assert "made by hand by somebody who was alone" in plain(mia.read("/"))
    page = plain(mia.read("/overrides"))
    assert WHY in page and "Was it right?" in page
    mia.post(f"/overrides/{story.action.id}/look", verdict="right", note="Dana says so.")
    assert open_ones(lonely) == []
    assert mia.get("/overrides").status_code == 403


def test_the_form_asks_for_the_password_of_whoever_is_alone(lonely: Desk) -> None:
    ines = Visitor(lonely, "ines")
    page = plain(ines.read("/overrides/made/idp.add_to_group"))
    assert "nobody else is here, so Mia Tanaka looks over it within seven days" in page
    lately = lonely.sql(
        "SELECT to_char(clock_timestamp() AT TIME ZONE 'Europe/Berlin' - interval '1 hour', "
        "'YYYY-MM-DD\"T\"HH24:MI')"
    )[0][0]
    said = {"param-person": "dana", "param-group": "build-tools"}
    said |= {"made_at": lately, "reason": WHY}
    for secret, told in (("", "give your password again"), ("wrong", "is not your password")):
        answer = ines.post("/overrides/made/idp.add_to_group", **said, password=secret)
        assert answer.status_code == 400 and told in plain(answer.content.decode())
    assert open_ones(lonely) == []
    answer = ines.post("/overrides/made/idp.add_to_group", **said, password=SECRET)
    assert answer.status_code == 302, plain(answer.content.decode())
    assert len(open_ones(lonely)) == 1


def test_while_somebody_else_is_here_they_look_over_it_in_48_hours(lonely: Desk) -> None:
    lonely.sql("DELETE FROM absence")
    story = made(lonely, assurance=1)
    [one] = open_ones(lonely)
    assert one.looker is None and (one.due_at - one.invoked_at).days == 2
    with pytest.raises(flow.Refused, match="Only people who work on this desk"):
        looks_over(lonely, story, "mia")
    looks_over(lonely, story, "helena")
    assert open_ones(lonely) == []


def test_where_the_rules_name_nobody_it_is_on_record_and_waits_for_somebody_who_works_here(
    lonely: Desk,
) -> None:
    lonely.sql("UPDATE kernel.policy_version SET document = document #- '{routing,alone}'")
    made(lonely, assurance=1)
    days_pass(lonely, 3)
    with pytest.raises(flow.Refused, match="the rules can name who looks"):
        made(lonely, assurance=1)
