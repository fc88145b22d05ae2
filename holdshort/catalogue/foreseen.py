"""The world as the earlier lines of a bundle will leave it.

Each line is assessed in it. What a line waits for is so by the time it runs: an account that is
new, a group that was joined or left. What other lines may give is not so yet, and only makes the
answer stricter: rights that two lines give together are seen, and a line that is still waiting
makes no other one harmless. Unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from holdshort.catalogue.kind import Effect
from holdshort.core.terms import DirectoryAccount, Right
from holdshort.ports import Knows


def foresee(knows: Knows, awaited: Sequence[Effect], others: Sequence[Effect]) -> Knows:
    """The world of a line that waits for the lines `awaited`, and does not for `others`."""
    return cast(Knows, _Foreseen(knows, awaited, others)) if awaited or others else knows


class _Foreseen:
    """A world with some facts that are still to come; it answers everything else as it is."""

    def __init__(self, knows: Knows, awaited: Sequence[Effect], others: Sequence[Effect]) -> None:
        self._knows = knows
        self._awaited = awaited
        self._others = others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._knows, name)

    def spent(self, vendor: str, days: int) -> int | None:
        """All lines of one offer count, so that it is one sum however it is cut."""
        lines = (*self._awaited, *self._others)
        amounts = [self._knows.spent(vendor, days)]
        amounts += [effect.spends for effect in lines if effect.vendor == vendor]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == len(amounts) else None

    def account(self, person: str) -> DirectoryAccount | None:
        found, read_at = self._knows.account(person), self._knows.read_at()
        coming = [e.user_name for e in self._awaited if e.person == person and e.user_name]
        known = self._knows.rights_of(person) is not None
        if found is not None and any(e.suspends for e in self._awaited if e.person == person):
            return replace(found, active=False)
        if found is not None or not coming or read_at is None or not known:
            return found
        return DirectoryAccount("directory", "", coming[0], active=True, read_at=read_at)

    def is_member(self, person: str, group: str) -> bool | None:
        groups = self.groups_of(person)
        return None if groups is None else group in groups

    def groups_of(self, person: str) -> tuple[str, ...] | None:
        groups = self._knows.groups_of(person)
        if groups is None:
            return None
        found = set(groups)
        for effect in self._awaited:
            if effect.person == person:
                found = (found - {effect.leaves}) | ({effect.joins} - {""})
        return tuple(sorted(found))

    def rights_of(self, person: str) -> tuple[Right, ...] | None:
        if all(effect.person != person for effect in self._awaited):
            return self._knows.rights_of(person)
        groups, now = self.groups_of(person), self._knows.groups_of(person)
        if groups is not None and set(groups) == set(now or ()):
            return self._knows.rights_of(person)
        return None if groups is None else self._carried(groups)

    def rights_coming(self, person: str) -> tuple[Right, ...] | None:
        begun = self._knows.rights_coming(person)
        lines = self._carried(e.joins for e in self._others if e.person == person and e.joins)
        return None if begun is None or lines is None else (*begun, *lines)

    def _carried(self, groups: Iterable[str]) -> tuple[Right, ...] | None:
        best: dict[str, Right] = {}
        for group in groups:
            carried = self._knows.rights_through(group)
            if carried is None:
                return None
            best |= {right.id: right for right in carried if right.id not in best}
        return tuple(best[id] for id in sorted(best))
