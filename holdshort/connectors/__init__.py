"""The registry of connector kinds: one line each, loaded when first asked for.

A connector is a class with a `Settings` model (its fields describe themselves), `scopes` (the
least privilege it needs at the target, in plain words), `serves` (the action types that it
carries out) and the methods of `holdshort.ports.Acts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from holdshort.company.notices import Notices
from holdshort.company.problems import Finding
from holdshort.company.schema import Company
from holdshort.core.letters import Speaks
from holdshort.ports import Acts, ConnectorError

KINDS: dict[str, str] = {
    "manual": "holdshort.connectors.manual:Manual",
    "ldap": "holdshort.connectors.ldap:Ldap",
    "http": "holdshort.connectors.http:Http",
    "scim": "holdshort.connectors.scim:Scim",
    "sql": "holdshort.connectors.sql:Sql",
}
"""Kind to class. A kind is code and is named here, never in company.yaml."""


SPEAKERS: dict[str, str] = {
    "mail": "holdshort.connectors.mail:Mail",
    "pager": "holdshort.connectors.pager:Pager",
}
"""Channel to class: what tells people outside the console."""


class Connector(Acts, Protocol):
    """A connected app as the registry knows it."""

    Settings: ClassVar[type[BaseModel]]

    @property
    def scopes(self) -> tuple[str, ...]: ...

    @property
    def serves(self) -> frozenset[str]: ...

    def __init__(self, name: str, settings: Any) -> None: ...


def kinds() -> Mapping[str, type[Connector]]:
    """Every kind of connector with its class. Raises ConnectorError for a missing extra."""
    return {kind: class_of(kind) for kind in KINDS}


def build(name: str, kind: str, settings: Mapping[str, Any]) -> Connector:
    """The connected app `name`. Raises ConnectorError for an unknown kind or bad settings.

    Nothing is contacted and no secret is read until the connector is used.
    """
    connector = class_of(kind)
    try:
        checked = connector.Settings.model_validate(dict(settings))
    except ValidationError as error:
        raise ConnectorError(_sentence(name, error)) from None
    return connector(name, checked)


def speaker(channel: str, notices: Notices) -> Speaks | None:
    """What speaks on that channel, where it is set up. Raises ConnectorError for a missing extra.

    Nothing is contacted and no secret is read until it speaks.
    """
    settings = getattr(notices, channel)
    return _loaded(channel, SPEAKERS[channel])(settings) if settings is not None else None


def class_of(kind: str) -> type[Connector]:
    """The class of that kind. Raises ConnectorError for an unknown kind or a missing extra."""
    path = KINDS.get(kind)
    if path is None:
        known = ", ".join(sorted(KINDS))
        raise ConnectorError(f"There is no connector of the kind {kind!r}. Known kinds: {known}.")
    found: type[Connector] = _loaded(kind, path)
    return found


def _loaded(kind: str, path: str) -> Any:
    module, _, name = path.partition(":")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ConnectorError(
            f"The connector kind {kind!r} needs the package {error.name!r}. "
            f"Install it with: pip install 'holdshort[{kind}]'."
        ) from None


def wrong_settings(company: Company) -> Iterator[Finding]:
    """What is wrong with the settings of connected apps in a company's file, each at its place."""
    for name, connector in company.connectors.items():
        try:
            settings = class_of(connector.kind).Settings
        except ConnectorError as error:
            yield Finding(("connectors", name, "kind"), str(error))
            continue
        try:
            settings.model_validate(connector.model_dump(mode="json")["settings"])
        except ValidationError as error:
            for fault in _faults(error):
                yield Finding(("connectors", name, "settings", *fault["loc"]), _said(fault))
    yield from _silent(company.notices)


def _silent(notices: Notices | None) -> Iterator[Finding]:
    """Channels that are set up and cannot speak here."""
    if notices is None:
        return
    for channel in SPEAKERS:
        try:
            speaker(channel, notices)
        except ConnectorError as error:
            yield Finding(("notices", channel), str(error))


def _faults(error: ValidationError) -> list[ErrorDetails]:
    """What is wrong, without the values: somebody may have written a secret among them."""
    found = error.errors(include_url=False, include_input=False)
    # A list with a wrong entry is also ‘too short’; the entry's own fault says it all.
    return [
        one
        for one in found
        if not any(o is not one and o["loc"][: len(one["loc"])] == one["loc"] for o in found)
    ]


def _said(fault: ErrorDetails) -> str:
    return fault["msg"].removeprefix("Value error, ")


def _sentence(name: str, error: ValidationError) -> str:
    faults = (
        f"{'.'.join(str(part) for part in fault['loc']) or 'settings'}: {_said(fault)}"
        for fault in _faults(error)
    )
    return f"The settings of connector {name!r} are not valid. {'; '.join(faults)}."
