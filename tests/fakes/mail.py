"""A mail server that speaks SMTP as RFC 5321, 3207 and 4954 say, and fails as it is told to."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

USER, PASSWORD = "desk", "correct horse"


class MailServer(socketserver.ThreadingTCPServer):
    """Runs on a port of this machine; `taken` are the messages that it has accepted."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, certificate: Path | None = None, *, at_once: bool = False) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.connections = 0
        self.encrypted: list[bool] = []
        self.recipient = "250 2.1.5 Fine"
        self.breaks_off = False
        self.signs_in = False
        self.at_once = at_once
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        super().__init__(("127.0.0.1", 0), _Session)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def subjects(self, address: str = "") -> list[str]:
        return [str(one["Subject"]) for to, one in self.taken if address in ("", to)]


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        self.safe, self.known, self.to = False, False, ""
        if self.server.at_once:
            self._encrypt()
        self._say("220 mail.example ESMTP")
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if not getattr(self, f"do_{verb.lower()}", self._unknown)(rest):
                return

    def _say(self, line: str) -> bool:
        self.wfile.write(line.encode() + b"\r\n")
        return not line.startswith("221")

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.connection = self.request = self.server.context.wrap_socket(
            self.connection, server_side=True
        )
        self.rfile = self.connection.makefile("rb")
        self.wfile = cast(Any, socketserver._SocketWriter(self.connection))  # type: ignore[attr-defined]
        self.safe = True

    def _unknown(self, _: str) -> bool:
        return self._say("502 5.5.1 Unknown")

    def do_ehlo(self, _: str) -> bool:
        offers = ["mail.example"]
        if self.server.context is not None and not self.safe:
            offers.append("STARTTLS")
        if self.server.signs_in:
            offers.append("AUTH PLAIN")
        for one in offers[:-1]:
            self._say(f"250-{one}")
        return self._say(f"250 {offers[-1]}")

    def do_starttls(self, _: str) -> bool:
        self._say("220 2.0.0 Go on")
        try:
            self._encrypt()
        except ssl.SSLError:
            return False
        return True

    def do_auth(self, rest: str) -> bool:
        said = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")
        self.known = said[1:] == [USER, PASSWORD]
        return self._say("235 2.7.0 Welcome" if self.known else "535 5.7.8 No")

    def do_mail(self, _: str) -> bool:
        if self.server.signs_in and not self.known:
            return self._say("530 5.7.0 Sign in first")
        return self._say("250 2.1.0 Fine")

    def do_rcpt(self, rest: str) -> bool:
        self.to = rest.partition("<")[2].partition(">")[0]
        return self._say(self.server.recipient)

    def do_data(self, _: str) -> bool:
        self._say("354 Go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.server.breaks_off:
            return False
        message = message_from_bytes(b"".join(lines), policy=default)
        self.server.taken.append((self.to, cast(EmailMessage, message)))
        self.server.encrypted.append(self.safe)
        return self._say("250 2.0.0 Taken")

    def do_rset(self, _: str) -> bool:
        return self._say("250 2.0.0 Fine")

    def do_quit(self, _: str) -> bool:
        return self._say("221 2.0.0 Bye")


@contextmanager
def running_mail(certificate: Path | None = None, *, at_once: bool = False) -> Iterator[MailServer]:
    """A server for the block."""
    with MailServer(certificate, at_once=at_once) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def certificate(folder: Path) -> Path:
    """A certificate of this machine with its key in one file, vouched for by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
