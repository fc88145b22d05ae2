"""How the LDAP connector connects: to a checked address, by TLS, within a deadline.

The library would resolve the name itself, later, and take as long as the other side likes; so the
connection is made here and handed to it.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ldap3 import NONE, SYNC, Connection, Server

from holdshort.connectors.directory import Deadline
from holdshort.connectors.references import referenced
from holdshort.connectors.safety import MAX_ANSWER, Forbidden, addresses, check_addresses
from holdshort.ports import RefusedByTarget, Unreachable

_START_TLS = "1.3.6.1.4.1.1466.20037"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the directory listens and how the connection is encrypted."""

    host: str
    port: int
    tls: bool
    """From the first byte (ldaps)."""

    start_tls: bool
    """Before anything else is said (RFC 4513)."""


def place(url: str, *, start_tls: bool, allow_internal: bool) -> Place:
    """Read `url`, ldaps://host or ldap://host. Raises Forbidden with what to change."""
    address = referenced(url) if url.startswith("env:") else url
    parts = urlsplit(address)
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
        raise Forbidden("url must start with ldaps:// or ldap:// and name a host.")
    if parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment:
        raise Forbidden("url must hold a host and a port only.")
    tls = parts.scheme == "ldaps"
    if not (tls or start_tls or allow_internal):
        raise Forbidden("Without encryption a credential is sent in the clear: use ldaps://.")
    try:
        port = parts.port or (636 if tls else 389)
    except ValueError:
        raise Forbidden("url names a port that does not exist.") from None
    return Place(parts.hostname, port, tls, start_tls and not tls)


def opened(where: Place, deadline: Deadline, *, ca_file: str, allow_internal: bool) -> Connection:
    """An open connection that nobody has signed in to. Raises ConnectorError or OSError."""
    address = _checked(where, allow_internal=allow_internal)
    connection = Connection(
        Server(address, where.port, get_info=NONE),
        client_strategy=SYNC,
        auto_referrals=False,
        auto_range=False,
        return_empty_attributes=False,
        check_names=False,
        auto_escape=False,
    )

    def connect(*_: Any, **__: Any) -> None:
        plain = _connected(address, where.port, deadline)
        encrypt = _encrypted(plain, where.host, ca_file, deadline) if where.tls else plain
        connection.socket = _Bounded(encrypt, deadline)
        connection.closed = False

    connection.strategy._open_socket = connect
    connection.open(read_server_info=False)
    if where.start_tls:
        try:
            _start_tls(connection, where.host, ca_file, deadline)
        except BaseException:
            connection.strategy.close()
            raise
    return connection


def _start_tls(connection: Connection, host: str, ca_file: str, deadline: Deadline) -> None:
    connection.extended(_START_TLS)
    if connection.result["result"] != 0:
        raise RefusedByTarget("The directory does not offer StartTLS. Use ldaps:// in url.")
    plain = connection.socket.inner
    connection.socket = _Bounded(_encrypted(plain, host, ca_file, deadline), deadline)


def _checked(where: Place, *, allow_internal: bool) -> str:
    try:
        found = addresses(where.host, where.port)
    except OSError:
        raise Unreachable("The directory cannot be reached. Its host is not known.") from None
    check_addresses(where.host, found, allow_internal=allow_internal)
    encrypted = where.tls or where.start_tls
    if not encrypted and any(address.is_global for address in found):
        raise Forbidden(f"{where.host} is a public address, so the connection must be encrypted.")
    return str(found[0])


def _connected(address: str, port: int, deadline: Deadline) -> socket.socket:
    try:
        plain = socket.create_connection((address, port), deadline.left())
    except OSError:
        deadline.left()
        raise Unreachable("The directory cannot be reached. Check that it runs and url.") from None
    # Small messages that each wait for an answer: without this, TLS stands still for 40 ms.
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def _encrypted(plain: socket.socket, host: str, ca_file: str, deadline: Deadline) -> ssl.SSLSocket:
    """The same connection by TLS; the certificate must be valid for the name in the settings."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except OSError:
        raise RefusedByTarget("ca_file cannot be read as certificates. Check it.") from None
    plain.settimeout(deadline.left())
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise RefusedByTarget(
            f"The directory's certificate is not to be trusted for {host} "
            f"({error.verify_message}). Check url and ca_file."
        ) from None
    except ssl.SSLError:
        raise Unreachable("The directory does not speak TLS there. Check url.") from None


class _Bounded:
    """A socket whose every call ends by the deadline and whose answers have a size."""

    def __init__(self, inner: socket.socket, deadline: Deadline) -> None:
        self.inner = inner
        self._deadline = deadline
        self._room = MAX_ANSWER

    def recv(self, size: int) -> bytes:
        self.inner.settimeout(self._deadline.left())
        data = self.inner.recv(size)
        self._room -= len(data)
        if self._room < 0:
            raise OSError("the answer is too long")
        return data

    def sendall(self, data: bytes) -> None:
        self._room = MAX_ANSWER
        self.inner.settimeout(self._deadline.left())
        self.inner.sendall(data)

    def shutdown(self, how: int) -> None:
        self.inner.shutdown(how)

    def close(self) -> None:
        self.inner.close()
