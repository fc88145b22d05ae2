"""Cumulative blast: many small changes are held as the one large change that they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.budgets import (
    DAY,
    HOUR,
    Reached,
    rolling,
    to_undo,
    too_many,
    too_privileged,
)
from tests.core.examples import NOON

FIVE: dict[str, Any] = {"budgets": {"people_per_hour": 5}}
MINUTE = timedelta(minutes=1)


def reached(
    person: str,
    *,
    ago: timedelta = 10 * MINUTE,
    alone: bool = True,
    by: str = "hr",
) -> Reached:
    at = NOON - ago
    return Reached(
        action=f"a-{person}",
        ticket=7,
        title="idp.suspend",
        person=person,
        name=person.title(),
        requester=by,
        staged_at=at,
        permitted_at=at if alone else None,
    )


def many(count: int, **how: Any) -> list[Reached]:
    return [reached(f"p{n}", **how) for n in range(count)]


def held(earlier: list[Reached], *people: str, document: Any = FIVE) -> Any:
    return too_many(document, 3, earlier, frozenset(people), NOON)


# ------------------------------------------------------------------ the budget of an hour


def test_the_fifth_within_an_hour_passes_and_the_sixth_is_held_with_the_earlier_ones() -> None:
    assert held(many(4), "x") is None
    reason = held(many(5), "x")
    assert reason is not None and reason.rule == "raise.budget"
    assert (reason.observed, reason.limit) == ("6 people", "5 people an hour")
    assert "Before: P0, P1, P2, P3, P4." in reason.text
    assert "Wait until 12:50 UTC" in reason.would_pass


def test_the_same_person_twice_is_one_person() -> None:
    assert held([*many(5), *many(5)], "p0") is None


def test_a_batch_counts_before_its_first() -> None:
    assert held([], *(f"x{n}" for n in range(5))) is None
    reason = held([], *(f"x{n}" for n in range(41)))
    assert reason is not None and reason.observed == "41 people"
    assert reason.would_pass == "Have a person decide."


def test_an_hour_is_over_to_the_second_and_what_people_decide_does_not_count() -> None:
    assert held(many(5, ago=HOUR), "x") is None
    assert held(many(5, ago=HOUR - timedelta(seconds=1)), "x") is not None
    assert held(many(5, alone=False), "x") is None


@pytest.mark.parametrize("document", [None, {"budgets": 7}, {"budgets": {"people_per_hour": "5"}}])
def test_a_limit_that_cannot_be_read_lets_nobody_be_reached(document: Any) -> None:
    assert held([], "x", document=document) is not None


# ------------------------------------------------------------------ the privileged of a day


def second(earlier: list[Reached], *people: str, document: Any = None) -> Any:
    return too_privileged(document or {"budgets": {}}, 3, earlier, frozenset(people), NOON)


def test_the_first_privileged_person_of_a_day_passes_and_the_second_is_held_with_the_first() -> (
    None
):
    assert second([], "omar") is None
    assert second([reached("omar")], "omar") is None
    reason = second([reached("omar", ago=23 * HOUR)], "greta")
    assert reason is not None and reason.rule == "raise.privileged_budget"
    assert (reason.observed, reason.limit) == ("2 privileged people", "1 a day")
    assert "Before: Omar." in reason.text
    assert reason.would_pass == "Wait until 13:00 UTC on 01 December, or have a person decide."


def test_privileged_people_of_a_batch_count_before_its_first() -> None:
    assert second([], "omar", "greta") is not None
    assert second([], "omar", "greta", document={"budgets": {"privileged_per_day": 2}}) is None


def test_a_day_is_over_to_the_second_and_what_people_decided_about_the_privileged_is_apart() -> (
    None
):
    assert second([reached("omar", ago=DAY)], "greta") is None
    assert second([reached("omar", ago=DAY - timedelta(seconds=1))], "greta") is not None
    assert second([reached("omar", alone=False)], "greta") is None


@pytest.mark.parametrize("said", [7, {"privileged_per_day": "1"}, {"privileged_per_day": True}])
def test_a_limit_of_privileged_people_that_cannot_be_read_lets_none_be_reached(said: Any) -> None:
    assert second([], "omar", document={"budgets": said}) is not None


# ------------------------------------------------------------------ a day of one requester


def test_more_than_few_people_within_a_day_are_the_organisation() -> None:
    waiting = many(5, alone=False)
    assert rolling(FIVE, waiting, frozenset({"p0"}), "hr", NOON) is None
    level = rolling(FIVE, waiting, frozenset({"x"}), "hr", NOON)
    assert level is not None and level.value == 3
    assert level.facts[0].text == "6 people within a day, by what the same person asked for."
    assert rolling(FIVE, waiting, frozenset({"x"}), "somebody-else", NOON) is None
    assert rolling(FIVE, many(5, ago=DAY), frozenset({"x"}), "hr", NOON) is None


def test_the_one_person_that_is_asked_for_now_is_no_crowd() -> None:
    assert rolling({"budgets": {"people_per_hour": 0}}, [], frozenset({"x"}), "hr", NOON) is None


# ------------------------------------------------------------------ undo, properties


def test_what_ran_by_rules_is_listed_for_undo_with_its_id() -> None:
    notes = to_undo([reached("a"), reached("b", alone=False)])
    assert [(note.rule, note.observed) for note in notes] == [("note.earlier", "a-a")]
    assert "idp.suspend, A, ticket 7" in notes[0].text


entries = st.lists(
    st.builds(
        lambda person, minutes, alone: reached(person, ago=minutes * MINUTE, alone=alone),
        st.sampled_from("abcdefgh"),
        st.integers(0, 90),
        st.booleans(),
    ),
    max_size=10,
)
crowds = st.frozensets(st.sampled_from("abcdefghijkl"), min_size=1)


@given(entries, entries, crowds, crowds)
def test_more_people_or_more_before_never_free_what_was_held(
    before: list[Reached], more: list[Reached], people: frozenset[str], others: frozenset[str]
) -> None:
    if too_many(FIVE, 1, before, people, NOON):
        assert too_many(FIVE, 1, [*before, *more], people | others, NOON)
    if too_privileged(FIVE, 1, before, people, NOON):
        assert too_privileged(FIVE, 1, [*before, *more], people | others, NOON)
    if rolling(FIVE, before, people, "hr", NOON):
        assert rolling(FIVE, [*before, *more], people | others, "hr", NOON)


@given(crowds)
def test_a_split_is_held_no_later_than_with_the_last_of_the_whole(people: frozenset[str]) -> None:
    """Whoever offers the people of a batch one by one is held where the batch would have been."""
    whole = too_many(FIVE, 1, [], people, NOON) is not None
    done: list[Reached] = []
    stopped = False
    for person in sorted(people):
        stopped = stopped or too_many(FIVE, 1, done, frozenset({person}), NOON) is not None
        done.append(reached(person))
    assert stopped is whole
