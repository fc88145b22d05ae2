"""What the company buys and signs: catalogues, papers of its own, other parties, vendors."""

from __future__ import annotations

from hashlib import sha256
from typing import Self

from pydantic import Field, model_validator

from holdshort.company.fields import (
    Count,
    Currency,
    Day,
    Email,
    Hash,
    Id,
    Money,
    Prose,
    Section,
    Text,
    Version,
)
from holdshort.company.policy import Period


class Software(Section):
    """An entry of the software catalogue."""

    id: Id = Field(description="Our own id of the software.")
    name: Text = Field(description="The name that screens show.")
    package: Text = Field(description="The signed package's id.")
    publisher: Text = Field(description="Who must have signed it.")
    approved_for: tuple[Id, ...] = Field((), description="Roles, or ‘everyone’.")
    cost: Money = Field(description="Per person and year, in the company's currency; may be 0.")


class Equipment(Section):
    """An entry of the equipment catalogue: what people are given to work with."""

    id: Id = Field(description="The id that purchasing knows it by.")
    name: Text = Field(description="The name that screens show.")
    vendor: Text = Field(description="Who sells it.")
    cost: Money = Field(description="Of one, in the company's currency.")


class Document(Section):
    """A paper of the company's own that may be sent for signature."""

    id: Id = Field(description="The id that the signing service knows it by.")
    name: Text = Field(description="The name that screens show.")
    sha256: Hash = Field(description="The hash of the approved text.")
    owner: Id = Field(description="The human who approved it.")
    text: Prose | None = Field(
        None, description="The approved text, which other papers differ from."
    )

    @model_validator(mode="after")
    def _the_text_has_the_hash(self) -> Self:
        if self.text is not None and sha256(self.text.encode()).hexdigest() != self.sha256:
            raise ValueError("‘sha256’ is not the hash of ‘text’")
        return self


class Party(Section):
    """Somebody outside with whom papers are signed."""

    id: Id = Field(description="Our own id of the party.")
    name: Text = Field(description="The name that screens show.")
    email: Email = Field(description="Where papers are sent.")
    screened_until: Day | None = Field(None, description="Until when a screening counts.")


class Contract(Section):
    """What is bought from a vendor, and when it renews."""

    id: Id = Field(description="Our own id of the contract.")
    item: Text = Field(description="What is bought.")
    amount: Money = Field(description="Per period, in whole units of the currency.")
    currency: Currency = Field(description="The currency's code.")
    period: Period = Field(description="How often the amount is due.")
    term: Version = Field(1, description="For how many periods a renewal commits.")
    cancellable: bool = Field(False, description="Whether it can be left after any period.")
    seats: Count | None = Field(None, description="How many people it covers.")
    renews: Day = Field(description="When it renews.")
    notice_days: Count = Field(30, description="Days before renewal by which to cancel.")


class Vendor(Section):
    """Somebody the company buys from."""

    id: Id = Field(description="Our own id of the vendor.")
    name: Text = Field(description="The name that screens show.")
    owner: Id | None = Field(None, description="The human who answers for the contracts.")
    phone: Text | None = Field(None, description="Where to call them before money moves.")
    phone_since: Day | None = Field(None, description="Since when that number is on file.")
    contracts: tuple[Contract, ...] = Field((), description="What is bought.")

    @model_validator(mode="after")
    def _a_number_has_its_day(self) -> Self:
        if (self.phone is None) != (self.phone_since is None):
            raise ValueError("‘phone’ and ‘phone_since’ belong together")
        return self
