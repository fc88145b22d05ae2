"""What the SCIM connector says when the directory, the road or the settings are broken."""

from __future__ import annotations

import json
import time

import pytest

from holdshort.connectors.scim import Scim
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

from .conftest import ACCOUNT, TOKEN, Admin, Road, action, connect

SCIM_JSON = {"Content-Type": "application/scim+json"}


def refusal(scim: Scim, expected: type[ConnectorError]) -> str:
    """The sentence with which reading somebody fails."""
    with pytest.raises(expected) as caught:
        scim.observe(action("idp.suspend", "id-of-dana"))
    sentence = str(caught.value)
    assert TOKEN not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_proxy_in_the_environment_is_not_given_the_credential(
    scim: Scim, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert scim.observe(action("idp.suspend", "id-of-dana"))["account"] == "id-of-dana"


def test_a_rotated_credential_is_used_without_a_restart(
    scim: Scim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", "wrong-one")
    refusal(scim, RefusedByTarget)
    monkeypatch.setenv("DIRECTORY_TOKEN", TOKEN)
    assert scim.observe(action("idp.suspend", "id-of-dana"))["account"] == "id-of-dana"


@pytest.mark.parametrize("value", ["", "two\nlines", "smørrebrød"])
def test_a_credential_that_is_missing_or_unfit_is_refused(
    scim: Scim, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", value)
    assert "env:DIRECTORY_TOKEN" in refusal(scim, RefusedByTarget)


def test_an_entry_that_is_gone_is_a_refusal(scim: Scim) -> None:
    with pytest.raises(RefusedByTarget, match="no such entry"):
        scim.observe(action("idp.suspend", "nobody"))


def test_a_base_url_without_a_directory_is_said_so(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", TOKEN)
    with pytest.raises(RefusedByTarget, match="no SCIM directory at base_url"):
        connect(road.url + "/elsewhere").probe()


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"id": {"a": 1}},
        {"id": 7},
        {"schemas": []},
        {"schemas": "User"},
        {"active": "maybe"},
        {"meta": [1]},
        {"meta": {"version": {"a": 1}}},
        {ACCOUNT: "locked"},
        {ACCOUNT: {"locked": "sometimes"}},
        {ACCOUNT: {"lockedAt": "yesterday"}},
    ],
)
def test_an_entry_that_is_malformed_anywhere_is_not_believed(
    scim: Scim, road: Road, admin: Admin, changed: dict[str, object]
) -> None:
    entry = admin.read("Users", "id-of-dana") | changed
    road.answer, road.only = (200, SCIM_JSON, json.dumps(entry).encode()), "/Users"
    refusal(scim, Unreachable)


def test_attributes_of_a_vendor_do_not_stop_the_reading(
    scim: Scim, road: Road, admin: Admin
) -> None:
    extra = {"urn:vendor:extension": {"x": 1}, "badge": 7, "emails": [{"value": "a@b.local"}]}
    entry = admin.read("Users", "id-of-dana") | extra
    road.answer, road.only = (200, SCIM_JSON, json.dumps(entry).encode()), "/Users"
    assert scim.observe(action("idp.suspend", "id-of-dana"))["active"] is True


def test_an_id_cannot_leave_its_place(scim: Scim, road: Road) -> None:
    with pytest.raises(ConnectorError):
        scim.observe(action("idp.suspend", "../Groups"))
    assert not any(line.startswith("GET /v2/Groups") for line in road.seen)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(scim: Scim, road: Road, status: int) -> None:
    road.answer = (status, {"Location": road.url + "/elsewhere"}, b"")
    assert "redirect" in refusal(scim, RefusedByTarget)
    assert not any("elsewhere" in line for line in road.seen)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (SCIM_JSON, b"{not json"),
        (SCIM_JSON, b"[1, 2]"),
        (SCIM_JSON, b'{"schemas": ["urn:x"]}'),
        (SCIM_JSON, b"\xff\xfe"),
        (SCIM_JSON, b""),
        ({"Content-Type": "text/html"}, b"<html>sign in here</html>"),
    ],
)
def test_an_answer_that_is_not_scim_is_not_believed(
    scim: Scim, road: Road, headers: dict[str, str], body: bytes
) -> None:
    road.answer = (200, headers, body)
    assert "Check base_url" in refusal(scim, Unreachable)


def test_an_answer_about_somebody_else_is_not_believed(
    scim: Scim, road: Road, admin: Admin
) -> None:
    scim.probe()
    other = admin.http.get(f"/Users/{admin.person()}").content
    road.answer = (200, SCIM_JSON, other)
    assert "another entry" in refusal(scim, Unreachable)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_directory_leaves_open_whether_it_applied(
    scim: Scim, road: Road, status: int
) -> None:
    road.answer = (status, {"Content-Type": "text/plain"}, b"oops")
    assert f"HTTP {status}" in refusal(scim, Unreachable)


def test_a_directory_that_asks_to_slow_down_applied_nothing(scim: Scim, road: Road) -> None:
    road.answer = (429, {"Content-Type": "text/plain"}, b"")
    assert "slow down" in refusal(scim, RefusedByTarget)


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_an_answer_later_than_the_time_allowed_is_unreachable(
    road: Road, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_TOKEN", TOKEN)
    scim = connect(road.url, timeout=0.6)
    road.fault = fault
    started = time.monotonic()
    assert "in time" in refusal(scim, Unreachable)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("fault", ["drop", "drop_after", "late"])
def test_a_reset_whose_reply_is_lost_is_sent_once_more_with_the_same_password(
    scim: Scim, road: Road, admin: Admin, fault: str
) -> None:
    dana = admin.person()
    asked = action("idp.reset_password", dana)
    seen, faults = scim.observe(asked), iter((fault, ""))
    road.only = "PATCH"
    road.before_change = lambda: setattr(road, "fault", next(faults))
    receipt = scim.apply(asked, key="k", seen=seen, timeout=3)
    assert admin.signs_in(dana, receipt.secret)
    assert receipt.evidence["sent"] == "twice, the same password"
    assert road.changes() == 2


def test_a_reset_that_is_refused_the_second_time_is_a_doubt(
    scim: Scim, road: Road, admin: Admin
) -> None:
    """A directory may refuse a password because it was the last one: then the first arrived."""
    asked = action("idp.reset_password", admin.person())
    seen, faults = scim.observe(asked), iter(("drop_after", ""))
    road.only = "PATCH"

    def first_lost_then_refused() -> None:
        road.fault = next(faults)
        road.answer = None if road.fault else (400, SCIM_JSON, b"{}")

    road.before_change = first_lost_then_refused
    with pytest.raises(Unreachable, match="broke"):
        scim.apply(asked, key="k", seen=seen, timeout=3)


def test_a_reset_that_never_arrived_delivers_nothing(scim: Scim, road: Road, admin: Admin) -> None:
    dana = admin.person()
    asked = action("idp.reset_password", dana)
    seen = scim.observe(asked)
    road.fault, road.only = "drop", "PATCH"
    with pytest.raises(Unreachable):
        scim.apply(asked, key="k", seen=seen, timeout=3)
    assert scim.applied(asked, seen, scim.observe(asked)) is False


def test_a_half_answered_list_is_never_a_mirror(scim: Scim, road: Road) -> None:
    scim.probe()
    road.answer = (
        200,
        SCIM_JSON,
        b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],'
        b'"totalResults":9,"startIndex":1,"itemsPerPage":0,"Resources":[]}',
    )
    with pytest.raises(Unreachable, match="changed while it was being read"):
        scim.mirror()
