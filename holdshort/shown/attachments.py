"""Attachments as data, and their bytes as an answer that no browser runs or takes for a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from holdshort.core.attachments import ANYTHING
from holdshort.records.tickets import Attachment

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Even where a browser shows it in spite of everything, it may run, load and send nothing."""


def attachment(one: Attachment, *, address: str) -> dict[str, Any]:
    """What is known of a file; its bytes are at `address`."""
    return {
        "name": one.name,
        "size": one.size,
        "type": one.picture or ANYTHING,
        "sha256": one.sha256,
        "url": address,
    }


def bytes_of(one: Attachment, content: bytes) -> HttpResponse:
    """The file to be saved, never opened. Only a picture, known by its bytes, is called one."""
    response = HttpResponse(content, content_type=one.picture or ANYTHING)
    response["Content-Disposition"] = content_disposition_header(True, one.name)
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
