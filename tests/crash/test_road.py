"""kill -9 inside every stop of the road: the ticket ends as if nobody had been killed."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdshort import flow
from tests.crash import road
from tests.crash.executor import fork
from tests.crash.later_stops import LATER
from tests.crash.road import HALTING, MOMENTS, Death
from tests.crash.test_cut import everything
from tests.desk import Desk, Server
from tests.fakes.running import Target, running_target
from tests.kernel import waking

STOPS = {**road.STOPS, **LATER}
SAFE = {"execution.resumed", "execution.delayed"}
"""What recovery may add to the record."""


class Road:
    """All stops on one desk, killed at one moment; then the sweep finds what is due."""

    def __init__(self, desk: Desk, target: Target, folder: Path, at: str) -> None:
        self.desk, self.target, self.log, self.at = desk, target, folder / "log", at
        self.exits: dict[str, int | None] = {}
        self.changed: dict[str, bool] = {}
        tickets = {name: self.kill(name) for name in STOPS}
        desk.agent.will("idp.add_to_group", **road.GROUP)
        desk.refresh_reading()
        waking.run_by_sweep_alone(desk, rounds=30)
        self.ends = {name: self.end(ticket) for name, ticket in tickets.items()}

    def kill(self, name: str) -> int:
        """Kill a process inside the stop; a person who saw nothing recorded does it again."""
        stop = STOPS[name]
        self.desk.refresh_reading()
        args = stop.ready(self.desk)
        before = everything(self.desk)
        self.exits[name] = self.enter(name, args, self.at)
        self.changed[name] = everything(self.desk) != before
        if stop.role == "web" and not self.changed[name]:
            assert self.enter(name, args, "") == 0, self.log.read_text()
        return int(args[0]) or self.newest_ticket()

    def enter(self, name: str, args: Any, at: str) -> int | None:
        url = self.desk.url(STOPS[name].role)
        process = fork(road.enter, Death(name, args, at, url, self.log, self.target.url))
        process.join(60)
        return process.exitcode

    def newest_ticket(self) -> int:
        return int(self.desk.sql("SELECT COALESCE(max(number), 0) FROM public.ticket")[0][0])

    def end(self, ticket: int) -> dict[str, Any]:
        """What came of a ticket, without anything that differs from one ticket to the next."""
        found = self.desk.sql(f"SELECT count(*) FROM public.ticket WHERE number = {ticket}")
        if found == [(0,)]:
            return {}
        actions = self.desk.actions(ticket)
        roots = {one.action.root for one in actions}
        events = self.desk.sql(f"SELECT name FROM kernel.event WHERE ticket = {ticket}")
        return {
            "stands": self.desk.ticket(ticket)["stands"],
            "actions": [(one.action.type, one.action.version, one.state) for one in actions],
            "effects": Counter(
                effect["shape"] for effect in self.target.effects() if effect["id"] in roots
            ),
            "said": self.desk.said(ticket),
            "events": Counter(name for (name,) in events if name not in SAFE),
            "secrets": self.desk.sql(f"SELECT 1 FROM public.sealed WHERE ticket = {ticket}"),
        }


@pytest.fixture(scope="module")
def roads(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Road]]:
    with pytest.MonkeyPatch.context() as patch:
        made = {}
        for at in ("", *MOMENTS):
            folder = tmp_path_factory.mktemp("road")
            desk = Desk(server, folder)
            with running_target(folder / "effects") as target:
                patch.setenv("FAKE_TARGET_URL", target.url)
                desk.connectors = road.connectors()
                made[at] = Road(desk, target, folder, at)
            desk.close()
        yield made


@pytest.mark.parametrize("name", STOPS)
def test_a_stop_that_nobody_interrupts_comes_through(roads: dict[str, Road], name: str) -> None:
    assert (roads[""].exits[name], roads[""].changed[name]) == (0, True)


@pytest.mark.parametrize("at", MOMENTS)
@pytest.mark.parametrize("name", STOPS)
def test_a_killed_stop_is_void_or_done_and_the_ticket_ends_the_same(
    roads: dict[str, Road], name: str, at: str
) -> None:
    killed = roads[at]
    assert killed.exits[name] == -9
    assert killed.changed[name] == (at == "commit:after")
    assert killed.ends[name] == roads[""].ends[name]


@pytest.mark.parametrize("at", MOMENTS)
@pytest.mark.parametrize("name", HALTING)
def test_a_desk_that_was_put_back_is_halted_and_goes_on_once(
    desk: Desk, tmp_path: Path, name: str, at: str
) -> None:
    stop = HALTING[name]
    args, url = stop.ready(desk), desk.url(stop.role)
    rows = "SELECT (SELECT count(*) FROM kernel.restoration), (SELECT count(*) FROM "
    rows += "kernel.settlement), (SELECT count(*) FROM kernel.reconciliation)"
    before = everything(desk), desk.sql(rows)
    exits = []
    for moment in (at, "", ""):
        killed = fork(road.enter, Death(name, args, moment, url, tmp_path / "log", ""))
        killed.join(60)
        exits.append(killed.exitcode)
        changed = (everything(desk), desk.sql(rows)) != before
        assert moment != at or changed == (at == "commit:after")
    assert exits[0] == -9
    # A person who repeats it reads that it is done; the clock that repeats it finds it done.
    assert set(exits[1:]) <= {0, 1}
    assert desk.sql(rows) == [{"watch": (1, 0, 0), "settle": (1, 1, 0)}.get(name, (1, 1, 1))]


NOT_KILLED = {"resume", "release", "notice_leavers", "notice_deadlines", "deliver", "see"}
"""Stops that stage or offer in one transaction; a kill in the middle of staging is tried.
And `deliver`, which writes no row of the road; test_deliveries kills there. `see` writes what it
has to say of an action in one transaction, and its clock strikes again."""


def test_every_stop_of_the_road_is_tried_or_named_as_not_killed() -> None:
    tried = {name.partition(",")[0] for name in STOPS} | set(HALTING) | NOT_KILLED
    stops = {name for name in flow.__all__ if inspect.isfunction(getattr(flow, name))}
    assert tried == stops
