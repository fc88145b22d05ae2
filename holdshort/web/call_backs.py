"""Recording that whoever is to have asked for something was called back, beside its review."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from holdshort import flow
from holdshort.web import review
from holdshort.web.screen import Who, screen


@screen("POST", staff=True)
def record(request: HttpRequest, who: Who, number: int) -> HttpResponse:
    """One call: where the number is from, and what they said."""
    story, posted = review.known(number, who), request.POST
    number_from, result = posted.get("number_from", ""), posted.get("result", "")
    try:
        flow.call_back(number, number_from, result, posted.get("note", ""), sender=who.acts)
    except flow.Refused as no:
        return review.page(request, who, story, problem=no)
    return HttpResponseRedirect(f"/reviews/{number}")
