"""Every action type declares everything that the road, the screens and the docs need."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import ActionType, BadParams, UnknownType
from holdshort.catalogue.kind import one_line
from holdshort.core.policy import SHORT_LIST
from holdshort.core.terms import Tier
from tests.catalogue.test_moving import UNITS
from tests.catalogue.world import World, asked

EXAMPLES: dict[str, dict[str, Any]] = {
    "idp.reset_password": {"person": "dana"},
    "idp.unlock": {"person": "dana"},
    "idp.suspend": {"person": "dana"},
    "idp.resume": {"person": "dana"},
    "bundle.suspend": {"people": ["dana", "bea"]},
    "idp.create_account": {"person": "dana"},
    "idp.move_account": {"person": "dana", "unit": "sales", "from_unit": "support"},
    "idp.add_to_group": {"person": "dana", "group": "photo-club"},
    "idp.remove_from_group": {"person": "dana", "group": "photo-club"},
    "db.change": {
        "database": "dev-db",
        "table": "orders",
        "set": {"status": "closed"},
        "where": {"id": 7},
        "rows": 1,
    },
    "db.restore": {"database": "dev-db", "table": "orders", "change": "some-action"},
    "db.restart": {"database": "dev-db"},
    "db.grant_role": {"person": "dana", "database": "dev-db", "role": "reporting"},
    "db.revoke_role": {"person": "dana", "database": "dev-db", "role": "reporting"},
    "mdm.install": {"person": "dana", "software": "zoom"},
    "mdm.remove": {"software": "zoom", "fleet": "everybody"},
    "badge.set_zones": {"person": "dana", "zones": ["front-door"], "hours": 4, "ends": ["archive"]},
    "badge.remove_zones": {"person": "dana", "zones": ["archive"]},
    "erp.update_vendor": {"vendor": "zoom", "field": "contact_name", "value": "Zoe"},
    "door.schedule": {
        "zone": "front-door",
        "day": "2030-03-30",
        "opens": "09:00",
        "closes": "17:00",
    },
    "door.unschedule": {
        "zone": "front-door",
        "day": "2030-03-30",
        "opens": "09:00",
        "closes": "17:00",
    },
    "hris.read": {"person": "dana"},
    "hris.decide_leave": {"person": "dana", "decision": "reject"},
    "notify.send": {"vendor": "zoom", "contract": "zoom-2025"},
    "files.delete": {"path": "/home/dana/old drafts"},
    "files.restore": {"path": "/home/dana/old drafts"},
    "data.delete": {"person": "dana"},
    "saas.renew": {"vendor": "zoom", "contract": "zoom-2025"},
    "saas.cancel": {"vendor": "zoom", "contract": "zoom-2025", "order": "some-action"},
    "esign.send": {"document": "nda-mutual", "party": "northwind"},
    "patch.deploy": {"patch": "os-2026-05", "targets": ["laptops-ring-1"]},
    "patch.remove": {"patch": "os-2026-05", "targets": ["laptops-ring-1", "prod-db-1"]},
    "equipment.collect": {"person": "dana", "devices": ["D-0014"]},
    "idp.suspend_many": {"people": ["dana", "karl"]},
    "idp.revoke_sessions": {"person": "dana"},
    "mail.purge": {"message": "m-phish-1"},
    "mail.restore": {"message": "m-phish-1"},
    "incident.declare": {"title": "E-mail is down", "reports": ["1", "2"]},
    "fw.change": {
        "firewall": "fw-berlin",
        "change": "add",
        "verdict": "allow",
        "protocol": "tcp",
        "port": "443",
        "source": "any",
        "destination": "build-1",
    },
    "equipment.order": {"person": "dana", "item": "laptop"},
    "equipment.cancel": {"person": "dana", "item": "laptop"},
    "bundle.onboard": {"person": "lena"},
    "bundle.offboard": {"person": "karl"},
    "bundle.transfer": {"person": "nils", "from_role": "support-agent"},
    "files.transfer": {"person": "karl", "to": "viktor"},
    "kb.answer": {"article": "vpn-ports"},
    "ticket.categorise": {"label": "Password reset"},
    "ticket.route": {"context": "security"},
    "ticket.status": {"text": "Soon."},
}

# A file may also have its own examples beside its types.
for file in catalogue.FILES:
    EXAMPLES |= getattr(import_module(f"holdshort.catalogue.{file}"), "EXAMPLES", {})

every_type = pytest.mark.parametrize("kind", catalogue.REGISTRY.values(), ids=lambda kind: kind.id)


def test_every_type_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(catalogue.REGISTRY)


@every_type
def test_a_type_says_what_it_does_looks_up_and_undoes(kind: ActionType[Any]) -> None:
    assert kind.title and kind.doc.endswith(".") and kind.facts and kind.undo_words.endswith(".")
    for name, field in kind.params.model_fields.items():
        assert field.description, name


@every_type
def test_the_undo_of_a_type_is_a_type_with_parameters_that_fit(kind: ActionType[Any]) -> None:
    offered = kind.inverse("some-action", EXAMPLES[kind.id])
    assert (offered is not None) is kind.undo_possible
    if offered is not None:
        catalogue.parse(offered.type, offered.params)


@every_type
def test_a_type_previews_what_it_does_and_names_a_fact_behind_every_level(
    kind: ActionType[Any],
) -> None:
    if kind.is_bundle:
        assert kind.expand is not one_line
        return
    params = catalogue.parse(kind.id, EXAMPLES[kind.id])
    found = kind.findings(params, asked("dana", world := _with_units()), world)
    assert found.after and all(found.after)
    levels = (getattr(found.consequence, level.name) for level in fields(found.consequence))
    assert all(level.facts for level in levels)


def _with_units() -> World:
    world = World()
    world.document = {**world.document, "units": UNITS}
    return world


@every_type
def test_a_type_renders_a_title_that_its_button_repeats(kind: ActionType[Any]) -> None:
    words = kind.render(EXAMPLES[kind.id], World())
    assert words.title == words.button
    assert words.sentence.endswith(".")
    assert "{" not in words.title + words.sentence


@every_type
def test_only_own_credentials_and_the_desk_run_without_a_hold(kind: ActionType[Any]) -> None:
    own = kind.id in ("idp.reset_password", "idp.unlock") or kind.connector == "desk"
    assert kind.hold_seconds == (0 if own else 60)


@every_type
def test_what_is_not_on_the_short_list_has_a_least_tier_or_touches_the_desk(
    kind: ActionType[Any],
) -> None:
    floor = kind.min_tier[0] if kind.min_tier else Tier.AUTOMATIC
    harmless = kind.id in SHORT_LIST or kind.connector == "desk"
    assert floor >= Tier.POLICY or harmless or kind.is_bundle


@every_type
def test_the_beneficiary_is_the_person_named_else_whoever_asks(kind: ActionType[Any]) -> None:
    params = EXAMPLES[kind.id]
    assert kind.beneficiary(params, "bea") == params.get("person", "bea")


EMERGENCIES = {
    *("patch.deploy", "patch.remove", "fw.change", "db.restart", "db.change"),
    *("idp.suspend", "mail.purge"),
}
"""What cannot wait for a window or for working hours, where something is broken or under attack."""


@every_type
def test_what_may_be_flagged_is_for_people_once_it_is_and_its_undo_is_not(
    kind: ActionType[Any],
) -> None:
    assert ("emergency" in kind.params.model_fields) is (kind.id in EMERGENCIES)
    if kind.id not in EMERGENCIES:
        return
    flagged, world = {**EXAMPLES[kind.id], "emergency": True}, World()
    found = kind.findings(catalogue.parse(kind.id, flagged), asked("dana", world), world)
    [raised] = [one for one in found.raises if one.rule == "raise.emergency"]
    assert raised.text == "Holdshort agent flagged this as an emergency."
    undo = kind.inverse("some-action", flagged)
    assert undo is None or "emergency" not in undo.params


def test_the_catalogue_is_plain_data() -> None:
    described = {entry["id"]: entry for entry in json.loads(json.dumps(catalogue.describe()))}
    assert set(described) == set(catalogue.REGISTRY)
    add = described["idp.add_to_group"]
    assert add["min_tier"] == {"tier": 2, "reason": "Membership of a group."}
    assert add["policy_rule"] == "role_template"
    assert add["undo"]["possible"] is True
    assert add["params"]["additionalProperties"] is False
    assert described["idp.reset_password"]["undo"]["possible"] is False
    assert described["kb.answer"]["min_tier"] is None


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownType, match=r"There is no action type ‘idp\.anything’"):
        catalogue.find("idp.anything")
    with pytest.raises(UnknownType):
        catalogue.parse("idp.anything", {})


@pytest.mark.parametrize(
    ("type_id", "params", "field", "sentence"),
    [
        ("idp.unlock", {}, "person", "‘person’ is missing."),
        ("idp.unlock", {"person": 7}, "person", "‘person’ must be text."),
        ("idp.unlock", {"person": b"dana"}, "person", "‘person’ must be text."),
        ("idp.unlock", {"person": ""}, "person", "‘person’ must not be empty."),
        ("idp.unlock", {"person": "x" * 65}, "person", "‘person’ may have at most 64 characters."),
        (
            "bundle.suspend",
            {"people": [str(number) for number in range(501)]},
            "people",
            "‘people’ may name at most 500, and 501 are named; nothing was done for any. "
            "Ask for the rest separately.",
        ),
        ("idp.unlock", {"person": "a", "x": 1}, "x", "‘x’ is not a parameter of this action."),
        (
            "github.set_membership",
            {"person": "a", "role": "admin"},
            "role",
            "‘role’ must be one of 'member', 'maintainer' or 'owner'.",
        ),
        ("ticket.status", {"text": "x" * 2001}, "text", "‘text’ may have at most 2000 characters."),
    ],
)
def test_bad_parameters_get_a_sentence_each(
    type_id: str, params: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(BadParams) as caught:
        catalogue.parse(type_id, params)
    assert caught.value.fields == {field: sentence}


def test_several_bad_parameters_are_all_named_and_no_value_is_repeated() -> None:
    with pytest.raises(BadParams) as caught:
        catalogue.parse("idp.add_to_group", {"person": 4711, "secret": "hunter2"})
    assert set(caught.value.fields) == {"person", "group", "secret"}
    assert "hunter2" not in str(caught.value)
    assert "4711" not in str(caught.value)


def test_parameters_never_change_after_parsing() -> None:
    params = catalogue.parse("idp.unlock", {"person": "dana"})
    with pytest.raises(Exception, match="frozen"):
        params.person = "omar"  # type: ignore[attr-defined]
