"""Access for a time on screens, over the API and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from holdshort import cli
from tests.api.conftest import Api, Caller
from tests.desk import Desk
from tests.fakes.running import Target, running_target
from tests.kernel import scenes
from tests.kernel.test_access_for_a_time import given, hours_later, takes_back
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]


@pytest.fixture
def action(desk: Desk, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Dana was given a privileged group."""
    target: Target
    with running_target(tmp_path / "effects") as target:
        monkeypatch.setenv("FAKE_TARGET_URL", target.url)
        scenes.connect(desk)
        yield given(desk)


def test_the_page_says_who_holds_what_until_when(visit: Visit, action: str) -> None:
    page = plain(visit("sven").read("/access"))
    assert "Add Dana Fischer to Build Tools" in page and "for 4 hours" in page


def test_it_is_calm_when_nobody_does(visit: Visit) -> None:
    assert "Nobody holds access for a time" in plain(visit("sven").read("/access"))
    assert visit("dana").get("/access").status_code == 403


def test_what_is_overdue_is_counted_everywhere_and_says_why(
    visit: Visit, desk: Desk, action: str
) -> None:
    desk.connectors.clear()
    hours_later(desk, 5)
    desk.run()
    page = plain(visit("sven").read("/access"))
    assert "Should have ended" in page and "tried again every five minutes" in page
    assert "1 should have ended" in plain(visit("sven").read("/tickets"))


def test_whoever_holds_it_sees_its_end_and_ends_it(visit: Visit, desk: Desk, action: str) -> None:
    number = desk.story(action).action.ticket
    assert "then it ends by itself" in plain(visit("dana").read(f"/tickets/{number}"))
    assert visit("bea").post(f"/actions/{action}/end").status_code == 404
    assert visit("dana").call("GET", f"/actions/{action}/end").status_code == 405
    assert visit("dana").post(f"/actions/{action}/end").status_code == 302
    [(end, state)] = takes_back(desk, action)
    assert state == "executed"
    record = plain(visit("sven").read(f"/actions/{end}/record"))
    assert "the access that it ends" in record
    assert visit("dana").post(f"/actions/{action}/end").status_code == 404


def test_reviewers_read_the_end_before_they_say_yes(visit: Visit, desk: Desk) -> None:
    number = desk.story(scenes.grave(desk)).review["number"]
    page = plain(visit("sven").read(f"/reviews/{number}"))
    assert "Ends by itself 4 hours after it begins." in page


# ------------------------------------------------------------------ the API, the command line


def test_the_api_lists_it_and_ends_it(desk: Desk, action: str) -> None:
    api = Api(desk)
    with desk.role("web"):
        [one] = api.as_("owner").get("/access").json()["items"]
        assert (one["action"], one["hours"], one["overdue"]) == (action, 4, False)
        assert api.as_("requester").get("/access").json()["total"] == 1
        assert api.as_("beneficiary").get("/access").json()["total"] == 0
        refused = api.as_("beneficiary").post(f"/actions/{action}/end", {})
        assert refused.status_code == 404
        ended = api.as_("requester").post(f"/actions/{action}/end", {})
        assert (ended.status_code, ended.json()["id"]) == (200, action)
    desk.run()
    [(end, _)] = takes_back(desk, action)
    with desk.role("web"):
        told = api.as_("owner").get(f"/actions/{end}").json()["authorization"]
        assert (told["basis"], told["people"]) == ("term", [])
        over = api.as_("owner").post(f"/actions/{action}/end", {})
        assert (over.status_code, over.json()["code"]) == (409, "not_granted")


def test_the_process_and_the_doctor_say_what_is_overdue(desk: Desk, action: str) -> None:
    from holdshort.records import health

    hours_later(desk, 5)
    with desk.role("web"):
        ready = Caller(None).get("/ready").json()
        told = {one.name: one.text for one in health.checks() if not one.well}
    assert "access_for_a_time" in [one["name"] for one in ready["checks"] if not one["ok"]]
    assert told["access for a time"].startswith("Access that should have ended is held still (1)")


def test_the_command_line_does_the_same(
    desk: Desk,
    action: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from holdshort.cli import base

    monkeypatch.setattr(base, "connect", lambda asked, role: None)
    with desk.role("web"):
        assert cli.main(("access", "list", "--json")) == 0
        [one] = json.loads(capsys.readouterr().out)
        assert (one["action"], one["beneficiary"]) == (action, "dana")
        assert cli.main(("access", "end", action, "--as", "bea")) == 1
        assert "Whose access it is" in capsys.readouterr().err
        assert cli.main(("access", "end", action, "--as", "dana")) == 0
    desk.run()
    with desk.role("web"):
        capsys.readouterr()
        assert cli.main(("access", "list")) == 0
    assert capsys.readouterr().out == "Nobody holds access for a time.\n"
