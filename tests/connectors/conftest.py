"""A real directory over HTTP in its own process, and a road to it that can be disturbed."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from holdshort.connectors import build
from holdshort.connectors.scim import Scim
from holdshort.core.terms import Action, Target

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-for-tests"
ACCOUNT = "urn:ietf:params:scim:schemas:extension:holdshort:2.0:Account"
COMPANY = {
    "people": [
        {
            "id": id,
            "name": id.title(),
            "email": f"{id}@acme.example",
            "accounts": [{"issuer": "directory", "subject": f"id-of-{id}"}],
        }
        for id in ("dana", "erik", "yusuf", "nadia")
    ]
    + [{"id": "agent", "name": "Agent", "email": ""}],
    "groups": [
        {"id": "build-tools", "name": "Build Tools", "members": ["erik"]},
        {"id": "ci-runners", "name": "CI Runners", "includes": ["build-tools"]},
        {
            "id": "aws-admins",
            "name": "AWS Admins",
            "members": ["nadia"],
            "includes": ["ci-runners"],
        },
    ],
    "demo": {
        "locks": [{"person": "yusuf", "by": "impossible-travel", "at": "2025-07-01T08:56:00+02:00"}]
    },
}


@dataclass(frozen=True)
class Running:
    """A directory process."""

    url: str
    state: Path
    company: Path
    token_file: Path


@contextmanager
def directory_process(folder: Path, port: int = 0) -> Iterator[Running]:
    """The demo directory, seeded from COMPANY or resumed from the folder's state file."""
    company, token, state = folder / "company.yaml", folder / "token", folder / "state.json"
    company.write_text(yaml.safe_dump(COMPANY))
    token.write_text(TOKEN + "\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "demo.directory", "--company", company),
            *("--port", str(port), "--token-file", token, "--state", state),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield Running(line.split()[-1], state, company, token)
    finally:
        process.terminate()
        process.wait(timeout=10)


class Admin:
    """Somebody else who changes the directory, with plain HTTP and none of our code."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        )

    def person(self, *, locked: bool = False, active: bool = True) -> str:
        """A new person's id."""
        name = f"p-{uuid.uuid4().hex[:10]}"
        body = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ACCOUNT],
            "userName": name,
            "displayName": name,
            "active": active,
            ACCOUNT: {"locked": locked},
        }
        return self._created("/Users", body)

    def group(self, *, members: tuple[str, ...] = (), includes: tuple[str, ...] = ()) -> str:
        """A new group's id."""
        inside = [{"value": id, "type": "User"} for id in members]
        inside += [{"value": id, "type": "Group"} for id in includes]
        body = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": f"g-{uuid.uuid4().hex[:10]}",
            "members": inside,
        }
        return self._created("/Groups", body)

    def read(self, kind: str, id: str) -> dict[str, Any]:
        """An entry as the directory has it."""
        found: dict[str, Any] = self.http.get(f"/{kind}/{id}").raise_for_status().json()
        return found

    def patch(self, kind: str, id: str, **operation: Any) -> None:
        """One PATCH operation."""
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [operation],
        }
        self.http.patch(f"/{kind}/{id}", json=body).raise_for_status()

    def join(self, group: str, member: str, kind: str = "User") -> None:
        """Add a member to a group."""
        value = [{"value": member, "type": kind}]
        self.patch("Groups", group, op="add", path="members", value=value)

    def members(self, group: str) -> set[str]:
        """Ids of the direct members."""
        return {member["value"] for member in self.read("Groups", group).get("members", [])}

    def signs_in(self, id: str, password: str) -> bool:
        """Whether that password opens that account."""
        name = self.read("Users", id)["userName"]
        url = str(self.http.base_url).replace("/v2/", "/demo/sign-in")
        answer = self.http.post(url, json={"userName": name, "password": password})
        assert answer.status_code in (204, 401)
        return answer.status_code == 204

    def _created(self, path: str, body: dict[str, Any]) -> str:
        id: str = self.http.post(path, json=body).raise_for_status().json()["id"]
        return id


