"""Those who are asked are written once for all reviews that ask the same people."""

from __future__ import annotations

from typing import Any

from holdshort.core.routing import Assigned
from holdshort.records import db, panels, queue
from tests.desk import Desk


def grave(desk: Desk, person: str) -> Any:
    desk.agent.will("idp.add_to_group", person=person, group="build-tools")
    return desk.action(desk.ask(person, "please"))


def test_reviews_that_ask_the_same_people_share_their_panel(desk: Desk) -> None:
    found = [grave(desk, person) for person in ("dana", "erik", "bea", "aylin", "mateo", "jonas")]
    leading = {story.assignments[0]["person"] for story in found}
    assert len({frozenset(_asked(story)) for story in found}) == 1
    # Whoever leads may differ, so that the load is spread; the order behind them does not.
    assert len({story.review["panel"] for story in found}) == len(leading) < len(found)
    assert desk.sql("SELECT count(*) FROM kernel.panel") == [(len(leading),)]
    assert desk.sql("SELECT count(*) FROM kernel.assignment") == [(0,)]


def test_the_first_leads_and_nobody_is_a_panel_too(desk: Desk) -> None:
    def asked(*people: str) -> int:
        with desk.role("desk"):
            return panels.of([Assigned(one, "w", rank) for rank, one in enumerate(people, 1)])

    assert asked("sven", "nadia", "ines") == asked("sven", "ines", "nadia")
    assert asked("nadia", "sven", "ines") != asked("sven", "nadia", "ines")
    assert asked() == panels.NOBODY
    first = "SELECT person FROM kernel.seat WHERE rank = 1 ORDER BY 1"
    assert desk.sql(first) == [("nadia",), ("sven",)]


def test_a_queue_holds_what_waits_for_a_panel_and_for_those_who_were_asked_later(
    desk: Desk,
) -> None:
    story = grave(desk, "dana")
    number = story.review["number"]
    other = next(one for one in ("carla", "lea") if one not in _asked(story))

    def waiting(person: str) -> tuple[list[int], list[int], int]:
        with desk.role("web"):
            open_now = [row["number"] for row in queue.reviews(person).rows]
            past = [row["number"] for row in queue.reviews(person, state="all").rows]
            counts = db.row("waiting_counts", person=person, counted=100)
        return open_now, past, (counts or {})["reviews"]

    assert waiting(story.assignments[0]["person"]) == ([number], [number], 1)
    assert waiting(other) == ([], [], 0)
    with desk.role("desk"):
        db.run(
            "add_assignment",
            review=number,
            person=other,
            why="handed over",
            rank=9,
            delegation=None,
        )
    assert waiting(other) == ([number], [number], 1)
    assert _asked(desk.story(story.action.id))[-1] == other


def _asked(story: Any) -> list[str]:
    return [one["person"] for one in story.assignments]
