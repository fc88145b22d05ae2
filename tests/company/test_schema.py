"""The shape is frozen, printable, and gives the rules as JSON data with one digest."""

import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from holdshort.company.schema import POLICY_SECTIONS, json_schema
from holdshort.core.money import minor_units
from tests.company.small import company


def test_a_company_cannot_be_changed():
    with pytest.raises(ValidationError):
        company().company.name = "Other"


def test_the_schema_describes_every_field():
    definitions = json_schema()["$defs"]
    for name, definition in definitions.items():
        for field, shape in definition.get("properties", {}).items():
            assert shape.get("description"), f"{name}.{field}"


def test_the_schema_uses_the_words_of_the_file():
    window = json_schema()["$defs"]["Window"]["properties"]
    assert {"from", "to"} <= set(window)


def test_the_policy_document_is_json_with_money_in_minor_units():
    more = (
        "software: [{id: f, name: F, package: f, publisher: F, approved_for: [everyone], "
        "cost: 9.5}]\nconfidence: {threshold: 0.95, categories: {idp.unlock/1: 0.80}}\n"
    )
    document = company(more=more).policy_document()
    assert json.loads(json.dumps(document)) == document
    assert document["thresholds"][0]["limit"] == 100_000
    assert document["software"][0]["cost"] == 950
    assert document["confidence"] == {"threshold": 0.95, "categories": {"idp.unlock/1": 0.8}}
    assert document["role_templates"][0]["valid_until"] == "2030-01-31"
    assert set(document) == {*POLICY_SECTIONS, "company"}


def test_the_policy_document_holds_no_people_and_no_settings():
    text = json.dumps(company().policy_document())
    assert "Ana Lopez" not in text
    assert "connectors" not in text


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 1250), ("JPY", 12), ("KWD", 12500)])
def test_money_has_as_many_digits_as_its_currency(currency, minor):
    assert minor_units(Decimal("12.50"), currency) == minor


def test_the_digest_follows_what_is_said_and_not_how_it_is_laid_out():
    same = company(
        ("limit: 1000", "limit: 1000.00"),
        ("name: Ben Stone", 'name: "Ben Stone"'),
        more="# a remark\nconfidence: {threshold: 0.9}\n",
    )
    assert same.digest() == company().digest()
    assert company(("limit: 1000", "limit: 1001")).digest() != company().digest()


def test_standing_is_honoured_in_a_demonstration_only():
    demo = company(more="standing: [{category: idp.unlock/1, phase: 3, basis: demo}]\n")
    assert [row.phase for row in demo.honoured_standing(demo=True)] == [3]
    assert demo.honoured_standing(demo=False) == ()


def test_without_a_cost_limit_nothing_may_be_spent():
    ana, cleo = company().authority
    assert (ana.spends, cleo.spends) == (0, 2000)


def test_an_unwritten_environment_and_data_class_are_unknown():
    bare = company(
        ("    environment: production\n", ""), ("    data_class: confidential\n", "")
    ).systems[0]
    assert (bare.environment, bare.data_class) == ("unknown", "unknown")
