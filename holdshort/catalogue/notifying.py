"""Telling somebody here something. The words are made of facts, never of what a ticket says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from holdshort.catalogue import facts
from holdshort.catalogue.contracts import Contract, contract_named, terms
from holdshort.catalogue.desk import CONNECTOR, harmless
from holdshort.catalogue.kind import ActionType, Rendering, UnknownTarget
from holdshort.catalogue.renewals import CONTRACTS, Renew
from holdshort.core.terms import Circumstances, Consequence, Findings, Target
from holdshort.ports import Knows

NOTICE_DAYS = 30


def _send(params: Renew, asked: Circumstances, knows: Knows) -> Findings:
    contract = contract_named(params.vendor, params.contract, knows)
    owner = facts.person_named(knows, _owner(contract))
    free = harmless(f"{owner.name} reads a notice.")
    return Findings(
        target=Target(CONNECTOR, contract.id, contract.item),
        consequence=Consequence(
            free.blast_radius,
            facts.level(0, "A correction can follow.", facts.TYPE),
            free.regulatory,
            facts.level(0, "Nothing is spent.", CONTRACTS),
        ),
        context="finance",
        seen={"person": owner.id, "text": _text(contract)},
        before=(),
        after=(f"{owner.name} reads: {_text(contract)}",),
        read_at=None,
    )


def _owner(contract: Contract) -> str:
    """Who answers for it. Raises UnknownTarget."""
    owner = contract.vendor.get("owner")
    if not owner:
        raise UnknownTarget(f"Nobody answers for the contracts with {contract.from_whom}.")
    return str(owner)


def _text(contract: Contract) -> str:
    renews = date.fromisoformat(str(contract.row["renews"]))
    by = renews - timedelta(days=int(contract.row.get("notice_days", NOTICE_DAYS)))
    return (
        f"{contract.item} from {contract.from_whom} renews on {renews}: {terms(contract.row)}. "
        f"It can be cancelled until {by}."
    )


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    title = f"Tell who answers for ‘{params['contract']}’ that it renews"
    return Rendering(title, "They will read when it renews, for how much, and the last day.", title)


SEND = ActionType(
    id="notify.send",
    title="Give notice of a renewal",
    domain="finance",
    context="finance",
    doc="Tells whoever answers for a contract when it renews and until when it can be cancelled.",
    params=Renew,
    findings=_send,
    render=_render,
    facts=("the contract on file, and who answers for it",),
    undo_words="What was read stays read; a correction can follow.",
    connector=CONNECTOR,
    hold_seconds=0,
)

TYPES = (SEND,)
