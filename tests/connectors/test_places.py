"""Where a person finds what an action changes, from a connected app's settings alone."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort.connectors import build
from holdshort.connectors.places import place_of
from holdshort.core.terms import Target
from holdshort.ports import ConnectorError
from tests.core.examples import action

DECLARED = {
    "name": "The badge system",
    "probe": "/v1/about",
    "actions": [
        {
            "type": "badge.set_zones",
            "observe": [{"path": "/v1/holders/{target.id}", "fields": {"zones": "/zones"}}],
            "act": [{"method": "PUT", "path": "/v1/badges/{seen.badge}/zones"}],
            "undo": "none",
            "scopes": ["set zones"],
        }
    ],
}
MEMBER = action(target=Target("directory", "grp 4/2"))


@pytest.mark.parametrize(
    ("kind", "settings", "about", "path"),
    [
        ("scim", {}, {}, "/Groups/grp-42"),
        ("scim", {}, {"type": "idp.suspend"}, "/Users/grp-42"),
        ("scim", {}, {"type": "idp.create_account"}, "/Users"),
        ("ldap", {"base_dn": "dc=acme"}, {}, "grp-42 below dc=acme"),
        ("ldap", {"new_accounts": "ou=new"}, {"type": "idp.create_account"}, "ou=new"),
        ("sql", {}, {"params": {"table": "shop.orders"}}, "table shop.orders"),
        ("http", {"declaration": DECLARED}, {"type": "badge.set_zones"}, "/v1/holders/grp-42"),
        ("http", {"declaration": DECLARED}, {"type": "door.schedule"}, ""),
        ("http", {"declaration": "broken"}, {}, ""),
        ("manual", {}, {}, ""),
    ],
)
def test_each_kind_knows_where_its_objects_are(
    kind: str, settings: dict[str, Any], about: dict[str, Any], path: str
) -> None:
    found = place_of("it", kind, settings, action(**about))
    assert (found.path, found.url) == (path, "")
    assert found.system == ("The badge system" if "probe" in str(settings) else "it")


@pytest.mark.parametrize(
    ("console", "url"),
    [
        ("https://a.example/#/g?id={target.id}", "https://a.example/#/g?id=grp%204%2F2"),
        ({"idp.add_to_group": "https://a.example/{params.group}"}, "https://a.example/build-tools"),
        ({"idp.suspend": "https://a.example/u"}, ""),
        ({"idp.suspend": "https://a.example/u", "*": "https://a.example"}, "https://a.example"),
        ("https://a.example/{params.nothing}", ""),
    ],
)
def test_a_console_leads_to_the_page_of_the_object(console: Any, url: str) -> None:
    assert place_of("directory", "manual", {"console": console}, MEMBER).url == url


def test_no_value_leads_out_of_its_place_in_an_address() -> None:
    up = action(target=Target("directory", ".."))
    assert place_of("it", "manual", {"console": "https://a.example/x/{target.id}"}, up).url == ""


@pytest.mark.parametrize(
    "console",
    [
        "javascript:alert(1)",
        "https://{target.id}/",
        "https://somebody@a.example/",
        "https://a.example/{who}",
        "https://a.example/a b",
        {"suspend": "https://a.example/"},
    ],
)
def test_a_console_that_is_no_address_is_refused(console: Any) -> None:
    with pytest.raises(ConnectorError, match="console"):
        build("manual", "manual", {"console": console})
