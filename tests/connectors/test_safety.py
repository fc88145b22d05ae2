"""Where a connector may connect to, and where its secrets come from."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest

from holdshort.connectors import safety
from holdshort.connectors.references import checked_reference, secret
from holdshort.connectors.safety import Forbidden, GuardedTransport, check_addresses, check_url
from holdshort.ports import RefusedByTarget

INTERNAL = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.9",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_need_an_explicit_word(address: str) -> None:
    with pytest.raises(Forbidden, match="allow_internal"):
        check_addresses("host", [ip_address(address)], allow_internal=False)
    check_addresses("host", [ip_address(address)], allow_internal=True)


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allowed", [False, True])
def test_link_local_and_the_like_are_never_connected_to(address: str, allowed: bool) -> None:
    with pytest.raises(Forbidden, match="no connector may connect to"):
        check_addresses("host", [ip_address(address)], allow_internal=allowed)


def test_public_addresses_are_fine_and_one_bad_one_spoils_the_name() -> None:
    public = ip_address("93.184.216.34")
    check_addresses("host", [public], allow_internal=False)
    with pytest.raises(Forbidden):
        check_addresses("host", [public, ip_address("10.0.0.1")], allow_internal=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://directory.example/v2",
        "directory.example",
        "https:///v2",
        "https://ann:secret@directory.example/v2",
        "https://directory.example/v2?x=1",
        "http://directory.example/v2",
    ],
)
def test_a_base_url_that_is_none_or_leaks_is_refused(url: str) -> None:
    with pytest.raises(Forbidden, match="base_url must") as caught:
        check_url(url, allow_internal=False)
    assert "secret" not in str(caught.value)


class _Counting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.count += 1  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> HTTPServer:  # type: ignore[misc]
    server = HTTPServer(("127.0.0.1", 0), _Counting)
    server.count = 0  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server  # type: ignore[misc]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "127.1"])
def test_no_connection_is_made_to_loopback_under_any_of_its_names(
    server: HTTPServer, host: str
) -> None:
    with (
        httpx2.Client(transport=GuardedTransport(allow_internal=False)) as client,
        pytest.raises((Forbidden, httpx2.ConnectError, httpx2.InvalidURL)),
    ):
        client.get(f"http://{host}:{server.server_port}/")
    assert server.count == 0  # type: ignore[attr-defined]


def test_a_name_that_changes_its_mind_is_checked_at_every_request(
    server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [ip_address("127.0.0.1"), ip_address("169.254.169.254")]
    monkeypatch.setattr(safety, "addresses", lambda host, port: [answers.pop(0)])
    with httpx2.Client(transport=GuardedTransport(allow_internal=True)) as client:
        url = f"http://rebinding.example:{server.server_port}/"
        assert client.get(url).status_code == 204
        with pytest.raises(Forbidden):
            client.get(url)
    assert server.count == 1  # type: ignore[attr-defined]


def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch, server: HTTPServer) -> None:
    monkeypatch.setattr(safety, "MAX_ANSWER", 3)

    def long(self: _Counting) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"12345678")

    monkeypatch.setattr(_Counting, "do_GET", long)
    with (
        httpx2.Client(transport=GuardedTransport(allow_internal=True)) as client,
        pytest.raises(httpx2.DecodingError, match="too long"),
    ):
        client.get(f"http://127.0.0.1:{server.server_port}/")


def test_a_secret_comes_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", " s3cret\n")
    assert secret("env:A_SECRET") == "s3cret"
    (tmp_path / "f").write_text("from-file\n")
    assert secret(f"file:{tmp_path / 'f'}") == "from-file"
    with pytest.raises(RefusedByTarget, match="cannot be read"):
        secret(f"file:{tmp_path / 'none'}")
    with pytest.raises(RefusedByTarget, match="not set"):
        secret("env:NOT_SET_ANYWHERE")


@pytest.mark.parametrize("value", ["hunter2", "env:", "", "vault:x"])
def test_a_secret_itself_is_no_reference(value: str) -> None:
    with pytest.raises(ValueError, match="reference") as caught:
        checked_reference(value)
    assert "hunter2" not in str(caught.value)
