"""What rules do with tickets that nobody wrote: a list of samples, asked about one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from holdshort import catalogue
from holdshort.core.terms import Circumstances, Offered, Phase
from holdshort.records import db
from holdshort.records.world import World
from holdshort.stops import lines
from holdshort.stops.assess import Assessment
from holdshort.stops.simulating import OUTCOMES, Answer, Rules, Simulation, difference, tried_as

_STRICTNESS = tuple(OUTCOMES)


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that somebody might ask for; `phase` as if its category had that one."""

    name: str
    offered: Offered
    asked: Circumstances
    phase: Phase | None


def sample(
    samples: Sequence[Sample],
    document: Mapping[str, Any] | None,
    *,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Simulation:
    """Ask the gate about each sample, under the rules in force and under those of `document`.

    A bundle ends as its strictest line does. Raises LookupError where no rules are in force.
    """
    with db.looking():
        force = db.row("policy_in_force")
        if force is None:
            raise LookupError("no rules are in force")
        tried = tried_as(document, force)
        answers: list[Answer] = []
        unjudged: Counter[str] = Counter()
        for done, one in enumerate(samples, 1):
            try:
                answers.append(_answer(one, force, tried))
            except catalogue.CatalogueError as no:
                unjudged[f"{one.name}: {str(no).rstrip('.')}"] += 1
            told(done, len(samples))
        return Simulation(force["number"], tuple(answers), dict(unjudged))


def _answer(one: Sample, force: Rules, tried: Rules) -> Answer:
    now, then = _strictest(one, force), _strictest(one, tried)
    return Answer(
        action=one.name,
        version=1,
        ticket=None,
        type=one.offered.type,
        now=OUTCOMES[now.gate.mode],
        then=OUTCOMES[then.gate.mode],
        why=difference(now, then),
    )


def _strictest(one: Sample, rules: Rules) -> Assessment:
    world = World(rules=rules)
    found = lines.assess_all([one.offered], one.asked, world, draft=_draft, phase=one.phase)
    left = [line for line in found if not line.findings.already] or found
    return max(left, key=lambda line: _STRICTNESS.index(line.gate.mode))


def _draft(position: int) -> dict[str, Any]:
    """Nothing is written, so a change is known by its place alone."""
    return {"id": str(position), "root": str(position), "version": 1, "ticket": None}
