"""What is left over from a former role: read off the templates, never off words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from holdshort.core.former_role import Access, left_over
from holdshort.core.terms import Employment, Kind, Person, PolicyVerdict

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
NILS = Person(
    "nils", Kind.HUMAN, "Nils", roles=("seller",), employment=Employment("active", date(2024, 1, 1))
)
PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE


def template(role: str, *, groups: tuple[str, ...] = (), rights: tuple[str, ...] = ()) -> Any:
    return {
        "id": role,
        "version": 2,
        "role": role,
        "groups": list(groups),
        "entitlements": list(rights),
        "approved_by": "ines",
        "valid_until": "2030-12-31",
    }


DOCUMENT = {
    "role_templates": [
        template("supporter", groups=("helpers",), rights=("desk:agent", "vpn:connect")),
        template("seller", groups=("sellers",), rights=("crm:seller", "vpn:connect")),
        template("everyone", groups=("club",)),
    ]
}


def asked(group: str, *rights: str, document: Any = DOCUMENT, version: int | None = 7) -> Any:
    return left_over(document, version, NILS, Access(group, frozenset(rights)), NOON)


@pytest.mark.parametrize(
    ("group", "rights", "verdict"),
    [
        ("helpers", ("desk:agent",), PASSES),
        ("helpers", (), PASSES),
        ("other", ("desk:agent",), PASSES),
        ("helpers", ("desk:agent", "vpn:connect"), FAILS),
        ("sellers", ("crm:seller",), FAILS),
        ("vpn", ("vpn:connect",), FAILS),
        ("club", (), FAILS),
        ("admins", ("aws:admin",), FAILS),
    ],
)
def test_only_what_another_role_gives_and_the_own_does_not_is_left_over(
    group: str, rights: tuple[str, ...], verdict: PolicyVerdict
) -> None:
    found = asked(group, *rights)
    assert found.verdict is verdict
    assert found.reason.policy_version == 7
    assert (found.reason.text.startswith("Needs a person: ")) is (verdict is FAILS)


def test_who_has_no_role_of_their_own_loses_nothing_by_this_rule() -> None:
    document = {"role_templates": DOCUMENT["role_templates"][:1]}
    assert asked("helpers", "desk:agent", document=document).verdict is FAILS


@pytest.mark.parametrize("document", [{"role_templates": "x"}, None, {"role_templates": [{}]}])
def test_templates_that_cannot_be_read_let_nothing_pass(document: Any) -> None:
    found = asked("helpers", "desk:agent", document=document)
    assert found.verdict is FAILS and "cannot be read" in found.reason.text


def test_without_a_policy_there_is_no_verdict() -> None:
    assert asked("helpers", "desk:agent", version=None).verdict is NONE
