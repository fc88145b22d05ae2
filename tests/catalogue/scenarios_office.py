"""Scenarios of HR, finance, legal and facilities: levels with their facts, raises, policy, tier."""

from __future__ import annotations

from holdshort.core.terms import PolicyVerdict, Tier
from tests.catalogue.scenario import Scenario

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE


def _renewal(vendor: str, contract: str) -> dict[str, str]:
    return {"vendor": vendor, "contract": contract}


def _file(path: str, **more: object) -> dict[str, object]:
    return {"path": path, **more}


OFFICE = (
    Scenario(
        "13b", "petra", "data.delete", {"person": "tom"},
        (2, 3, 3, 0), Tier.HUMAN, raises=("raise.source_conflict",),
        facts=("Everything about", "Nothing brings", "personal data", "Costs nothing"),
    ),
    Scenario(
        "19a", "dana", "files.delete", _file("/home/dana/old drafts"),
        (0, 0, 0, 0), Tier.POLICY, policy=PASSES,
        facts=("own files", "30 days", "Nobody else", "Costs nothing"),
    ),
    Scenario(
        "19b", "viktor", "files.delete", _file("/sales/commission-2025"),
        (0, 0, 3, 0), Tier.HUMAN, refusals=("refuse.legal_hold",), policy=PASSES,
        facts=("own files", "30 days", "On hold", "Costs nothing"),
    ),
    Scenario(
        "19c", "petra", "files.delete",
        _file("/customers/former/old drafts", permanent=True, erasure_for="customer-212"),
        (2, 3, 3, 0), Tier.HUMAN, policy=FAILS,
        facts=("Former customers", "Nothing brings", "Erasure", "Costs nothing"),
    ),
    Scenario(
        "15a", "dana", "kb.answer", {"article": "pto-days"}, (0, 0, 0, 0), Tier.AUTOMATIC,
        facts=("reads ‘How many days", "Nothing is lost", "No access", "Costs nothing"),
    ),
    Scenario(
        "15b", "dana", "hris.read", {"person": "bea"}, (1, 3, 3, 0), Tier.HUMAN,
        refusals=("refuse.personal_data",),
        facts=("One person", "stays read", "somebody else", "Costs nothing"),
    ),
    Scenario(
        "15c", "viktor", "hris.decide_leave", {"person": "tom", "decision": "reject"},
        (1, 2, 3, 0), Tier.HUMAN,
        facts=("Tom Berger", "decided again", "a person's", "Costs nothing"),
    ),
    Scenario(
        "16a", "viktor", "notify.send", _renewal("zoom", "zoom-2025"),
        (0, 0, 0, 0), Tier.AUTOMATIC,
        facts=("reads a notice", "correction", "No access", "Nothing is spent"),
    ),
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
    Scenario(
        "14b", "lea", "idp.add_to_group", {"person": "lea", "group": "payment-approvers"},
        (1, 0, 3, 0), Tier.HUMAN, raises=("raise.duty_conflict",), policy=FAILS,
        facts=("NetSuite approve payment", "undoes it", "restricted", "Costs nothing"),
    ),
    Scenario(
        "20c", "dana", "door.schedule",
        {"zone": "front-door", "day": "2026-05-09", "opens": "09:00", "closes": "17:00"},
        (3, 1, 2, 0), Tier.HUMAN,
        facts=("Everybody in the building", "closed at once", "access control", "Costs nothing"),
    ),
)  # fmt: skip
