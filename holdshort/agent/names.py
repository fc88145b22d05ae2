"""Finds the people, groups and applications that a text names.

A name counts when it is written out, give or take case, accents and hyphens; a person also
by first name. What several entries answer to stays ambiguous: nothing here chooses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from holdshort.agent.wordlists import (
    AFTER_GROUP,
    AFTER_WORD_LIKE,
    ALSO_WORDS,
    ARTICLES,
    BEFORE_GROUP,
    TITLES,
)
from holdshort.agent.words import Word, folded_words, is_slip, ordinary_words, words_of
from holdshort.ports import Named

LONGEST = 6
"""Words in the longest name that is looked for."""
SLIP_WORDS = 200
"""Slips of the keyboard are looked for in this many words."""
STAND_INS = {"person": "Tom", "group": "photo-club"}
"""Read in place of real names, so that what is understood never depends on who is named."""
SAME_WORD_LETTERS = 6
"""A name written apart counts as the name written together from this many letters on."""

PERSON, GROUP, APPLICATION, ARTICLE = "person", "group", "application", "article"

PRODUCTS = ("software", "contract")
"""Kinds that are named by a brand, which may be an everyday word, too."""

QUOTES = "\"'“”„‚‘’«»`"


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text and the entries that it may mean, as written and where it stands."""

    written: str
    candidates: tuple[Named, ...]
    start: int
    end: int
    slip: bool = False


class Directory:
    """The names in the directory, indexed by their folded words."""

    def __init__(self, names: Sequence[Named]) -> None:
        self._entries = [one for one in names if one.kind != ARTICLE]
        self._by_words: dict[tuple[str, ...], list[Named]] = defaultdict(list)
        self._by_letters: dict[str, list[Named]] = defaultdict(list)
        self._last_names: dict[str, list[Named]] = defaultdict(list)
        self._found: dict[str, tuple[Mention, ...]] = {}
        self.articles = tuple(one for one in names if one.kind == ARTICLE)
        for one in self._entries:
            self._enter(one)

    def _enter(self, one: Named) -> None:
        for form in _forms(one):
            folded = folded_words(form)
            if folded:
                _append_once(self._by_words[folded], one)
                _append_once(self._by_letters["".join(folded)], one)
        parts = folded_words(one.name)
        if one.kind == PERSON and len(parts) > 1:
            _append_once(self._by_words[parts[:1]], one)
            _append_once(self._last_names[parts[-1]], one)

    def find(self, text: str, kind: str) -> list[Mention]:
        """What the text names of that kind, in order; longer names win over shorter ones."""
        found = []
        for mention in self._mentions(text):
            fitting = tuple(one for one in mention.candidates if one.kind == kind)
            if fitting:
                chosen = _as_written(mention.written, fitting)
                found.append(Mention(mention.written, chosen, mention.start, mention.end))
        return found

    def find_slips(self, text: str, kind: str) -> list[Mention]:
        """Names of that kind with a slip of the keyboard in them."""
        words = words_of(text)[:SLIP_WORDS]
        forms = {form: fits for form in self._by_words if (fits := self._of_kind(form, kind))}
        return [
            _mention(text, run, fitting, slip=True)
            for length in range(1, LONGEST + 1)
            for run in _odd_runs(words, length)
            for form, fitting in forms.items()
            if _slipped(run, form)
        ]

    def covers(self, text: str, start: int, end: int) -> bool:
        """Whether some name of the directory stands there."""
        return any(m.start < end and start < m.end for m in self._mentions(text))

    def neutral(self, text: str) -> str:
        """The text with a stand-in for every person and group that it names."""
        for mention in reversed(self._mentions(text)):
            stand_in = STAND_INS.get(mention.candidates[0].kind)
            if stand_in and not self._names_application(mention.written):
                text = text[: mention.start] + stand_in + text[mention.end :]
        return text

    def near(self, text: str, kind: str) -> tuple[Named, ...]:
        """Entries that share an uncommon word with the text: to ask about, never to act on."""
        told = {word.folded for word in words_of(text)} - AFTER_GROUP - ALSO_WORDS
        return tuple(
            one
            for one in self._entries
            if one.kind == kind
            and any(len(part) > 3 and part in told for part in folded_words(one.name))
        )

    def of_kind(self, kind: str) -> tuple[Named, ...]:
        """Every entry of that kind."""
        return tuple(one for one in self._entries if one.kind == kind)

    def _of_kind(self, form: tuple[str, ...], kind: str) -> tuple[Named, ...]:
        return tuple(one for one in self._by_words[form] if one.kind == kind)

    def _names_application(self, written: str) -> bool:
        """Whether an application is part of the name: "GitHub Owners" is still about GitHub."""
        return any(
            one.kind == APPLICATION
            for word in words_of(written)
            for one in self._by_words.get((word.folded,), ())
        )

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        if text not in self._found:
            self._found[text] = tuple(self._read(text))
        return self._found[text]

    def _read(self, text: str) -> Iterator[Mention]:
        words = words_of(text)
        at = 0
        while at < len(words):
            run, candidates = self._longest(text, words, at)
            if candidates:
                yield _mention(text, run, candidates)
            at += len(run)

    def _longest(
        self, text: str, words: list[Word], at: int
    ) -> tuple[list[Word], tuple[Named, ...]]:
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            run = words[at : at + length]
            candidates = self._candidates(text, words, at, run)
            if candidates:
                return run, candidates
        return words[at : at + 1], ()

    def _candidates(
        self, text: str, words: list[Word], at: int, run: list[Word]
    ) -> tuple[Named, ...]:
        folded = tuple(word.folded for word in run)
        candidates = list(self._by_words.get(folded, ()))
        letters = "".join(folded)
        if len(letters) >= SAME_WORD_LETTERS:
            candidates = _merged(candidates, self._by_letters.get(letters, ()))
        if len(run) > 1:
            return tuple(candidates)
        if _previous(words, at) in TITLES:
            candidates = _merged(candidates, self._last_names.get(folded[0], ()))
        return tuple(one for one in candidates if _stands_as_name(text, words, at, one))


