"""The sweep wakes what was forgotten, and does not pile up wake-ups for whoever is away."""

from __future__ import annotations

from holdshort import flow
from holdshort.records import db
from holdshort.records.wake import wake
from tests.desk import Desk


def waiting_jobs(desk: Desk) -> list[tuple[str, str]]:
    return desk.sql("SELECT task_name, args->>'id' FROM procrastinate_jobs WHERE status = 'todo'")


def test_a_sweep_over_a_process_that_is_away_wakes_it_once(desk: Desk) -> None:
    who = desk.sender("dana")
    with desk.role("web"):
        number = flow.receive("", "I forgot my password", sender=who)
    desk.sql("DELETE FROM procrastinate_jobs")
    desk.sql("UPDATE turn SET at = at - interval '1 minute'")
    for _ in range(3):
        with desk.role("desk"):
            flow.sweep()
    assert waiting_jobs(desk) == [("propose", str(number))]


def test_a_rolled_back_change_wakes_nobody(desk: Desk) -> None:
    class Broken(Exception):
        pass

    with desk.role("web"):
        try:
            with db.transaction():
                wake("propose", 1)
                raise Broken
        except Broken:
            pass
    assert waiting_jobs(desk) == []
