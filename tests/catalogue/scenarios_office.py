"""Scenarios of HR, finance, legal and facilities: levels with their facts, raises, policy, tier."""

from __future__ import annotations

from holdshort.core.terms import PolicyVerdict, Tier
from tests.catalogue.scenario import Scenario

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE


def _renewal(vendor: str, contract: str) -> dict[str, str]:
    return {"vendor": vendor, "contract": contract}


OFFICE = (
    Scenario(
        "16b", "viktor", "saas.renew", _renewal("zoom", "zoom-2025"),
        (1, 1, 0, 1), Tier.POLICY, policy=PASSES,
        facts=("Zoom Business", "cancelled again", "No access", "Costs 480.00 EUR in all"),
    ),
    Scenario(
        "16c", "viktor", "saas.renew", _renewal("salesforce", "salesforce-2025"),
        (1, 1, 0, 2), Tier.POLICY, policy=FAILS,
        facts=("Sales Cloud", "cancelled again", "No access", "Costs 12,400.00 EUR in all"),
    ),
    Scenario(
        "16d", "greta", "saas.renew", _renewal("adobe", "adobe-sign"),
        (1, 1, 0, 2), Tier.POLICY, policy=FAILS, world={"given": {"adobe": 180_000}},
        facts=("Adobe signatures", "cancelled again", "No access", "Costs 900.00 EUR in all"),
    ),
    Scenario(
        "16e", "lukas", "saas.renew", _renewal("miro", "miro-2025"),
        (1, 3, 0, 2), Tier.HUMAN, policy=FAILS,
        facts=("Miro Business", "Nothing says", "No access", "Costs 2,700.00 EUR in all"),
    ),
)  # fmt: skip
