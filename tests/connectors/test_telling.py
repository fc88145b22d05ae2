"""Mail to a real SMTP server and posts to a real pager: what arrives, and every way they fail."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdshort import connectors
from holdshort.company import notices
from holdshort.company.read import check
from holdshort.connectors.mail import Mail
from holdshort.connectors.pager import Pager
from holdshort.core.letters import Letter, NotSent, Told, letter, pause, told
from tests.company.small import changed
from tests.fakes.mail import PASSWORD, USER, certificate, running_mail

AT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
ID = "0190a1b2-0000-7000-8000-000000000001"
CONSOLE = "https://desk.example"


def about(line: str = "‘Add Dana’ waits for your answer.", *, urgent: bool = False) -> Told:
    return Told("review", "12", line, "/reviews/12", urgent, AT)


def one(*things: Told, to: str = "sven@acme.example") -> Letter:
    return letter(ID, things or (about(),), to=[to], console=CONSOLE)


def mail(port: int, **settings: Any) -> Mail:
    said = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "desk@acme.example"}
    return Mail(notices.Mail.model_validate({**said, **settings}))


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("mail"))


# ------------------------------------------------------------------ what arrives


def test_a_letter_is_short_and_has_one_link_and_the_same_number_at_every_try() -> None:
    with running_mail() as server:
        for _ in range(2):
            mail(server.port).send(one(about(urgent=True)))
    (to, first), (_, second) = server.taken
    assert (to, first["From"]) == ("sven@acme.example", "Holdshort <desk@acme.example>")
    assert first["Subject"] == "Urgent: ‘Add Dana’ waits for your answer"
    assert (first["Importance"], first["Auto-Submitted"]) == ("high", "auto-generated")
    assert first["Message-ID"] == second["Message-ID"] == f"<{ID}@acme.example>"
    body = first.get_content().replace("\r\n", "\n")
    assert body.count("://") == 1 and f"\n{CONSOLE}/reviews/12\n" in body
    assert first.get_content_type() == "text/plain" and len(body) < 300


def test_words_of_others_reach_no_header_and_no_second_line() -> None:
    evil = "Add\r\nBcc: all@acme.example\r\n\r\n.\r\nMAIL FROM:<x@y>\u202e to ‘x’\u2028y\x00"
    row = {"kind": "review", "key": "1", "private": False, "ticket": 4, "review": 1}
    said = told({**row, "urgent": False, "found_at": AT}, title=evil, scope="", zone=ZONE)
    with running_mail() as server:
        mail(server.port).send(one(said))
    [(_, message)] = server.taken
    assert message["Bcc"] is None and message.keys().count("To") == 1
    assert "MAIL FROM:<x@y> to ‘x’ y" in message["Subject"]
    assert len(message.get_content().strip().splitlines()) == 5


@pytest.mark.parametrize("link", ["HTTPS://evil.example", "evil.example/sign-in", "evil.co:8443"])
def test_a_link_in_the_words_of_others_is_not_passed_on(link: str) -> None:
    row = {"kind": "review", "key": "1", "private": False, "ticket": 4, "review": 1}
    row = {**row, "urgent": False, "found_at": AT}
    said = told(row, title=f"Add {link}", scope="", zone=ZONE)
    assert said.line == "A change waits for your answer (ticket 4)."
    alone = {**row, "kind": "override", "by": f"Ines, see {link}"}
    said = told(alone, title="Correct 1 row of public.customers", scope="", zone=ZONE)
    assert said.line.startswith("Somebody permitted ‘Correct 1 row of public.customers’ alone")
    notice = {**row, "kind": "notice", "text": "see www.evil.example", "urgent": False}
    assert "evil" not in told({**notice, "found_at": AT}, title="", scope="", zone=ZONE).line


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    ("kind", "said", "path"),
    [
        ("review", "‘T’ waits for your answer (ticket 4).", "/reviews/7"),
        (
            "reminder",
            "‘T’ still waits for your answer (ticket 4); at 21:00 CET on Thursday, 26 ",
            "/reviews/7",
        ),
        ("fault", "‘T’ waits, and too few people may decide it (ticket 4).", "/reviews/7"),
        ("notice", "‘T’ was refused", "/"),
        ("override", "Ines permitted ‘T’ alone, as an emergency override", "/overrides"),
        ("switch", "Ines stopped everything.", "/switches"),
        ("older", "An older state of this desk came back", "/safe-mode"),
        ("by_hand", "‘T’ is yours to carry out (ticket 4).", "/by-hand"),
        ("unclear", "‘T’ ran, and nobody knows the result (ticket 4).", "/by-hand"),
        ("question", "There is a question for you on ticket 4.", "/tickets/4"),
        ("password", "A new password waits for you to read it once (ticket 4).", "/tickets/4"),
        ("closed", "Ticket 4 has its answer and is closed.", "/tickets/4"),
        ("test", "This is a test, and nothing needs you.", "/"),
    ],
)
def test_what_is_told_names_the_change_only_where_it_is_not_private(
    kind: str, said: str, path: str, private: bool
) -> None:
    row = {"kind": kind, "key": "1", "private": private, "ticket": 4, "review": 7, "found_at": AT}
    more = {"urgent": False, "text": "‘T’ was refused", "by": "Ines", "is_on": False}
    found = told({**row, **more, "expires_at": AT}, title="T", scope="everything", zone=ZONE)
    assert found.path == path
    assert found.line.startswith(said) is (not private or "‘T’" not in said)
    assert not private or "‘T’" not in found.line


def test_many_things_are_one_letter_with_one_link() -> None:
    things = [Told("review", str(n), f"Thing {n}.", f"/reviews/{n}", False, AT) for n in range(70)]
    made = one(*things)
    assert made.subject == "70 things for you to look at"
    assert made.url == f"{CONSOLE}/reviews"
    assert (len(made.lines), made.lines[-1]) == (51, "And 20 more.")
    assert one(about(), Told("closed", "3", "x", "/tickets/3", False, AT)).url == f"{CONSOLE}/"


def test_a_channel_whose_package_is_missing_is_named_when_the_file_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connectors.SPEAKERS, "pager", "no_such_package:Pager")
    pager = {"url": "https://p.example", "secret": "env:P"}
    more = f"notices: {json.dumps({'console': CONSOLE, 'pager': pager})}\n"
    [found] = check(changed(more=more).encode(), [connectors.wrong_settings])[1]
    assert found.path == "notices.pager" and "pip install 'holdshort[pager]'" in found.text


def test_it_is_tried_again_ever_more_rarely() -> None:
    minutes = [pause(tries, urgent=False).total_seconds() / 60 for tries in (1, 2, 3, 9, 99)]
    assert minutes == [1, 2, 4, 60, 60]
    assert [pause(n, urgent=True).total_seconds() for n in (1, 2, 9)] == [15, 30, 600]


# ------------------------------------------------------------------ how mail fails


@pytest.mark.parametrize("at_once", [False, True], ids=["starttls", "tls"])
def test_the_connection_is_encrypted_before_anything_is_said(
    pem: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with running_mail(pem, at_once=at_once) as server:
        server.signs_in = True
        tls = "tls" if at_once else "starttls"
        mail(server.port, tls=tls, user=USER, password="env:MAIL_PASSWORD").send(one())
    assert (server.encrypted, len(server.taken)) == ([True], 1)


def failure(port: int, **settings: Any) -> NotSent:
    to = settings.pop("to", "sven@acme.example")
    with pytest.raises(NotSent) as caught:
        mail(port, **settings).send(one(to=to))
    assert PASSWORD not in str(caught.value) and "wrong horse" not in str(caught.value)
    return caught.value


def test_every_failure_says_why_and_whether_to_try_again(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong horse")
    signed = {"user": USER, "password": "env:MAIL_PASSWORD"}
    with running_mail(pem) as server:
        no = failure(server.port, tls="starttls")
        assert "a certificate that does not count" in str(no) and no.down and no.certain
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        server.signs_in = True
        no = failure(server.port, tls="starttls", **signed)
        assert "refused the user or the password" in str(no) and no.down
        no = failure(server.port, tls="starttls", user=USER, password="env:NOT_SET")
        assert "env:NOT_SET is empty or not set" in str(no) and no.down
    with running_mail() as server:
        assert "offers no STARTTLS" in str(failure(server.port, tls="starttls"))
        server.recipient = "550 5.1.1 No such user"
        no = failure(server.port)
        assert "refused the recipient (550 5.1.1 No such user)" in str(no)
        assert (no.final, no.down) == (True, False)
        server.recipient = "451 4.3.0 Later"
        assert not failure(server.port).final
        server.recipient, server.breaks_off = "250 Fine", True
        no = failure(server.port)
        assert (no.certain, no.final, no.down) == (False, False, True)
        server.breaks_off = False
        for to in ("grüße@acme.example", "a@b.example\r\nBcc: c@d", "[@b.example", "a@b@c", ""):
            assert failure(server.port, to=to).final
    assert "cannot be reached: " in str(failure(server.port))
    assert server.taken == []


# ------------------------------------------------------------------ the pager


class PagerService(BaseHTTPRequestHandler):
    posted: list[tuple[dict[str, str], bytes]]
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).posted.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[ThreadingHTTPServer]:
    PagerService.posted, PagerService.status = [], 202
    with ThreadingHTTPServer(("127.0.0.1", 0), PagerService) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def pager(server: ThreadingHTTPServer, **settings: Any) -> Pager:
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    said = {"url": url, "secret": "env:PAGER_SECRET", "allow_internal": True}
    return Pager(notices.Pager.model_validate({**said, **settings}))


def test_a_page_is_signed_over_its_time_and_its_bytes(
    service: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER_SECRET", "s3cret")
    pager(service).send(one(about(urgent=True)))
    [(headers, body)] = PagerService.posted
    signed = headers["X-Holdshort-Timestamp"].encode() + b"." + body
    expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Holdshort-Signature"] == f"v1={expected}"
    assert headers["Idempotency-Key"] == ID and b"s3cret" not in body
    assert json.loads(body) == {
        "id": ID,
        "key": "review:12",
        "kind": "review",
        "urgent": True,
        "title": "‘Add Dana’ waits for your answer.",
        "url": f"{CONSOLE}/reviews/12",
        "at": "2026-11-26T20:00:00+00:00",
        "people": ["sven@acme.example"],
    }


def test_a_page_that_is_not_taken_says_why(
    service: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**settings: Any) -> NotSent:
        with pytest.raises(NotSent) as caught:
            pager(service, **settings).send(one())
        return caught.value

    assert "env:PAGER_SECRET is empty or not set" in str(refused())
    monkeypatch.setenv("PAGER_SECRET", "s3cret")
    assert "allow_internal" in str(refused(allow_internal=False))
    monkeypatch.setenv("PAGER_URL", "http://pager.example/hook")
    assert "must begin with https://" in str(refused(url="env:PAGER_URL"))
    assert PagerService.posted == []
    for status in (302, 500):
        PagerService.status = status
        no = refused()
        assert f"HTTP {status}" in str(no) and not no.final
    assert len(PagerService.posted) == 2
