"""The 56 tickets of the specification: what the desk of the demo company answers about each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk import Server
from tests.story.scenarios import (
    ROWS,
    THERE,
    Counters,
    Row,
    counters,
    find,
    outcome,
    said,
)

TESTS = Path(__file__).parents[1]
Answers = dict[str, dict[str, Any]]
DIMENSIONS = ("blast_radius", "irreversibility", "regulatory", "cost")
BY_ID: dict[str, Any] = {"ids": lambda row: row.id}
WITH_A_REASON = [
    *(pytest.param(row, id=f"{row.id} is missing: {row.missing}") for row in ROWS if row.missing),
    *(pytest.param(row, id=f"{row.id} differs: {row.differs}") for row in ROWS if row.differs),
]


@pytest.fixture(scope="module")
def desk(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    with counters(server, tmp_path_factory.mktemp("scenarios")) as one:
        yield one


@pytest.fixture(scope="module")
def found(desk: Counters) -> Answers:
    """What is answered about each ticket."""
    return {row.id: desk.ask(row) for row in THERE}


# ------------------------------------------------------------------ each row


@pytest.mark.parametrize("row", THERE, **BY_ID)
def test_a_ticket_gets_its_tier_and_mode(found: Answers, row: Row) -> None:
    assert outcome(found[row.id]) == (row.tier, row.mode), found[row.id]["gate"]["reasons"]


@pytest.mark.parametrize("row", THERE, **BY_ID)
def test_a_ticket_has_its_levels_with_their_facts_raises_and_policy_rule(
    found: Answers, row: Row
) -> None:
    answer, asserts = found[row.id], row.asserts
    assert answer["consequence"]["vector"] == asserts["levels"]
    for name, piece in zip(DIMENSIONS, asserts["facts"], strict=True):
        facts = answer["consequence"][name]["facts"]
        assert any(piece in fact["text"] for fact in facts), (name, facts)
        assert all(fact["source"] for fact in facts)
    assert rules(answer, "raise.") == asserts["raises"]
    assert rules(answer, "refuse.") == asserts.get("refusals", [])
    policy = [one for one in answer["gate"]["reasons"] if one["rule"].startswith("policy.")]
    told = [{"rule": one["rule"], "passes": one["text"].startswith("Allowed")} for one in policy]
    assert told == ([asserts["policy"]] if "policy" in asserts else [])


@pytest.mark.parametrize("row", THERE, **BY_ID)
def test_a_ticket_says_what_must_be_seen_and_asks_who_must_decide(found: Answers, row: Row) -> None:
    answer = found[row.id]
    words = "\n".join(said(answer))
    assert [piece for piece in row.asserts["says"] if piece not in words] == []
    reviewers = {who["person"] for who in answer["gate"]["reviewers"]}
    if row.mode != "HITL":
        assert reviewers == set() and "asks" not in row.asserts
        return
    assert set(row.asserts["asks"]) <= reviewers
    assert row.body["requester"] not in reviewers
    assert answer["gate"]["needed"] == row.asserts["needed"]
    assert "can end this wait" in answer["gate"]["who_can_end_it"]


def rules(answer: dict[str, Any], kind: str) -> list[str]:
    return [one["rule"] for one in answer["gate"]["reasons"] if one["rule"].startswith(kind)]


def test_a_type_has_the_least_tier_of_its_tickets() -> None:
    from holdshort import catalogue

    for row in ROWS:
        least = catalogue.find(row.body["type"]).min_tier
        assert (int(least[0]) if least else None) == row.asserts.get("min_tier"), row.id


def test_what_never_graduates_is_marked_in_the_catalogue(found: Answers) -> None:
    from holdshort import catalogue

    marked = [row for row in ROWS if row.asserts.get("permanent")]
    assert [row.id for row in marked] == ["10b", "11b", "13b", "15b", "15c", "17b", "19b", "19c"]
    for row in marked:
        assert catalogue.find(row.body["type"]).permanent, row.id
        assert outcome(found[row.id])[0] == 3


# ------------------------------------------------------------------ all of them


def test_all_56_tickets_are_here_under_their_twenty_labels() -> None:
    ids = [row.id for row in ROWS]
    assert len(ids) == len(set(ids)) == 56
    assert {id[:-1] for id in ids} == {str(number) for number in range(1, 21)}


@pytest.mark.parametrize("row", WITH_A_REASON)
def test_what_is_not_as_specified_is_told_with_its_reason(row: Row) -> None:
    print(f"{row.id}: {row.missing or row.differs}")
    assert row.missing or (row.specified and row.specified != row.mode)


def test_tests_that_are_said_to_show_a_ticket_exist() -> None:
    for row in ROWS:
        for name in row.shown_by:
            file, _, test = name.partition("::")
            assert f"def {test}(" in (TESTS / file).read_text(), name


# ------------------------------------------------------------------ the bar


def test_of_35_human_tickets_three_are_refused(found: Answers) -> None:
    human = [row.id for row in ROWS if not row.automatic]
    modes = {id: found[id]["gate"]["mode"] for id in human}
    assert len(human) == 35
    assert {id for id, mode in modes.items() if mode == "REFUSE"} == {"2c", "15b", "19b"}
    assert set(modes.values()) == {"HITL", "REFUSE"}


def test_of_21_automatic_tickets_none_asks_a_person(found: Answers) -> None:
    automatic = [row.id for row in ROWS if row.automatic]
    assert len(automatic) == 21
    assert [id for id in automatic if found[id]["gate"]["mode"] != "HOTL"] == []


@pytest.mark.parametrize("row", [row for row in THERE if "lines" in row.asserts], **BY_ID)
def test_of_several_lines_only_the_named_one_waits(found: Answers, row: Row) -> None:
    lines = []
    for line in found[row.id]["actions"]:
        tier, mode = outcome(line)
        lines.append({"type": line["type"], "about": about(line), "tier": tier, "mode": mode})
    assert lines == row.asserts["lines"]


def about(line: dict[str, Any]) -> str:
    """What tells this line from the others."""
    params = line["params"]
    targets = params.get("targets") or params.get("people") or [params.get("person")]
    return str(params.get("group") or params.get("item") or targets[0])


def test_12b_and_12c_wait_with_one_line_each() -> None:
    for id, waits in (("12b", "laptop-studio"), ("12c", "netsuite-admins")):
        lines = find(id).asserts["lines"]
        assert [line["about"] for line in lines if line["mode"] != "HOTL"] == [waits]
        assert len(lines) > 1


@pytest.mark.parametrize("phase", [1, 2, 3])
def test_in_no_phase_tier_3_or_what_a_person_must_decide_runs_alone(
    desk: Counters, phase: int
) -> None:
    for row in THERE:
        answer = desk.ask(row, phase=phase)
        parts = [answer, *answer["actions"]]
        assert all(one["gate"]["mode"] in ("HITL", "REFUSE") for one in parts if one["tier"] == 3)
        if not row.automatic:
            assert answer["gate"]["mode"] in ("HITL", "REFUSE"), row.id


def test_in_phase_1_nothing_runs_alone(desk: Counters) -> None:
    assert not [row.id for row in THERE if desk.ask(row, phase=1)["gate"]["mode"] == "HOTL"]
