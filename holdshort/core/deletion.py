"""What must not be deleted, and what may be without a person: holds, and one's own files.

A hold is a matter of law: nobody's yes lifts it but that of the person who answers for it, in the
policy itself. A list of holds that cannot be read holds everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from holdshort.core.listed import Document, Row
from holdshort.core.terms import PolicyResult, PolicyVerdict, Reason

HOLD = "refuse.legal_hold"
OWN_FILES = "policy.own_files"
BIN_DAYS = 30
"""How long what was deleted must be restorable, for nobody to be asked."""


# ------------------------------------------------------------------ paths


def parts(path: str) -> tuple[str, ...]:
    """The folders on the way to a file. Raises ValueError unless the path says exactly one place.

    Capitals do not matter, because to some file stores they do not.
    """
    found = path[1:].split("/")
    if not path.startswith("/") or any(part.strip() in ("", ".", "..") for part in found):
        raise ValueError("write the whole path from /, without . or .. and without an empty part")
    if any(not character.isprintable() or character == "\\" for character in path):
        raise ValueError("a path holds printable characters only, and no backslash")
    return tuple(part.casefold() for part in found)


def within(path: str, folder: str) -> bool:
    """Whether something is that folder or lies in it; what cannot be read lies in nothing."""
    try:
        inner, outer = parts(path), parts(folder)
    except ValueError:
        return False
    return inner[: len(outer)] == outer


# ------------------------------------------------------------------ holds


def held(
    document: Document,
    *,
    people: Iterable[str] = (),
    assets: Iterable[str] = (),
    path: str = "",
) -> Reason | None:
    """Refusal: a hold covers one of these people or assets, or the path or something in it."""
    found = document.get("holds", ())
    if not isinstance(found, list | tuple) or not all(map(_readable, found)):
        return _unreadable()
    about = {"people": frozenset(people), "assets": frozenset(assets)}
    for hold in found:
        covered = [one for name, ids in about.items() for one in hold.get(name) or () if one in ids]
        covered += [one for one in hold.get("paths") or () if path and _touches(path, one)]
        if covered:
            return _on_hold(hold, covered)
    return None


def _touches(path: str, folder: str) -> bool:
    """Something in a held folder, or a folder with something held in it; unreadable is held."""
    try:
        parts(folder)
    except ValueError:
        return True
    return within(path, folder) or within(folder, path)


def _readable(hold: object) -> bool:
    if not isinstance(hold, Mapping) or not isinstance(hold.get("id"), str):
        return False
    lists = [hold.get(name) or () for name in ("people", "assets", "paths")]
    return all(isinstance(one, list | tuple) for one in lists) and any(lists)


def _on_hold(hold: Row, covered: list[str]) -> Reason:
    return Reason(
        rule=HOLD,
        text=f"On hold: {hold.get('name', hold['id'])}. Nothing of it is deleted while that lasts.",
        observed=", ".join(covered),
        limit=f"hold {hold['id']}",
        would_pass=f"{hold.get('owner', 'Legal')} lifts the hold in the policy.",
    )


def _unreadable() -> Reason:
    return Reason(
        rule=HOLD,
        text="The policy's list of holds cannot be read, so nothing is deleted.",
        would_pass="Correct the section ‘holds’ of the policy.",
    )


# ------------------------------------------------------------------ the policy rule


def own_files(
    version: int | None, *, own: bool, permanent: bool, bin_days: int | None
) -> PolicyResult:
    """Whether it is the asker's own, and can be restored for as long as it must."""
    if version is None:
        return _result(PolicyVerdict.NONE, None, "no policy is in force")
    if not own:
        text = "these are not files of whoever asks"
        return _result(PolicyVerdict.FAILS, version, text, "somebody else's", "own files")
    if permanent or bin_days is None or bin_days < BIN_DAYS:
        days = 0 if permanent else bin_days or 0
        text = f"it could be restored for {days} days only"
        return _result(PolicyVerdict.FAILS, version, text, f"{days} days", f"{BIN_DAYS} days")
    text = f"Allowed because these are own files, restorable for {bin_days} days"
    reason = Reason(
        OWN_FILES, f"{text} (policy version {version}).", version, f"{bin_days} days", "own files"
    )
    return PolicyResult(PolicyVerdict.PASSES, reason)


def _result(
    verdict: PolicyVerdict, version: int | None, fact: str, observed: str = "", limit: str = ""
) -> PolicyResult:
    change = "deleting own files, into a bin" if limit else ""
    text = f"Needs a person: {fact}."
    return PolicyResult(verdict, Reason(OWN_FILES, text, version, observed, limit, change))


# ------------------------------------------------------------------ the clock of an erasure


def month_after(day: date) -> date:
    """The day by which an erasure must be done: one month later, or the last day of that month."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, min(day.day, 27))
