"""One person never holds two duties in the same action."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.duties import counted, still_needed, who_may_not
from holdshort.core.terms import Kind

from .examples import action, person

PEOPLE = ("dana", "omar", "priya", "agent")
somebody = st.sampled_from(PEOPLE)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("requester", "Priya asked for this, so somebody else must decide."),
        ("beneficiary", "Priya is the one it is for, so somebody else must decide."),
        ("initiator", "Priya started this, so somebody else must decide."),
        ("changer", "Priya changed this so that more is at stake, so somebody else must decide."),
    ],
)
def test_whoever_has_a_part_in_an_action_may_not_decide_it(part: str, sentence: str) -> None:
    (reason,) = who_may_not(action(**{part: "priya"}), person("priya"))
    assert (reason.rule, reason.text) == ("self_approval", sentence)


def test_one_decision_about_many_is_for_none_of_them_nor_for_who_decides_for_them() -> None:
    many = action(params={"people": ["priya", "karl"]})
    (reason,) = who_may_not(many, person("priya"))
    assert reason.text == "Priya is one of those it is about, so somebody else must decide."
    (reason,) = who_may_not(many, person("omar"), decides_for={"karl": "Karl"})
    assert (reason.rule, reason.text) == (
        "self_approval",
        "Omar decides for Karl now, who is one of those it is about, so somebody else must decide.",
    )
    assert who_may_not(many, person("omar")) == ()


@pytest.mark.parametrize("kind", [Kind.AGENT, Kind.SERVICE])
def test_only_humans_decide(kind: Kind) -> None:
    (reason,) = who_may_not(action(), person("helper", kind=kind))
    assert reason.rule == "not_human"
    assert "only humans decide" in reason.text


def test_the_agent_is_told_both_that_it_is_no_human_and_that_it_started_this() -> None:
    reasons = who_may_not(action(), person("agent", kind=Kind.AGENT))
    assert [reason.rule for reason in reasons] == ["not_human", "self_approval"]


def test_requesting_for_oneself_is_told_as_both_parts() -> None:
    assert len(who_may_not(action(), person("dana"))) == 2


def test_somebody_without_a_part_may_decide() -> None:
    assert who_may_not(action(), person("priya")) == ()


def test_names_and_addresses_make_no_difference() -> None:
    twin = person("priya", name="Dana", email="dana@acme.example")
    assert who_may_not(action(), twin) == ()
    assert who_may_not(action(), person("dana", name="Somebody Else"))


def test_an_initiator_who_changed_nothing_further_is_told_once() -> None:
    started = action(initiator="priya", changer="priya")
    (reason,) = who_may_not(started, person("priya"))
    assert "started this" in reason.text


@given(somebody, somebody, somebody, somebody, somebody, st.sampled_from(Kind))
def test_exactly_humans_without_any_part_may_decide(
    requester: str, beneficiary: str, initiator: str, changer: str, decider: str, kind: Kind
) -> None:
    one = action(requester=requester, beneficiary=beneficiary, initiator=initiator, changer=changer)
    parts = {requester, beneficiary, initiator, changer}
    may = kind is Kind.HUMAN and decider not in parts
    assert (who_may_not(one, person(decider, kind=kind)) == ()) == may


def test_one_person_counts_once_and_those_with_a_part_do_not_count() -> None:
    approvers = [person("priya"), person("priya"), person("dana"), person("bot", kind=Kind.AGENT)]
    assert counted(action(), approvers) == {"priya"}
    assert still_needed(action(), approvers, needed=2) == 1


def test_two_different_people_are_two() -> None:
    assert still_needed(action(), [person("priya"), person("omar")], needed=2) == 0


def test_more_than_needed_is_enough() -> None:
    assert still_needed(action(), [person("priya"), person("omar")], needed=1) == 0
