"""`holdshort policy simulate`: what the rules of a file would have done with what was offered."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from holdshort.cli import base, samples
from holdshort.cli.files import read_or_fail

if TYPE_CHECKING:
    from holdshort.company.schema import Company
    from holdshort.core.shares import Share
    from holdshort.stops.simulating import Answer, Simulation

DAYS = 30
"""How far back it looks unless told."""


def add_to(verbs: Any) -> None:
    """Add the command."""
    simulate = base.verb(
        verbs, "simulate", _simulate, "ask the gate again, under the rules in force or of a file"
    )
    simulate.add_argument("file", type=Path, nargs="?", help="other rules (default: none)")
    simulate.add_argument(
        "--sample",
        metavar="FILE",
        type=Path,
        nargs="?",
        const=samples.SHIPPED,
        help="about sample tickets instead of what was offered (default: those of the demo)",
    )
    since = f"from this day or moment on (default: {DAYS} days before its end)"
    simulate.add_argument("--from", dest="since", metavar="WHEN", type=_when, help=since)
    until = "to the end of this day, or before this moment (default: now)"
    simulate.add_argument("--to", dest="until", metavar="WHEN", type=_when, help=until)


def _simulate(asked: argparse.Namespace) -> None:
    company = read_or_fail(asked.file) if asked.file else None
    base.connect(asked, "web")
    document = company.policy_document() if company else None
    try:
        if asked.sample:
            _of_samples(asked, document)
        else:
            _of_the_log(asked, document, company or _in_force())
    except LookupError:
        raise base.CommandError(
            "No rules are in force. Load them with `holdshort company apply`."
        ) from None


def _in_force() -> Company:
    """Raises LookupError."""
    from holdshort.records import rules_file

    found = rules_file.last_good()
    if found is None:
        raise LookupError("no rules are in force")
    return found


def _of_samples(asked: argparse.Namespace, document: Mapping[str, Any] | None) -> None:
    from holdshort.stops.sampling import sample

    if asked.since or asked.until:
        raise base.CommandError("Samples have no time of their own: leave --from and --to out.")
    found = sample(samples.read(asked.sample), document, told=_progress)
    about = f"of {asked.sample.name}"
    base.show(asked, {"sample": str(asked.sample), **_data(found)}, _text(found, asked.file, about))


def _of_the_log(
    asked: argparse.Namespace, document: Mapping[str, Any] | None, company: Company
) -> None:
    from holdshort.records import db
    from holdshort.stops.simulating import simulate

    zone = ZoneInfo(company.company.timezone)
    until = _moment(asked.until, zone, end=True) or db.now()
    since = _moment(asked.since, zone) or until - timedelta(days=DAYS)
    if since >= until:
        raise base.CommandError("--from must be before --to.")
    found = simulate(document, since, until, told=_progress)
    period = f"{since.astimezone(zone):%Y-%m-%d %H:%M} to {until.astimezone(zone):%Y-%m-%d %H:%M}"
    data = {"from": since, "to": until, **_data(found)}
    base.show(asked, data, _text(found, asked.file, f"offered from {period}"))


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


def _data(found: Simulation) -> dict[str, Any]:
    return {
        "in_force": found.in_force,
        "offered": len(found.answers) + found.unknown,
        "shares": {
            outcome: {"in_force": asdict(now), "file": asdict(then)}
            for outcome, (now, then) in found.shares().items()
        },
        "unjudged": dict(found.unjudged),
        "changes": [asdict(one) for one in found.answers if one.changes],
    }


def _text(found: Simulation, file: Path | None, about: str) -> str:
    of = len(found.answers) + found.unknown
    if not of:
        return f"Nothing was {about}."
    under = f"version {found.in_force}" + (f" and {file}" if file else "")
    columns = (f"version {found.in_force}", *([str(file)] if file else []))
    shares = (
        (outcome, *map(_share, both[: len(columns)])) for outcome, both in found.shares().items()
    )
    parts = [
        f"{_changes(of)} {about}, under {under}. "
        "Trust, reviewers and what is known are those of today.",
        base.table(("what was offered", *columns), shares),
        "In brackets: where the share lies with 95% confidence (Wilson).",
    ]
    if found.unknown:
        why = "; ".join(f"{count}: {why}" for why, count in found.unjudged.items())
        parts.append(
            f"{_changes(found.unknown)} could not be judged ({why}). "
            "They widen the brackets to both sides."
        )
    changed = [one for one in found.answers if one.changes]
    rows = ((_whence(one), _named(one), one.now, one.then, one.why) for one in changed)
    if file:
        head = ("ticket", "change", *columns, "why")
        parts.append(base.table(head, rows) if changed else "Nothing that could be judged changes.")
    return "\n\n".join(parts)


def _whence(one: Answer) -> str:
    """Its ticket, or the name of the sample."""
    return one.action if one.ticket is None else f"#{one.ticket}"


def _named(one: Answer) -> str:
    return one.type if one.version == 1 else f"{one.type} (version {one.version})"


def _share(of: Share) -> str:
    return f"{of.count} of {of.of} ({of.low:.1%} to {of.high:.1%})"


def _changes(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'}"
