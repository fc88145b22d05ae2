"""A bundle on its ticket: one list, with a state per line and who each waits for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from holdshort.core.terms import Offer, Offered
from tests.desk import Desk
from tests.kernel import waking
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]
ACCOUNT = "Create an account for Lena Vogt"


def onboard(desk: Desk) -> int:
    params = {"person": "lena", "equipment": ["laptop-studio"]}
    offered = (Offered("bundle.onboard", params),)
    desk.agent.next = Offer("New starter", 0.97, "HR has hired her.", "scripted", offered)
    return desk.ask("petra", "Lena starts in January")


def rows(page: str) -> list[str]:
    """The text of each line of the bundle."""
    found = re.search(r'<ol class="card lines">(.*?)</ol>', page, re.S)
    assert found is not None
    return [plain(one) for one in found[1].split("<li")[1:]]


def test_a_bundle_is_one_list_with_a_state_for_each_line(desk: Desk, visit: Visit) -> None:
    number = onboard(desk)
    page = visit("petra").read(f"/tickets/{number}")
    assert "4 changes, 0 done" in plain(page)
    account, *groups, laptop = rows(page)
    assert ACCOUNT in account and "About to run" in account
    assert all(f"Comes after ‘{ACCOUNT}’" in one and "Comes later" in one for one in groups)
    assert "Waits for a yes" in laptop and "From Frieda Neumann" in laptop
    assert "Go on with what is left" not in page


def test_a_line_that_is_dropped_ends_alone_and_its_dependants_say_so(
    desk: Desk, visit: Visit
) -> None:
    number = onboard(desk)
    laptop = next(one for one in desk.actions(number) if one.action.type == "equipment.order")
    desk.decide(laptop.action.id, "frieda", "reject", reason_code="not_needed")
    browser = visit("tomas")
    assert "Not approved" in rows(browser.read(f"/tickets/{number}"))[-1]
    assert {one.state for one in desk.actions(number)} == {"authorized", "rejected"}
    account = desk.actions(number)[0].action.id
    browser.post(f"/actions/{account}/stop", reason_code="wrong")
    stopped, *others = rows(browser.read(f"/tickets/{number}"))
    assert "Stopped before it ran" in stopped
    assert all("Cannot happen any more" in one for one in others[:-1])


def test_staff_goes_on_with_what_failed_and_nobody_else_can(desk: Desk, visit: Visit) -> None:
    number = onboard(desk)
    for one in desk.actions(number):
        if one.state == "authorized":
            waking.end_permission(desk, one.action.id)
    desk.sweep()
    states = [one.state for one in desk.actions(number)]
    assert sorted(states) == ["expired", "expired", "expired", "waiting"]
    address = f"/tickets/{number}"
    assert visit("dana").post(f"{address}/resume").status_code in (403, 404)
    browser: Any = visit("ines")
    assert "Go on with what is left" in browser.read(address)
    assert browser.post(f"{address}/resume")["Location"] == address
    fresh = [one.state for one in desk.actions(number)]
    assert fresh.count("authorized") == 3 and fresh.count("expired") == 3
    assert len(rows(browser.read(address))) == 4
    assert "Go on with what is left" not in browser.read(address)
    assert "Nothing is left here" in plain(browser.post(f"{address}/resume"))


def test_hr_fills_in_a_form_for_a_starter_and_for_a_leaver(desk: Desk, visit: Visit) -> None:
    browser = visit("petra")
    assert ">Lena Vogt<" in browser.read("/forms/bundle.onboard")
    leaving = browser.read("/forms/bundle.offboard")
    assert ">Karl Voss (has left)<" in leaving
    starter = browser.post("/forms/bundle.onboard", **{"param-person": "lena", "words": ""})
    assert len(rows(browser.read(starter["Location"]))) == 4
    leaver = browser.post("/forms/bundle.offboard", **{"param-person": "karl", "words": ""})
    first, *others = rows(browser.read(leaver["Location"]))
    assert "Suspend Karl Voss's account" in first.replace("&#x27;", "'")
    assert len(others) == 2 and all("Comes after" in one for one in others)
