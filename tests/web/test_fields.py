"""What a form posts becomes parameters of the kind that the type asks for."""

from __future__ import annotations

from holdshort import catalogue
from holdshort.web.fields import fields, given
from tests.catalogue.test_it_scenarios import OPEN_443
from tests.desk import Desk
from tests.web.conftest import Visitor, plain


def test_a_list_is_typed_with_commas() -> None:
    posted = {
        "param-person": "dana",
        "param-zones": " front-door, office-floor ,",
        "param-lost": "on",
    }
    params = given("badge.set_zones", posted)
    assert params == {"person": "dana", "zones": ["front-door", "office-floor"], "lost": True}
    assert catalogue.parse("badge.set_zones", params)


def test_an_empty_list_is_refused_by_its_type_and_not_by_the_form() -> None:
    assert given("badge.set_zones", {"param-zones": ""})["zones"] == []


def test_an_optional_text_that_is_empty_is_left_out() -> None:
    posted = {"param-software": "zoom", "param-fleet": "everybody", "param-person": ""}
    assert given("mdm.install", posted) == {"software": "zoom", "fleet": "everybody"}


def test_a_list_is_shown_as_it_is_typed(desk: object) -> None:
    with desk.role("web"):  # type: ignore[attr-defined]
        shown = {f.name: f for f in fields("badge.set_zones", {"zones": ["a", "b"]})}
    assert (shown["zones"].value, shown["zones"].kind, shown["lost"].kind) == (
        "a, b",
        "text",
        "check",
    )


def test_a_form_explains_its_fields_and_offers_what_they_may_name(desk: Desk) -> None:
    page = Visitor(desk, "erik").read("/forms/db.change")
    assert "How many rows that is, exactly." in page
    assert '<option value="dev-db">dev-db</option>' in page and "fw-berlin" not in page
    assert 'list="known-param-database"' in page and 'aria-describedby="help-param-rows"' in page
    rule = Visitor(desk, "erik").read("/forms/fw.change")
    assert "empty for icmp" in rule and "The protocol." not in rule
    port = rule.split('name="param-port"')[1].split(">")[0]
    assert "required" not in port
    asked = Visitor(desk, "erik").read("/forms/mdm.install")
    assert '<option value="vscode">Visual Studio Code</option>' in asked
    assert "The id of the person" not in asked


def test_forms_stand_under_headings_that_can_be_jumped_to(desk: Desk) -> None:
    page = Visitor(desk, "erik").read("/forms")
    assert '<a href="#databases">Databases</a>' in page
    under = page.split('id="databases"')[1].split("</section>")[0]
    assert "Correct rows in a database" in under and "Install software" not in under


def test_rules_and_channels_are_told_in_words(desk: Desk) -> None:
    rules = plain(Visitor(desk, "sven").read("/rules"))
    assert "for engineer, engineering manager." in rules
    desk.agent.will("fw.change", **OPEN_443)
    story = desk.action(desk.ask("erik", "please"))
    page = plain(Visitor(desk, "sven").read(f"/reviews/{story.review['number']}"))
    assert "in the portal." in page
    assert "Nothing here can look at the target itself." in page
