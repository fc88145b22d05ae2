"""Which reviews the sweep gives to somebody else: exactly those that too few can decide now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from holdshort import flow
from holdshort.records import db
from tests.desk import Desk
from tests.kernel.rows import Kernel

NOT_HERE = {
    "nadia": "INSERT INTO absence VALUES ('nadia', clock_timestamp() - interval '1 day', "
    "clock_timestamp() + interval '1 day')",
    "helena": "UPDATE profile SET employment_status = 'ended' WHERE person = 'helena'",
    "petra": "UPDATE profile SET employment_end = current_date - 1 WHERE person = 'petra'",
    "lukas": "DELETE FROM authority WHERE person = 'lukas'",
}
HERE = ("sven", "ines")
BACK_AGAIN = (
    "INSERT INTO absence VALUES ('ines', now() - interval '9 days', now() - interval '2 days')"
)


@pytest.fixture
def kernel(desk: Desk) -> Iterator[Kernel]:
    one = Kernel(desk)
    yield one
    one.close()


def rerouted(desk: Desk) -> set[str]:
    with desk.role("desk"):
        due = db.rows("due", since=flow.EVER, now=db.now())
    found = [row["id"] for row in due if row["stop"] == "reroute"]
    assert len(found) == len(set(found)), "each is woken once"
    return set(found)


def test_every_review_that_too_few_can_decide_is_found_and_no_other(
    desk: Desk, kernel: Kernel
) -> None:
    asked = [group for size in range(4) for group in combinations((*HERE, *NOT_HERE), size)]
    expected = set()
    for group in asked:
        for needed in (1, 2):
            fault = "too few" if len(group) < needed else ""
            made = kernel.reviewed(kernel.assessed(needed=needed), asked=group, fault=fault)
            if len(set(group) & set(HERE)) < needed:
                expected.add(made.id)
    for statement in (*NOT_HERE.values(), BACK_AGAIN):
        desk.sql(statement)
    assert 0 < len(expected) < 2 * len(asked)
    assert rerouted(desk) == expected


def test_what_has_ended_or_was_permitted_is_not_given_to_somebody_else(
    desk: Desk, kernel: Kernel
) -> None:
    waits, late, stopped, permitted = (kernel.reviewed(asked=("nadia",)) for _ in range(4))
    kernel.authorized(kernel.decided(permitted, "nadia"))
    kernel.turned(stopped, "expired", role="desk")
    desk.sql(NOT_HERE["nadia"])
    for table in ("review", "assignment"):
        desk.sql(
            f"UPDATE kernel.{table} SET expires_at = clock_timestamp() - interval '1 second' "
            f"WHERE {'number' if table == 'review' else 'review'} = {late.review['review']}"
        )
    assert rerouted(desk) == {waits.id}
