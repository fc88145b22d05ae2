"""Safe mode on screens: the banner, what is in doubt, and going on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.desk import Desk
from tests.fakes.connector import thing
from tests.fakes.running import Target, running_target
from tests.kernel import scenes
from tests.kernel.test_safe_mode import came_back, halted
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]


@pytest.fixture
def target(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    with running_target(tmp_path / "effects") as one:
        monkeypatch.setenv("FAKE_TARGET_URL", one.url)
        yield one


@pytest.fixture
def action(desk: Desk, target: Target) -> str:
    """Approved before, carried out since, and the desk came back from a backup."""
    scenes.connect(desk)
    made = scenes.approved_but_not_run(desk)
    target.drift(thing(desk.story(made).action), {"member": True})
    came_back(desk)
    desk.sweep()
    return made


@pytest.mark.parametrize("address", ["/", "/reviews", "/by-hand", "/tickets", "/rules"])
def test_every_page_says_that_nothing_runs(visit: Visit, action: str, address: str) -> None:
    page = visit("ines").read(address)
    assert "Nothing runs. This desk was restored from a backup, made " in plain(page)
    assert 'href="/safe-mode"' in page


def test_requesters_are_told_that_they_can_ask(visit: Visit, action: str) -> None:
    page = visit("dana").read("/")
    assert "You can ask as always" in plain(page)
    assert "/safe-mode" not in page


def test_no_page_says_so_when_all_is_well(visit: Visit) -> None:
    assert "Nothing runs" not in plain(visit("ines").read("/reviews"))
    assert "not in safe mode" in plain(visit("ines").read("/safe-mode"))


def test_an_older_log_is_told_with_its_numbers(visit: Visit, desk: Desk) -> None:
    desk.sql("INSERT INTO kernel.restoration (reason, position, seen) VALUES ('log', 7, 12)")
    page = plain(visit("ines").read("/safe-mode"))
    assert "ends at 7, and one of its processes had seen it go on to 12" in page


def test_the_page_shows_what_the_target_shows_and_suggests_the_answer(
    visit: Visit, action: str
) -> None:
    page = visit("ines").read("/safe-mode")
    assert "The directory shows it already." in plain(page)
    assert 'value="done" required checked' in page
    assert "1 change above is asked anew" in plain(page)


def test_where_nobody_can_tell_nothing_is_suggested(visit: Visit, desk: Desk, action: str) -> None:
    desk.sql("UPDATE kernel.sighting SET shown = NULL, problem = 'It did not answer.'")
    page = visit("ines").read("/safe-mode")
    assert "We could not look: It did not answer." in plain(page)
    assert "checked" not in page


def test_something_else_that_changed_there_is_told(visit: Visit, desk: Desk, action: str) -> None:
    desk.sql("UPDATE kernel.sighting SET shown = false, now = '{\"active\": false}'")
    assert "something else changed there" in plain(visit("ines").read("/safe-mode"))


def test_a_person_records_what_became_of_it(visit: Visit, desk: Desk, action: str) -> None:
    done = visit("ines").post(f"/safe-mode/{action}", result="done", note="Seen in the directory.")
    assert done.status_code == 302
    assert scenes.state_of(desk, action) == "executed"
    number = desk.story(action).action.ticket
    assert "Found in place after an older state" in plain(visit("ines").read(f"/tickets/{number}"))
    record = plain(visit("ines").read(f"/actions/{action}/record"))
    assert "It is in place: “Seen in the directory.”" in record


def test_an_answer_that_is_none_is_explained_on_the_page(visit: Visit, action: str) -> None:
    page = visit("ines").post(f"/safe-mode/{action}", result="perhaps")
    assert page.status_code == 400
    assert "Say one of" in plain(page)


@pytest.mark.parametrize("word", ["", "yes", "reconcile"])
def test_without_the_word_nothing_runs_still(
    visit: Visit, desk: Desk, action: str, word: str
) -> None:
    page = visit("ines").post("/safe-mode/end", note="I looked.", word=word)
    assert (page.status_code, halted(desk)) == (400, True)
    assert "type the word reconciled" in plain(page)
    assert "I looked." in page.content.decode()


def test_with_the_word_and_a_reason_it_goes_on(visit: Visit, desk: Desk, action: str) -> None:
    assert visit("sven").post("/safe-mode/end", note="", word="reconciled").status_code == 400
    done = visit("sven").post("/safe-mode/end", note="I looked.", word="Reconciled ")
    assert (done.status_code, halted(desk)) == (302, False)
    page = plain(visit("ines").read("/safe-mode"))
    assert "Sven Lindqvist ended it" in page and "“I looked.”" in page
    assert "Nothing runs" not in page
    assert desk.story(action).next_version is not None


@pytest.mark.parametrize("address", ["/safe-mode/end", "/safe-mode/{action}"])
def test_it_is_for_people_who_work_here_and_for_buttons(
    visit: Visit, desk: Desk, action: str, address: str
) -> None:
    path = address.format(action=action)
    assert visit("dana").post(path, note="x", word="reconciled").status_code == 403
    assert visit().post(path, note="x", word="reconciled").status_code == 302
    assert visit("ines").call("GET", path).status_code == 405
    assert halted(desk)


def test_what_concerns_a_private_ticket_is_only_counted(
    visit: Visit, desk: Desk, action: str
) -> None:
    desk.sql("UPDATE public.ticket SET private_to = 'hr'")
    page = plain(visit("sven").read("/safe-mode"))
    assert "1 more concerns private tickets" in page
    assert "Build Tools" not in page
    assert visit("sven").post(f"/safe-mode/{action}", result="done").status_code == 404


def test_a_review_of_before_says_that_it_is_asked_anew(visit: Visit, desk: Desk) -> None:
    waiting = scenes.grave(desk)
    came_back(desk)
    after = scenes.grave(desk, who="erik")
    for made, said in ((waiting, "It will be asked anew"), (after, "Nothing runs yet")):
        number = desk.story(made).review["number"]
        page = plain(visit("sven").read(f"/reviews/{number}"))
        assert said in page
        assert "After a yes it runs at once" not in page
