"""The policy rule of maintenance windows: inside one that names everything, outside blackouts.

Whatever cannot be read as meant allows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from holdshort.core.listed import Document
from holdshort.core.spans import Span, Window, read_windows
from holdshort.core.templates import Unreadable
from holdshort.core.terms import PolicyResult, PolicyVerdict, Reason

RULE = "policy.window"
STEPS = 24
"""How many openings and blackouts are looked through for a moment that would pass."""

Open = tuple[Window, Span]


def window(
    document: Document,
    version: int | None,
    targets: Sequence[str],
    at: datetime,
    lead: timedelta = timedelta(0),
) -> PolicyResult:
    """Whether one maintenance window names all of these targets and is open at that moment.

    And no blackout that names any of them is in force. `targets` are asset or system ids; after
    `lead` the window must be open still, because nothing starts before.
    """
    if version is None:
        reason = Reason(RULE, "Needs a person: no policy is in force.")
        return PolicyResult(PolicyVerdict.NONE, reason)
    try:
        windows = read_windows(document)
    except Unreadable as error:
        return _fails(version, f"the policy cannot be read: {error}", change="correcting it")
    fitting = _naming_all(windows, targets)
    if not fitting:
        text = f"no maintenance window names {_listing(targets)}"
        return _fails(version, text, change=f"a maintenance window for {_listing(targets)}")
    frozen, opened = _latest(_naming_any(windows, targets), at), _latest(fitting, at)
    if opened is None or frozen is not None:
        return _closed(version, windows, targets, at, frozen)
    through, span = opened
    ends = closes_at(document, targets, at)
    if ends is None or ends <= at + lead:
        text = f"{through.name} closes before it could start"
        change = f"asking earlier than {through.said(span.end - lead)}"
        return _fails(version, text, through.said(at), through.name, change)
    text = f"Allowed in the maintenance window {through.name}, until {through.said(span.end)}"
    reason = Reason(
        RULE, f"{text} (policy version {version}).", version, through.said(at), through.name
    )
    return PolicyResult(PolicyVerdict.PASSES, reason)


def closes_at(document: Document, targets: Sequence[str], at: datetime) -> datetime | None:
    """When what is allowed at that moment stops: the window ends, or a blackout begins.

    None where nothing lets these targets pass.
    """
    try:
        windows = read_windows(document)
    except Unreadable:
        return None
    blackouts = _naming_any(windows, targets)
    opened = _latest(_naming_all(windows, targets), at)
    if opened is None or _latest(blackouts, at):
        return None
    coming = [span.start for one in blackouts for span in one.around(at) if span.start > at]
    return min([opened[1].end, *coming])


def freeze(document: Document, targets: Sequence[str], at: datetime) -> Reason | None:
    """Raise: a blackout that names any of these targets is in force; unreadable counts as one."""
    try:
        frozen = _latest(_naming_any(read_windows(document), targets), at)
    except Unreadable as error:
        text = f"We could not read whether a blackout is in force: {error}."
        return Reason("raise.freeze", text, would_pass="Correct the policy.")
    if frozen is None:
        return None
    blackout, span = frozen
    return Reason(
        rule="raise.freeze",
        text=f"The blackout {blackout.name} is in force until {blackout.said(span.end)}.",
        observed=blackout.said(at),
        limit="no blackout",
        would_pass="Wait until it has ended.",
    )


# ------------------------------------------------------------------ which windows


def _naming_all(windows: Iterable[Window], targets: Sequence[str]) -> list[Window]:
    asked = frozenset(targets)
    return [one for one in windows if not one.blackout and asked and asked <= one.targets]


def _naming_any(windows: Iterable[Window], targets: Sequence[str]) -> list[Window]:
    asked = frozenset(targets)
    return [one for one in windows if one.blackout and asked & one.targets]


def _latest(windows: Iterable[Window], at: datetime) -> Open | None:
    """Of those that hold this moment, the one that ends last."""
    found = [(one, span) for one in windows if (span := one.open_at(at))]
    return max(found, key=lambda open: open[1].end, default=None)


def next_moment(windows: Sequence[Window], targets: Sequence[str], at: datetime) -> datetime | None:
    """The first moment from `at` on that would pass; None where none is in sight."""
    fitting, blackouts = _naming_all(windows, targets), _naming_any(windows, targets)
    for _ in range(STEPS):
        frozen = _latest(blackouts, at)
        if frozen is not None:
            at = frozen[1].end
        elif _latest(fitting, at):
            return at
        else:
            coming = [s.start for one in fitting for s in one.around(at) if s.start > at]
            if not coming:
                return None
            at = min(coming)
    return None


# ------------------------------------------------------------------ answers


def _closed(
    version: int,
    windows: Sequence[Window],
    targets: Sequence[str],
    at: datetime,
    frozen: Open | None,
) -> PolicyResult:
    fitting = _naming_all(windows, targets)
    names = ", ".join(one.name for one in fitting)
    why = f"{names} is not open now"
    if frozen is not None:
        blackout, span = frozen
        why = f"the blackout {blackout.name} is in force until {blackout.said(span.end)}"
    opens = next_moment(windows, targets, at)
    change = f"running it from {fitting[0].said(opens)}" if opens else "another window"
    return _fails(version, why, fitting[0].said(at), names, change)


def _fails(
    version: int, fact: str, observed: str = "", limit: str = "", change: str = ""
) -> PolicyResult:
    text = f"Needs a person: {fact}."
    return PolicyResult(PolicyVerdict.FAILS, Reason(RULE, text, version, observed, limit, change))


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(sorted(set(ids))) or "nothing"
