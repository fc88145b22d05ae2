"""Renewing what is bought: the price comes from the contract on file, never from words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.contracts import Contract, contract_named, met_for, terms
from holdshort.catalogue.kind import ActionType, CatalogueError, Effect, Params, Rendering
from holdshort.core import cost, money
from holdshort.core.cost import Purchase
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Offered,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "erp"
RENEW = "saas.renew"
CONTRACTS = "the list of contracts"


class Renew(Params):
    """Which contract with which vendor."""

    vendor: str = Field(min_length=1, max_length=64, description="The id of the vendor.")
    contract: str = Field(min_length=1, max_length=64, description="The id of the contract.")


class Cancel(Renew):
    """The order that is taken back."""

    order: str = Field(
        min_length=1, max_length=64, description="The id of the action that ordered the renewal."
    )


# ------------------------------------------------------------------ renewing


def _renew(params: Renew, asked: Circumstances, knows: Knows) -> Findings:
    contract, document = contract_named(params.vendor, params.contract, knows), knows.policy()
    buys = _purchase(contract, knows)
    owner = cost.owner(document, RENEW)
    authority = knows.cost_limit(owner) if owner else None
    return Findings(
        target=Target(CONNECTOR, contract.id, contract.item),
        consequence=Consequence(
            facts.level(1, f"One contract: {contract.item} from {contract.from_whom}.", CONTRACTS),
            _way_back(contract),
            facts.level(0, "No access and no personal data changes.", facts.TYPE),
            cost.level(document, buys, authority, CONTRACTS),
        ),
        context="finance",
        seen={
            "contract": contract.id,
            "vendor": params.vendor,
            "ordered": False,
            "amount": contract.minor,
            "currency": contract.row.get("currency"),
            "term": contract.term,
            "cancellable": contract.cancellable,
            "_total": buys.total,
        },
        before=(_bought(contract), *_other_terms(contract)),
        after=_after(contract, buys),
        read_at=None,
        policy=cost.threshold(document, knows.policy_version(), buys),
        raises=_raises(asked),
        refusals=facts.present(facts.leaver(asked.requester, asked)),
        owners=((owner, "you decide about spending above the limit"),) if owner else (),
        already=_already(contract, knows),
        spends=buys.altogether,
    )


def _effect(params: Renew, knows: Knows) -> Effect:
    """What other lines of the same offer must count."""
    contract = contract_named(params.vendor, params.contract, knows)
    total = cost.commitment(contract.row, cost.currency_of(knows.policy()))
    return Effect("", vendor=params.vendor, spends=total)


def _purchase(contract: Contract, knows: Knows) -> Purchase:
    document, vendor = knows.policy(), str(contract.vendor["id"])
    currency = cost.currency_of(document)
    return Purchase(
        flow=RENEW,
        item=contract.item,
        vendor=contract.from_whom,
        total=cost.commitment(contract.row, currency),
        currency=currency,
        lately={
            period: knows.spent(vendor, cost.DAYS[period])
            for period in cost.periods(document, RENEW)
        },
    )


def _raises(asked: Circumstances) -> tuple[Reason, ...]:
    return facts.present(
        facts.sender_unproven(asked),
        facts.employment_unconfirmed(asked.requester, asked),
        facts.emergency(asked),
    )


def _way_back(contract: Contract) -> Level:
    if contract.cancellable:
        return facts.level(1, "The order can be cancelled again.", CONTRACTS)
    return facts.level(3, "Nothing says that it can be cancelled before its term ends.", CONTRACTS)


def _already(contract: Contract, knows: Knows) -> str:
    """Somebody ordered it meanwhile."""
    ordered = met_for(contract.row, knows).get("ordered") is True
    return f"{contract.item} is renewed already." if ordered else ""


# ------------------------------------------------------------------ the lines to read


def _bought(contract: Contract) -> str:
    return f"{contract.item} from {contract.from_whom} ends on {contract.row.get('renews')}."


def _other_terms(contract: Contract) -> tuple[str, ...]:
    """The difference, where the ERP has other terms than the company's file."""
    was, now = terms(contract.listed), terms(contract.row)
    return () if was == now else (f"It was {was}, when this was looked at; the ERP says {now}.",)


def _after(contract: Contract, buys: Purchase) -> tuple[str, ...]:
    total = "an unknown amount" if buys.total is None else money.said(buys.total, buys.currency)
    seats = f", {contract.row['seats']} seats as now" if contract.row.get("seats") else ""
    return (
        f"{contract.item} is ordered: {terms(contract.row)}{seats}.",
        f"That is {total} in all.",
    )


def _render(verb: str, effect: str) -> Any:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        vendors = {row.get("id"): row for row in knows.registered("vendors")}
        vendor = vendors.get(params["vendor"], {})
        items = {row.get("id"): row.get("item") for row in vendor.get("contracts") or ()}
        item = items.get(params["contract"], f"‘{params['contract']}’")
        from_whom = vendor.get("name", f"‘{params['vendor']}’")
        title = f"{verb} {item} from {from_whom}"
        return Rendering(title, f"{item} from {from_whom} {effect}.", title)

    return render


# ------------------------------------------------------------------ taking an order back


def _cancel(params: Cancel, asked: Circumstances, knows: Knows) -> Findings:
    contract = contract_named(params.vendor, params.contract, knows)
    if not contract.cancellable:
        raise CatalogueError(f"{contract.item} cannot be cancelled before its term ends.")
    return Findings(
        target=Target(CONNECTOR, contract.id, contract.item),
        consequence=Consequence(
            facts.level(2, f"Everybody who works with {contract.item}.", CONTRACTS),
            facts.level(1, "It can be ordered again.", facts.TYPE),
            facts.level(0, "No access and no personal data changes.", facts.TYPE),
            facts.no_cost(),
        ),
        context="finance",
        seen={
            "contract": contract.id,
            "vendor": params.vendor,
            "ordered": True,
            "order": params.order,
        },
        before=(f"{contract.item} is ordered anew.",),
        after=(f"The order is cancelled. {_bought(contract)}",),
        read_at=None,
        raises=_raises(asked),
    )


def _take_back(action: str, params: Mapping[str, Any]) -> Offered:
    return Offered("saas.cancel", {**params, "order": action})


_FACTS = (
    "the contract on file: price, currency, term, whether it can be cancelled",
    "what that vendor got lately, and what is asked for",
    "the limits, and how far the authority of their owner goes",
    "who asks and their employment",
)

RENEWAL = ActionType(
    id=RENEW,
    title="Renew a contract",
    domain="finance",
    context="finance",
    doc="Orders one contract anew, on the terms that are on file, for as many seats as now.",
    params=Renew,
    findings=_renew,
    render=_render("Renew", "will be ordered for another term"),
    facts=_FACTS,
    undo_of=_take_back,
    undo_words="Cancel the order, where the contract can be cancelled; else nothing undoes it.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It spends money."),
    policy_rule="cost",
    effect=_effect,
)

CANCELLATION = ActionType(
    id="saas.cancel",
    title="Cancel an order",
    domain="finance",
    context="finance",
    doc="Takes back one renewal that was ordered here, where the contract can be cancelled.",
    params=Cancel,
    findings=_cancel,
    render=_render("Cancel the renewal of", "will end with the term that runs"),
    facts=("the contract on file", "the order", "who asks and their employment"),
    undo_words="Nothing undoes it by itself: it can be ordered again.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It ends what others work with."),
)

TYPES = (RENEWAL, CANCELLATION)
