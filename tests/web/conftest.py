"""People in front of a browser: each request runs as the web role, on the desk's own database."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from holdshort.web import waiting
from tests.desk import Desk


class Visitor:
    """One browser, signed in as a person or as nobody."""

    def __init__(self, desk: Desk, person: str | None = None, *, csrf: bool = False) -> None:
        self.desk = desk
        self.client = Client(enforce_csrf_checks=csrf, SERVER_NAME="localhost")
        if person:
            with desk.role("web"):
                self._sign_in(person)

    def get(self, address: str) -> HttpResponse:
        with self.desk.role("web"):
            return self.client.get(address)  # type: ignore[return-value]

    def post(self, address: str, **data: Any) -> HttpResponse:
        """Send a form; then the desk does what is due."""
        with self.desk.role("web"):
            response = self.client.post(address, data)
        self.desk.run()
        return response  # type: ignore[return-value]

    def call(self, method: str, address: str) -> HttpResponse:
        with self.desk.role("web"):
            return self.client.generic(method, address)  # type: ignore[return-value]

    def read(self, address: str) -> str:
        """The text of a page that must be there."""
        response = self.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.content.decode()

    def _sign_in(self, person: str) -> None:
        from holdshort.records import signin
        from holdshort.web import session

        account = signin.of_person(person)
        assert account is not None, person
        request = type("Request", (), {"session": self.client.session, "META": {}})()
        session.enter(request, account)
        request.session.save()
        self.client.cookies["sessionid"] = request.session.session_key


def plain(page: str | HttpResponse) -> str:
    """What a person reads on a page: without tags, white space as one blank."""
    text = page if isinstance(page, str) else page.content.decode()
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<[^>]+>", "", text)
    for code, sign in (("&#x27;", "'"), ("&quot;", '"'), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(code, sign)
    return re.sub(r"\s+", " ", text.replace("&amp;", "&"))


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests the desk runs after the request, so a request does not wait for it."""
    monkeypatch.setattr(waiting, "SECONDS", 0.0)


@pytest.fixture
def visit(desk: Desk) -> Callable[..., Visitor]:
    """`visit("dana")`: a browser in which Dana is signed in."""

    def one(person: str | None = None, **given: Any) -> Visitor:
        return Visitor(desk, person, **given)

    return one


@pytest.fixture
def build_tools(desk: Desk) -> int:
    """Dana asked for a group that leads to production administrators; gives the ticket."""
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    return desk.ask("dana", "please add me to Build Tools, it is just dev really")
