"""Who gets in, and how: passwords, one-time links, the brake on guessing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from holdshort.records import signin, tokens
from tests.desk import Desk
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]
PASSWORD = "correct horse battery"


@pytest.fixture
def dana(desk: Desk) -> None:
    with desk.role(None):
        signin.set_password("dana", PASSWORD)


def link(desk: Desk, person: str, minutes: int = 60) -> str:
    with desk.role(None):
        return f"/sign-in/link/{signin.new_link(person, minutes)}"


def get_in(visitor: Visitor, name: str, password: str, **more: str) -> int:
    return visitor.post("/sign-in", name=name, password=password, **more).status_code


@pytest.mark.parametrize("name", ["dana", "DANA", " dana ", "dana@acme.example"])
def test_the_right_password_opens_by_id_or_address(dana: None, visit: Visit, name: str) -> None:
    browser = visit()
    assert get_in(browser, name, PASSWORD) == 302
    assert "Dana Fischer" in browser.read("/")


@pytest.mark.parametrize("name", ["dana", "nobody", "sven", "agent", "holdshort", "x\x00y"])
def test_a_wrong_password_says_the_same_for_every_name(dana: None, visit: Visit, name: str) -> None:
    browser = visit()
    answer = browser.post("/sign-in", name=name, password="wrong")
    assert answer.status_code in (400, 403)
    assert browser.get("/").status_code == 302
    if answer.status_code == 403:
        assert "The name or the password is not right" in plain(answer)


def test_an_account_without_a_password_accepts_none(desk: Desk, visit: Visit) -> None:
    assert get_in(visit(), "dana", "") == 403


def test_five_failures_brake_the_name_however_it_is_typed(dana: None, visit: Visit) -> None:
    names = ["dana", "DANA", "dana@acme.example", "Dana@Acme.example", "dana"]
    assert [get_in(visit(), name, "wrong") for name in names] == [403] * 5
    answer = visit().post("/sign-in", name="dana", password=PASSWORD)
    assert answer.status_code == 429
    assert "Too many attempts for this name. Try again at" in plain(answer)


def test_the_brake_holds_one_name_only_and_ends(dana: None, desk: Desk, visit: Visit) -> None:
    for _ in range(5):
        get_in(visit(), "nobody-of-that-name", "wrong")
    assert get_in(visit(), "nobody-of-that-name", "wrong") == 429
    assert get_in(visit(), "dana", PASSWORD) == 302
    desk.sql("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
    assert get_in(visit(), "nobody-of-that-name", "wrong") == 403


def test_every_attempt_is_in_the_log_without_the_name_that_was_typed(
    dana: None, desk: Desk, visit: Visit
) -> None:
    get_in(visit(), "dana", "wrong")
    get_in(visit(), "my-secret-typed-in-the-wrong-field", "x")
    get_in(visit(), "dana", PASSWORD)
    rows = desk.sql("SELECT name, actor, detail FROM kernel.event WHERE name LIKE 'sign_in.%'")
    assert [row[0] for row in rows].count("sign_in.failed") == 2
    assert ("sign_in.succeeded", "dana", {"person": "dana"}) in rows
    assert "secret" not in str(rows)


def test_a_new_password_ends_the_sessions_of_the_old_one(
    dana: None, desk: Desk, visit: Visit
) -> None:
    browser = visit()
    get_in(browser, "dana", PASSWORD)
    with desk.role(None):
        signin.set_password("dana", "another long password")
    assert browser.get("/").status_code == 302


def test_short_passwords_and_people_without_a_login_are_told_so(desk: Desk) -> None:
    with desk.role(None):
        with pytest.raises(signin.CannotSignIn, match="at least 12 characters"):
            signin.set_password("dana", "short")
        for person in ("agent", "nobody"):
            with pytest.raises(signin.CannotSignIn, match="no local account"):
                signin.set_password(person, PASSWORD)
            with pytest.raises(signin.CannotSignIn, match="no local account"):
                signin.new_link(person)


def test_looking_at_a_link_signs_nobody_in_and_its_button_does_once(
    desk: Desk, visit: Visit
) -> None:
    address = link(desk, "ines")
    browser = visit()
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        browser.call(method, address)
    assert "Sign in as Ines Hoffmann" in plain(browser.read(address))
    assert browser.get("/").status_code == 302
    assert browser.post(address).status_code == 302
    assert "Ines Hoffmann" in browser.read("/")
    again = visit().post(address)
    assert again.status_code == 410
    assert "used already, or is too old" in plain(again)


def test_an_old_or_invented_link_says_what_to_do(desk: Desk, visit: Visit) -> None:
    old = link(desk, "ines", minutes=0)
    for address in (old, "/sign-in/link/invented"):
        assert visit().get(address).status_code == 410
        assert visit().post(address).status_code == 410


def test_only_the_hash_of_a_link_is_kept(desk: Desk) -> None:
    token = link(desk, "ines").rsplit("/", 1)[1]
    assert token not in str(desk.sql("SELECT * FROM sign_in_link"))


def test_whoever_left_or_lost_the_account_is_out_at_once(desk: Desk, visit: Visit) -> None:
    browser = visit("dana")
    assert browser.get("/").status_code == 200
    desk.sql(
        "UPDATE kernel.account SET ended_at = now() WHERE person = 'dana' AND issuer = 'local'"
    )
    assert browser.get("/").status_code == 302
    other = visit("bea")
    desk.sql("UPDATE profile SET employment_end = current_date - 1 WHERE person = 'bea'")
    assert other.get("/").status_code == 302


def test_a_last_day_ends_sessions_and_tokens_when_it_is_over_where_people_work(
    desk: Desk, visit: Visit
) -> None:
    browser, today = visit("bea"), desk.another_day()
    with desk.role(None):
        token = tokens.create("bea", scopes=["tickets:read"], label="of a test")
        sponsored = tokens.create(
            "agent", scopes=["tickets:read"], label="of a test", sponsor="bea", issuer=None
        )
    for days, works_here in ((0, True), (1, False)):
        last = today - timedelta(days=days)
        desk.sql(f"UPDATE profile SET employment_end = '{last}' WHERE person = 'bea'")
        assert (browser.get("/").status_code == 200) is works_here
        with desk.role("web"):
            assert (tokens.find(token) is not None) is works_here
            bearer = tokens.find(sponsored)
        assert bearer is not None
        assert (bearer.sponsor is not None) is works_here


def test_signing_out_is_a_button_and_ends_the_session_in_the_database(
    desk: Desk, visit: Visit
) -> None:
    browser = visit("dana")
    key = browser.client.cookies["sessionid"].value
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/").status_code == 200
    assert browser.post("/sign-out").status_code == 302
    browser.client.cookies["sessionid"] = key
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/tickets/1", "/tickets/1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_on_only_to_pages_of_ours(
    dana: None, visit: Visit, wanted: str, got: str
) -> None:
    answer = visit().post("/sign-in", name="dana", password=PASSWORD, next=wanted)
    assert answer["Location"] == got


def test_the_session_of_before_is_not_the_session_of_after(dana: None, visit: Visit) -> None:
    browser = visit("bea")
    before = browser.client.cookies["sessionid"].value
    get_in(browser, "dana", PASSWORD)
    assert browser.client.cookies["sessionid"].value != before
    assert "Dana Fischer" in browser.read("/")
