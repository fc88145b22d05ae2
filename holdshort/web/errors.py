"""What went wrong, in plain words and with a way on. Never a traceback, never a code alone."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.template import loader

STATUS = {
    "not_found": 404,
    "self_approval": 403,
    "not_a_reviewer": 403,
    "not_human": 403,
    "assurance_too_low": 403,
    "digest_mismatch": 409,
    "already_decided": 409,
    "expired": 409,
    "in_doubt": 409,
    "not_in_doubt": 409,
    "not_in_safe_mode": 409,
    "not_granted": 409,
    "not_stopped": 409,
    "not_allowed": 403,
    "not_yours": 403,
    "too_late": 409,
    "too_fast": 429,
    "file_too_large": 413,
}
"""The HTTP status of a refusal by its code; anything else is something to correct."""


def status_of(code: str) -> int:
    return STATUS.get(code, 400)


def page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """One calm page with a title, what to do, and the way back."""
    content = loader.render_to_string("error.html", {"title": title, "text": text}, request)
    return HttpResponse(content, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request, 400, "We could not read that", "Something in what was sent is not as expected."
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return not_yours(request)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        404,
        "There is nothing here",
        "The address is wrong, or this is not yours to see. Your tickets are on the first page.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without asking the database, which may be what broke."""
    request.who = None  # type: ignore[attr-defined]
    return page(
        request,
        500,
        "That did not work",
        "Something broke on our side, and it was noted. Nothing was changed by a page that did"
        " not appear. Please try again in a minute.",
    )


def not_yours(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        403,
        "This page is for the people who work on this desk",
        "If you should see it, ask an owner of this desk to add you to the authority register.",
    )


def not_this_way(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    text = "Opening an address changes nothing here. Go back and use the button on the page."
    response = page(request, 405, "Use the button instead", text)
    response["Allow"] = ", ".join(allowed)
    return response


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not one of ours, or was opened before somebody signed in."""
    return page(
        request,
        403,
        "Please send that again",
        "The page was open for too long, or cookies are switched off, so we could not be sure"
        " that it was you. Nothing was changed. Go back, reload the page and try again.",
    )
