"""The demo company's own systems: one real HTTP service on loopback, seeded once from its file.

    python -m demo.services --company demo/company.yaml --port 8093 --token-file F --state FILE

It plays the MDM, badges, the ERP, e-signatures, GitHub, patches, sign-on, mail, files and hosts,
each below its own path (`/mdm`, `/badge`, … as in `SYSTEMS`) with a token of its own: a JSON file,
system to token. What changes is kept in the state file before it is answered. Entries have ETags,
`If-Match` is checked, and a POST with an `Idempotency-Key` is done once.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import signal
import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import yaml

from demo.services_apps import SEEDS, route
from demo.services_calls import Call, No, Reply, etag
from demo.services_state import SYSTEMS, Kept, open_kept

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONGEST_BODY = 64 * 1024


class Services:
    """All systems as one WSGI application."""

    def __init__(self, kept: Kept, tokens: Mapping[str, str]) -> None:
        self._kept = kept
        self._tokens = tokens

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            reply = self._answer(environ)
        except No as no:
            reply = Reply(no.status, {"error": str(no)})
        body = b"" if reply.body is None else json.dumps(reply.body).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if reply.version is not None:
            headers.append(("ETag", etag(reply.version)))
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Reply:
        # The address as it was sent: one decoded before it is split would have other segments.
        segments = [unquote(part) for part in _raw_path(environ).split("/")[1:]]
        system = segments[0]
        if system not in SYSTEMS:
            raise No(404, "There is nothing here.")
        expected = f"Bearer {self._tokens[system]}".encode()
        if not hmac.compare_digest(environ.get("HTTP_AUTHORIZATION", "").encode(), expected):
            raise No(401, "Not with this token.")
        method, body = environ["REQUEST_METHOD"], _body(environ)
        handler, names = route(system, method, segments[1:])
        call = Call(
            self._kept,
            system,
            names,
            body,
            dict(parse_qsl(environ.get("QUERY_STRING", ""))),
            environ.get("HTTP_IF_MATCH", ""),
        )
        with self._kept.lock:
            if method == "GET":
                return handler(call)
            return self._once(environ, handler, call)

    def _once(self, environ: WSGIEnvironment, handler: Any, call: Call) -> Reply:
        """Change something, or repeat what was answered under this key."""
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        said = json.dumps([_raw_path(environ), call.body], sort_keys=True)
        asked = hashlib.sha256(said.encode()).hexdigest()
        answered = self._kept.document["answered"]
        found = answered.get(f"{call.system} {key}") if key else None
        if found is not None:
            if found["asked"] != asked:
                raise No(422, "This key was used for something else.")
            return Reply(found["status"], found["body"], found["version"])
        reply: Reply = handler(call)
        if key:
            answered[f"{call.system} {key}"] = {
                "asked": asked,
                "status": reply.status,
                "body": dict(reply.body or {}),
                "version": reply.version,
            }
        self._kept.save()
        return reply


def _raw_path(environ: WSGIEnvironment) -> str:
    return str(environ["holdshort.raw_path"])


def _body(environ: WSGIEnvironment) -> Mapping[str, Any]:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not length:
            return {}
        body = json.loads(environ["wsgi.input"].read(min(length, LONGEST_BODY)))
    except ValueError:
        raise No(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise No(400, "The body is not a JSON object.")
    return body


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> WSGIEnvironment:
        """The usual, and the path as it was sent."""
        environ = super().get_environ()
        environ["holdshort.raw_path"] = self.path.partition("?")[0]
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a request line may hold what a person asked for."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped. Exit code 1 and one sentence where that is not possible."""
    asked = _parser().parse_args(arguments)
    try:
        tokens = json.loads(asked.token_file.read_text())
        if not all(isinstance(tokens.get(system), str) and tokens[system] for system in SYSTEMS):
            return _cannot(f"{asked.token_file} must hold a token for {', '.join(SYSTEMS)}")
        company = yaml.safe_load(asked.company.read_text(encoding="utf-8"))
        application = Services(open_kept(company, asked.state, SEEDS), tokens)
    except FileNotFoundError as error:
        return _cannot(f"{error.filename} does not exist")
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError):
        return _cannot(f"{asked.token_file}, {asked.company} or {asked.state} is not readable")
    try:
        server = make_server("127.0.0.1", asked.port, application, _Server, _Handler)
    except OSError:
        return _cannot(f"port {asked.port} is in use; choose another with --port")
    print(f"Services on http://127.0.0.1:{server.server_port}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


def _cannot(why: str) -> int:
    print(f"The demo services cannot start: {why}.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo.services", description=__doc__)
    parser.add_argument("--company", type=Path, required=True, help="the company's YAML file")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--token-file", type=Path, required=True, help="JSON: system to token")
    parser.add_argument("--state", type=Path, required=True, help="where changes are kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
