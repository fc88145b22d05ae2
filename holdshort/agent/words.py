"""Words of a ticket and of the directory, folded so that they can be compared.

Case, accents, hyphens and width never matter. Letters of different alphabets never count as
equal, however alike they look: such a word is *disguised* and matches nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from holdshort.agent.embedding import VOCABULARY

SEPARATORS = re.compile(r"[^\s,;:!?()\[\]{}<>\"“”„«»…/|]+")
EDGES = ".'’‘`*_-–—"
POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
PIECES = re.compile(r"[^-_–]+")
EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, its folded form, and where it stands in the text."""

    written: str
    folded: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """The words in order; hyphenated ones in their pieces, addresses whole."""
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    for match in SEPARATORS.finditer(text):
        token = match.group()
        start = match.start() + len(token) - len(token.lstrip(EDGES))
        bare = POSSESSIVE.sub("", token.strip(EDGES))
        if "@" in bare:
            yield Word(bare, fold(bare), start, start + len(bare))
            continue
        for piece in PIECES.finditer(bare):
            begin = start + piece.start()
            yield Word(piece.group(), fold(piece.group()), begin, begin + len(piece.group()))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Compatible forms, case and accents removed; nothing is removed across alphabets."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    letters = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in letters if not unicodedata.combining(c))


@lru_cache(maxsize=65_536)
def folded_words(name: str) -> tuple[str, ...]:
    """The folded words of a name in the directory."""
    return tuple(word.folded for word in _words(name))


def disguised(text: str) -> tuple[str, ...]:
    """Words that mix alphabets or hide invisible characters, as written."""
    return tuple(
        token
        for token in dict.fromkeys(SEPARATORS.findall(text.lstrip("\ufeff")))
        if _mixes_alphabets(token) or _hides_characters(token)
    )


def _mixes_alphabets(token: str) -> bool:
    plain = unicodedata.normalize("NFKC", token)
    alphabets = {_alphabet(c) for c in plain if c.isalpha()}
    return len(alphabets) > 1


@lru_cache(maxsize=4096)
def _alphabet(character: str) -> str:
    first = unicodedata.name(character, "UNNAMED").split()[0]
    return "EAST ASIAN" if first in EAST_ASIAN else first


def _hides_characters(token: str) -> bool:
    letters = any(c.isalpha() for c in token)
    return letters and any(unicodedata.category(c) == "Cf" for c in token)


@cache
def ordinary_words() -> frozenset[str]:
    """Common English words: whole words of the model's vocabulary."""
    lines = VOCABULARY.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line.isalpha() and len(line) > 1)


def is_slip(written: str, meant: str) -> bool:
    """Whether `written` is a slip of the keyboard for `meant` and not another word."""
    if len(meant) < 5 or not (written.isalpha() and meant.isalpha()):
        return False
    if written in ordinary_words() or _alphabet(written[0]) != _alphabet(meant[0]):
        return False
    return edits(written, meant) <= (1 if len(meant) < 9 else 2)


def edits(one: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with a neighbour."""
    if abs(len(one) - len(other)) > 2:
        return abs(len(one) - len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
