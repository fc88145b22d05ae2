"""What is timed. Every figure that costs disk time is printed next to its floor of the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, product
from statistics import quantiles

from bench.ground import Ground
from holdshort import flow
from holdshort.core.terms import Offered
from holdshort.records import db, offers, queue, tickets
from holdshort.records.world import World
from holdshort.stops import staging
from holdshort.stops.assess import assess

# Harmless enough for one yes, unusual enough to need it.
REQUESTS = tuple(product(("sales-apac", "sales-emea"), ("erik", "aylin", "mateo", "jonas")))
TABLES = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r' "
TABLES += "AND c.relnamespace IN ('kernel'::regnamespace, 'public'::regnamespace)"

TRANSACTIONS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
"""Grows by one with every transaction that writes, so with every commit that waits for the disk."""


@dataclass(frozen=True)
class Figure:
    """One line of the table; `floor` is a plain measure of the same run, `ratio` value to floor."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None


class Times:
    """Milliseconds of each named stop."""

    def __init__(self) -> None:
        self._of: dict[str, list[float]] = {}

    @contextmanager
    def of(self, stop: str) -> Iterator[None]:
        """Time what happens inside."""
        start = time.perf_counter()
        yield
        self._of.setdefault(stop, []).append((time.perf_counter() - start) * 1000)

    def total(self, *stops: str) -> float:
        """Milliseconds of these stops together."""
        return sum(sum(self._of[stop]) for stop in stops)

    def figures(self) -> list[Figure]:
        """The middle and the slowest hundredth of every stop."""
        return [
            Figure(f"{stop}, {name}", round(at, 2), "ms")
            for stop, found in self._of.items()
            for name, at in (("p50", percentile(found, 50)), ("p99", percentile(found, 99)))
        ]


def percentile(found: list[float], at: int) -> float:
    """What so many of a hundred are not above."""
    return quantiles(found, n=100, method="inclusive")[at - 1]


# ------------------------------------------------------------------ waiting


def fill(ground: Ground, number: int) -> tuple[list[Figure], list[str]]:
    """Let actions wait for a review: how long staging takes, and what a waiting one weighs."""
    times, wanted = Times(), cycle(REQUESTS)
    weight, staged = ground.number(TABLES), []
    for _ in range(number):
        group, person = next(wanted)
        ground.desk.agent.will("idp.add_to_group", person=person, group=group)
        sender = ground.sender(person)
        ground.as_role("web")
        with times.of("receive"):
            ticket = flow.receive("", f"Please add me to {group}.", sender=sender)
        ground.as_role("agent")
        with times.of("propose (scripted agent)"):
            flow.propose(ticket, agent=ground.desk.agent, person="agent")
        proposal = _proposal(ground, ticket)
        ground.as_role("desk")
        with times.of("stage and gate"):
            flow.stage(proposal)
        staged.append(str(db.rows("actions_of_ticket", ticket=ticket)[0]["id"]))
    _forget_jobs(ground)
    weight = (ground.number(TABLES) - weight) // number
    return [*times.figures(), Figure("one waiting action on disk", weight, "bytes")], staged


def _proposal(ground: Ground, ticket: int) -> str:
    with ground.plain.cursor() as cursor:
        cursor.execute("SELECT id FROM kernel.proposal WHERE ticket = %s", [ticket])
        return str(cursor.fetchone()[0])


def _forget_jobs(ground: Ground) -> None:
    """Wake-ups that no process here works off are no part of a waiting action's weight."""
    ground.desk.sql("TRUNCATE procrastinate_jobs CASCADE")


def lists(ground: Ground, times: int = 50) -> list[Figure]:
    """The queue of somebody who decides, with everything that waits in it."""
    found, person = Times(), "sven"
    ground.as_role("web")
    for page in range(times):
        with found.of("a page of the queue"):
            total = queue.reviews(person, page=page % 4 + 1).total
        with found.of("a search in the queue"):
            queue.reviews(person, search="aylin")
    return [Figure("reviews in the queue", total, "reviews"), *found.figures()]


def assessments(ground: Ground, times: int = 300) -> list[Figure]:
    """The gate's answer about one action, its facts read from the database, nothing written."""
    found = Times()
    ground.as_role("desk")
    ticket = ground.number("SELECT max(number) FROM public.ticket")
    proposal, row = offers.proposal(_proposal(ground, ticket)), tickets.ticket(ticket)
    assert proposal is not None and row is not None
    draft = {"id": "bench", "root": "bench", "version": 1, "ticket": ticket, "position": 0}
    draft |= {"after": (), "undoes": None}
    offered = Offered("idp.add_to_group", {"person": "erik", "group": "build-tools"})
    for _ in range(times):
        with found.of("assess one action"), db.transaction():
            circumstances = staging.circumstances_of(row, proposal, db.now())
            assess(offered, circumstances, World(), draft=draft)
    return found.figures()
