"""What a new company.yaml changes, in plain words, and which changes weaken a control."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel

from holdshort.company import reasons
from holdshort.company.compared import SECTIONS
from holdshort.company.comparison import Compared
from holdshort.company.loosening import Weakens
from holdshort.company.schema import Company

Kind = Literal["adds", "removes", "changes"]
_Explained = tuple[Callable[[Any, Any], bool], reasons.Why]
"""A rule that says whether a change weakens a control, and the sentences that say why."""


class Effect(StrEnum):
    """What a change does to the controls."""

    LOOSENS = "loosens"
    TIGHTENS = "tightens"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: `adds` or `removes` something, or `changes` a field of it."""

    kind: Kind
    what: str
    effect: Effect
    why: str

    @property
    def loosens(self) -> bool:
        """Whether it weakens a control."""
        return self.effect is Effect.LOOSENS

    def __str__(self) -> str:
        return f"{self.kind} {self.what}{' (loosens a control)' if self.loosens else ''}"


def differences(old: Company | None, new: Company) -> list[Difference]:
    """Every change from `old` (None: there is nothing yet) to `new`, section by section."""
    before = old or Company.model_construct(company=new.company, people=())
    found: list[Difference] = []
    for section in SECTIONS:
        rows = section.rows(old) if old else {}
        found.extend(_between(section, (before, new), rows, section.rows(new)))
    return found


def _between(
    section: Compared,
    companies: tuple[Company, Company],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[Difference]:
    old, new = companies
    adding = (section.added, reasons.ADDED)
    removing = (section.removed, reasons.REMOVED)
    for key, row in after.items():
        named = f"{section.noun} {key}".strip()
        if key not in before:
            judged = _judged(adding, (old, row), removing, (new, row))
            yield Difference("adds", named + _name_of(row), *judged)
        elif row != before[key]:
            yield from _fields(section, named, before[key], row)
    for key, row in before.items():
        if key not in after:
            named = f"{section.noun} {key}".strip()
            judged = _judged(removing, (old, row), adding, (new, row))
            yield Difference("removes", named + _name_of(row), *judged)


def _judged(
    rule: _Explained, change: tuple[Any, Any], way_back: _Explained, back: tuple[Any, Any]
) -> tuple[Effect, str]:
    """What a change does, and why: it strengthens a control where taking it back weakens one."""
    weakens, why = rule
    if weakens(*change):
        return Effect.LOOSENS, why[weakens][0]
    weakens, why = way_back
    if weakens(*back):
        return Effect.TIGHTENS, why[weakens][1]
    return Effect.NEITHER, reasons.NO_CONTROL


def _fields(section: Compared, named: str, old: Any, new: Any) -> Iterator[Difference]:
    for name, weakens in section.fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        word = name.replace("_", " ")
        if isinstance(after, tuple) and all(isinstance(one, str) for one in (*before, *after)):
            yield from _members(f"{word} of {named}", weakens, before, after)
        else:
            said = _said(before, after)
            judged = _of_field(weakens, before, after)
            yield Difference("changes", f"{word} of {named}{said}", *judged)


def _members(
    what: str, weakens: Weakens, old: tuple[str, ...], new: tuple[str, ...]
) -> Iterator[Difference]:
    for one in new:
        if one not in old:
            judged = _of_field(weakens, old, (*old, one))
            yield Difference("adds", f"‘{one}’ to {what}", *judged)
    for one in old:
        if one not in new:
            judged = _of_field(weakens, old, tuple(other for other in old if other != one))
            yield Difference("removes", f"‘{one}’ from {what}", *judged)


def _of_field(weakens: Weakens, before: Any, after: Any) -> tuple[Effect, str]:
    rule = (weakens, reasons.CHANGED)
    return _judged(rule, (before, after), rule, (after, before))


def _said(old: Any, new: Any) -> str:
    """From what to what, where that is short; a setting's value is never repeated."""
    if isinstance(old, (dict, tuple, BaseModel)) or isinstance(new, (dict, tuple, BaseModel)):
        return ""
    words = [_word(old), _word(new)]
    if any("\n" in word or len(word) > 80 for word in words):
        return ""
    return f" from {words[0]} to {words[1]}"


def _word(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    return f"‘{value}’"


def _name_of(row: Any) -> str:
    name = getattr(row, "name", None) or getattr(row, "title", None)
    return f" ({name})" if isinstance(name, str) else ""
