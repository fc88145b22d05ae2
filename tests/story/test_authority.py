"""Nobody is asked beyond their authority: how much they may spend, and which systems are theirs."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import flow
from tests.desk import Desk
from tests.story.offices import TEAM

pytestmark = pytest.mark.parametrize("office", [TEAM], indirect=True, ids=["team"])

EVERYBODY = {"software": "figma", "fleet": "everybody"}


def wish(desk: Desk, type_id: str = "mdm.install", **params: Any) -> Any:
    desk.agent.will(type_id, **params)
    return desk.action(desk.ask("dana", "please"))


def asked(desk: Desk, story: Any) -> list[str]:
    return sorted(one["person"] for one in desk.story(story.action.id).assignments)


def test_software_for_everybody_is_asked_of_those_whose_limit_it_fits(desk: Desk) -> None:
    story = wish(desk, **EVERYBODY)
    assert story.assessment["findings"]["spends"] == 120 * 1500
    assert asked(desk, story) == ["helena", "ines"], "1,800 EUR; the others may not spend at all"
    desk.sql("UPDATE authority SET cost_limit = 179999 WHERE person = 'ines'")
    assert asked(desk, wish(desk, **EVERYBODY)) == ["helena"]


def test_nobody_with_such_a_limit_is_a_fault_that_everybody_sees(desk: Desk) -> None:
    desk.sql("UPDATE authority SET cost_limit = 100 WHERE cost_limit IS NOT NULL")
    story = wish(desk, **EVERYBODY)
    assert asked(desk, story) == []
    fault = next(one for one in story.reasons if one.rule == "routing.nobody")
    assert "Helena Brandt may approve up to 1.00 EUR spending" in fault.observed
    assert "this costs 1,800.00 EUR" in fault.observed


def test_what_is_not_in_the_catalogue_costs_nobody_knows_how_much(desk: Desk) -> None:
    story = wish(desk, software="never.heard.of", person="dana")
    assert story.assessment["findings"]["spends"] is None
    assert asked(desk, story) == ["helena", "ines"]


@pytest.mark.parametrize("verdict", ["approve", "change"])
def test_a_limit_that_is_lowered_after_asking_counts(desk: Desk, verdict: str) -> None:
    story = wish(desk, **EVERYBODY)
    desk.sql("UPDATE authority SET cost_limit = 1000 WHERE person = 'ines'")
    more: dict[str, Any] = {"reason_code": "too_much", "changes": {"fleet": "laptops-ring-1"}}
    with pytest.raises(flow.Refused, match="may approve up to") as no:
        desk.decide(story.action.id, "ines", verdict, **(more if verdict == "change" else {}))
    assert no.value.code == "not_a_reviewer"
    desk.decide(story.action.id, "ines", "reject", reason_code="too_risky")
    assert desk.story(story.action.id).state == "rejected", "a no needs no limit"


def test_whoever_left_the_register_after_being_asked_says_no_yes(desk: Desk) -> None:
    story = wish(desk, **EVERYBODY)
    desk.sql("DELETE FROM authority WHERE person = 'ines'")
    with pytest.raises(flow.Refused, match="not in the authority register any more"):
        desk.decide(story.action.id, "ines", "approve")


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("frieda", "Frieda .* decides other questions"),
        ("sven", "may approve no spending"),
        ("bea", "decides nothing here"),
    ],
)
def test_it_is_handed_to_nobody_beyond_their_authority(desk: Desk, to: str, why: str) -> None:
    story = wish(desk, **EVERYBODY)
    with pytest.raises(flow.Refused, match=why) as no:
        desk.decide(story.action.id, "ines", "hand_over", reason_code="not_mine", hand_to=to)
    assert no.value.code == "bad_hand_over"


def test_somebody_of_one_system_is_asked_about_that_system_only(desk: Desk) -> None:
    aws = {"person": "dana", "group": "build-tools"}
    story = wish(desk, "idp.add_to_group", **aws)
    assert {one["system"] for one in story.assessment["findings"]["rights"]} == {"aws"}
    assert "petra" not in asked(desk, story)
    desk.sql("UPDATE authority SET contexts = '{security}', scope = '{aws}' WHERE person = 'petra'")
    assert "petra" in asked(desk, wish(desk, "idp.add_to_group", **aws))
    other = {"person": "dana", "group": "crm-users"}
    assert "petra" not in asked(desk, wish(desk, "idp.add_to_group", **other))
    assert "petra" not in asked(desk, wish(desk, "idp.reset_password", person="omar"))
