"""A parameter that is a table of names and values, as lines that a person can write and read.

`status = closed` is a text, `id = 7` a number, `paid = true` a truth, a name alone is nothing. A
text that would read as something else, or has several lines, stands in double quotes as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_TRUTH = {"true": True, "false": False}


def as_lines(pairs: Mapping[str, Any]) -> str:
    """One line for each."""
    return "\n".join(
        name if value is None else f"{name} = {_written(value)}" for name, value in pairs.items()
    )


def from_lines(text: str) -> dict[str, Any]:
    """What the lines say; the last of two lines with one name counts."""
    lines = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): _read(value.strip()) if sign else None for name, sign, value in lines}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return value if _read(value) == value and value.strip() == value else json.dumps(value)


def _read(text: str) -> Any:
    if len(text.splitlines()) > 1:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _NUMBER.fullmatch(text) and text != "-0":
        return int(text)
    if text[:1] == '"':
        try:
            read = json.loads(text)
        except ValueError:
            return text
        return read if isinstance(read, str) else text
    return text