@dataclass
class Road:
    """A proxy in front of the real directory: counts what passes, and disturbs on demand."""

    to: str
    url: str = ""
    seen: list[str] = field(default_factory=list)
    before_change: Callable[[], None] | None = None
    """Run when a change passes, before the directory gets it."""

    answer: tuple[int, dict[str, str], bytes] | None = None
    """Answered instead of the directory's answer."""

    only: str = ""
    """Disturb only requests whose method and path contain this."""

    fault: str = ""
    """`drop`, `drop_after`, `slow` (2 s, then passed on), `late` (passed on, then 2 s), `drip`."""

    def changes(self) -> int:
        """How many changes passed."""
        return sum(1 for line in self.seen if line.split()[0] in ("PATCH", "POST", "PUT"))


class _Passing(BaseHTTPRequestHandler):
    road: Road

    def _pass(self) -> None:
        road = self.road
        road.seen.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hook = road.before_change if self.command != "GET" else None
        if hook:
            hook()
        disturbed = road.only in road.seen[-1]
        fault = road.fault if disturbed else ""
        if fault == "drop":
            return self._drop()
        if fault == "slow":
            time.sleep(2)
        reply = httpx.request(
            self.command,
            road.to + self.path,
            content=body,
            headers=self._headers(),
            trust_env=False,
        )
        if fault == "late":
            time.sleep(2)
        if fault == "drop_after":
            return self._drop()
        if road.answer and disturbed:
            return self._send(*road.answer)
        headers = {k: v for k, v in reply.headers.items() if k in ("content-type", "etag")}
        return self._send(reply.status_code, headers, reply.content, drip=fault == "drip")

    do_GET = do_POST = do_PATCH = do_PUT = _pass

    def _headers(self) -> dict[str, str]:
        return {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, headers: dict[str, str], body: bytes, drip: bool = False) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for byte in range(len(body)) if drip else ():
                self.wfile.write(body[byte : byte + 1])
                self.wfile.flush()
                time.sleep(0.05)
            self.wfile.write(b"" if drip else body)
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with directory_process(tmp_path_factory.mktemp("directory")) as running:
        yield running


@pytest.fixture
def admin(directory: Running) -> Iterator[Admin]:
    admin = Admin(directory.url)
    yield admin
    admin.http.close()


@pytest.fixture
def road(directory: Running) -> Iterator[Road]:
    road = Road(directory.url.removesuffix("/v2"))
    handler = type("Bound", (_Passing,), {"road": road})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    road.url = f"http://127.0.0.1:{server.server_port}/v2"
    yield road
    server.shutdown()
    server.server_close()


@pytest.fixture
def scim(road: Road, monkeypatch: pytest.MonkeyPatch) -> Scim:
    """The connector, through the road."""
    monkeypatch.setenv("DIRECTORY_TOKEN", TOKEN)
    monkeypatch.setenv("RESET_KEY", "a secret of the executor")
    return connect(road.url)


def connect(url: str, **settings: Any) -> Scim:
    """A connector to `url` that may use loopback."""
    asked = {
        "base_url": url,
        "token": "env:DIRECTORY_TOKEN",
        "reset_key": "env:RESET_KEY",
        "allow_internal": True,
        "timeout": 5,
    }
    built = build("directory", "scim", asked | settings)
    assert isinstance(built, Scim)
    return built


def action(type: str, target: str, **seen: Any) -> Action:
    """An action of that type on the entry `target`."""
    return Action(
        id="a1",
        root="a1",
        version=1,
        type=type,
        params={"person": "dana"},
        target=Target("directory", target),
        requester="dana",
        beneficiary="dana",
        initiator="agent",
        changer="agent",
        ticket=1,
        seen=seen,
    )
