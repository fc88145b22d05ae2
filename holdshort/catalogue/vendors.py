"""A vendor's record in the ERP: which fields are harmless, and which one moves money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core import standards
from holdshort.core.settings import zone_of
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "erp"
BANK = "bank_account"
PAYMENTS_MOVE = "raise.payments_move"
"""The rule of what sends a vendor's money elsewhere: the vendor is called before anybody's yes."""

FIELDS = {
    "contact_name": "contact name",
    "contact_email": "contact address",
    BANK: "bank account",
}


class UpdateVendor(Params):
    """Which vendor, which field, and what it is to say."""

    vendor: str = Field(min_length=1, max_length=64, description="The id of the vendor.")
    field: Literal["contact_name", "contact_email", "bank_account"] = Field(
        description="What is changed."
    )
    value: str = Field(min_length=1, max_length=200, description="What it is to say.")


def _update(params: UpdateVendor, asked: Circumstances, knows: Knows) -> Findings:
    vendor = _vendor(params.vendor, knows)
    name, field = str(vendor["name"]), FIELDS[params.field]
    raises = facts.present(
        facts.sender_unproven(asked),
        facts.employment_unconfirmed(asked.requester, asked),
        facts.emergency(asked),
        _payments_move(vendor, params, asked.at, knows),
    )
    return Findings(
        target=Target(CONNECTOR, params.vendor, name),
        consequence=Consequence(
            facts.level(1, f"One vendor's record: {name}'s.", facts.TYPE),
            _way_back(params.field),
            facts.level(2, "Vendor master data.", facts.TYPE),
            facts.no_cost(),
        ),
        context="finance",
        seen={"vendor": params.vendor, "name": name},
        before=(f"The {field} of {name} is what the ERP says; it is kept in the record.",),
        after=(f"The {field} of {name} is ‘{params.value}’.",),
        read_at=None,
        policy=standards.field_list(
            knows.policy(), knows.policy_version(), "erp.update_vendor", params.field
        ),
        raises=raises,
        refusals=facts.present(facts.leaver(asked.requester, asked)),
        owners=_owner(vendor, name, raises),
    )


def _vendor(vendor: str, knows: Knows) -> Mapping[str, Any]:
    """The vendor. Raises UnknownTarget."""
    for row in knows.registered("vendors"):
        if row.get("id") == vendor:
            return row
    raise UnknownTarget(f"No vendor here has the id ‘{vendor}’.")


def number_of(vendor: str, at: datetime, knows: Knows) -> str:
    """The vendor's number and since when it is on file; empty unless it was before today."""
    for row in knows.registered("vendors"):
        if row.get("id") == vendor and row.get("phone"):
            since = _since(row.get("phone_since"))
            if since is not None and since < at.astimezone(zone_of(knows.policy())).date():
                return f"{row['phone']}, on file since {since.isoformat()}"
    return ""


def _since(day: object) -> date | None:
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        return None


def _payments_move(
    vendor: Mapping[str, Any], params: UpdateVendor, at: datetime, knows: Knows
) -> Reason | None:
    """Raise: from now on money would go elsewhere, as in most frauds that begin with a message."""
    if params.field != BANK:
        return None
    number = number_of(params.vendor, at, knows)
    where = number or "none is, so take one from the signed contract"
    return Reason(
        rule=PAYMENTS_MOVE,
        text=f"Payments to {vendor['name']} would go to another account. Call them on a number "
        f"that was on file before today ({where}), and record the call.",
        observed=params.value,
        limit="the account on file",
        would_pass="The vendor confirms it in a call that is on record.",
    )


def _way_back(field: str) -> Level:
    if field == BANK:
        return facts.level(3, "What was paid to another account does not come back.", facts.TYPE)
    return facts.level(1, "The old words stand in the record and can be set again.", facts.TYPE)


def _owner(
    vendor: Mapping[str, Any], name: str, raises: tuple[Reason, ...]
) -> tuple[tuple[str, str], ...]:
    """Who answers for the contracts; where more is at stake, finance alone."""
    owner = vendor.get("owner")
    return () if raises or not owner else ((str(owner), f"you own the contracts with {name}"),)


def _yeses(params: Mapping[str, Any]) -> int:
    """Where payments go is never one person's word."""
    return 2 if params["field"] == BANK else 1


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    rows = {row.get("id"): str(row.get("name")) for row in knows.registered("vendors")}
    name = rows.get(params["vendor"], f"‘{params['vendor']}’")
    field = FIELDS.get(str(params["field"]), str(params["field"]))
    title = f"Change the {field} of {name}"
    return Rendering(title, f"The {field} of {name} will be ‘{params['value']}’.", title)


UPDATE_VENDOR = ActionType(
    id="erp.update_vendor",
    title="Change a vendor's record",
    domain="finance",
    context="finance",
    doc="Changes one field of one vendor's record in the ERP.",
    params=UpdateVendor,
    findings=_update,
    render=_render,
    facts=(
        "which field it is",
        "the vendor's number on file and since when",
        "the list of harmless fields",
        "who asks and their employment",
    ),
    undo_words="Nothing undoes it by itself: the old value stands in the record and can be set "
    "again; money that was paid stays paid.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Vendor master data."),
    policy_rule="field_list",
    budget="vendors",
    outside="vendor",
    needed=_yeses,
    permanent=True,
    permanent_part="the bank account",
)

TYPES = (UPDATE_VENDOR,)
