"""The API over the real WSGI application, as the web role, with the desk working beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from holdshort.records.tokens import DEMO_SCOPES
from tests.desk import Desk, Server

PEOPLE = {
    "requester": "dana",
    "requester_second_account": "dana",
    "beneficiary": "bea",
    "reviewer": "sven",
    "second_reviewer": "nadia",
    "owner": "ines",
    "agent": "agent",
    "assessor": "assessor",
}


class Beside:
    """The agent, the desk and the executor, working in a thread until the block ends."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._over = desk, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.errors: list[Exception] = []

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)
        assert not self.errors

    def _work(self) -> None:
        # Its own copy, because the settings of a connection are shared by all threads.
        connection.settings_dict = dict(connection.settings_dict)
        while not self._over.wait(0.01):
            try:
                self._desk.run()
            except Exception as error:
                self.errors.append(error)
                return


class Caller:
    """Somebody who calls the API with a token."""

    def __init__(self, token: str | None) -> None:
        self._client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, body: Any, *, key: str = "", **more: Any) -> Any:
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        return self._client.post(
            f"/api/v1{path}", body, content_type="application/json", headers=headers, **more
        )

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = self._headers | more.pop("headers", {})
        return self._client.generic(method, path, headers=headers, **more)


class Api:
    """The desk and a token for each role of the demo company."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tokens = {role: self.token(role) for role in DEMO_SCOPES}
        self.there: dict[str, Any] = {}

    def token(self, role: str, scopes: Any = None, **more: Any) -> str:
        from holdshort.records import tokens

        with self.desk.role(None):
            return tokens.create(
                PEOPLE.get(role, role),
                scopes=DEMO_SCOPES[role] if scopes is None else scopes,
                label=role,
                issuer="slack" if role == "requester_second_account" else None,
                sponsor=more.pop("sponsor", "dana" if role == "agent" else None),
                **more,
            )

    def as_(self, role: str) -> Caller:
        return Caller(self.tokens[role])

    def offered(self, type_id: str, **params: Any) -> dict[str, Any]:
        """An action that somebody else's agent offered for Dana, staged."""
        body = {"type": type_id, "params": params, "reasoning": "As asked.", "confidence": 0.97}
        answer = self.as_("agent").post("/actions", body)
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    def waiting(self) -> dict[str, Any]:
        """A tier-3 action for Dana that waits for a yes: membership of Build Tools."""
        action = self.offered("idp.add_to_group", person="dana", group="build-tools")
        assert (action["tier"], action["state"]) == (3, "waiting")
        return action

    def decide(
        self, role: str, action: dict[str, Any], verdict: str = "approve", **more: Any
    ) -> Any:
        body = {"digest": action["digest"], "verdict": verdict} | more
        return self.as_(role).post(f"/reviews/{action['review']}/decisions", body)

    def action(self, identity: str) -> dict[str, Any]:
        return dict(self.as_("owner").get(f"/actions/{identity}").json())


@pytest.fixture(scope="module")
def lasting(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One API for all tests of a file that leave nothing behind."""
    desk = Desk(server, tmp_path_factory.mktemp("lasting"))
    try:
        made = Api(desk)
        with desk.role("web"):
            yield made
    finally:
        desk.close()


@pytest.fixture
def quiet(desk: Desk) -> Iterator[Api]:
    """The API with nobody working beside it."""
    made = Api(desk)
    with desk.role("web"):
        yield made


@pytest.fixture
def api(quiet: Api) -> Iterator[Api]:
    """The API with agent, desk and executor at work."""
    with Beside(quiet.desk):
        yield quiet
