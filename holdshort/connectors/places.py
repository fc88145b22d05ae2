"""Where a person finds what an action changes: the system, the object in it, the page for it.

It is all in a connected app's settings. Nothing is contacted, and no secret is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from holdshort.connectors import http_filled as filled
from holdshort.connectors.directory import CREATE, MEMBER
from holdshort.connectors.http_declared import PLACE, Service
from holdshort.core.terms import Action
from holdshort.ports import RefusedByTarget

EVERY = "*"
Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """`system` as people call it, `path` of the object in it, `url` of the page; empty: unknown."""

    system: str
    path: str = ""
    url: str = ""


def _page(url: str) -> str:
    parts, bare = urlsplit(url), PLACE.sub("", url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("a console is an address that begins with https:// and names a host")
    if not bare.isascii() or re.search(r"[\s{}\\]", bare) or "{" in parts.netloc:
        raise ValueError(
            "in an address, only {params.NAME}, {seen.NAME}, {target.id}, {action.id}, "
            "{action.root} and {beneficiary} may stand in braces, and none of them in its host"
        )
    return url


def _by_type(value: Any) -> Any:
    return {EVERY: value} if isinstance(value, str) else value


Console = Annotated[
    dict[
        Annotated[str, Field(pattern=r"^(\*|[a-z]+\.[a-z][a-z_]*)$")],
        Annotated[str, Field(max_length=500), AfterValidator(_page)],
    ],
    BeforeValidator(_by_type),
    Field(
        description="Where people work in it: the address of the page about an object, like "
        "https://admin.example/people/{target.id}; or one for each action type, * for the others."
    ),
]
"""A setting of every kind: for people only, who are led there when a change is theirs to make."""


def place_of(name: str, kind: str, settings: Settings, action: Action) -> Place:
    """Where the action's target is in the connected app `name`, as far as its settings know."""
    find = _PATHS.get(kind)
    try:
        system, path = find(settings, action) if find else ("", "")
    except RefusedByTarget:
        system, path = "", ""
    return Place(system or name, path, _url(settings.get("console") or {}, action))


def _url(console: str | Mapping[str, str], action: Action) -> str:
    pages = _by_type(console)
    template = pages.get(action.type) or pages.get(EVERY, "")
    try:
        return PLACE.sub(lambda place: filled.segment_of(place[0], action), template)
    except RefusedByTarget:
        return ""


def _scim(settings: Settings, action: Action) -> tuple[str, str]:
    if action.type == CREATE:
        return "", "/Users"
    return "", f"/{'Groups' if action.type in MEMBER else 'Users'}/{action.target.id}"


def _ldap(settings: Settings, action: Action) -> tuple[str, str]:
    if action.type == CREATE:
        return "", str(settings.get("new_accounts", ""))
    return "", f"{action.target.id} below {settings.get('base_dn', '')}"


def _http(settings: Settings, action: Action) -> tuple[str, str]:
    """What is read last before a change, for that is what it is written to."""
    try:
        service = Service.model_validate(settings.get("declaration"))
    except ValidationError:
        return "", ""
    for one in service.actions:
        if one.type == action.type and one.fits(action.params, action.seen):
            return service.name, filled.path_of(one.observe[-1].path, action)
    return service.name, ""


def _sql(settings: Settings, action: Action) -> tuple[str, str]:
    where = [f"{name} {action.params[name]}" for name in ("table", "role") if name in action.params]
    return "", ", ".join(where)


_PATHS: Mapping[str, Callable[[Settings, Action], tuple[str, str]]] = {
    "scim": _scim,
    "ldap": _ldap,
    "http": _http,
    "sql": _sql,
}
