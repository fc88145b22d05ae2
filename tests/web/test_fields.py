"""What a form posts becomes parameters of the kind that the type asks for."""

from __future__ import annotations

from holdshort import catalogue
from holdshort.web.fields import fields, given


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
