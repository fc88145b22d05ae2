"""Files over HTTP: sent as Base64 with the words, listed with their message, read by address."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from holdshort.core.attachments import MOST_BYTES
from tests.api.conftest import Api

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


def attached(name: str = "quote.pdf", content: bytes = b"%PDF of mine") -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(content).decode()}


def sent(api: Api, *files: Any, **more: Any) -> Any:
    return api.as_("requester").post("/tickets", {"body": "Please", "attachments": files}, **more)


def test_a_ticket_lists_its_files_and_gives_their_bytes(quiet: Api) -> None:
    made = sent(quiet, attached(), attached("/tmp/a\u202e.png", PNG)).json()
    first, second = made["messages"][0]["attachments"]
    assert first == {
        "name": "quote.pdf",
        "size": 12,
        "type": "application/octet-stream",
        "sha256": hashlib.sha256(b"%PDF of mine").hexdigest(),
        "url": f"/api/v1/tickets/{made['number']}/attachments/{made['messages'][0]['id']}/1",
    }
    assert (second["name"], second["type"]) == ("a.png", "image/png")
    answer = quiet.as_("requester").get(second["url"].removeprefix("/api/v1"))
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="a.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_later_message_brings_files_too(quiet: Api) -> None:
    number = sent(quiet).json()["number"]
    body = {"body": "Here", "attachments": [attached("late.txt", b"x")]}
    made = quiet.as_("reviewer").post(f"/tickets/{number}/messages", body).json()
    names = [[one["name"] for one in said["attachments"]] for said in made["messages"]]
    assert names == [[], ["late.txt"]]


def test_who_may_not_see_the_ticket_is_told_the_same_of_its_files(quiet: Api) -> None:
    made = sent(quiet, attached()).json()
    path = made["messages"][0]["attachments"][0]["url"].removeprefix("/api/v1")
    of_ticket = quiet.as_("beneficiary").get(f"/tickets/{made['number']}")
    of_file = quiet.as_("beneficiary").get(path)
    assert of_ticket.status_code == of_file.status_code == 404
    assert of_ticket.json() == of_file.json()
    missing = quiet.as_("requester").get(f"{path}0")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_an_agent_reads_what_files_are_called_and_never_what_is_in_them(quiet: Api) -> None:
    made = sent(quiet, attached()).json()
    path = made["messages"][0]["attachments"][0]["url"].removeprefix("/api/v1")
    told = quiet.as_("agent").get(f"/tickets/{made['number']}").json()
    assert told["messages"][0]["attachments"][0]["name"] == "quote.pdf"
    answer = quiet.as_("agent").get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("files", "status", "code", "says"),
    [
        ([attached(content=b"")], 422, "file_empty", "‘quote.pdf’ is empty"),
        ([attached()] * 11, 422, "invalid", "attachments"),
        ([{"name": "a", "content": "no base64!"}], 422, "invalid", "attachments.0.content"),
        ([{"name": "a", "content": "YQ="}], 422, "invalid", "attachments.0.content"),
        ([{"name": "a"}], 422, "invalid", "attachments.0.content"),
        ([attached() | {"type": "image/png"}], 422, "invalid", "attachments.0.type"),
        ([attached(name="")], 422, "invalid", "attachments.0.name"),
    ],
)
def test_what_does_not_fit_is_said_plainly(
    quiet: Api, files: list[Any], status: int, code: str, says: str
) -> None:
    answer = sent(quiet, *files)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert says in answer.json()["detail"]
    assert quiet.desk.sql("SELECT count(*) FROM ticket") == [(0,)]


def test_as_much_as_fits_goes_in_and_not_a_byte_more(quiet: Api) -> None:
    whole = bytes(MOST_BYTES)
    assert sent(quiet, attached("a", whole), attached("b", whole)).status_code == 201
    more = sent(quiet, attached("a", whole + b"x"))
    assert (more.status_code, more.json()["code"]) == (413, "file_too_large")
    together = sent(quiet, *(attached(name, whole) for name in "abc"))
    assert (together.status_code, together.json()["code"]) == (413, "too_large")
    assert "25 MB together" in together.json()["detail"]


def test_only_where_files_may_come_a_body_may_be_large(quiet: Api) -> None:
    body = {"type": "kb.answer", "params": {}, "reasoning": "x" * 300_000}
    answer = quiet.as_("agent").post("/actions", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_same_key_brings_the_same_files_once(quiet: Api) -> None:
    first = sent(quiet, attached(), key="once").json()
    assert sent(quiet, attached(), key="once").json() == first
    other = sent(quiet, attached(content=b"other"), key="once")
    assert other.json()["code"] == "idempotency_conflict"
    assert quiet.desk.sql("SELECT count(*) FROM attachment") == [(1,)]


def test_a_name_breaks_out_of_no_header(quiet: Api) -> None:
    made = sent(quiet, attached('a"; filename="evil.exe\r\nX-Evil: 1')).json()
    path = made["messages"][0]["attachments"][0]["url"].removeprefix("/api/v1")
    answer = quiet.as_("requester").get(path)
    quoted = 'attachment; filename="a\\"; filename=\\"evil.exe X-Evil: 1"'
    assert answer["Content-Disposition"] == quoted
    assert "X-Evil" not in answer
