"""Finds the one knowledge article that answers a question, if there is one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from holdshort.agent.embedding import Embedder, Vector
from holdshort.ports import Named

LEAST_LIKENESS = 0.5
"""Cosine below which an article is about something else."""
LEAST_LEAD = 0.06
"""An article must be this much closer than the next one, or a person chooses."""
ABBREVIATIONS = {
    "pto": "paid time off",
    "ooo": "out of office",
    "mfa": "second factor sign-in",
    "2fa": "second factor sign-in",
    "sso": "single sign-on",
}
"""Written out before comparing: the model does not know them."""
ABBREVIATED = re.compile(r"\b(?:" + "|".join(ABBREVIATIONS) + r")\b", re.IGNORECASE)


def best_article(text: str, articles: Sequence[Named], embedder: Embedder) -> Named | None:
    """The only article that is clearly close to the text; None when there is none."""
    if not articles:
        return None
    vector = embedder.vector(_written_out(text))
    ranked = sorted(
        ((_likeness(vector, article, embedder), article) for article in articles),
        key=lambda pair: pair[0],
        reverse=True,
    )
    likeness, best = ranked[0]
    runner_up = ranked[1][0] if len(ranked) > 1 else 0.0
    clear = likeness >= LEAST_LIKENESS and likeness - runner_up >= LEAST_LEAD
    return best if clear else None


def _written_out(text: str) -> str:
    return ABBREVIATED.sub(lambda found: ABBREVIATIONS[found.group().casefold()], text)


def _likeness(vector: Vector, article: Named, embedder: Embedder) -> float:
    return max(float(embedder.remembered(form) @ vector) for form in (article.name, *article.also))
