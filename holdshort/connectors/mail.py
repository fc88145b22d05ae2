"""Mail over SMTP: plain text to one person, encrypted, to a server whose certificate counts."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from holdshort.company.notices import Mail as Settings
from holdshort.connectors.references import secret
from holdshort.core.letters import ADDRESS, Letter, NotSent
from holdshort.ports import ConnectorError

SECONDS = 10.0
"""How long each answer of the server may take."""

FOOT = "Opening the link decides nothing. You answer in the console."


class Mail:
    """Sends letters through one server. Nothing is contacted before the first."""

    name = "mail"
    to_each = True

    def __init__(self, settings: Settings) -> None:
        self._to = settings
        self._named = f"The mail server {settings.host}"

    def send(self, letter: Letter) -> None:
        """One connection, one message. Raises NotSent."""
        if not all(map(ADDRESS.fullmatch, letter.to)):
            raise NotSent("The address of this person is none that mail can go to.", final=True)
        message = self._message(letter)
        with self._signed_in() as server:
            self._handed_over(server, message)

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = f"Holdshort <{self._to.sender}>"
        message["To"] = ", ".join(letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.about[0].at)
        # The same at every try, so that a mail program shows it once.
        message["Message-ID"] = f"<{letter.id}@{self._to.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if letter.urgent:
            message["Priority"], message["Importance"], message["X-Priority"] = (
                "urgent",
                "high",
                "1",
            )
        lines = letter.lines if len(letter.lines) == 1 else [f"- {one}" for one in letter.lines]
        message.set_content("\n".join((*lines, "", letter.url, "", FOOT, "")))
        return message

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """A connection that this desk may send on. Raises NotSent."""
        try:
            server = self._connected()
        except smtplib.SMTPNotSupportedError:
            raise NotSent(f"{self._named} offers no {self._wanted()}.", down=True) from None
        except smtplib.SMTPAuthenticationError:
            raise NotSent(f"{self._named} refused the user or the password.", down=True) from None
        except ConnectorError as no:
            raise NotSent(str(no), down=True) from None
        except ssl.SSLCertVerificationError as no:
            text = f"{self._named} shows a certificate that does not count: {no.verify_message}."
            raise NotSent(text, down=True) from None
        except (smtplib.SMTPException, OSError) as no:
            raise NotSent(f"{self._named} cannot be reached: {_said(no)}.", down=True) from None
        try:
            yield server
        finally:
            server.close()

    def _wanted(self) -> str:
        return "STARTTLS" if self._to.tls == "starttls" else "sign-in"

    def _connected(self) -> smtplib.SMTP:
        to, context = self._to, ssl.create_default_context()
        if to.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                to.host, to.port, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(to.host, to.port, timeout=SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            if to.tls == "starttls":
                server.starttls(context=context)
            if to.user is not None and to.password is not None:
                server.login(to.user, secret(to.password))
        except BaseException:
            server.close()
            raise
        return server

    def _handed_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            server.send_message(message, from_addr=self._to.sender)
        except smtplib.SMTPRecipientsRefused as no:
            code, said = next(iter(no.recipients.values()))
            raise NotSent(self._refusal("the recipient", code, said), final=code >= 500) from None
        except smtplib.SMTPSenderRefused as no:
            text = self._refusal("the sender", no.smtp_code, no.smtp_error)
            raise NotSent(text, down=True) from None
        except smtplib.SMTPResponseException as no:
            text = self._refusal("the message", no.smtp_code, no.smtp_error)
            raise NotSent(text, final=no.smtp_code >= 500) from None
        except (smtplib.SMTPException, OSError) as no:
            # It may have been taken: nobody answered after everything was sent.
            text = f"{self._named} broke off: {_said(no)}."
            raise NotSent(text, certain=False, down=True) from None

    def _refusal(self, what: str, code: int, text: bytes | str) -> str:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return f"{self._named} refused {what} ({code} {said})."


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = error.strerror if isinstance(error, OSError) else str(error)
    return (said or type(error).__name__).rstrip(".")
