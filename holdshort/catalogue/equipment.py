"""Equipment that people are given to work with: ordered from the catalogue, at its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from holdshort.catalogue import account as about
from holdshort.catalogue import facts
from holdshort.catalogue.contracts import vendor_named
from holdshort.catalogue.kind import ActionType, Effect, Params, Rendering, UnknownTarget
from holdshort.core import cost, listed, money
from holdshort.core.cost import Purchase
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Offered,
    Person,
    PolicyResult,
    PolicyVerdict,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "erp"
FLOW = "bundle.onboard"
"""Whose limits count for an order, whether or not it is a line of a bundle."""

CATALOGUE = "the equipment catalogue"


class Order(Params):
    """For whom, and what of the equipment catalogue."""

    person: str = Field(min_length=1, max_length=64, description="The id of who is to get it.")
    item: str = Field(
        min_length=1, max_length=64, description="The id of the equipment in the catalogue."
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """One order: who is to get what, and what it costs in minor units; None is unknown."""

    person: Person
    id: str
    name: str
    vendor: str
    cost: int | None

    @property
    def order(self) -> str:
        """The number of the order: one of each thing for each person, however often it is sent."""
        return f"{self.person.id}:{self.id}"


def wanted(params: Order, knows: Knows) -> Wanted:
    """What is to be ordered. Raises UnknownTarget."""
    person = facts.person_named(knows, params.person)
    row = row_of(params.item, knows)
    if row is None:
        raise UnknownTarget(f"The equipment catalogue has no ‘{params.item}’.")
    cost = row.get("cost")
    known = isinstance(cost, int) and not isinstance(cost, bool)
    return Wanted(
        person, params.item, str(row.get("name")), str(row.get("vendor")), cost if known else None
    )


def row_of(item: str, knows: Knows) -> Mapping[str, Any] | None:
    """The entry of the catalogue in force with that id."""
    rows = listed.rows(knows.policy(), "equipment")
    return next((row for row in rows if row.get("id") == item), None)


# ------------------------------------------------------------------ ordering


def _order(params: Order, asked: Circumstances, knows: Knows) -> Findings:
    what = wanted(params, knows)
    person, document, buys = what.person, knows.policy(), _purchase(what, knows)
    owner = cost.owner(document, FLOW)
    return Findings(
        target=Target(CONNECTOR, what.order, f"order {what.order}"),
        consequence=Consequence(
            facts.level(1, f"One person's equipment: {person.name}'s.", facts.TYPE),
            facts.level(1, "The order can be cancelled until it is shipped.", facts.TYPE),
            facts.level(0, "No access and no data change.", facts.TYPE),
            cost.level(document, buys, knows.cost_limit(owner) if owner else None, CATALOGUE),
        ),
        context="finance",
        seen={
            "order": what.order,
            "state": "none",
            "_cost": what.cost or 0,
            "_vendor": vendor_named(what.vendor, knows),
            "_total": what.cost,
        },
        before=(f"Nothing is ordered for {person.name}.",),
        after=(f"{what.name} from {what.vendor} is ordered for {person.name}: {_price(buys)}.",),
        read_at=None,
        policy=cost.threshold(document, knows.policy_version(), buys),
        raises=facts.present(
            facts.sender_unproven(asked),
            facts.beneficiary_differs(asked, person),
            facts.emergency(asked),
            about.not_hired(person, asked),
        ),
        refusals=facts.present(facts.leaver(person, asked)),
        owners=_budget_owners(knows),
        already=_ordered_before(what, knows),
        spends=buys.altogether,
    )


def _purchase(what: Wanted, knows: Knows) -> Purchase:
    document = knows.policy()
    return Purchase(
        flow=FLOW,
        item=what.name,
        vendor=what.vendor,
        total=what.cost,
        currency=cost.currency_of(document),
        lately={
            period: knows.spent(vendor_named(what.vendor, knows), cost.DAYS[period])
            for period in cost.periods(document, FLOW)
        },
    )


def _effect(params: Order, knows: Knows) -> Effect:
    """What other lines of the same offer must count."""
    what = wanted(params, knows)
    return Effect(what.person.id, vendor=vendor_named(what.vendor, knows), spends=what.cost)


def _budget_owners(knows: Knows) -> tuple[tuple[str, str], ...]:
    owner = cost.owner(knows.policy(), FLOW)
    return ((owner, "you own the budget for equipment"),) if owner else ()


def _price(buys: Purchase) -> str:
    return "an unknown price" if buys.total is None else money.said(buys.total, buys.currency)


def _ordered_before(what: Wanted, knows: Knows) -> str:
    """Somebody who asks for the same bundle again does not order everything again."""
    if what.id not in knows.ordered_for(what.person.id):
        return ""
    return f"{what.name} for {what.person.name} is ordered already, or about to be."


# ------------------------------------------------------------------ cancelling


def _cancel(params: Order, asked: Circumstances, knows: Knows) -> Findings:
    what = wanted(params, knows)
    return Findings(
        target=Target(CONNECTOR, what.order, f"order {what.order}"),
        consequence=Consequence(
            facts.level(1, f"One person's equipment: {what.person.name}'s.", facts.TYPE),
            facts.level(1, "It can be ordered again.", facts.TYPE),
            facts.level(0, "No access and no data change.", facts.TYPE),
            facts.no_cost(),
        ),
        context="finance",
        seen={"order": what.order, "state": "ordered", "_cost": what.cost or 0},
        before=(f"{what.name} is ordered for {what.person.name}.",),
        after=(f"The order of {what.name} for {what.person.name} is cancelled.",),
        read_at=None,
        policy=PolicyResult(PolicyVerdict.NONE),
        raises=facts.present(facts.sender_unproven(asked), facts.emergency(asked)),
        owners=_budget_owners(knows),
    )


# ------------------------------------------------------------------ words


def _words(title: str, effect: str) -> Any:
    def render(params: Mapping[str, Any], knows: Knows) -> Rendering:
        row = row_of(str(params["item"]), knows) or {}
        named = {
            "item": str(row.get("name", f"‘{params['item']}’")),
            "name": facts.name_of(params, knows),
        }
        return Rendering(title.format_map(named), effect.format_map(named), title.format_map(named))

    return render


def _undo(params: Mapping[str, Any]) -> Offered | None:
    return Offered("equipment.cancel", {"person": params["person"], "item": params["item"]})


ORDER = ActionType(
    id="equipment.order",
    title="Order equipment",
    domain="finance",
    context="finance",
    doc="Orders one thing of the equipment catalogue for one person, at the catalogue's price.",
    params=Order,
    findings=_order,
    render=_words(
        "Order {item} for {name}", "{item} will be ordered for {name} at the catalogue's price."
    ),
    facts=(
        "the price in the equipment catalogue",
        "the limit for one purchase, and who owns it",
        "whether the same was ordered for the person already",
        "employment",
    ),
    undo=_undo,
    effect=_effect,
    undo_words="Cancel the order, until it is shipped.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "It spends money."),
    policy_rule="cost",
)

CANCEL = ActionType(
    id="equipment.cancel",
    title="Cancel an order of equipment",
    domain="finance",
    context="finance",
    doc="Cancels the order of one thing for one person, while it was not shipped.",
    params=Order,
    findings=_cancel,
    render=_words(
        "Cancel the order of {item} for {name}", "{item} will not be delivered to {name}."
    ),
    facts=("which order it is", "who asks"),
    undo_words="Nothing undoes it by itself: it is ordered again by a new request.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "Somebody may be waiting for it."),
)

TYPES = (ORDER, CANCEL)
