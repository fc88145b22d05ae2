"""The lists of reviews: what is open, for whom, in which order, and that nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from holdshort import flow, jobs
from holdshort.core.terms import Target
from holdshort.records import db, queue
from tests.desk import Desk
from tests.kernel.rows import Kernel


@pytest.fixture
def kernel(desk: Desk) -> Iterator[Kernel]:
    one = Kernel(desk)
    yield one
    one.close()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows make a page, and three beyond its first are counted."""
    monkeypatch.setattr(queue, "PAGE", 2)
    monkeypatch.setattr(queue, "COUNTED", 3)


def numbers(desk: Desk, **asked: object) -> list[int]:
    """The reviews of the first page."""
    with desk.role("web"):
        return [row["number"] for row in queue.reviews("sven", **asked).rows]  # type: ignore[arg-type]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("mine", "state"), [(True, "open"), (False, "open"), (False, "all")])
def test_whoever_turns_the_pages_sees_every_review_once(
    desk: Desk, kernel: Kernel, mine: bool, state: str
) -> None:
    waiting = {kernel.reviewed().review["review"] for _ in range(9)}
    seen: list[int] = []
    with desk.role("web"):
        page = queue.reviews("sven", mine=mine, state=state)
        assert (page.total, page.more, page.pages) == (3, True, 2)
        while True:
            seen += [row["number"] for row in page.rows]
            if page.number == page.pages:
                break
            page = queue.reviews("sven", mine=mine, state=state, page=page.number + 1)
    assert (page.total, page.more) == (9, False)
    assert len(seen) == 9 and set(seen) == waiting


def test_what_ends_first_is_asked_first(desk: Desk, kernel: Kernel) -> None:
    late, soon, middle = (
        kernel.reviewed(expires_at=kernel.now() + timedelta(hours=hours)).review["review"]
        for hours in (70, 1, 30)
    )
    assert numbers(desk) == [soon, middle, late]
    assert numbers(desk, mine=False) == [soon, middle, late]


def test_a_review_leaves_the_queue_when_it_is_answered_ended_or_over(
    desk: Desk, kernel: Kernel
) -> None:
    answered, permitted, ended, over, waiting = (
        kernel.decided(kernel.reviewed(), "sven"),
        kernel.authorized(kernel.decided(kernel.reviewed(), "nadia")),
        kernel.turned(kernel.reviewed(), "withdrawn", "web"),
        kernel.reviewed(expires_at=kernel.now() - timedelta(hours=1)),
        kernel.reviewed(),
    )
    ids = [made.review["review"] for made in (answered, permitted, ended, over, waiting)]
    assert numbers(desk) == [ids[4]]
    assert numbers(desk, mine=False) == [ids[0], ids[4]], "it is not decided until the desk says so"
    closed = [ids[3], *ids[1:3]]
    assert set(numbers(desk, mine=False, state="closed")) == set(closed)
    assert set(numbers(desk, state="closed")) == set(closed)
    assert set(numbers(desk, state="all")) == set(ids)


def test_only_those_who_were_asked_have_it_in_their_queue(desk: Desk, kernel: Kernel) -> None:
    kernel.reviewed(asked=("nadia",))
    assert numbers(desk) == []
    assert len(numbers(desk, mine=False)) == 1


@pytest.mark.parametrize("state", ["open", "all"])
@pytest.mark.parametrize("mine", [True, False])
def test_the_queue_is_searched_by_name_type_ticket_and_target(
    desk: Desk, kernel: Kernel, mine: bool, state: str
) -> None:
    made, other = (
        kernel.reviewed(kernel.assessed(kernel.staged(**said)))
        for said in (
            {"target": Target("directory", "printers")},
            {"target": Target("directory", "x"), "requester": "bea", "type": "idp.disable_user"},
        )
    )
    found = made.review["review"]
    for words in ("dana", "add_to_gr", str(made.action.ticket), "RINTER"):
        assert numbers(desk, search=words, mine=mine, state=state) == [found], words
    assert numbers(desk, search="nobody", mine=mine, state=state) == []
    assert numbers(desk, search="BEA", mine=mine, state=state) == [other.review["review"]]


def test_the_header_counts_no_further_than_it_shows(desk: Desk, kernel: Kernel) -> None:
    for _ in range(4):
        kernel.reviewed()
    with desk.role("web"):
        counted = [db.row("waiting_counts", person="sven", counted=most) for most in (3, 10)]
    assert [one and one["reviews"] for one in counted] == [3, 4]


def test_a_sweep_of_the_last_day_leaves_older_things_to_one_of_everything(
    desk: Desk, kernel: Kernel
) -> None:
    for table, at in (("kernel.decision", "decided_at"), ("kernel.event", "at")):
        kernel.decided(kernel.reviewed(), "sven")
        desk.sql(f"UPDATE {table} SET {at} = {at} - interval '2 days'")
    desk.sql("DELETE FROM procrastinate_jobs")
    with desk.role("desk"):
        assert flow.sweep(over=timedelta(days=1)) == 0
        assert flow.sweep() > 0


def test_the_desk_sweeps_everything_soon_after_the_start_and_every_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    swept: list[timedelta | None] = []
    monkeypatch.setattr(flow, "sweep", lambda *, over: swept.append(over))
    sweep = jobs.sweeps()
    for _ in range(122):
        sweep()
    assert [n for n, over in enumerate(swept) if over is None] == [1, 121]


def test_a_sweep_of_everything_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[timedelta | None] = []

    def away(*, over: timedelta | None) -> None:
        swept.append(over)
        if over is None:
            raise ConnectionError

    monkeypatch.setattr(flow, "sweep", away)
    sweep = jobs.sweeps()
    sweep()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            sweep()
    assert swept == [timedelta(days=1), None, None]
