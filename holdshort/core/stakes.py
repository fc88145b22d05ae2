"""What an action touches and spends, and whose authority reaches that far."""

from __future__ import annotations

from dataclasses import dataclass

from holdshort.core.money import said
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
        return "an unknown amount" if self.spends is None else said(self.spends, self.currency)


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
        most = f"up to {said(entry.cost_limit, stakes.currency)}" if entry.cost_limit else "no"
        return f"may approve {most} spending, and this costs {stakes.amount}"
    if entry.scope and not (stakes.touches and stakes.touches <= set(entry.scope)):
        return f"decides about {', '.join(entry.scope)} only"
    return ""


NOTHING = Stakes()
