"""The lines of each bundle, with what the gate is told about every one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import CatalogueError, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import Findings, Offered, Tier
from holdshort.stops import lines
from tests.catalogue.scenarios_people import BUNDLES, Bundle, Line
from tests.catalogue.world import NOW, World, asked

ABOUT = ("group", "item", "to", "person")
"""Parameters that tell one line from another."""


def looked_up(bundle: Bundle, world: World | None = None) -> list[tuple[Offered, Findings]]:
    """Every line with its findings."""
    world = world or World()
    how = asked(bundle.requester, world, **bundle.how)
    found = lines.expand([Offered(bundle.type, bundle.params)], NOW, world)
    return [
        (
            line.offered,
            catalogue.find(line.offered.type).findings(
                catalogue.parse(line.offered.type, line.offered.params), how, there
            ),
        )
        for line, there in lines.worlds(found, world)
    ]


def told(offered: Offered, found: Findings) -> Line:
    least = catalogue.find(offered.type).min_tier
    floor = least[0] if least else Tier.AUTOMATIC
    return Line(
        offered.type,
        next(str(offered.params[name]) for name in ABOUT if name in offered.params),
        found.consequence.vector,
        tier(found.consequence, min_tier=floor, raises=found.raises),
        found.policy.verdict,
        tuple(reason.rule for reason in found.raises),
        offered.after,
    )


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
def test_every_line_of_a_bundle_gets_its_levels_raises_policy_and_tier(bundle: Bundle) -> None:
    assert tuple(told(*line) for line in looked_up(bundle)) == bundle.lines


def expanded(type_id: str, world: World | None = None, **params: Any) -> list[Offered]:
    found = lines.expand([Offered(type_id, params)], NOW, world or World())
    return [line.offered for line in found]


def policy(**changes: Any) -> World:
    """A world whose account executives have another template."""
    world = World()
    templates = [
        {**template, **changes} if template["id"] == "account-executive" else template
        for template in world.document["role_templates"]
    ]
    world.document = {**world.document, "role_templates": templates}
    return world


def groups(found: list[Offered]) -> list[str]:
    return [one.params["group"] for one in found if "group" in one.params]


def test_without_a_choice_a_starter_joins_every_group_of_the_template() -> None:
    found = expanded("bundle.onboard", policy(starts_with=[]), person="lena")
    assert groups(found) == ["sales-apac", "sales-emea", "vpn-users"]


def test_entitlements_that_no_group_of_the_template_carries_come_by_the_least_group() -> None:
    world = policy(starts_with=[], groups=[])
    world.sections["groups"] = list(world.groups.values())
    found = expanded("bundle.onboard", world, person="lena")
    assert groups(found) == ["sales-emea", "vpn-users"]


def test_an_entitlement_that_only_comes_with_more_is_told() -> None:
    world = policy(starts_with=[], groups=[], entitlements=["aws:ReadOnlyAccess"])
    world.sections["groups"] = [world.groups["aws-admins"]]
    with pytest.raises(UnknownTarget, match="No group gives ‘aws:ReadOnlyAccess’"):
        expanded("bundle.onboard", world, person="lena")


def test_who_has_no_template_or_is_not_known_is_told() -> None:
    with pytest.raises(UnknownTarget, match="No role template in force is for Carla Mendes's role"):
        expanded("bundle.onboard", person="carla")
    with pytest.raises(UnknownTarget, match="Nobody here has the id ‘nobody’"):
        expanded("bundle.onboard", person="nobody")
    with pytest.raises(UnknownTarget, match="No role template in force"):
        expanded("bundle.onboard", policy(valid_until="2020-01-01"), person="lena")
    with pytest.raises(CatalogueError, match="role templates cannot be read"):
        expanded("bundle.onboard", policy(version="three"), person="lena")


def test_equipment_that_is_named_takes_the_place_of_the_templates() -> None:
    found = expanded("bundle.onboard", person="lena", equipment=["laptop-studio", "laptop-studio"])
    assert [one.params["item"] for one in found if "item" in one.params] == ["laptop-studio"]


@pytest.mark.parametrize(
    ("cost", "level"), [(None, 3), ("1400", 3), (0, 0), (200000, 1), (200001, 2)]
)
def test_a_price_that_nobody_knows_counts_as_worst(cost: Any, level: int) -> None:
    world = World()
    sold = {"id": "laptop", "name": "Laptop", "vendor": "V", "cost": cost}
    limit = {"flow": "bundle.onboard", "per": "item", "limit": 200000, "owner": "frieda"}
    limit |= {"currency": "EUR"}
    world.document = {**world.document, "equipment": [sold], "thresholds": [limit]}
    how = asked("petra", world)
    order = catalogue.parse("equipment.order", {"person": "lena", "item": "laptop"})
    found = catalogue.find("equipment.order").findings(order, how, world)
    assert found.consequence.cost.value == level
    passes = found.policy.verdict.value == "passes"
    assert passes is (level < 2)


# ------------------------------------------------------------------ roles that are held elsewhere


def test_a_role_in_github_is_a_line_of_its_own_type_for_who_comes_who_moves_and_who_goes() -> None:
    world = World()
    world.people["lena"] = replace(world.people["lena"], roles=("engineer",))
    world.logins["lena"] = "lena-acme"
    comes = expanded("bundle.onboard", world, person="lena")
    role = {"person": "lena", "role": "member"}
    assert Offered("github.set_membership", role, (0,)) in comes
    assert "github-member" not in groups(comes)

    world = World()
    world.people["aylin"] = replace(world.people["aylin"], roles=("account-executive",))
    moves = expanded("bundle.transfer", world, person="aylin", from_role="engineer")
    ends = {"person": "aylin", "role": "member"}
    assert Offered("github.end_membership", ends) in moves

    world.people["aylin"] = replace(
        world.people["aylin"],
        employment=replace(world.people["aylin"].employment, status="ended", end=date(2026, 1, 31)),
    )
    goes = expanded("bundle.offboard", world, person="aylin")
    assert Offered("github.end_membership", ends, (0,)) in goes
    assert "github-member" not in groups([*moves, *goes])
