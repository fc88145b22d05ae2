"""What moving an account to another organisational unit needs, by the rules of the two units."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import Unconfirmed, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import Employment, Findings, Offered, Tier
from tests.catalogue.world import World, asked

LOCKED, SIGNED = "Screens lock after five minutes.", "Only signed software runs."
UNITS: list[dict[str, Any]] = [
    {"id": "support", "name": "Support", "connector": "directory", "place": "ou=Support,dc=x"},
    {"id": "sales", "name": "Sales", "connector": "directory", "place": "ou=Sales,dc=x"},
]


def world(support: list[str] | None, sales: list[str] | None) -> World:
    """The demo company with two units under these rules; None where nobody wrote them down."""
    one = World()
    rules = {"support": support, "sales": sales}
    one.document = {
        **one.document,
        "units": [{**unit, "rules": rules[unit["id"]]} for unit in UNITS],
    }
    return one


def look(world: World, person: str = "dana", by: str = "viktor", **params: str) -> Findings:
    kind = catalogue.find("idp.move_account")
    asks = {"person": person, "unit": "sales", "from_unit": "support"} | params
    found: Findings = kind.findings(catalogue.parse(kind.id, asks), asked(by, world), world)
    return found


def rules(found: Findings) -> set[str]:
    return {reason.rule for reason in found.raises}


def test_a_move_under_more_rules_waits_for_a_yes_by_its_levels() -> None:
    found = look(world([LOCKED], [LOCKED, SIGNED]))
    assert found.raises == ()
    assert found.consequence.vector == (1, 0, 2, 0)
    assert tier(found.consequence, min_tier=Tier.POLICY) is Tier.POLICY
    assert f"Applies there: {SIGNED}" in found.after


def test_a_rule_that_would_apply_no_more_needs_a_person_of_security() -> None:
    found = look(world([LOCKED, SIGNED], [SIGNED]))
    assert rules(found) == {"raise.unit_rules_lost"}
    assert LOCKED in found.raises[0].observed and SIGNED not in found.raises[0].observed
    assert found.context == "security"


@pytest.mark.parametrize(("support", "sales"), [(None, []), ([], None), (None, None)])
def test_rules_that_nobody_wrote_down_count_as_the_worst(
    support: list[str] | None, sales: list[str] | None
) -> None:
    found = look(world(support, sales))
    assert rules(found) == {"raise.unit_rules_unknown"}
    assert found.consequence.blast_radius.value == 3
    assert found.context == "security"
    assert any("could not confirm" in line for line in (*found.before, *found.after))


def test_units_where_nothing_applies_are_known() -> None:
    found = look(world([], []))
    assert found.raises == ()
    assert "No rule applies there." in found.after


def test_a_privileged_account_needs_a_person_wherever_it_goes() -> None:
    found = look(world([], []), person="omar", by="omar")
    assert "raise.beneficiary_privileged" in rules(found)
    assert found.consequence.blast_radius.value == 3


def test_rights_that_nobody_lists_count_as_the_most_wherever_the_account_goes() -> None:
    one = world([], [])
    one.unlisted["dana"] = ("Domain Admins",)
    found = look(one)
    assert rules(found) == {"raise.group_unlisted"}
    assert (found.consequence.blast_radius.value, found.context) == (3, "security")


def test_the_approver_sees_the_places_that_are_written_to() -> None:
    found = look(world([], []))
    account = World().accounts["dana"]
    assert found.target.id == account.external_id
    assert found.seen == {
        "account": account.external_id,
        "active": True,
        "locked": False,
        "unit": "ou=Support,dc=x",
        "_to": "ou=Sales,dc=x",
    }
    assert "ou=Support,dc=x" in found.before[0]
    assert "ou=Sales,dc=x" in found.after[0]


def test_a_leaver_may_be_moved() -> None:
    one = world([], [])
    one.employ("dana", Employment("ended"))
    assert look(one).refusals == ()


def test_a_move_to_the_same_unit_is_nothing_to_do() -> None:
    assert look(world([], []), unit="support").already == "Both are the unit ‘Support’."


@pytest.mark.parametrize("which", ["unit", "from_unit"])
def test_a_unit_that_the_policy_does_not_list_is_named(which: str) -> None:
    with pytest.raises(UnknownTarget, match="no organisational unit with the id ‘attic’"):
        look(world([], []), **{which: "attic"})


@pytest.mark.parametrize("units", [None, "all", [{}], [{"id": "sales"}], [7]])
def test_a_list_of_units_that_cannot_be_read_allows_nothing(units: object) -> None:
    one = World()
    one.document = {**one.document, "units": units}
    with pytest.raises(UnknownTarget):
        look(one, from_unit="sales")
    assert (
        catalogue.find("idp.move_account")
        .render({"person": "dana", "unit": "sales", "from_unit": "x"}, one)
        .title.endswith("‘sales’")
    )


def test_a_company_without_units_moves_nobody() -> None:
    """This is how a directory that cannot move accounts refuses: it can have no units."""
    with pytest.raises(UnknownTarget, match="lists no organisational unit"):
        look(World())


def test_a_unit_of_another_directory_is_refused() -> None:
    one = world([], [])
    one.change("dana", connector="other")
    with pytest.raises(UnknownTarget, match="in another directory than Dana Fischer's account"):
        look(one)


def test_a_directory_that_was_not_read_lately_confirms_no_account() -> None:
    one = world([], [])
    one.stale = True
    with pytest.raises(Unconfirmed):
        look(one)


def test_the_undo_moves_back() -> None:
    offered = catalogue.find("idp.move_account").undo(
        {"person": "dana", "unit": "sales", "from_unit": "support"}
    )
    back = {"person": "dana", "unit": "support", "from_unit": "sales"}
    assert offered == Offered("idp.move_account", back)


def test_the_words_name_both_units() -> None:
    words = catalogue.find("idp.move_account").render(
        {"person": "dana", "unit": "sales", "from_unit": "support"}, world([], [])
    )
    assert words.title == "Move Dana Fischer's account to ‘Sales’"
    assert "no longer in ‘Support’" in words.sentence
