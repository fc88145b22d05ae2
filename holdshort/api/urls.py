"""The addresses of the API, below `api/`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from holdshort import __version__
from holdshort.api import (
    access,
    actions,
    assessments,
    health,
    lists,
    overrides,
    problems,
    reviews,
    safe_mode,
    switches,
    tickets,
)
from holdshort.api.document import DocumentedAPI
from holdshort.api.problems import Problem, respond
from holdshort.api.strict import StrictParser

View = Callable[..., HttpResponse]

api = DocumentedAPI(
    title="Holdshort",
    version=__version__,
    description="Every action is staged, gated by its consequence, and on record.",
    docs_url=None,
    parser=StrictParser(),
    urls_namespace="api",
)
for part in (
    tickets,
    actions,
    assessments,
    reviews,
    lists,
    safe_mode,
    switches,
    access,
    overrides,
    health,
):
    api.add_router("", part.router)
problems.register(api)


def spoken(view: View) -> View:
    """A view that answers HEAD like GET without a body, and a wrong method as a problem."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        try:
            response = view(request, *args, **given)
        except Http404:
            return unknown(request)
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(asked or "", response["Allow"])
        if asked == "HEAD":
            response.content = b""
        return response

    return answer


def _not_allowed(method: str, allowed: str) -> HttpResponse:
    detail = f"{method} does nothing here. Possible: {allowed}."
    response = respond(Problem("method_not_allowed", detail).as_data())
    response["Allow"] = allowed
    return response


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """An address of the API that does not exist."""
    return respond(Problem("not_found", f"There is nothing at {request.path[:200]}.").as_data())


def _versioned() -> list[URLPattern]:
    """The addresses that the framework made, speaking as everything else here does."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern)]
    for one in found:
        safe = one.name in ("openapi-json", "api-root")
        one.callback = spoken(require_safe(one.callback) if safe else one.callback)
    return found


urlpatterns = [
    path("v1/", (_versioned(), "api", "api")),
    re_path(r"^.*$", unknown),
]
