"""Who will be asked, and why, is told before anything is sent; and then it is so."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort.cli import main
from holdshort.stops.foretelling import foretell
from tests.desk import Desk
from tests.story.offices import TEAM
from tests.web.conftest import Visitor, plain

pytestmark = pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])

FORM = "/forms/idp.add_to_group"


def counted(desk: Desk) -> Any:
    return desk.sql("SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM kernel.event)")


def test_the_form_says_who_will_be_asked_and_writes_nothing(desk: Desk) -> None:
    dana, before = Visitor(desk, "dana"), counted(desk)
    given = {"param-person": "dana", "param-group": "build-tools", "words": "The build is red."}
    page = plain(dana.post(FORM, **given, foretell="1"))
    assert "One person has to say yes first." in page
    assert "Sven Lindqvist you decide security questions" in page
    assert "The build is red." in page, "what was typed stays"
    assert counted(desk) == before
    assert dana.post(FORM, **given).status_code == 302
    story = desk.action(1)
    names = [one["name"] for one in story.assignments]
    assert names and all(name in page for name in names)


@pytest.mark.parametrize(
    ("type_id", "params", "said"),
    [
        ("idp.reset_password", {"person": "dana"}, "runs without anybody being asked"),
        ("idp.unlock", {"person": "carl"}, "Nobody here has the id ‘carl’"),
        ("idp.add_to_group", {"person": "dana", "group": "nope"}, "No group here has the id"),
    ],
)
def test_what_runs_alone_and_what_cannot_be_is_told_too(
    desk: Desk, type_id: str, params: dict[str, str], said: str
) -> None:
    filled = {f"param-{name}": value for name, value in params.items()}
    page = plain(Visitor(desk, "dana").post(f"/forms/{type_id}", **filled, foretell="1"))
    assert said in page


def test_where_nobody_may_it_says_who_can_end_the_wait(desk: Desk) -> None:
    desk.sql("DELETE FROM authority")
    params = {"person": "dana", "group": "build-tools"}
    with desk.role("web"):
        found = foretell("idp.add_to_group", params, sender=desk.sender("dana"))
    assert found.asked == () and "Ines Hoffmann can end this wait" in found.sentence


def test_the_command_says_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOLDSHORT_WEB_DATABASE_URL", desk.url("web"))
    with desk.role("web"):
        asked = ["ticket", "foretell", "idp.add_to_group", "--as", "dana"]
        assert main([*asked, "--set", "person=dana", "--set", "group=build-tools"]) == 0
    assert "Sven Lindqvist: you decide security questions" in capsys.readouterr().out
