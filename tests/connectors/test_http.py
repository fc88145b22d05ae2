"""The `http` connector on the demo company's own systems, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace as replaced
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from holdshort.connectors import build
from holdshort.core.terms import Action, Target
from holdshort.ports import Acts, Drifted, RefusedByTarget, Shape, Unreachable
from tests.services import ROOT, Services, running_services

COMPANY = ROOT / "demo" / "company.yaml"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("services"), COMPANY) as one:
        yield one


def connect(services: Services, name: str, **other: Any) -> Acts:
    return build(name, "http", services.settings(COMPANY, name, **other))


def action(type: str, target: str, seen: dict[str, Any], **params: Any) -> Action:
    return Action(
        id="01-action",
        root="01-root",
        version=1,
        type=type,
        params=params,
        target=Target(type.partition(".")[0], target),
        requester="dana",
        beneficiary="dana",
        initiator="agent",
        changer="agent",
        ticket=1,
        seen=seen,
    )


def install(device: str, package: str = "us.zoom.Zoom", publisher: str = "Zoom Communications"):
    seen = {"package": package, "_publisher": publisher}
    return action("mdm.install", device, seen, software=package)


def replace(person: str, badge: str) -> Action:
    zones = ["front-door", "office-floor"]
    seen = {"holder": person, "badge": badge, "zones": zones, "_to": zones}
    return action("badge.set_zones", person, seen, person=person, zones=zones, lost=True)


# ------------------------------------------------------------------ what is declared happens


def test_a_state_is_read_set_and_read_back(services: Services) -> None:
    mdm, one = connect(services, "mdm"), install("D-0010")
    before = mdm.observe(one)
    assert before == {
        "holder": services.ask("mdm", "GET", "/v1/targets/D-0010/packages/us.zoom.Zoom")["holder"],
        "devices": 1,
        "package": "us.zoom.Zoom",
        "installed": False,
        "_publisher": "Zoom Communications",
    }
    assert mdm.shape("mdm.install") is Shape.SET
    receipt = mdm.apply(one, key="k1", seen=before, timeout=5)
    assert receipt.evidence == {"requests": ["PUT 200, If-Match"], "key": "k1"}
    after = mdm.observe(one)
    assert after == before | {"installed": True}
    assert (mdm.applied(one, before, before), mdm.applied(one, before, after)) == (False, True)


def test_a_lost_badge_is_disabled_before_a_new_one_is_issued_once(services: Services) -> None:
    badge, one = connect(services, "badge"), replace("greta", "B-1019")
    before = badge.observe(one)
    number = before["badge"]
    one = replace("greta", number)
    assert badge.shape("badge.set_zones") is Shape.KEYED
    receipt = badge.apply(one, key="k2", seen=before, timeout=5)
    assert receipt.evidence["requests"] == ["PUT 200, If-Match", "POST 201, read just before"]
    after = badge.observe(one)
    assert badge.applied(one, before, after) is True
    assert after["zones"] == before["zones"] and after["badge"] != number
    done = [(e["what"], e["badge"]) for e in services.events("badge")][-2:]
    assert done == [("disabled", number), ("issued", after["badge"])]
    with pytest.raises(Drifted, match="The badge system changed since this was seen: badge"):
        badge.apply(one, key="k2", seen=before, timeout=5)


def test_a_part_that_was_done_is_neither_done_nor_undone_and_can_go_on(services: Services) -> None:
    badge = connect(services, "badge")
    number = services.ask("badge", "GET", "/v1/holders/chloe")["badge"]
    one = replace("chloe", number)
    before = badge.observe(one)
    services.ask("badge", "PUT", f"/v1/badges/{number}/active", json={"active": False})
    assert badge.applied(one, before, badge.observe(one)) is None
    badge.apply(one, key="k3", seen=before, timeout=5)
    assert badge.applied(one, before, badge.observe(one)) is True


def test_a_refusal_after_a_part_was_done_does_not_say_that_nothing_was(services: Services) -> None:
    badge = connect(services, "badge")
    number = services.ask("badge", "GET", "/v1/holders/pavel")["badge"]
    zones = ["front-door", "office-floor"]
    seen = {"holder": "pavel", "badge": number, "zones": zones, "_to": ["no-such-zone"]}
    one = action("badge.set_zones", "pavel", seen, person="pavel", zones=zones, lost=True)
    with pytest.raises(Unreachable, match="Only a part was done"):
        badge.apply(one, key="k4", seen=badge.observe(one), timeout=5)
    assert badge.applied(one, seen, badge.observe(one)) is None


def test_a_publisher_that_is_not_the_one_of_the_catalogue_is_refused(services: Services) -> None:
    mdm, one = connect(services, "mdm"), install("D-0011", publisher="Somebody Else")
    with pytest.raises(RefusedByTarget, match=r"The device management refused .*HTTP 409"):
        mdm.apply(one, key="k", seen=mdm.observe(one), timeout=5)
    assert mdm.observe(one)["installed"] is False


# ------------------------------------------------------------------ drift and churn


def test_drift_is_refused_by_name_and_unrelated_changes_are_not(services: Services) -> None:
    mdm, one = connect(services, "mdm"), install("D-0012")
    before = mdm.observe(one)
    services.ask("mdm", "PATCH", "/v1/targets/D-0012", json={"note": "new battery"})
    mdm.apply(one, key="k", seen=before, timeout=5)
    with pytest.raises(Drifted, match="changed since this was seen: installed"):
        mdm.apply(one, key="k", seen=before, timeout=5)


def test_a_condition_that_fails_is_tried_again_and_then_nothing_was_applied(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdshort.connectors.http_wire import Answer, Wire

    mdm, one = connect(services, "mdm"), install("D-0013")
    before, real, stale = mdm.observe(one), Wire.get, [True]

    def get(self: Wire, *how: Any) -> Answer:
        answer = real(self, *how)
        return Answer(answer.value, '"0"') if stale[0] else answer

    monkeypatch.setattr(Wire, "get", get)
    with pytest.raises(RefusedByTarget, match="kept changing; nothing was applied"):
        mdm.apply(one, key="k", seen=before, timeout=0.5)
    stale[0] = False
    assert mdm.observe(one)["installed"] is False


# ------------------------------------------------------------------ values stay whole


@pytest.mark.parametrize("id", ["../fleets", "a/b", "x?y=1", "a#b", "50%", "ü ", "{target.id}"])
def test_a_value_is_one_segment_of_an_address_whatever_it_is(services: Services, id: str) -> None:
    with pytest.raises(RefusedByTarget, match="has no such entry"):
        connect(services, "mdm").observe(install(id))


@pytest.mark.parametrize("id", ["..", ".", ""])
def test_a_value_that_would_leave_the_address_is_refused_before_asking(
    services: Services, id: str
) -> None:
    with pytest.raises(RefusedByTarget, match="cannot stand in an address"):
        connect(services, "mdm").observe(install(id))


def test_a_value_in_a_body_keeps_its_kind_and_breaks_out_of_nothing(services: Services) -> None:
    badge = connect(services, "badge")
    number = services.ask("badge", "GET", "/v1/holders/tom")["badge"]
    zones, odd = ["archive", "front-door", "office-floor"], 'x", "active": true, "y": "'
    for to, said in (([odd], "no such entry"), (odd, "HTTP 422")):
        seen = {"holder": "tom", "badge": number, "zones": zones, "_to": to}
        one = action("badge.set_zones", "tom", seen, person="tom", zones=[], lost=False)
        with pytest.raises(RefusedByTarget, match=said):
            badge.apply(one, key="k", seen=badge.observe(one), timeout=5)
    assert services.ask("badge", "GET", f"/v1/badges/{number}")["zones"] == zones


def test_a_value_that_an_action_lacks_is_refused(services: Services) -> None:
    with pytest.raises(RefusedByTarget, match=r"no value for \{seen\.package\}"):
        connect(services, "mdm").observe(action("mdm.install", "D-0001", {}))


def test_what_is_not_declared_is_not_carried_out(services: Services) -> None:
    mdm = connect(services, "mdm")
    with pytest.raises(RefusedByTarget, match=r"does not carry out idp\.unlock"):
        mdm.observe(action("idp.unlock", "D-0001", {}))
    assert mdm.shape("idp.unlock") is Shape.BLIND


# ------------------------------------------------------------------ the credential


def test_a_token_of_another_system_is_refused_by_its_reference_only(
    services: Services, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("a-token-of-badge")
    mdm = connect(services, "mdm", token=f"file:{wrong}")
    for ask in (lambda: mdm.observe(install("D-0001")), mdm.probe):  # type: ignore[attr-defined]
        with pytest.raises(RefusedByTarget, match="refused the credential") as caught:
            ask()
        assert str(wrong) in str(caught.value) and "a-token" not in str(caught.value)


def test_a_probe_reads_and_changes_nothing(services: Services) -> None:
    before = services.state.read_text()
    said = connect(services, "badge").probe()  # type: ignore[attr-defined]
    types = "badge.remove_zones, badge.set_zones, door.schedule, door.unschedule"
    assert said == f"The badge system answered. Declared here: {types}."
    assert services.state.read_text() == before


def test_an_internal_address_is_refused_without_a_word_for_it(services: Services) -> None:
    mdm = connect(services, "mdm", allow_internal=False)
    with pytest.raises(RefusedByTarget, match="https://"):
        mdm.observe(install("D-0001"))


# ------------------------------------------------------------------ answers of every kind


class Canned(BaseHTTPRequestHandler):
    """Reads give a thing; writes are answered with the status that the test has chosen."""

    status = 200
    answer: Any = {"state": "off"}  # noqa: RUF012
    etag = '"1"'
    asked: list[tuple[str, str, dict[str, str], bytes]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self._send(200, json.dumps(type(self).answer).encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.command, self.path, dict(self.headers), body))
        self._send(type(self).status, b"{}")

    do_POST = do_PATCH = do_DELETE = do_PUT

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.etag:
            self.send_header("ETag", self.etag)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def canned() -> Iterator[type[Canned]]:
    handler = type("Handler", (Canned,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    handler.port = server.server_port  # type: ignore[attr-defined]
    yield handler
    server.shutdown()
    server.server_close()


def declared(
    canned: Any, tmp_path: Path, *, applied: dict[str, Any] | None = None, **request: Any
) -> Acts:
    (tmp_path / "token").write_text("the-token")
    entry = {
        "type": "mdm.install",
        "observe": [{"path": "/things/{target.id}", "fields": {"state": "/state"}}],
        "act": [{"method": "PUT", "path": "/things/{target.id}", "body": {}, **request}],
        "applied": applied or {"equals": {"state": "on"}},
        "undo": "none",
        "scopes": ["change things"],
    }
    settings = {
        "base_url": f"http://127.0.0.1:{canned.port}",
        "token": f"file:{tmp_path / 'token'}",
        "allow_internal": True,
        "declaration": {"name": "The service", "probe": "/", "actions": [entry]},
    }
    return build("x", "http", settings)


THING = action("mdm.install", "1", {"state": "off"})
SEEN = {"state": "off"}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, RefusedByTarget, "HTTP 400"),
        (401, RefusedByTarget, "refused the credential"),
        (403, RefusedByTarget, "refused the credential"),
        (404, RefusedByTarget, "no such entry"),
        (409, RefusedByTarget, "HTTP 409"),
        (429, RefusedByTarget, "slow down"),
        (302, RefusedByTarget, "redirect, which is never followed"),
        (500, Unreachable, "HTTP 500"),
        (503, Unreachable, "HTTP 503"),
    ],
)
def test_a_status_means_what_it_usually_means(
    canned: Any, tmp_path: Path, status: int, kind: type[Exception], words: str
) -> None:
    canned.status = status
    with pytest.raises(kind, match=words):
        declared(canned, tmp_path).apply(THING, key="k", seen=SEEN, timeout=2)
    assert len(canned.asked) == 1


@pytest.mark.parametrize(
    ("status", "meaning", "kind"),
    [
        (503, "refused", RefusedByTarget),
        (409, "unknown", Unreachable),
        (409, "overtaken", RefusedByTarget),
        (409, "done", None),
        (200, "unknown", Unreachable),
    ],
)
def test_a_status_means_what_is_declared(
    canned: Any, tmp_path: Path, status: int, meaning: str, kind: type[Exception] | None
) -> None:
    canned.status = status
    connector = declared(canned, tmp_path, statuses={status: meaning})
    if kind is None:
        connector.apply(THING, key="k", seen=SEEN, timeout=1)
    else:
        with pytest.raises(kind):
            connector.apply(THING, key="k", seen=SEEN, timeout=1)


def test_a_patch_is_a_merge_patch_and_a_key_goes_into_its_header(
    canned: Any, tmp_path: Path
) -> None:
    declared(canned, tmp_path, method="PATCH", body={"state": "on"}).apply(
        THING, key="k", seen=SEEN, timeout=2
    )
    keyed = declared(canned, tmp_path, method="POST", key_header="X-Key")
    keyed.apply(THING, key="k", seen=SEEN, timeout=2)
    (_, _, patch, body), (_, _, post, _) = canned.asked
    assert patch["Content-Type"] == "application/merge-patch+json"
    assert json.loads(body) == {"state": "on"}
    assert post["X-Key"] == "k-1"
    assert patch["Authorization"] == "Bearer the-token"


@pytest.mark.parametrize(
    ("id", "sent"),
    [("a/b", "a%2Fb"), ("x?y=1", "x%3Fy%3D1"), ("50%", "50%25"), ("%2e%2e", "%252e%252e")],
)
def test_a_value_arrives_as_it_is_in_one_segment(
    canned: Any, tmp_path: Path, id: str, sent: str
) -> None:
    one = replaced(THING, target=Target("x", id))
    declared(canned, tmp_path).apply(one, key="k", seen=SEEN, timeout=2)
    assert canned.asked[0][1] == f"/things/{sent}"


def test_without_the_etag_that_was_promised_nothing_is_sent(canned: Any, tmp_path: Path) -> None:
    canned.etag = ""
    with pytest.raises(RefusedByTarget, match="sent no ETag, which its declaration promises"):
        declared(canned, tmp_path, if_match=True).apply(THING, key="k", seen=SEEN, timeout=2)
    assert canned.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "has nothing at /state"),
        ([], "has nothing at /state"),
        ("on", "has nothing at /state"),
        ({"state": {"is": "on"}}, "no plain value at /state"),
        ({"state": [["on"]]}, "no plain value at /state"),
    ],
)
def test_an_answer_that_is_not_as_declared_leaves_it_open(
    canned: Any, tmp_path: Path, answer: Any, words: str
) -> None:
    canned.answer = answer
    with pytest.raises(Unreachable, match=words):
        declared(canned, tmp_path).observe(THING)


def test_true_is_not_one(canned: Any, tmp_path: Path) -> None:
    connector = declared(canned, tmp_path, applied={"equals": {"state": "{seen.wanted}"}})
    one = replaced(THING, seen={"state": "off", "wanted": True})
    assert connector.applied(one, SEEN, {"state": True}) is True
    assert connector.applied(one, SEEN, {"state": 1}) is False


@pytest.mark.parametrize(
    ("request_", "applied", "shape"),
    [
        ({"method": "PUT"}, {"equals": {"state": "on"}}, Shape.SET),
        ({"method": "DELETE"}, {"equals": {"state": "on"}}, Shape.SET),
        ({"method": "PUT"}, {"changed": ["state"]}, Shape.BLIND),
        ({"method": "PUT"}, None, Shape.BLIND),
        ({"method": "POST"}, {"equals": {"state": "on"}}, Shape.BLIND),
        ({"method": "POST", "key_header": "K"}, {"equals": {"state": "on"}}, Shape.KEYED),
        ({"method": "POST", "key_header": "K"}, None, Shape.KEYED),
        ({"method": "PUT", "key_header": "K"}, {"changed": ["state"]}, Shape.KEYED),
    ],
)
def test_a_shape_is_no_more_than_what_was_promised(
    request_: dict[str, Any], applied: dict[str, Any] | None, shape: Shape
) -> None:
    from holdshort.connectors.http_declared import Declaration

    entry = {
        "type": "mdm.install",
        "observe": [{"path": "/x", "fields": {"state": "/state"}}],
        "act": [{"path": "/x", **request_}],
        "undo": "none",
        "scopes": ["x"],
    }
    entry |= {"applied": applied} if applied else {}
    assert Declaration.model_validate(entry).shape is shape
