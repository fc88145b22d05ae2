"""What is urgent, posted as JSON and signed, to whichever service wakes people.

`X-Holdshort-Signature` is `v1=` and the HMAC-SHA256, in hex, of the value of
`X-Holdshort-Timestamp` (seconds since 1970), a full stop, and the body as it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import httpx2

from holdshort.company.notices import Pager as Settings
from holdshort.company.notices import checked_address
from holdshort.connectors.references import referenced
from holdshort.connectors.safety import GuardedTransport
from holdshort.core.letters import Letter, NotSent
from holdshort.ports import ConnectorError

SECONDS = 10.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body that was posted at that time."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class Pager:
    """Posts letters to one address. Nothing is contacted before the first."""

    name = "pager"
    to_each = False

    def __init__(self, settings: Settings) -> None:
        self._to = settings

    def send(self, letter: Letter) -> None:
        """One post. Raises NotSent; the service knows by the id what it has already."""
        try:
            answer = self._posted(letter)
        except ConnectorError as no:
            raise NotSent(str(no), down=True) from None
        except ValueError as no:
            raise NotSent(f"The address of the pager {no}.", down=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as no:
            text = f"The pager cannot be reached ({type(no).__name__})."
            raise NotSent(text, certain=False, down=True) from None
        if not 200 <= answer.status_code < 300:
            text = f"The pager refused what was posted (HTTP {answer.status_code})."
            raise NotSent(text, certain=False, down=True)

    def _posted(self, letter: Letter) -> httpx2.Response:
        url, secret = self._to.url, referenced(self._to.secret)
        if url.startswith(("env:", "file:")):
            url = checked_address(referenced(url))
        body = _body(letter)
        timestamp = str(int(time.time()))
        transport = GuardedTransport(allow_internal=self._to.allow_internal)
        with httpx2.Client(transport=transport, timeout=SECONDS, follow_redirects=False) as client:
            return client.post(
                url,
                content=body,
                headers={
                    "Content-Type": "application/json",
                    "Accept-Encoding": "identity",
                    "Idempotency-Key": letter.id,
                    "X-Holdshort-Timestamp": timestamp,
                    "X-Holdshort-Signature": signature(secret, timestamp, body),
                },
            )


def _body(letter: Letter) -> bytes:
    """`key` is the same for everything about one thing, so that a service pages once."""
    first = letter.about[0]
    said = {
        "id": letter.id,
        "key": f"{first.kind}:{first.key}",
        "kind": first.kind,
        "urgent": letter.urgent,
        "title": first.line,
        "url": letter.url,
        "at": first.at.isoformat(),
        "people": list(letter.to),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
