"""Contracts with vendors, as the company's file has them and as the ERP has said since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdshort.catalogue.kind import UnknownTarget
from holdshort.core import money
from holdshort.ports import Knows

TERMS = ("amount", "currency", "term", "cancellable")


@dataclass(frozen=True, slots=True)
class Contract:
    """What is bought from whom, on the terms that count now."""

    vendor: Mapping[str, Any]
    row: Mapping[str, Any]
    listed: Mapping[str, Any]
    """The row as the company's file has it, where the ERP has said something else since."""

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def item(self) -> str:
        return str(self.row["item"])

    @property
    def from_whom(self) -> str:
        return str(self.vendor["name"])

    @property
    def cancellable(self) -> bool:
        """Whether it can be left after any period; what is not said to be so is not."""
        return self.row.get("cancellable") is True

    @property
    def term(self) -> object:
        """For how many periods a renewal commits."""
        return self.row.get("term", 1)

    @property
    def minor(self) -> int | None:
        """The price of one period in minor units, in whatever currency it is."""
        return money.read(self.row.get("amount"), self.row.get("currency"))


def contract_named(vendor_id: str, contract_id: str, knows: Knows) -> Contract:
    """The contract. Raises UnknownTarget."""
    for vendor in knows.registered("vendors"):
        if vendor.get("id") == vendor_id:
            for row in vendor.get("contracts") or ():
                if row.get("id") == contract_id:
                    return Contract(vendor, {**row, **since(row, knows)}, row)
            raise UnknownTarget(f"{vendor['name']} has no contract with the id ‘{contract_id}’.")
    raise UnknownTarget(f"No vendor here has the id ‘{vendor_id}’.")


def vendor_named(name: str, knows: Knows) -> str:
    """The id of the vendor of that name, so that all that they get is one sum; else the name."""
    vendors = knows.registered("vendors")
    return next((str(row["id"]) for row in vendors if row.get("name") == name), name)


def since(row: Mapping[str, Any], knows: Knows) -> Mapping[str, Any]:
    """Terms that the ERP had instead when this was to be ordered, so that they count from now."""
    met = met_for(row, knows)
    if not isinstance(met.get("amount"), int):
        return {}
    whole = money.whole(met["amount"], str(met.get("currency")))
    return {name: met.get(name) for name in TERMS} | {"amount": whole}


def met_for(row: Mapping[str, Any], knows: Knows) -> Mapping[str, Any]:
    """What the ERP said about this contract, where it was to be ordered before."""
    met = knows.met()
    return met if met.get("contract") == row.get("id") else {}


def terms(row: Mapping[str, Any]) -> str:
    """Price, term and way out of a contract, in words."""
    currency, period, term = row.get("currency"), row.get("period"), row.get("term", 1)
    minor = money.read(row.get("amount"), currency)
    costs = "an unknown amount" if minor is None else money.said(minor, str(currency))
    leave = "can be left after any" if row.get("cancellable") is True else "cannot be left before"
    return f"{costs} a {period} for {term} × {period}, {leave}"
