"""Positions in the log: none is left out, by whichever desk and however late."""

from __future__ import annotations

import psycopg
import pytest

from holdshort import flow, jobs
from tests.desk import Desk


def events(desk: Desk, number: int, name: str = "ticket.received") -> None:
    desk.sql(
        "INSERT INTO kernel.event (name, actor, detail) "
        f"SELECT '{name}', 'dana', '{{}}' FROM generate_series(1, {number})"
    )


def positions(desk: Desk) -> list[int]:
    return [row[0] for row in desk.sql("SELECT position FROM kernel.log ORDER BY position")]


def unlogged(desk: Desk) -> int:
    [(found,)] = desk.sql(
        "SELECT count(*) FROM kernel.event e "
        "WHERE NOT EXISTS (SELECT FROM kernel.log l WHERE l.event = e.id)"
    )
    return int(found)


@pytest.fixture
def late(desk: Desk) -> psycopg.Connection[object]:
    """Somebody who has written an event and does not commit yet."""
    connection = psycopg.connect(desk.url("web"))
    connection.execute(
        "INSERT INTO kernel.event (name, actor, detail) VALUES ('ticket.replied', 'dana', '{}')"
    )
    return connection


def test_the_other_sequencer_waits_for_nothing_and_logs_nothing(desk: Desk) -> None:
    events(desk, 3)
    with psycopg.connect(desk.url("desk")) as other, desk.role("desk"):
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('sequencer', 0))")
        assert flow.sequence() == 0
    with desk.role("desk"):
        assert flow.sequence() == unlogged_before(desk)
    assert unlogged(desk) == 0


def unlogged_before(desk: Desk) -> int:
    """Every event of this desk, as none was logged before."""
    return int(desk.sql("SELECT count(*) FROM kernel.event")[0][0])


def test_an_event_that_is_committed_after_a_few_later_ones_is_logged_at_once(
    desk: Desk, late: psycopg.Connection[object]
) -> None:
    events(desk, 20)
    with desk.role("desk"):
        flow.sequence()
        late.commit()
        assert flow.sequence() == 1
    assert positions(desk) == list(range(len(positions(desk))))
    late.close()


def test_one_that_is_much_later_is_found_by_the_clock_for_stragglers(
    desk: Desk, late: psycopg.Connection[object]
) -> None:
    events(desk, flow.IN_FLIGHT * 3)
    with desk.role("desk"):
        flow.sequence()
        late.commit()
        assert (flow.sequence(), unlogged(desk)) == (0, 1)
        jobs.CLOCKS["desk"]["stragglers"]()
    assert unlogged(desk) == 0
    assert jobs.SECONDS_BETWEEN["stragglers"] <= 1
    late.close()


def test_one_that_is_later_than_that_is_found_by_the_sweep_of_everything(
    desk: Desk, late: psycopg.Connection[object]
) -> None:
    events(desk, flow.LATE + 100)
    with desk.role("desk"):
        while flow.sequence():
            pass
        late.commit()
        jobs.CLOCKS["desk"]["stragglers"]()
        assert unlogged(desk) == 1
        flow.sweep()
    assert unlogged(desk) == 0
    late.close()
