"""Who is asking: every operation names the one scope that its token must have."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from holdshort.api.problems import Problem
from holdshort.api.strict import read_with_files
from holdshort.records import tokens
from holdshort.records.tokens import SCOPES, Bearer


class Request(HttpRequest):
    """A request that was let in."""

    auth: Bearer


class BearerToken(HttpBearer):
    """Lets a request in when its token is valid and has the scope."""

    openapi_description = "A token made with `holdshort token new`, or printed by `up --demo`."

    def __init__(self, scope: str, *, files: bool = False) -> None:
        super().__init__()
        if scope not in SCOPES:
            raise ValueError(f"{scope!r} is not a scope")
        self.scope = scope
        self.files = files

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """The bearer, or None for a token that is not valid. Raises Problem without the scope."""
        found = tokens.find(token.strip())
        if found is not None and self.scope not in found.scopes:
            raise Problem("missing_scope", f"This token lacks the scope {self.scope}.")
        if found is not None and self.files:
            read_with_files(request)
        return found


def needs(scope: str, *, files: bool = False) -> BearerToken:
    """The rule of one operation; with `files`, whoever is let in may send a large body."""
    return BearerToken(scope, files=files)
