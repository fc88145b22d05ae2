"""What holds on every address: signing in first, reading changes nothing, the headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern

from holdshort.urls import urlpatterns
from holdshort.web.security import HEADERS
from tests.desk import Desk
from tests.web.conftest import Visitor, plain

Visit = Callable[..., Visitor]
OPEN = ("/sign-in", "/sign-in/link/none", "/sign-out")
"""Addresses for people who are not signed in yet."""


def addresses(number: int = 1, action: str = "") -> list[str]:
    """Every address of the web, filled in."""
    known = {
        "number:number": str(number),
        "number:message": "1",
        "number:place": "1",
        "uuid:action": action or "0190a1b2-0000-7000-8000-000000000001",
        "uuid:decision": "0190a1b2-0000-7000-8000-000000000003",
        "uuid:delegation": "0190a1b2-0000-7000-8000-000000000002",
        "str:token": "none",
        "str:type_id": "idp.add_to_group",
    }
    patterns = [str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern)]
    return ["/" + re.sub(r"<([^>]+)>", lambda one: known[one[1]], text) for text in patterns]


@pytest.mark.parametrize("address", [one for one in addresses() if one not in OPEN])
def test_every_page_asks_who_you_are_first(desk: Desk, visit: Visit, address: str) -> None:
    browser = visit()
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        answer = browser.call(method, address)
        assert answer.status_code == 302, (method, address)
        assert answer["Location"].startswith("/sign-in")


STAFF = (
    "/reviews",
    "/by-hand",
    "/tickets",
    "/track-record",
    "/rules",
    "/safe-mode",
    "/delegations",
    "/own-decisions",
    "/overrides/made",
)


@pytest.mark.parametrize("address", STAFF)
def test_pages_of_the_desk_are_for_those_who_work_on_it(
    desk: Desk, visit: Visit, address: str
) -> None:
    answer = visit("dana").get(address)
    assert answer.status_code == 403
    assert "for the people who work on this desk" in plain(answer)
    assert visit("sven").get(address).status_code == 200


TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname"


def rows_of(desk: Desk) -> dict[str, tuple[object, ...]]:
    """How many rows every table has, and what they say, but for sessions."""
    names = [row[0] for row in desk.sql(f"{TABLES} IN ('kernel', 'public')")]
    kept = [name for name in names if "session" not in name and "procrastinate_work" not in name]
    return {
        name: desk.sql(
            f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {name} t"
        )[0]
        for name in kept
    }


def test_get_head_and_options_change_nothing_with_and_without_a_session(
    desk: Desk, visit: Visit, build_tools: int
) -> None:
    action = desk.action(build_tools).action.id
    before = rows_of(desk)
    every = [*addresses(1, action), f"/tickets/{build_tools}", "/reviews/1?confirm=1"]
    for person in (None, "dana", "sven", "ines"):
        browser = visit(person)
        for address in every:
            for method in ("GET", "HEAD", "OPTIONS"):
                assert browser.call(method, address).status_code < 500, (method, address)
    assert rows_of(desk) == before


def everything(visit: Visit, number: int, action: str) -> Iterator[tuple[str, Visitor]]:
    browser = visit("sven")
    for address in (
        *addresses(1, action),
        "/nothing",
        f"/tickets/{number}",
        "/static/holdshort.css",
    ):
        yield address, browser


def test_every_answer_carries_the_headers(desk: Desk, visit: Visit, build_tools: int) -> None:
    action = desk.action(build_tools).action.id
    for address, browser in everything(visit, build_tools, action):
        answer = browser.get(address)
        for name, value in HEADERS.items():
            assert answer[name] == value, (address, name)
        if not address.startswith("/static/"):
            assert answer["Cache-Control"] == "private, no-store", address
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]


def test_no_page_holds_inline_script_or_style(desk: Desk, visit: Visit, build_tools: int) -> None:
    action = desk.action(build_tools).action.id
    for address, browser in everything(visit, build_tools, action):
        text = browser.get(address).content.decode() if "/static/" not in address else ""
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), address
        for script in re.findall(r"<script[^>]*>", text):
            assert 'src="/static/' in script, address


def test_a_form_without_its_token_changes_nothing_and_says_so(desk: Desk, visit: Visit) -> None:
    browser = visit("dana", csrf=True)
    answer = browser.post("/", words="please add me to Build Tools")
    assert answer.status_code == 403
    assert "Please send that again" in plain(answer)
    assert desk.sql("SELECT count(*) FROM ticket")[0][0] == 0


def test_signing_in_needs_the_token_too(desk: Desk, visit: Visit) -> None:
    assert visit(None, csrf=True).post("/sign-in", name="dana", password="x").status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/tickets/99999",
        "/tickets/" + "9" * 40,
        "/reviews/4711",
        "/forms/no.such",
        "/a%00b",
    ],
)
def test_what_is_not_there_is_said_in_plain_words(desk: Desk, visit: Visit, address: str) -> None:
    answer = visit("sven").get(address)
    assert answer.status_code == 404
    assert "There is nothing here" in plain(answer)


@pytest.mark.parametrize(
    "address", ["/?search=%00", "/tickets?search=a%00b&page=x", "/reviews?search=%00"]
)
def test_unreadable_characters_are_refused_and_never_break(
    desk: Desk, visit: Visit, address: str
) -> None:
    answer = visit("sven").get(address)
    assert answer.status_code == 400
    assert "could not read that" in plain(answer)


@pytest.mark.parametrize(
    "address",
    [
        "/?page=0",
        "/?page=99999999999",
        "/tickets?stands=nothing&page=-1",
        "/reviews?state=x&mine=y",
    ],
)
def test_nonsense_in_an_address_is_ignored(desk: Desk, visit: Visit, address: str) -> None:
    assert visit("sven").get(address).status_code == 200


def test_a_fault_of_ours_shows_no_traceback(
    desk: Desk, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdshort.web import portal

    def broken(*given: object, **more: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(portal, "page_number", broken)
    browser = visit("dana")
    browser.client.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "That did not work" in plain(answer)
    assert "secret" not in plain(answer)
