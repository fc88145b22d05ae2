"""What a purchase costs in the end, and up to what policy lets it pass without a human.

The first invoice decides nothing: what cannot be cancelled costs its whole term. What was bought
from the same vendor lately counts too, so that cutting a purchase into pieces lowers nothing. A
price that nobody knows, or one in another currency, is unknown and counts as worst.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdshort.core import money
from holdshort.core.consequence import unknown
from holdshort.core.listed import Document, Row, rows
from holdshort.core.terms import Fact, Level, PolicyResult, PolicyVerdict, Reason

DAYS = {"week": 7, "month": 31, "quarter": 92, "year": 366}
"""The longest that a period can be: it goes back from today, so that none ends between two buys."""

ITEM, VENDOR = "item", "vendor"
RULE = "policy.cost"


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to which amount purchases need no human: each one, or all from a vendor in a period."""

    per: str
    period: str
    amount: int
    owner: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought: its whole cost in minor units, and what else that vendor got lately.

    `lately` holds, by period, what was bought or asked for in it besides this; None is unknown.
    """

    flow: str
    item: str
    vendor: str
    total: int | None
    currency: str
    lately: Mapping[str, int | None]

    @property
    def altogether(self) -> int | None:
        """With everything of the longest period that any limit looks at; None where unknown."""
        sums = [self.within(period) for period in self.lately] or [self.total]
        return None if None in sums else max(filter(None, sums), default=0)

    def within(self, period: str) -> int | None:
        """With everything of one period."""
        before = self.lately.get(period)
        return None if before is None or self.total is None else before + self.total

    def counted(self, limit: Limit) -> int | None:
        """What of it a limit is about."""
        return self.total if limit.per == ITEM else self.within(limit.period)


# ------------------------------------------------------------------ what is written down


def commitment(contract: Row, currency: str) -> int | None:
    """What a contract costs until it can be left, in minor units; None where it does not say.

    Something that is not said to be cancellable is not.
    """
    amount = money.read(contract.get("amount"), contract.get("currency"))
    term = contract.get("term", 1)
    if amount is None or contract.get("currency") != currency:
        return None
    if isinstance(term, bool) or not isinstance(term, int) or term < 1:
        return None
    return amount if contract.get("cancellable") is True else amount * term


def limits(document: Document, flow: str) -> Sequence[Limit]:
    """The limits of a flow. One that cannot be read as meant allows nothing: it counts as zero."""
    return [
        _limit(row, document) for row in rows(document, "thresholds") if row.get("flow") == flow
    ]


def _limit(row: Row, document: Document) -> Limit:
    per, period, amount = row.get("per"), row.get("period") or "", row.get("limit")
    owner = str(row.get("owner") or "")
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    fits = (per == VENDOR and period in DAYS) or (per == ITEM and not period)
    if not (whole and fits and row.get("currency") == currency_of(document)):
        return Limit(ITEM, "", 0, owner)
    return Limit(str(per), str(period), int(amount or 0), owner)


def periods(document: Document, flow: str) -> tuple[str, ...]:
    """The periods that limits of a flow look back on."""
    return tuple(dict.fromkeys(one.period for one in limits(document, flow) if one.per == VENDOR))


def currency_of(document: Document) -> str:
    """The company's currency; empty where the policy does not say it."""
    about = document.get("company") if isinstance(document, Mapping) else None
    return str(about.get("currency") or "") if isinstance(about, Mapping) else ""


# ------------------------------------------------------------------ the level and the policy rule


def level(document: Document, buys: Purchase, authority: int | None, source: str) -> Level:
    """How much money is at stake: none, below the limits, above one, or above the authority.

    `authority` is what the owner of the limits may spend, in minor units; None is nothing.
    """
    if buys.total is None or buys.altogether is None:
        return unknown(f"We could not confirm what {buys.item} costs in all.", source)
    if buys.total == 0:
        return Level(0, (Fact("Costs nothing.", source),))
    facts = tuple(Fact(text, source) for text in _told(buys))
    if _exceeded(document, buys) is None:
        return Level(1, facts)
    return Level(2 if buys.altogether <= (authority or 0) else 3, facts)


def _told(buys: Purchase) -> list[str]:
    assert buys.total is not None
    told = [f"Costs {money.said(buys.total, buys.currency)} in all."]
    for period in buys.lately:
        total = buys.within(period)
        if total is not None and total > buys.total:
            amount = money.said(total, buys.currency)
            told.append(f"With it {buys.vendor} gets {amount} within a {period}.")
    return told


def threshold(document: Document, version: int | None, buys: Purchase) -> PolicyResult:
    """Whether limits in force cover this purchase, alone and with what that vendor got lately."""
    if version is None:
        text = "Needs a person: no policy is in force."
        return PolicyResult(PolicyVerdict.NONE, Reason(RULE, text))
    over = _exceeded(document, buys)
    if over is not None:
        return PolicyResult(PolicyVerdict.FAILS, _reason(version, buys, over))
    covering = limits(document, buys.flow)
    allowed = " and ".join(_words(one, buys) for one in covering)
    text = f"Allowed because it stays within {allowed} (policy version {version})."
    observed = money.said(buys.total or 0, buys.currency)
    return PolicyResult(PolicyVerdict.PASSES, Reason(RULE, text, version, observed, allowed))


NO_LIMIT = Limit(ITEM, "", 0, "")
"""What counts where no limit is written: nothing may be spent."""


def _exceeded(document: Document, buys: Purchase) -> Limit | None:
    """The first limit that does not cover it; where there is none at all, nothing does."""
    found = limits(document, buys.flow)
    if not any(one.per == ITEM for one in found):
        return NO_LIMIT
    for one in found:
        counted = buys.counted(one)
        if counted is None or counted > one.amount:
            return one
    return None


def _reason(version: int, buys: Purchase, over: Limit) -> Reason:
    counted = buys.counted(over)
    if counted is None:
        text, observed = f"nobody confirmed what {buys.item} costs in all", "unknown"
    else:
        observed = money.said(counted, buys.currency)
        text = f"{buys.item} costs {observed} in all"
        if over.per == VENDOR:
            text = f"with this, {buys.vendor} gets {observed} within a {over.period}"
    return Reason(
        RULE,
        f"Needs a person: {text}, and the limit is {_words(over, buys)}.",
        version,
        observed,
        _words(over, buys),
        "a lower price, or a limit that covers it",
    )


def _words(limit: Limit, buys: Purchase) -> str:
    if limit is NO_LIMIT:
        return "none"
    amount = money.said(limit.amount, buys.currency)
    return f"{amount} an item" if limit.per == ITEM else f"{amount} a vendor and {limit.period}"


def owner(document: Document, flow: str) -> str:
    """Who decides above the limits of a flow; empty where nobody is named."""
    return next((one.owner for one in limits(document, flow) if one.owner), "")