def _forms(one: Named) -> tuple[str, ...]:
    """Everything it goes by; the id of a group or application is a short name, too."""
    return (one.name, *one.also) if one.kind == PERSON else (one.name, one.id, *one.also)


def _append_once(entries: list[Named], one: Named) -> None:
    if one not in entries:
        entries.append(one)


def _merged(some: list[Named], more: Iterable[Named]) -> list[Named]:
    return list(dict.fromkeys([*some, *more]))


def _mention(
    text: str, run: list[Word], candidates: tuple[Named, ...], *, slip: bool = False
) -> Mention:
    start, end = run[0].start, run[-1].end
    return Mention(text[start:end], candidates, start, end, slip)


def _odd_runs(words: list[Word], length: int) -> Iterator[list[Word]]:
    """Runs of that many words of which at least one is no ordinary word."""
    odd = [word.folded.isalpha() and word.folded not in ordinary_words() for word in words]
    return (
        words[at : at + length]
        for at in range(len(words) - length + 1)
        if any(odd[at : at + length])
    )


def _slipped(run: list[Word], meant: tuple[str, ...]) -> bool:
    """Whether every word is right or a slip, and at least one is a slip."""
    if len(run) != len(meant):
        return False
    written = tuple(word.folded for word in run)
    return written != meant and all(
        w == m or is_slip(w, m) for w, m in zip(written, meant, strict=True)
    )


def _as_written(written: str, candidates: tuple[Named, ...]) -> tuple[Named, ...]:
    """Those whose name is exactly what was written, if there are any; accents tell apart."""
    plain = written.casefold()
    exact = tuple(one for one in candidates if any(plain == f.casefold() for f in _forms(one)))
    return exact or candidates


def _previous(words: list[Word], at: int) -> str:
    return words[at - 1].folded if at else ""


def _following(words: list[Word], at: int) -> str:
    return words[at + 1].folded if at + 1 < len(words) else ""


def _stands_as_name(text: str, words: list[Word], at: int, one: Named) -> bool:
    """Whether a single word is the entry's name here and not an everyday word."""
    if one.kind == PERSON:
        return _stands_as_person(words, at)
    if words[at].folded not in ordinary_words() or one.kind in (APPLICATION, *PRODUCTS):
        return True
    return _stands_as_group(text, words, at)


def _stands_as_person(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.folded not in ALSO_WORDS:
        return True
    return word.written[0].isupper() and _following(words, at) not in AFTER_WORD_LIKE


def _stands_as_group(text: str, words: list[Word], at: int) -> bool:
    before = [word.folded for word in words[max(0, at - 3) : at] if word.folded not in ARTICLES]
    quoted = words[at].start > 0 and text[words[at].start - 1] in QUOTES
    placed = bool(before) and before[-1] in BEFORE_GROUP
    return quoted or placed or _following(words, at) in AFTER_GROUP


def listed(names: Iterable[Named]) -> str:
    """Names for a question; equal names are told apart by what else they go by."""
    entries = list(names)
    shown = [one.name for one in entries]
    return ", ".join(
        f"{one.name} ({one.also[0]})" if shown.count(one.name) > 1 and one.also else one.name
        for one in entries
    )


def quoted(written: str) -> str:
    """Words of the ticket, on one line, marked as quoted."""
    return '"' + re.sub(r"\s+", " ", written) + '"'
