"""What is wrong with parameters, in a sentence for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_Context = Mapping[str, Any]

_WORDS: Mapping[str, Callable[[str, _Context], str]] = {
    "missing": lambda name, _: f"‘{name}’ is missing.",
    "extra_forbidden": lambda name, _: f"‘{name}’ is not a parameter of this action.",
    "string_type": lambda name, _: f"‘{name}’ must be text.",
    "string_too_short": lambda name, _: f"‘{name}’ must not be empty.",
    "too_long": lambda name, c: (
        f"‘{name}’ may name at most {c['max_length']}, and {c['actual_length']} are named; nothing "
        "was done for any. Ask for the rest separately."
    ),
    "string_too_long": lambda name, c: f"‘{name}’ may have at most {c['max_length']} characters.",
    "literal_error": lambda name, c: f"‘{name}’ must be one of {c['expected']}.",
}


def sentences(error: ValidationError) -> dict[str, str]:
    """A plain sentence per parameter that is wrong; never the value, which may be private."""
    return {_name(detail): _sentence(detail) for detail in error.errors()}


def _name(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"])[:80]


def _sentence(detail: ErrorDetails) -> str:
    words = _WORDS.get(detail["type"])
    if words is None:
        return f"‘{_name(detail)}’ is not valid."
    return words(_name(detail), detail.get("ctx", {}))
