"""Names that a hurried reader takes for another: what they look like without marks and scripts."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_CONFUSABLE = str.maketrans("аеорсухіјѕԁһɡ01|", "aeopcyxijsdhgoll")
"""Letters of other scripts, and digits, that look like a Latin letter at a glance."""


def of(name: str, *, among: str) -> tuple[str, ...]:
    """Those of a JSON list of names that look like this one, without itself."""
    alike = _by_skeleton(among).get(_skeleton(name), ())
    return tuple(one for one in alike if one != name)


@lru_cache(maxsize=1)
def _by_skeleton(names: str) -> Mapping[str, tuple[str, ...]]:
    """A JSON list of names, by what they look like; made anew whenever a name has changed."""
    alike: dict[str, tuple[str, ...]] = {}
    for name in sorted(set(json.loads(names))):
        skeleton = _skeleton(name)
        alike[skeleton] = (*alike.get(skeleton, ()), name)
    return alike


def _skeleton(name: str) -> str:
    """What a name looks like to a hurried reader: without marks, invisible or lookalike letters."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    visible = (c for c in plain if unicodedata.category(c) not in ("Mn", "Cf", "Zs", "Pd", "Pc"))
    return "".join(visible).translate(_CONFUSABLE)
