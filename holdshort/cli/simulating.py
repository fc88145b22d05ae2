"""`holdshort policy simulate`: what the rules of a file would have done with what was offered."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from holdshort.cli import base
from holdshort.cli.files import read_or_fail

if TYPE_CHECKING:
    from holdshort.core.shares import Share
    from holdshort.stops.simulating import Answer, Simulation

DAYS = 30
"""How far back it looks unless told."""


def add_to(verbs: Any) -> None:
    """Add the command."""
    simulate = base.verb(
        verbs, "simulate", _simulate, "gate what was offered again, under the rules of a file"
    )
    simulate.add_argument("file", type=Path)
    since = f"from this day or moment on (default: {DAYS} days before its end)"
    simulate.add_argument("--from", dest="since", metavar="WHEN", type=_when, help=since)
    until = "to the end of this day, or before this moment (default: now)"
    simulate.add_argument("--to", dest="until", metavar="WHEN", type=_when, help=until)


def _simulate(asked: argparse.Namespace) -> None:
    company = read_or_fail(asked.file)
    base.connect(asked, "web")
    from holdshort.records import db
    from holdshort.stops.simulating import simulate

    zone = ZoneInfo(company.company.timezone)
    until = _moment(asked.until, zone, end=True) or db.now()
    since = _moment(asked.since, zone) or until - timedelta(days=DAYS)
    if since >= until:
        raise base.CommandError("--from must be before --to.")
    try:
        found = simulate(company.policy_document(), since, until, told=_progress)
    except LookupError:
        raise base.CommandError(
            "No rules are in force. Load them with `holdshort company apply`."
        ) from None
    period = f"{since.astimezone(zone):%Y-%m-%d %H:%M} to {until.astimezone(zone):%Y-%m-%d %H:%M}"
    base.show(asked, _data(found, since, until), _text(found, asked.file, period))


def _when(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"‘{text}’ is no day or moment; write 2026-11-26 or 2026-11-26T14:00"
        ) from None


def _moment(when: date | datetime | None, zone: ZoneInfo, *, end: bool = False) -> datetime | None:
    """Without an offset it is on the company's clocks."""
    if when is None:
        return None
    if isinstance(when, datetime):
        return when if when.tzinfo else when.replace(tzinfo=zone)
    return datetime.combine(when + timedelta(days=end), time(), zone)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _data(found: Simulation, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "from": since,
        "to": until,
        "in_force": found.in_force,
        "offered": len(found.answers) + found.unknown,
        "shares": {
            outcome: {"in_force": asdict(now), "file": asdict(then)}
            for outcome, (now, then) in found.shares().items()
        },
        "unjudged": dict(found.unjudged),
        "changes": [asdict(one) for one in found.answers if one.changes],
    }


def _text(found: Simulation, file: Path, period: str) -> str:
    of = len(found.answers) + found.unknown
    if not of:
        return f"Nothing was offered from {period}."
    shares = (
        (outcome, _share(now), _share(then)) for outcome, (now, then) in found.shares().items()
    )
    parts = [
        f"{_changes(of)} offered from {period}, under version {found.in_force} and {file}. "
        "Trust, reviewers and what is known are those of today.",
        base.table(("what was offered", f"version {found.in_force}", str(file)), shares),
        "In brackets: where the share lies with 95% confidence (Wilson).",
    ]
    if found.unknown:
        why = "; ".join(f"{count}: {why}" for why, count in found.unjudged.items())
        parts.append(
            f"{_changes(found.unknown)} could not be judged ({why}). "
            "They widen the brackets to both sides."
        )
    changed = [one for one in found.answers if one.changes]
    rows = ((f"#{one.ticket}", _named(one), one.now, one.then, one.why) for one in changed)
    head = ("ticket", "change", f"version {found.in_force}", str(file), "why")
    parts.append(base.table(head, rows) if changed else "Nothing that could be judged changes.")
    return "\n\n".join(parts)


def _named(one: Answer) -> str:
    return one.type if one.version == 1 else f"{one.type} (version {one.version})"


def _share(of: Share) -> str:
    return f"{of.count} of {of.of} ({of.low:.1%} to {of.high:.1%})"


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"
