"""Questions about things of the inventory that several action types ask, answered once."""

from __future__ import annotations

from holdshort.catalogue import facts
from holdshort.catalogue.kind import CatalogueError, UnknownTarget
from holdshort.catalogue.rights import DATA
from holdshort.core import consequence
from holdshort.core.terms import Asset, Level, Preview
from holdshort.ports import Knows

INVENTORY = "the inventory"
DATABASE = "the database"


def named(knows: Knows, asset: str, kind: str) -> Asset:
    """The thing of that kind, or the system, with that id. Raises UnknownTarget."""
    found = knows.asset(asset)
    if found is None or found.kind not in (kind, "system"):
        raise UnknownTarget(f"The inventory has no {kind} with the id ‘{asset}’.")
    return found


def connected(asset: Asset) -> str:
    """The connected app through which it is changed. Raises UnknownTarget."""
    if asset.connector is None:
        raise UnknownTarget(f"No connected app changes {asset.name}; a person has to.")
    return asset.connector


def in_production(asset: Asset) -> bool:
    """Whether customers depend on it, as far as we know."""
    return asset.environment in ("production", "unknown")


def reach(asset: Asset, otherwise: Level) -> Level:
    """Blast radius: the thing's environment and criticality, or what the change itself reaches."""
    here = weight(asset)
    return here if in_production(asset) else consequence.worst([here, otherwise])


def weight(asset: Asset) -> Level:
    """What depends on it: its environment and criticality."""
    if asset.environment == "unknown":
        text = f"We could not confirm that {asset.name} is not in production."
        return consequence.unknown(text, INVENTORY)
    if asset.environment == "production":
        return facts.level(3, f"{asset.name} is in production.", INVENTORY)
    value = 1 if asset.criticality == "low" else 2
    return facts.level(value, f"{asset.name} is {_described(asset)}.", INVENTORY)


def _described(asset: Asset) -> str:
    unknown = asset.criticality == "unknown"
    how = "of unknown, so high," if unknown else f"of {asset.criticality}"
    return f"in {asset.environment}, {how} criticality"


def data(asset: Asset) -> Level:
    """Regulatory exposure: how sensitive its data is."""
    known = DATA.get(asset.data_class)
    if known is None:
        text = f"We could not confirm how sensitive the data in {asset.name} is."
        return consequence.unknown(text, INVENTORY)
    return facts.level(known, f"{asset.name} holds {asset.data_class} data.", INVENTORY)


def owners(asset: Asset) -> tuple[tuple[str, str], ...]:
    """Who owns it, as the first to be asked."""
    return ((asset.owner, f"you own {asset.name}"),) if asset.owner else ()


def name_of(asset: object, knows: Knows) -> str:
    """Its name, or the id where nothing has it any more."""
    found = knows.asset(str(asset))
    return found.name if found else f"‘{asset}’"


def context(asset: Asset) -> str:
    """Whose authority decides about it: security in production, access elsewhere."""
    return "security" if in_production(asset) else "access"


def answered(preview: Preview | None, asset: Asset) -> Preview | None:
    """What the database said; None where it was not asked. Raises CatalogueError for a no."""
    if preview is not None and preview.problem:
        raise CatalogueError(f"{asset.name}: {preview.problem}")
    return preview
