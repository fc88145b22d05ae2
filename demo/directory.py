"""The demo company's directory: a real SCIM 2.0 server on loopback, seeded once from its file.

    python -m demo.directory --company demo/company.yaml --port 8092 --token-file F --state FILE

What changes is kept in the state file, so a restart keeps it. `POST /demo/sign-in` with
`{"userName": …, "password": …}` exists only here: it answers 204 where the password opens an
active, unlocked account and 401 otherwise, which lets anybody see that a reset was real.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import yaml
from scim2_models import (
    Group,
    GroupMember,
    Meta,
    ResourceType,
    ScimProvider,
)
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import load_default_service_provider_config

from demo.directory_state import KeptStorage
from holdshort.connectors.scim_entries import Account, Entry, Mailbox, Person

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

GROUP_IDS = uuid.UUID("6f1d2c0e-6a50-5d0e-9a0f-7f3f3c0b5a11")
"""Namespace of the groups' ids: the same slug has the same id in every run."""


def group_id(slug: str) -> str:
    """The immutable id of a group of the demo company."""
    return str(uuid.uuid5(GROUP_IDS, slug))


def described() -> ScimProvider:
    """What this directory serves and promises."""
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    return ScimProvider(
        models=[Person, Account, Group],
        resource_types=[ResourceType.from_resource(Entry), ResourceType.from_resource(Group)],
        config=config,
    )


# ------------------------------------------------------------------ the demo company


def seed(storage: KeptStorage, company: Mapping[str, Any]) -> None:
    """Fill an empty directory with the people and groups of the company's file."""
    ids = _directory_ids(company)
    locks = {lock["person"]: lock for lock in company.get("demo", {}).get("locks", ())}
    people = [
        _entry(person, ids[person["id"]], locks.get(person["id"]))
        for person in company["people"]
        if person["id"] in ids
    ]
    elsewhere = {
        one["id"] for one in company.get("systems", ()) if one.get("connector") == "github"
    }
    listed = [one for one in company.get("groups", ()) if one.get("system") not in elsewhere]
    groups = [_group(group, ids) for group in listed]
    for resource in (*people, *groups):
        now = storage.clock()
        resource.meta = Meta(
            resource_type="Group" if isinstance(resource, Group) else "User",
            created=now,
            last_modified=now,
            version=storage.next_version(),
        )
    storage.resources = [*people, *groups]
    storage.save()


def _directory_ids(company: Mapping[str, Any]) -> dict[str, str]:
    return {
        person["id"]: account["subject"]
        for person in company["people"]
        for account in person.get("accounts", ())
        if account["issuer"] == "directory"
    }


def _entry(person: Mapping[str, Any], id: str, lock: Mapping[str, Any] | None) -> Entry:
    entry = Entry(
        id=id,
        user_name=person["email"].partition("@")[0],
        display_name=person["name"],
        active=True,
        emails=[Mailbox(value=person["email"], primary=True)],
    )
    entry[Account] = Account(
        locked=lock is not None,
        locked_by=lock["by"] if lock else None,
        locked_at=datetime.fromisoformat(lock["at"]) if lock else None,
        factor_enrolled=True,
    )
    return entry


def _group(group: Mapping[str, Any], ids: Mapping[str, str]) -> Group:
    people = [GroupMember(value=ids[p], type="User") for p in group.get("members", ()) if p in ids]
    nested = [GroupMember(value=group_id(g), type="Group") for g in group.get("includes", ())]
    return Group(
        id=group_id(group["id"]),
        external_id=group["id"],
        display_name=group["name"],
        members=[*people, *nested],
    )


# ------------------------------------------------------------------ over HTTP


class Directory:
    """The SCIM application and, beside it, the demo-only sign-in."""

    def __init__(self, storage: KeptStorage, token: str) -> None:
        self._storage = storage
        self._token = f"Bearer {token}"
        self._scim = BearerTokenApplication(storage, described(), bearer_tokens=[token])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") == "/demo/sign-in":
            start_response(self._sign_in(environ), [("Content-Length", "0")])
            return [b""]
        return self._scim(environ, start_response)

    def _sign_in(self, environ: WSGIEnvironment) -> str:
        if environ["REQUEST_METHOD"] != "POST":
            return "405 Method Not Allowed"
        if environ.get("HTTP_AUTHORIZATION") != self._token:
            return "403 Forbidden"
        try:
            asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            opens = self._storage.opens(str(asked["userName"]), str(asked["password"]))
        except (ValueError, KeyError, TypeError):
            return "400 Bad Request"
        return "204 No Content" if opens else "401 Unauthorized"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request line may hold what a person asked for."""


def open_storage(company: Path, state: Path) -> KeptStorage:
    """The directory as it was left, or seeded from the company's file the first time."""
    storage = KeptStorage(state)
    if state.exists():
        storage.load()
    else:
        state.parent.mkdir(parents=True, exist_ok=True)
        seed(storage, yaml.safe_load(company.read_text(encoding="utf-8")))
    return storage


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped. Exit code 1 and one sentence where that is not possible."""
    asked = _parser().parse_args(arguments)
    try:
        token = asked.token_file.read_text().strip()
        if not token:
            return _cannot(f"{asked.token_file} is empty; write a token into it")
        application = Directory(open_storage(asked.company, asked.state), token)
    except FileNotFoundError as error:
        return _cannot(f"{error.filename} does not exist")
    except (KeyError, TypeError, ValueError, yaml.YAMLError):
        return _cannot(f"{asked.company} or {asked.state} is not what it should be")
    try:
        server = make_server("127.0.0.1", asked.port, application, _Server, _Quiet)
    except OSError:
        return _cannot(f"port {asked.port} is in use; choose another with --port")
    print(f"Directory on http://127.0.0.1:{server.server_port}/v2", flush=True)
    _serve(server)
    return 0


def _serve(server: WSGIServer) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _cannot(why: str) -> int:
    print(f"The demo directory cannot start: {why}.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo.directory", description=__doc__)
    parser.add_argument("--company", type=Path, required=True, help="the company's YAML file")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--token-file", type=Path, required=True, help="holds the bearer token")
    parser.add_argument("--state", type=Path, required=True, help="where changes are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
