"""What an action touches and spends, and whose authority reaches that far."""

from __future__ import annotations

from dataclasses import dataclass

from holdshort.core.terms import Authority


@dataclass(frozen=True, slots=True)
class Stakes:
    """What somebody must be qualified for to say yes.

    `touches` are ids of systems and assets. `spends` is the total commitment in minor units of
    the company's `currency`; None is an amount that nobody knows.
    """

    touches: frozenset[str] = frozenset()
    spends: int | None = 0
    currency: str = ""

    @property
    def amount(self) -> str:
        """The amount in words."""
        return "an unknown amount" if self.spends is None else money(self.spends, self.currency)


def beyond(entry: Authority, stakes: Stakes) -> str:
    """How far this person's authority goes, where the action goes further; empty where it
    does not.

    An unknown amount is for those whose limit is the reason they are asked: whoever may spend at
    all. Somebody who decides about some systems only decides nothing that touches another one,
    and nothing of which nobody knows what it touches.
    """
    if stakes.spends is None and not entry.cost_limit:
        return "may not approve spending, and nobody knows what this costs"
    if stakes.spends and stakes.spends > (entry.cost_limit or 0):
        most = f"up to {money(entry.cost_limit, stakes.currency)}" if entry.cost_limit else "no"
        return f"may approve {most} spending, and this costs {stakes.amount}"
    if entry.scope and not (stakes.touches and stakes.touches <= set(entry.scope)):
        return f"decides about {', '.join(entry.scope)} only"
    return ""


def money(minor: int, currency: str) -> str:
    """An amount as people write it: `2,400.00 EUR`."""
    digits = MINOR_DIGITS.get(currency, 2)
    return f"{minor / 10**digits:,.{digits}f} {currency}".strip()


NOTHING = Stakes()
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XAF": 0, "XOF": 0} | {
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}
"""How many digits of a currency are behind the point, where it is not two."""
