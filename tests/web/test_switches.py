"""Stopping on screens: one click, a banner everywhere, and going on with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.desk import Desk
from tests.kernel import scenes
from tests.kernel.test_switches import off, stop
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]


def test_one_click_stops_everything(visit: Visit, desk: Desk) -> None:
    page = visit("lukas").read("/switches")
    assert "Stop everything" in plain(page)
    done = visit("lukas").post("/switches/off", scope="everything")
    assert (done.status_code, off(desk)) == (302, ["everything"])
    assert "Everything: stopped By Lukas" in plain(visit("lukas").read("/switches"))


@pytest.mark.parametrize("address", ["/", "/reviews", "/by-hand", "/tickets", "/rules"])
def test_every_console_page_says_what_is_stopped(visit: Visit, desk: Desk, address: str) -> None:
    stop(desk)
    stop(desk, "connector:directory", "ines")
    page = visit("sven").read(address)
    assert "Everything: stopped by Lukas" in plain(page)
    app = "The connected app for Acme Directory, AWS and more (‘directory’)"
    assert f"{app}: stopped by Ines" in plain(page)
    assert 'href="/switches"' in page


def test_requesters_see_no_banner_and_no_page(visit: Visit, desk: Desk) -> None:
    stop(desk)
    assert "stopped" not in plain(visit("dana").read("/"))
    assert visit("dana").get("/switches").status_code == 403


def test_when_nothing_is_stopped_no_page_says_so(visit: Visit) -> None:
    assert "halt off" not in visit("sven").read("/reviews")


def test_going_on_takes_a_reason_and_the_right_person(visit: Visit, desk: Desk) -> None:
    stop(desk)
    assert "Let it go on" not in plain(visit("lukas").read("/switches")).replace("or let", "")
    assert visit("lukas").post("/switches/on", scope="everything", reason="x").status_code == 403
    assert visit("ines").post("/switches/on", scope="everything", reason=" ").status_code == 400
    assert off(desk) == ["everything"]
    done = visit("ines").post("/switches/on", scope="everything", reason="It was a drill.")
    assert (done.status_code, off(desk)) == (302, [])
    page = plain(visit("lukas").read("/switches"))
    assert "Everything: let go on by Ines" in page and "“It was a drill.”" in page


def test_what_can_be_stopped_has_the_names_that_people_know(visit: Visit) -> None:
    page = plain(visit("sven").read("/switches"))
    assert "This desk's own records" in page and "Work by hand" in page
    assert "Acme Directory, AWS and more (‘directory’)" in page


def test_a_scope_that_is_none_is_explained(visit: Visit, desk: Desk) -> None:
    page = visit("ines").post("/switches/off", scope="connector:nowhere")
    assert (page.status_code, off(desk)) == (400, [])
    assert "no connected app named ‘nowhere’" in plain(page)


@pytest.mark.parametrize("address", ["/switches/off", "/switches/on"])
def test_opening_an_address_switches_nothing(visit: Visit, desk: Desk, address: str) -> None:
    assert visit("ines").call("GET", address).status_code == 405
    assert visit().post(address, scope="everything").status_code == 302
    assert off(desk) == []


def test_a_reviewer_sees_who_stopped_it_and_can_decide(visit: Visit, desk: Desk) -> None:
    action = scenes.grave(desk)
    stop(desk, reason="Something deletes groups.")
    number = desk.story(action).review["number"]
    page = plain(visit("sven").read(f"/reviews/{number}"))
    assert "Everything was stopped by Lukas" in page and "“Something deletes groups.”" in page
    assert "after a yes it waits until it may go on" in page
    assert "After a yes it runs at once" not in page
    scenes.say_yes(desk, action, "sven")
    assert "1 approved change waits for this" in plain(visit("sven").read("/switches"))


def test_the_requester_is_told_that_it_was_stopped(visit: Visit, desk: Desk) -> None:
    action = scenes.approved_but_not_run(desk)
    stop(desk)
    number = desk.story(action).action.ticket
    page = plain(visit("dana").read(f"/tickets/{number}"))
    assert "It was approved, and stopped" in page


# ------------------------------------------------------------------ HR's record in doubt


def test_many_leavers_at_once_are_one_page_and_a_banner_until_they_are_decided(
    visit: Visit, desk: Desk
) -> None:
    people = ["erik", "aylin", "mateo", "jonas", "carla", "dana", "bea"]
    desk.sql(
        "UPDATE profile SET employment_status = 'ended', employment_end = '2026-10-31' "
        f"WHERE person = ANY(ARRAY{people!r})"
    )
    desk.agent.will("bundle.suspend", people=people)
    desk.ask("tom", "these have left, says the HR system")
    banner = "HR's record is in doubt. 7 people have left at once by it"
    assert banner in plain(visit("sven").read("/tickets"))
    page = plain(visit("ines").read("/reviews/1"))
    for words in (
        "Suspend the accounts of 7 people, as one decision",
        "Erik Johansson (by HR's record left on 2026-10-31)",
        "7 people would be reached within an hour",
        "without anybody deciding; 5 may be.",
        "2 people",
    ):
        assert words in page, words
    desk.decide(desk.action(1).action.id, "ines", "reject", reason_code="not_needed")
    assert "in doubt" not in plain(visit("sven").read("/tickets"))
