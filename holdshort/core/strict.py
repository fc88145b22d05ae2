"""Which values have exactly one safe reading; whatever could be read in two ways is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


class Malformed(ValueError):
    """A value that has no single safe reading; the message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """Stands for an object that held the same key twice, until its place is known."""

    key: str


def is_simple(value: Any, depth: int = 1) -> bool:
    """Whether a value is seen to be allowed at a glance, as nearly every one: plain ASCII."""
    kind = type(value)
    if kind is str:
        return _is_simple_text(value)
    if kind is dict and depth <= MAX_DEPTH:
        return all(
            type(key) is str and _is_simple_text(key) and is_simple(inner, depth + 1)
            for key, inner in value.items()
        )
    if kind in (list, tuple) and depth <= MAX_DEPTH:
        return all(is_simple(inner, depth + 1) for inner in value)
    if kind is int:
        return bool(-MAX_INTEGER <= value <= MAX_INTEGER)
    return value is None or kind is bool


def _is_simple_text(text: str) -> bool:
    return text.isascii() and "\0" not in text


def plain(value: Any, where: str = "", depth: int = 1) -> Any:
    """Check a value and everything in it; return it made of plain dicts and lists."""
    place = where or "The document"
    match value:
        case None | bool():
            return value
        case int() if abs(value) <= MAX_INTEGER:
            return value
        case str():
            return _checked_text(value, place)
        case Mapping() if depth <= MAX_DEPTH:
            return {
                _checked_key(key, place): plain(inner, _inside(where, key), depth + 1)
                for key, inner in value.items()
            }
        case list() | tuple() if depth <= MAX_DEPTH:
            return [plain(inner, f"{where}[{n}]", depth + 1) for n, inner in enumerate(value)]
    raise Malformed(f"{place} {_trouble(value)}.")


def _trouble(value: Any) -> str:
    match value:
        case int():
            return "is a number beyond ±(2**53 - 1)"
        case float():
            return "is not a whole number; write fractions as text"
        case Mapping() | list() | tuple():
            return TOO_DEEP
        case Repeated():
            return f"holds the key {shown(value.key)} twice"
    return "is a value that JSON does not have"


def _checked_key(key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise Malformed(f"{place} holds a key that is not text.")
    return _checked_text(key, f"A key in {place}")


def _checked_text(text: str, place: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed(f"{place} holds half a character (a lone surrogate).")
    if "\0" in text:
        raise Malformed(f"{place} holds a NUL character, which no record can keep.")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed(f"{place} is not in Unicode's composed form (NFC).")
    return text


def _inside(where: str, key: object) -> str:
    return f"{where}.{shown(key)}" if where else shown(key)


def shown(key: object) -> str:
    """A key as a message may show it: short, and without characters that play tricks."""
    return ascii(key).strip("'")[:40]
