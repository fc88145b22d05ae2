"""Where a connector may connect to.

A base URL comes from an organisation's file and a name may resolve to anything at any moment,
so the address is checked when a request is sent and that very address is used.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import httpx2

from holdshort.ports import RefusedByTarget

MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of one answer; more is not read."""

_NAT64 = int(IPv6Address("64:ff9b::"))

Address = IPv4Address | IPv6Address


class Forbidden(RefusedByTarget):
    """The address may not be connected to; no connection was made."""


def check_url(url: str, *, allow_internal: bool) -> str:
    """`url` if a connector may use it as its base. Raises Forbidden with what to change."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Forbidden("base_url must start with https:// and name a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Forbidden("base_url must not contain a user name, a password, ? or #.")
    if parts.scheme == "http" and not allow_internal:
        raise Forbidden("base_url must start with https://, because a credential is sent to it.")
    return url.rstrip("/")


def addresses(host: str, port: int) -> list[Address]:
    """What `host` resolves to now. Raises OSError when it does not resolve."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def check_addresses(host: str, found: Iterable[Address], *, allow_internal: bool) -> None:
    """Every address must be allowed, or none is used. Raises Forbidden."""
    for address in found:
        real = _embedded(address)
        if real.is_link_local or real.is_multicast or real.is_unspecified:
            raise Forbidden(f"{host} leads to {address}, which no connector may connect to.")
        if not real.is_global and not allow_internal:
            raise Forbidden(
                f"{host} leads to the internal address {address}. "
                "If that is intended, set allow_internal: true for this connector."
            )


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 form hides, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if int(address) >> 32 == _NAT64 >> 32:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class GuardedTransport(httpx2.BaseTransport):
    """Resolves, checks, and connects to the checked address; bounds time and size of answers."""

    def __init__(self, *, allow_internal: bool) -> None:
        self._allow_internal = allow_internal
        self._inner = httpx2.HTTPTransport(verify=ssl.create_default_context(), trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request. Raises Forbidden before any connection, or httpx2.RequestError."""
        # Per request, not per read: an answer that drips must not outlast the deadline.
        limit = request.extensions.get("timeout", {}).get("read") or 30.0
        deadline = time.monotonic() + limit
        response = self._inner.handle_request(self._pinned(request))
        body = _read_within(response, request, deadline)
        # The body is as sent; the client decodes it by the headers.
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=httpx2.ByteStream(body),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _pinned(self, request: httpx2.Request) -> httpx2.Request:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = addresses(host, port)
        except OSError:
            raise httpx2.ConnectError(f"{host} is not known", request=request) from None
        check_addresses(host, found, allow_internal=self._allow_internal)
        return httpx2.Request(
            request.method,
            request.url.copy_with(host=str(found[0])),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )


def _read_within(response: httpx2.Response, request: httpx2.Request, deadline: float) -> bytes:
    body = bytearray()
    try:
        for part in response.iter_raw():
            body += part
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("the answer took too long", request=request)
            if len(body) > MAX_ANSWER:
                raise httpx2.DecodingError("the answer is too long", request=request)
    finally:
        response.close()
    return bytes(body)
