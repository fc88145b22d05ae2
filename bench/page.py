"""The table that a run prints, and docs/performance.md, both written from its figures."""

from __future__ import annotations

from collections.abc import Mapping

from bench.figures import Figure, Part

HEAD = """\
# How fast it is
Written by `make bench`{at}. It starts a PostgreSQL of its own with the demo company (fsync on),
lets actions come to wait through the real road, copies them until {waiting} wait, adds a history
of {settled} settled ones, and times what people and processes ask. Read ratios and counts first;
milliseconds are those of one machine: {machine}.

A figure that has a plainer way to do as much stands beside that *floor* of the same run.
All figures are in `bench/results.json` too.

## Targets
"""
COUNTS = """\

## What counts as a paused action
The rows that hold it, with all their indexes: the action (its exact bytes, their digest, the
people), the gate's answer (every fact and every reason), the review, and who is asked, which
reviews that ask the same people share. docs/adr/0005-weight.md says what each byte is for.

The audit events stand beside it. Ticket, messages, turns, proposal and staging are there whether
or not anything waits; they are told apart, and the sum of everything is told too.

Engines that keep a paused workflow alive were measured by others to need 79 to 153 s to recover
10,000 of them after a restart. Here nothing is recovered: what waits is rows.

## Why it does not grow with the history
- A list walks one index to its rows in their order, looks at anything else about them row by row,
  and counts a hundred rows beyond its page and no further. Every page can still be reached.
- The sweep looks at the last day; soon after the start, and once an hour, at everything.
- The past that the gate and a reviewer ask about is the latest of it, found by an index.
- No process keeps anything about what waits.
- Login roles run without just-in-time compilation, which takes longer than any of their statements.

## To measure again
`make bench` takes a few minutes; `python -m bench --quick` is a short run that writes no document,
`--settled 1000000` a long one.
"""


def table(parts: list[Part]) -> str:
    """All figures in columns, with floor and target where there is one."""
    lines = [f"{'':<62}{'value':>12} {'unit':<9}{'floor':>10}{'ratio':>8}  target"]
    for part in parts:
        lines.append(part.title.upper())
        for one in part.figures:
            floor = "" if one.floor is None else f"{one.floor:,.2f}"
            ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
            lines.append(
                f"{one.name:<62}{one.value:>12,.2f} {one.unit:<9}{floor:>10}{ratio:>8}  "
                f"{_target(one)}{_verdict(one)}".rstrip()
            )
    return "\n".join(lines)


def document(parts: list[Part], about: Mapping[str, str]) -> str:
    """The page for docs/: first the targets, then every figure."""
    aimed = [(part, one) for part in parts for one in part.figures if one.reached is not None]
    lines = [HEAD.format(**about), "| | figure | target | |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {part.title}: {one.name} | {measured(one.value, one.unit)} "
        f"| {_target(one)} | {_said(one)} |"
        for part, one in aimed
    ]
    for part in parts:
        lines += ["", f"## {part.title}", part.about, "", "| | figure | floor | target |"]
        lines.append("| --- | --- | --- | --- |")
        lines += [_row(one) for one in part.figures]
    return "\n".join(lines) + "\n" + COUNTS


def _row(one: Figure) -> str:
    floor = "" if one.floor is None else measured(one.floor, one.unit)
    if one.ratio is not None:
        floor += f" (ratio {one.ratio:,.4g})"
    target = f"{_target(one)}: {_said(one)}" if one.reached is not None else ""
    return f"| {one.name} | {measured(one.value, one.unit)} | {floor} | {target} |"


def measured(value: float, unit: str) -> str:
    """A figure as the page shows it."""
    number = f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:,.4g}"
    return f"{number} {unit}"


def _target(one: Figure) -> str:
    if one.at_most is not None:
        return f"at most {measured(one.at_most, one.unit)}"
    return "" if one.at_least is None else f"at least {measured(one.at_least, one.unit)}"


def _verdict(one: Figure) -> str:
    return "" if one.reached is None else f": {_said(one)}"


def _said(one: Figure) -> str:
    """Whether the target was reached, in one word or with how far it is off."""
    if one.reached:
        return "reached"
    limit = one.at_most if one.at_most is not None else one.at_least
    return f"missed, {one.value / limit:,.3g} times that" if limit else "missed"
