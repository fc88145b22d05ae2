"""The OpenAPI document: every error that an operation can answer is in it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from holdshort.api.bearer import BearerToken
from holdshort.api.once import HEADER
from holdshort.api.problems import CONTENT_TYPE
from holdshort.api.shapes import Problem
from holdshort.records.tokens import SCOPES

KEYED = ("open_ticket", "offer_action", "decide")
"""Operations that honour an idempotency key."""

_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "description": "The same key with the same body is done once and answered the same.",
}


class DocumentedAPI(NinjaAPI):
    """An API whose document lists the problems that each operation can answer."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The document with problems, keys and scopes added."""
        document = super().get_openapi_schema(**given)
        scheme = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"].update(scheme.pop("$defs"))
        document["components"]["schemas"]["Problem"] = scheme
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                _complete(path, method, operation)
        scopes = _scopes(self)
        for methods in document["paths"].values():
            for operation in methods.values():
                if scope := scopes.get(operation["operationId"]):
                    operation["description"] += f"\n\nNeeds the scope `{scope}`: {SCOPES[scope]}"
        return document


def _scopes(api: NinjaAPI) -> dict[str, str]:
    """The scope that each operation needs."""
    return {
        operation.operation_id or "": auth.scope
        for _, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        for auth in operation.auth_callbacks
        if isinstance(auth, BearerToken)
    }


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if operation["operationId"] in KEYED:
        operation["parameters"].append(_KEY)
    for status in _statuses(path, method, operation):
        found = operation["responses"].setdefault(status, {})
        found.setdefault("description", HTTPStatus(status).phrase)
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        found.setdefault("content", {})[CONTENT_TYPE] = problem


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    """Which errors an operation can answer, by what it reads and does."""
    found = [400, 500, 503]
    if "security" in operation:
        found += [401, 403]
    if "{" in path:
        found += [404]
    if "requestBody" in operation:
        found += [404, 413, 415, 422]
    if method != "get":
        found += [409]
    if operation["parameters"]:
        found += [422]
    if operation["operationId"] == "decide":
        found += [429]
    return sorted(set(found))
