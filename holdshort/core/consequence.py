"""From levels to a tier: what an action does decides how it is overseen.

Levels are ordinal: a 3 is worse than a 2, and by how much nobody knows. So they are compared
and never multiplied or averaged. A product rule inverts about a fifth of the orderings by worst
case (a level of 0 anywhere would hide a 3 elsewhere), and an average lets a cheap action pay
for an irreversible one. Here no dimension compensates another, and the worst one dominates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holdshort.core.terms import Consequence, Fact, Level, Reason, Tier

WORST = 3


def tier(
    consequence: Consequence,
    *,
    min_tier: Tier = Tier.AUTOMATIC,
    raises: Sequence[Reason] = (),
) -> Tier:
    """The tier of an action: computed from its levels, never below what its type declares.

    `raises` are named reasons that need a human however harmless the levels look.
    """
    if raises:
        return Tier.HUMAN
    return max(_by_levels(consequence), min_tier)


def _by_levels(consequence: Consequence) -> Tier:
    first, second, third, _ = sorted(consequence.vector, reverse=True)
    if first == WORST or first == second == 2:
        return Tier.HUMAN
    if first == 2 or third >= 1:
        return Tier.POLICY
    return Tier.AUTOMATIC


def strictest(tiers: Iterable[Tier]) -> Tier:
    """The tier of several actions taken together; of none at all it is the strictest there is."""
    return max(tiers, default=Tier.HUMAN)


def worst(levels: Iterable[Level]) -> Level:
    """Several findings about one dimension as one level: the highest, with every fact kept."""
    found = tuple(levels)
    if not found:
        return unknown("Nothing is known about this.", "holdshort")
    facts = tuple(fact for level in found for fact in level.facts)
    return Level(max(level.value for level in found), facts)


def unknown(text: str, source: str) -> Level:
    """What could not be found out counts as worst. `text` says what, `source` where we looked."""
    return Level(WORST, (Fact(text, source),))
