"""How the `http` connector speaks: requests with a deadline, and answers as what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2

from holdshort.connectors.directory import Deadline, Gone, Overtaken
from holdshort.connectors.http_declared import Meaning, Request
from holdshort.connectors.references import referenced, secret
from holdshort.connectors.safety import GuardedTransport, check_url
from holdshort.ports import RefusedByTarget, Unreachable

MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reading gave: the JSON value, None where there is no such thing, and its version."""

    value: Any
    etag: str
    exists: bool = True


class Wire:
    """One service over HTTP. Every method raises ConnectorError in a plain sentence."""

    def __init__(self, base_url: str, token: str, *, who: str, allow_internal: bool) -> None:
        self._base_url = base_url
        self._token = token
        self._who = who
        self._allow_internal = allow_internal
        self._client: httpx2.Client | None = None

    def get(self, path: str, query: dict[str, str], deadline: Deadline) -> Answer:
        """Read something; what does not exist is an answer, too."""
        response = self._ask("GET", path, deadline, params=query)
        if response.status_code == 404:
            return Answer(None, "", exists=False)
        if response.status_code != 200:
            raise self._said(response.status_code)
        try:
            value = response.json()
        except ValueError:
            raise Unreachable(f"{self._who}'s answer is not JSON. Check base_url.") from None
        return Answer(value, response.headers.get("ETag", ""))

    def send(
        self, request: Request, path: str, body: Any, headers: dict[str, str], deadline: Deadline
    ) -> int:
        """Change something. The status, where that means that it was done."""
        extra: dict[str, Any] = {}
        if body is not None:
            kind = MERGE_PATCH if request.method == "PATCH" else "application/json"
            extra, headers = {"json": body}, {**headers, "Content-Type": kind}
        response = self._ask(request.method, path, deadline, headers=headers, **extra)
        status = response.status_code
        declared = request.statuses.get(status)
        if declared == "done" or (declared is None and 200 <= status < 300):
            return status
        raise self._said(status, declared)

    def _ask(self, method: str, path: str, deadline: Deadline, **how: Any) -> httpx2.Response:
        left = deadline.left()
        try:
            return self._connected().request(method, path, timeout=left, **how)
        except httpx2.TimeoutException:
            raise Unreachable(f"{self._who} did not answer in time.") from None
        except httpx2.ConnectError:
            text = f"{self._who} cannot be reached. Check that it runs and base_url."
            raise Unreachable(text) from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            text = f"The connection to {_within(self._who)} broke before its answer came."
            raise Unreachable(text) from None

    def _connected(self) -> httpx2.Client:
        if self._client is None:
            url = self._base_url
            url = referenced(url) if url.startswith("env:") else url
            self._client = httpx2.Client(
                base_url=check_url(url, allow_internal=self._allow_internal),
                transport=GuardedTransport(allow_internal=self._allow_internal),
                auth=self._signed,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                follow_redirects=False,
            )
        return self._client

    def _signed(self, request: httpx2.Request) -> httpx2.Request:
        # Read at every request, so that a rotated credential needs no restart.
        request.headers["Authorization"] = f"Bearer {secret(self._token)}"
        return request

    def _said(self, status: int, declared: Meaning | None = None) -> Exception:
        """What an answer other than success means for the action."""
        who = self._who
        if status in (401, 403):
            return RefusedByTarget(
                f"{who} refused the credential. Check the secret named {self._token}."
            )
        if declared == "overtaken" or (declared is None and status in (412, 428)):
            return Overtaken(f"{who}'s entry changed meanwhile; nothing was applied.")
        if declared == "unknown" or (declared is None and status >= 500):
            return Unreachable(f"{who} failed while answering (HTTP {status}).")
        if declared is None and status in (404, 410):
            return Gone(f"{who} has no such entry.")
        if 300 <= status < 400:
            return RefusedByTarget(
                f"{who} answered with a redirect, which is never followed. "
                "Set base_url to its final address."
            )
        if declared is None and status == 429:
            return RefusedByTarget(f"{who} asks to slow down. Try again later.")
        if declared == "refused" or 400 <= status < 500:
            return RefusedByTarget(f"{who} refused the request (HTTP {status}).")
        return Unreachable(f"{who} gave an answer that nobody expected (HTTP {status}).")


def _within(who: str) -> str:
    """A name as it stands within a sentence."""
    return f"the {who[4:]}" if who.startswith("The ") else who
