"""Every error of the API in one form: problem details (RFC 9457) with a stable code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from holdshort import catalogue
from holdshort.flow import Refused

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"

STATUS: Mapping[str, int] = {
    "malformed": 400,
    "idempotency_key_invalid": 400,
    "unauthenticated": 401,
    "missing_scope": 403,
    "self_approval": 403,
    "not_a_reviewer": 403,
    "not_human": 403,
    "assurance_too_low": 403,
    "not_allowed": 403,
    "not_yours": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "already_decided": 409,
    "call_back_denied": 409,
    "call_back_missing": 409,
    "digest_mismatch": 409,
    "expired": 409,
    "idempotency_conflict": 409,
    "in_doubt": 409,
    "irreversible": 409,
    "not_asked_for": 409,
    "not_by_hand": 409,
    "not_in_doubt": 409,
    "not_in_safe_mode": 409,
    "not_stopped": 409,
    "not_looked_at": 409,
    "nothing_to_find": 409,
    "nothing_to_resume": 409,
    "nothing_to_send": 409,
    "nothing_to_undo": 409,
    "not_granted": 409,
    "not_staged": 409,
    "ticket_closed": 409,
    "side_taken": 409,
    "too_late": 409,
    "too_large": 413,
    "file_too_large": 413,
    "unsupported_media_type": 415,
    "bad_answer": 422,
    "bad_change": 422,
    "bad_delegation": 422,
    "bad_hand_over": 422,
    "bad_params": 422,
    "empty": 422,
    "evidence_missing": 422,
    "file_empty": 422,
    "invalid": 422,
    "note_missing": 422,
    "question_missing": 422,
    "reason_missing": 422,
    "reply_untrue": 422,
    "sponsor_missing": 422,
    "too_long": 422,
    "too_many_files": 422,
    "unconfirmed": 422,
    "unfinished": 409,
    "unknown_person": 422,
    "unknown_scope": 422,
    "unknown_target": 422,
    "unknown_type": 422,
    "unreadable": 422,
    "too_fast": 429,
    "internal": 500,
    "unavailable": 503,
}
"""Every code that is ever answered, with its status."""

Errors = Sequence[Mapping[str, str]]


class Problem(Exception):
    """Why a request was not done; `errors` names the fields, each with a sentence."""

    def __init__(self, code: str, detail: str, *, errors: Errors = ()) -> None:
        self.code = code
        self.status = STATUS[code]
        self.detail = detail
        self.errors = errors
        super().__init__(detail)

    def as_data(self) -> dict[str, Any]:
        """The members of the problem document."""
        return {
            "type": f"urn:holdshort:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": [dict(one) for one in self.errors],
        }


def respond(data: Mapping[str, Any]) -> HttpResponse:
    """The answer for a problem document."""
    status = int(data["status"])
    response = HttpResponse(json.dumps(data), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="holdshort"'
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response["Retry-After"] = "10"
    return response


def of(error: Exception) -> Problem:
    """The problem that an exception means; what nobody expected says nothing about our insides."""
    match error:
        case Problem():
            return error
        case Refused():
            return Problem(error.code, str(error))
        case catalogue.CatalogueError():
            return _of_catalogue(error)
        case ValidationError():
            return _of_validation(error)
        case AuthenticationError():
            return Problem("unauthenticated", "Send a valid token: Authorization: Bearer hs_…")
        case HttpError():
            return _of_http(error)
        case Http404():
            return Problem("not_found", "There is nothing here.")
        case RequestDataTooBig():
            return Problem("too_large", "The body is larger than 256 KB.")
        case OperationalError() | InterfaceError():
            return Problem("unavailable", "The database cannot be reached. Try again in a moment.")
    return Problem("internal", "Something broke on our side, and it was noted.")


def _of_catalogue(error: catalogue.CatalogueError) -> Problem:
    match error:
        case catalogue.BadParams():
            fields = [{"field": f"params.{k}", "detail": v} for k, v in error.fields.items()]
            return Problem("bad_params", str(error), errors=fields)
        case catalogue.UnknownType():
            code = "unknown_type"
        case catalogue.Unconfirmed():
            code = "unconfirmed"
        case _:
            code = "unknown_target"
    return Problem(code, str(error))


def _of_validation(error: ValidationError) -> Problem:
    """A path that cannot exist is not found; anything else names its fields."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return Problem("not_found", "There is nothing here.")
    fields = [{"field": _field(one["loc"]), "detail": str(one["msg"])} for one in error.errors]
    text = "; ".join(f"{one['field']}: {one['detail']}" for one in fields)
    return Problem("invalid", f"Please correct: {text}."[:1000], errors=fields)


def _field(place: Sequence[Any]) -> str:
    """`params.person` of (`body`, `body`, `params`, `person`)."""
    inner = place[2:] if place[:2] == ("body", "body") else place[1:]
    return ".".join(str(part) for part in inner)[:80] or str(place[0])


def _of_http(error: HttpError) -> Problem:
    """The framework wraps whatever our reading of the body raised."""
    cause = error.__cause__
    if isinstance(cause, Problem):
        return cause
    return Problem("malformed", "The request could not be read.")


def register(api: NinjaAPI) -> None:
    """Answer every exception of the API as a problem."""

    def handle(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        assert isinstance(error, Exception)
        found = of(error)
        if found.code == "internal":
            log.error("request_failed", path=request.path, exc_info=error)
        return respond(found.as_data())

    for kind in (Exception, HttpError, Http404, ValidationError):
        api.add_exception_handler(kind, handle)
