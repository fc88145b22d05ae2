"""How the SCIM connector speaks: requests with a deadline, paging, and errors as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2
from pydantic import ValidationError
from scim2_client import RequestNetworkException, SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    Group,
    ListResponse,
    Resource,
    ResourceType,
    SCIMException,
    ScimPolicy,
    ScimProvider,
)

from holdshort.connectors.directory import Deadline, Gone, Overtaken
from holdshort.connectors.references import referenced, secret
from holdshort.connectors.safety import GuardedTransport, check_url
from holdshort.connectors.scim_entries import Account, Entry, Person
from holdshort.ports import ConnectorError, RefusedByTarget, Unreachable

PAGE = 200
"""Entries asked for at a time; a directory may give fewer."""


Found = TypeVar("Found", bound=Resource[Any])
Answer = TypeVar("Answer")


class Wire:
    """One directory over HTTP. Every method raises ConnectorError in a plain sentence."""

    def __init__(self, base_url: str, token: str, *, allow_internal: bool) -> None:
        self._base_url = base_url
        self._token = token
        self._allow_internal = allow_internal
        self._client: SyncSCIMClient | None = None

    def get(self, model: type[Found], id: str, deadline: Deadline, *, only: str) -> Found:
        """One entry by its immutable id, with the attributes `only`."""
        asked = {"attributes": only}
        answer = self._ask(deadline, lambda client, how: client.query(model, id, asked, **how))
        found = _expected(model, answer)
        if found.id != id:
            raise Unreachable("The directory answered about another entry than the one asked for.")
        return found

    def every(
        self, model: type[Found], deadline: Deadline, *, where: str = "", only: str = ""
    ) -> list[Found]:
        """All entries that match the filter `where`, with the attributes `only`, page by page."""
        found: dict[str, Found] = {}
        total = 1
        start = 1
        while start <= total:
            page = self.page(model, deadline, where=where, only=only, start=start, count=PAGE)
            rows = page.resources or []
            found.update({str(row.id): row for row in rows})
            total = page.total_results or 0
            start += len(rows)
            if not rows:
                break
        if len(found) != total:
            # A list that shifts under the reader can skip somebody; a hole is never guessed over.
            raise Unreachable("The directory changed while it was being read. Try again.")
        return list(found.values())

    def page(
        self,
        model: type[Found],
        deadline: Deadline,
        *,
        where: str = "",
        only: str = "",
        start: int = 1,
        count: int,
    ) -> ListResponse[Found]:
        """One page of entries."""
        asked: dict[str, Any] = {"startIndex": start, "count": count}
        if where:
            asked["filter"] = where
        if only:
            asked["attributes"] = only
        answer = self._ask(
            deadline, lambda client, how: client.query(model, query_parameters=asked, **how)
        )
        listed: ListResponse[Found] = _expected(ListResponse, answer)
        return listed

    def change(self, entry: Found, operation: dict[str, Any], deadline: Deadline) -> Found | None:
        """PATCH `entry` with one operation, only if it is unchanged since it was read.

        The new entry, or None where the directory does not send it. Raises Overtaken too.
        """
        patch = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [operation],
        }
        answer = self._ask(deadline, lambda client, how: client.modify(entry, patch, **how))
        return None if answer is None else _expected(type(entry), answer)

    def create(self, entry: Found, deadline: Deadline) -> Found:
        """Create an entry."""
        answer = self._ask(deadline, lambda client, how: client.create(entry, **how))
        return _expected(type(entry), answer)

    def conditional(self, deadline: Deadline) -> bool:
        """Whether the directory promises conditional writes."""
        config = self._connected(deadline).provider.config
        return bool(config and config.etag and config.etag.supported)

    def _ask(
        self, deadline: Deadline, call: Callable[[SyncSCIMClient, dict[str, Any]], object]
    ) -> object:
        client = self._connected(deadline)
        with self._plainly():
            return call(client, {"timeout": deadline.left()})

    def _connected(self, deadline: Deadline) -> SyncSCIMClient:
        if self._client is None:
            client = SyncSCIMClient(self._http(), provider=_described())
            client.client.timeout = httpx2.Timeout(deadline.left())
            try:
                # What it promises about conditional writes is asked once.
                with self._plainly():
                    client.discover(schemas=False, resource_types=False)
            except Gone:
                raise RefusedByTarget("There is no SCIM directory at base_url. Check it.") from None
            self._client = client
        return self._client

    def _http(self) -> httpx2.Client:
        url = referenced(self._base_url) if self._base_url.startswith("env:") else self._base_url
        return httpx2.Client(
            base_url=check_url(url, allow_internal=self._allow_internal),
            transport=GuardedTransport(allow_internal=self._allow_internal),
            auth=self._signed,
            headers={"Accept": "application/scim+json", "Accept-Encoding": "identity"},
            follow_redirects=False,
        )

    def _signed(self, request: httpx2.Request) -> httpx2.Request:
        # Read at every request, so that a rotated credential needs no restart.
        request.headers["Authorization"] = f"Bearer {secret(self._token)}"
        return request

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except ConnectorError:
            raise
        except RequestNetworkException as error:
            raise _network(error) from None
        except (SCIMClientException, SCIMException) as error:
            raise self._said(error) from None
        except (ValidationError, ValueError, httpx2.HTTPError, httpx2.InvalidURL):
            raise Unreachable(_NOT_SCIM) from None

    def _said(self, error: SCIMClientException | SCIMException) -> Exception:
        """What an answer other than success means for the action."""
        status = getattr(getattr(error, "source", None), "status_code", None)
        if status in (401, 403):
            return RefusedByTarget(
                f"The directory refused the credential. Check the secret named {self._token}."
            )
        if status == 412:
            return Overtaken("The directory's entry changed meanwhile; nothing was applied.")
        if status == 404:
            return Gone("The directory has no such entry any more.")
        if status is not None and 300 <= status < 400:
            return RefusedByTarget(
                "The directory answered with a redirect, which is never followed. "
                "Set base_url to its final address."
            )
        if status in _REFUSALS:
            return RefusedByTarget(_REFUSALS[status])
        if status is not None and 400 <= status < 500:
            return RefusedByTarget(f"The directory refused the request (HTTP {status}).")
        if status is not None and status >= 500:
            return Unreachable(f"The directory failed while answering (HTTP {status}).")
        return Unreachable(_NOT_SCIM)


_NOT_SCIM = "The directory's answer is not SCIM. Check base_url."

_REFUSALS = {
    409: "The directory already has an entry with this name.",
    429: "The directory asks to slow down. Try again later.",
}


def _expected(kind: type[Answer], answer: object) -> Answer:
    if not isinstance(answer, kind):
        raise Unreachable(_NOT_SCIM)
    return answer


def _network(error: RequestNetworkException) -> Unreachable:
    if isinstance(error.__cause__, httpx2.TimeoutException):
        return Unreachable("The directory did not answer in time.")
    if isinstance(error.__cause__, httpx2.ConnectError):
        return Unreachable("The directory cannot be reached. Check that it runs and base_url.")
    return Unreachable("The connection to the directory broke before its answer came.")


def _described() -> ScimProvider:
    # Attributes of a vendor's own must not stop the desk from reading the ones it knows.
    return ScimProvider(
        models=[Person, Account, Group],
        resource_types=[ResourceType.from_resource(Entry), ResourceType.from_resource(Group)],
        policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore),
    )
