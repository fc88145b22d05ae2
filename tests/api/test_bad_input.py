"""Whatever is wrong with a request, the answer is one plain problem and nothing happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from holdshort.api.problems import STATUS
from tests.api.conftest import Api, Caller

ROOT = Path(__file__).resolve().parents[2] / "holdshort"
MEMBERS = {"type", "title", "status", "detail", "code", "errors"}


@pytest.fixture
def quiet(lasting: Api) -> Api:
    return lasting


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found.keys() == MEMBERS
    assert (found["status"], found["code"]) == (status, code)
    assert found["type"] == f"urn:holdshort:problem:{code}"
    assert "Traceback" not in found["detail"]
    return found


def test_every_refusal_of_the_road_has_its_status() -> None:
    said = set()
    for path in [ROOT / "flow.py", *ROOT.glob("stops/*.py"), *ROOT.glob("api/*.py")]:
        said |= set(re.findall(r"(?:Refused|Problem)\(\s*\"(\w+)\"", path.read_text("utf-8")))
    assert said <= STATUS.keys()
    assert len(said) > 25


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "body"),
        (b"null", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"{}", "body"),
        (b'{"body": 3}', "body"),
        (b'{"body": ""}', "body"),
        (b'{"body": "a", "subject": null}', "subject"),
        (b'{"body": "a", "more": 1}', "more"),
        (b'{"body": "a\\u0000b"}', "body"),
        (b'{"body": "a", "beneficiary": "not a person!"}', "beneficiary"),
        (b'{"body": "' + b"x" * 20_001 + b'"}', "body"),
    ],
)
def test_a_body_that_does_not_fit_names_its_field(quiet: Api, body: bytes, words: str) -> None:
    answer = quiet.as_("requester").call(
        "POST", "/api/v1/tickets", data=body, content_type="application/json"
    )
    found = problem(answer, 422, "invalid")
    assert words in {one["field"] for one in found["errors"]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"body": "a",}',
        b"{'body': 'a'}",
        b'{"body": NaN}',
        b'{"body": -Infinity}',
        b'{"body": "a", "body": "b"}',
        b'{"body": "\xff"}',
        b'\xef\xbb\xbf{"body": "a"}',
        b'{"body": "\\ud800"}',
        b'{"body": ["\\udfff"]}',
        b"[" * 100_000,
        b'{"body": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_not_one_clear_json_is_malformed(quiet: Api, body: bytes) -> None:
    answer = quiet.as_("requester").call(
        "POST", "/api/v1/tickets", data=body, content_type="application/json"
    )
    problem(answer, 400, "malformed")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_another_content_type_is_refused(quiet: Api, kind: str) -> None:
    answer = quiet.as_("requester").call(
        "POST", "/api/v1/tickets", data=b'{"body": "a"}', content_type=kind
    )
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(("address", "size"), [("actions", 300_000), ("tickets", 40_000_000)])
def test_a_body_that_is_too_large_is_refused(quiet: Api, address: str, size: int) -> None:
    body = b'{"body": "' + b"x" * size + b'"}'
    answer = quiet.as_("owner").call(
        "POST", f"/api/v1/{address}", data=body, content_type="application/json"
    )
    problem(answer, 413, "too_large")


def test_whoever_is_not_let_in_sends_nothing_large(quiet: Api) -> None:
    body = b'{"body": "' + b"x" * 40_000_000 + b'"}'
    answer = Caller("hs_nobody").call(
        "POST", "/api/v1/tickets", data=body, content_type="application/json"
    )
    problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=one", "page"),
        ("page=99999999999999999999", "page"),
        ("stands=nowhere", "stands"),
        ("search=%00", "search"),
        (f"search={'x' * 201}", "search"),
    ],
)
def test_a_query_that_does_not_fit_names_its_field(quiet: Api, query: str, field: str) -> None:
    answer = quiet.as_("requester").call("GET", f"/api/v1/tickets?{query}")
    found = problem(answer, 422, "invalid")
    assert [one["field"] for one in found["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    [
        "/tickets/0", "/tickets/99", "/tickets/-1", "/tickets/x", f"/tickets/{10**30}",
        "/actions/x", "/actions/01890000-0000-7000-8000-000000000000",
        "/actions/01890000-0000-7000-8000-000000000000/record", "/reviews/99",
        "/nothing", "/tickets/", "/", "/tickets/1/nothing",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(quiet: Api, path: str) -> None:
    problem(quiet.as_("owner").get(path), 404, "not_found")


def test_every_address_below_api_answers_as_the_api(quiet: Api) -> None:
    for address in ("/api", "/api/", "/api/v2/tickets", "/api/v1"):
        answer = Caller(None).call("GET", address)
        if answer.status_code == 404 and answer["Content-Type"].startswith("text/html"):
            assert address == "/api"
        else:
            problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"type": "idp.nothing", "params": {}}, "unknown_type", None),
        ({"type": "idp.unlock", "params": {}}, "bad_params", "params.person"),
        ({"type": "idp.unlock", "params": {"person": 3}}, "bad_params", "params.person"),
        ({"type": "idp.unlock", "params": {"person": "yusuf", "x": 1}}, "bad_params", "params.x"),
        ({"type": "idp.unlock", "params": {"person": "nobody"}}, "unknown_target", None),
        ({"type": "idp.unlock", "params": {"person": 0.5}}, "invalid", "params"),
        ({"type": "idp.unlock", "params": {"person": "a\u0308"}}, "invalid", "params"),
        ({"type": "idp.unlock", "params": {"a": 2**60}}, "invalid", "params"),
        ({"type": "idp.unlock", "params": {"a": "x" * 33_000}}, "invalid", "params"),
        ({"type": "idp.unlock", "params": []}, "invalid", "params"),
        ({"type": "idp.unlock", "params": {}, "confidence": 1.1}, "invalid", "confidence"),
        ({"type": "idp.unlock", "params": {}, "confidence": "0.9"}, "invalid", "confidence"),
        ({"type": "idp.unlock", "params": {}, "confidence": True}, "invalid", "confidence"),
        ({"type": "idp.unlock", "params": {}, "ticket": "1"}, "invalid", "ticket"),
    ],
)
@pytest.mark.parametrize("path", ["/actions", "/assessments"])
def test_an_action_that_does_not_fit_is_not_offered(
    quiet: Api, path: str, body: dict[str, Any], code: str, field: str | None
) -> None:
    if path == "/assessments":
        body = body | {"requester": "dana"}
    found = problem(quiet.as_("owner").post(path, body), 422, code)
    assert field is None or field in {one["field"] for one in found["errors"]}
    assert quiet.desk.sql("SELECT count(*) FROM kernel.proposal") == [(0,)]
    assert quiet.desk.sql("SELECT count(*) FROM ticket") == [(0,)]


def test_what_breaks_inside_is_told_without_its_insides(
    quiet: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("holdshort.records.queue.standing", broken)
    answer = quiet.as_("owner").get("/autonomy")
    problem(answer, 500, "internal")
    assert b"secret" not in answer.content


def test_a_database_that_is_away_is_told(quiet: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(*_: object, **__: object) -> None:
        raise OperationalError("no route to the host of the secret name")

    monkeypatch.setattr("holdshort.records.queue.standing", away)
    answer = quiet.as_("owner").get("/autonomy")
    problem(answer, 503, "unavailable")
    assert b"secret" not in answer.content
