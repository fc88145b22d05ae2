"""Every single condition of a CHECK or a row policy, left out in turn.

PostgreSQL writes an expression with all its parentheses, so that a small reader finds the parts:
what must hold together, what is excluded, what each case asks, what the bytes must contain.
Only what makes an expression weaker is left out; an attack can find nothing else.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

OPENING, CLOSING = "([", ")]"


@dataclass(frozen=True)
class Left:
    """An expression that lacks one part."""

    part: str
    text: str


def weaker(text: str) -> list[Left]:
    """The expression without each of its conditions."""
    found, seen = [], Counter[str]()
    for start, end, instead in _parts(text, 0, len(text), holds=True):
        part = " ".join(text[start:end].split()).strip(", ")
        seen[part] += 1
        name = part if seen[part] == 1 else f"{part}, the {seen[part]}. time"
        found.append(Left(name, text[:start] + instead + text[end:]))
    return found


Edit = tuple[int, int, str]
"""From where to where, and what stands there instead."""


def _parts(text: str, start: int, end: int, *, holds: bool) -> Iterator[Edit]:
    """What may be left out between two places; `holds` is false inside a NOT."""
    start, end = _inside(text, start, end)
    for word, weakest in ((" AND ", "true" if holds else ""), (" OR ", "" if holds else "false")):
        parts = list(_split(text, start, end, word))
        if len(parts) > 1:
            for part in parts:
                if weakest:
                    yield (*part, weakest)
                yield from _parts(text, *part, holds=holds)
            return
    said = text[start:end]
    if said.startswith("NOT "):
        yield from _parts(text, start + 4, end, holds=not holds)
    elif said.startswith("EXISTS"):
        where = said.find("WHERE ")
        if where >= 0:
            yield from _parts(text, start + where + 6, end - 1, holds=holds)
    elif said.startswith("CASE"):
        yield from _cases(text, start, end, holds=holds)
    elif found := re.search(r"(<> ALL|= ANY) \(\(?ARRAY\[", said):
        if (found[1] == "<> ALL") == holds:
            yield from _elements(text, start + found.end() - 1)
    elif "jsonb_build_object(" in said:
        yield from _pairs(text, start, end)


def _inside(text: str, start: int, end: int) -> tuple[int, int]:
    """The same expression without blanks and parentheses around it."""
    while True:
        while text[start].isspace():
            start += 1
        while text[end - 1].isspace():
            end -= 1
        if text[start] != "(" or _closing(text, start) != end - 1:
            return start, end
        start, end = start + 1, end - 1


def _closing(text: str, opening: int) -> int:
    """Where the parenthesis or bracket is closed that opens here."""
    depth = 0
    for place, char in _plain(text, opening, len(text)):
        depth += (char in OPENING) - (char in CLOSING)
        if depth == 0:
            return place
    raise ValueError(f"never closed: {text[opening:]}")


def _plain(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The characters that stand in no string and no quoted name."""
    quote = ""
    for place in range(start, end):
        char = text[place]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            yield place, char


def _split(text: str, start: int, end: int, word: str) -> Iterator[tuple[int, int]]:
    """The parts between a word that stands in no parentheses."""
    depth, since = 0, start
    for place, char in _plain(text, start, end):
        depth += (char in OPENING) - (char in CLOSING)
        if depth == 0 and text.startswith(word, place):
            yield since, place
            since = place + len(word)
    yield since, end


def _cases(text: str, start: int, end: int, *, holds: bool) -> Iterator[Edit]:
    """What each case of a CASE asks."""
    said = re.sub(r"\s", " ", text[start:end])
    flat = text[:start] + said + text[end:]
    words = ("WHEN ", "THEN ", "ELSE ", "END")
    marks = sorted((place, word) for word in words for place in _words(flat, start, end, word))
    for (place, word), (following, _) in itertools.pairwise(marks):
        value = place + len(word), following
        if word in ("THEN ", "ELSE ") and flat[slice(*value)].strip() != "true":
            if holds:
                yield value[0], following - 1, "true"
            yield from _parts(text, *value, holds=holds)


def _words(text: str, start: int, end: int, word: str) -> Iterator[int]:
    depth = 0
    for place, char in _plain(text, start, end):
        depth += (char in OPENING) - (char in CLOSING)
        if depth == 0 and text.startswith(word, place) and text[place - 1] in " (":
            yield place


def _elements(text: str, opening: int) -> Iterator[Edit]:
    """Each element of an array."""
    closing = _closing(text, opening)
    parts = list(_split(text, opening + 1, closing, ", "))
    for number, (start, end) in enumerate(parts):
        if len(parts) > 1:
            last = number == len(parts) - 1
            yield (start - 2 if last else start), (end if last else end + 2), ""


def _pairs(text: str, start: int, end: int) -> Iterator[Edit]:
    """Each key of an object that must be contained, with its value."""
    for found in re.finditer(r"jsonb_build_object\(", text[start:end]):
        opening = start + found.end() - 1
        parts = list(_split(text, opening + 1, _closing(text, opening), ", "))
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if key[0] == parts[0][0]:
                yield key[0], value[1] + (2 if len(parts) > 2 else 0), ""
            else:
                yield key[0] - 2, value[1], ""
