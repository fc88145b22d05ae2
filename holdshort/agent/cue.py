"""What a cue is: words that must stand in a text, and words that must not."""

from __future__ import annotations

import re
from dataclasses import dataclass


def any_of(*patterns: str) -> re.Pattern[str]:
    """Any of these, as whole words, in whatever case."""
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cue:
    """What must stand in the text, and what must not, each with the reason given to a person."""

    needs: re.Pattern[str]
    forbids: tuple[tuple[re.Pattern[str], str], ...] = ()
