"""The registry of connector kinds: one line each, loaded when first asked for.

A connector is a class with a `Settings` model (its fields describe themselves), `scopes` (the
least privilege it needs at the target, in plain words), `serves` (the action types that it
carries out) and the methods of `holdshort.ports.Acts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ValidationError

from holdshort.ports import Acts, ConnectorError

KINDS: dict[str, str] = {
    "manual": "holdshort.connectors.manual:Manual",
    "ldap": "holdshort.connectors.ldap:Ldap",
    "scim": "holdshort.connectors.scim:Scim",
    "sql": "holdshort.connectors.sql:Sql",
}
"""Kind to class. A kind is code and is named here, never in company.yaml."""


class Connector(Acts, Protocol):
    """A connected app as the registry knows it."""

    Settings: ClassVar[type[BaseModel]]
    scopes: ClassVar[tuple[str, ...]]
    serves: ClassVar[frozenset[str]]

    def __init__(self, name: str, settings: Any) -> None: ...


def kinds() -> Mapping[str, type[Connector]]:
    """Every kind of connector with its class. Raises ConnectorError for a missing extra."""
    return {kind: class_of(kind) for kind in KINDS}


def build(name: str, kind: str, settings: Mapping[str, Any]) -> Acts:
    """The connected app `name`. Raises ConnectorError for an unknown kind or bad settings.

    Nothing is contacted and no secret is read until the connector is used.
    """
    connector = class_of(kind)
    try:
        checked = connector.Settings.model_validate(dict(settings))
    except ValidationError as error:
        raise ConnectorError(_sentence(name, error)) from None
    return connector(name, checked)


def class_of(kind: str) -> type[Connector]:
    """The class of that kind. Raises ConnectorError for an unknown kind or a missing extra."""
    path = KINDS.get(kind)
    if path is None:
        known = ", ".join(sorted(KINDS))
        raise ConnectorError(f"There is no connector of the kind {kind!r}. Known kinds: {known}.")
    module, _, name = path.partition(":")
    try:
        found: type[Connector] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ConnectorError(
            f"The connector kind {kind!r} needs the package {error.name!r}. "
            f"Install it with: pip install 'holdshort[{kind}]'."
        ) from None
    return found


def _sentence(name: str, error: ValidationError) -> str:
    # The values stay out: somebody may have written a secret where a reference belongs.
    faults = (
        f"{'.'.join(str(part) for part in fault['loc']) or 'settings'}: "
        f"{fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False, include_input=False)
    )
    return f"The settings of connector {name!r} are not valid. {'; '.join(faults)}."
