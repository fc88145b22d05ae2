"""What waits: how long it takes to get there, what it weighs, how fast it is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import cycle, product

from bench.figures import Figure, Times
from bench.ground import Ground
from holdshort import flow
from holdshort.core.terms import Offered
from holdshort.records import db, offers, queue, tickets
from holdshort.records.world import World
from holdshort.stops import staging
from holdshort.stops.assess import assess

# Harmless enough for one yes, unusual enough to need it.
REQUESTS = tuple(product(("sales-apac", "sales-emea"), ("erik", "aylin", "mateo", "jonas")))
MILLISECONDS_OF_A_PAGE = 5.0
"""The target for finding a page of the queue with 10,000 reviews waiting."""

WAITING = "SELECT count(*) FROM kernel.action_state WHERE state = 'waiting'"


def fill(ground: Ground, number: int) -> tuple[list[Figure], list[str]]:
    """Let actions wait for a review, each through the real road; how long that takes."""
    times, wanted, staged = Times(), cycle(REQUESTS), []
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
    each = times.total("receive", "propose (scripted agent)", "stage and gate") / number
    return [
        Figure("actions that come to wait in a second, one client", round(1000 / each, 1), "1/s"),
        Figure("10,000 of them take", round(each * 10_000 / 60_000, 1), "minutes"),
        *times.figures(),
    ], staged


def _proposal(ground: Ground, ticket: int) -> str:
    with ground.plain.cursor() as cursor:
        cursor.execute("SELECT id FROM kernel.proposal WHERE ticket = %s", [ticket])
        return str(cursor.fetchone()[0])


def _forget_jobs(ground: Ground) -> None:
    """Wake-ups that no process here works off are no part of a waiting action's weight."""
    ground.desk.sql("TRUNCATE procrastinate_jobs CASCADE")


def lists(ground: Ground, times: int) -> list[Figure]:
    """The lists of somebody who decides, beside whatever else there is."""
    found, person = Times(), "sven"
    ground.as_role("web")
    for page in range(times):
        with found.of("a page of their queue"):
            queue.reviews(person, page=page % 4 + 1)
    pages = found.figures(at_most=MILLISECONDS_OF_A_PAGE)
    more = Times()
    for _ in range(times):
        with more.of("a page of everybody's queue"):
            queue.reviews(person, mine=False)
        with more.of("how much waits for them (every page says it)"):
            db.row("waiting_counts", person=person, counted=100)
    for _ in range(max(1, times // 10)):
        with more.of("a search in their queue that finds much"):
            queue.reviews(person, search="erik")
        with more.of("a search in their queue that finds nothing"):
            queue.reviews(person, search="no such name")
        with more.of("the 300th page of everybody's queue"):
            queue.reviews(person, mine=False, page=300)
        with more.of("a page of what is decided"):
            queue.reviews(person, mine=False, state="closed")
    floor = _plain_page(ground, times)
    waiting = ground.number(WAITING)
    return [
        Figure("reviews that wait", waiting, "reviews"),
        *(replace(one, floor=floor, ratio=round(one.value / floor, 1)) for one in pages[:1]),
        *pages[1:],
        *more.figures(),
    ]


def _plain_page(ground: Ground, times: int) -> float:
    """Milliseconds of reading a page's rows by their keys, without looking for them."""
    numbers = [row["number"] for row in queue.reviews("sven").rows]
    found = Times()
    for _ in range(times):
        with found.of("floor"):
            db.rows("listed_reviews", numbers=numbers, person="sven")
    return found.figures()[0].value


def upkeep(ground: Ground, times: int) -> list[Figure]:
    """What the desk asks by the clock, and at every staging."""
    found, day = Times(), timedelta(days=1)
    ground.as_role("desk")
    for _ in range(times):
        with found.of("give new events their place in the log (ten times a second)"):
            flow.sequence()
        with found.of("who leads how many open reviews (at staging)"):
            db.rows("open_reviews", people=["sven", "nadia", "ines", "helena", "lukas"])
        with found.of("whether this category is new (at staging)"):
            db.value("precedent", category="idp.add_to_group/2")
    for _ in range(max(1, times // 20)):
        with found.of("a sweep of the last day (every 30 s)"):
            flow.sweep(over=day)
        with found.of("a sweep of everything (once an hour)"):
            flow.sweep()
    ground.desk.sql("TRUNCATE procrastinate_jobs CASCADE")
    return found.figures()


def _of_today(ground: Ground, requester: str) -> int:
    return ground.number(
        "SELECT count(*) FROM kernel.action WHERE staged_at > clock_timestamp() - interval '1 day' "
        f"AND requester = '{requester}'"
    )


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
    what = f"assess one action, beside {_of_today(ground, row['requester']):,} that the same person"
    what += " asked for today"
    for _ in range(times):
        with found.of(what), db.transaction():
            circumstances = staging.circumstances_of(row, proposal, db.now())
            assess(offered, circumstances, World(), draft=draft)
    return found.figures()
