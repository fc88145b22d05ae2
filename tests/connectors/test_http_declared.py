"""What a declaration must not say, and that the sentence names the line and the key."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import yaml

from holdshort import catalogue
from holdshort.company.read import check
from holdshort.connectors import build, wrong_settings
from holdshort.connectors.http_declared import Service
from holdshort.ports import ConnectorError
from tests.services import ROOT

COMPANY = ROOT / "demo" / "company.yaml"
ENTRY: dict[str, Any] = {
    "type": "mdm.install",
    "observe": [{"path": "/v1/things/{target.id}", "fields": {"state": "/state"}}],
    "act": [{"method": "PUT", "path": "/v1/things/{target.id}", "body": {"to": "{seen.to}"}}],
    "applied": {"equals": {"state": "on"}},
    "undo": "none",
    "scopes": ["change things"],
}
GOOD: dict[str, Any] = {
    "base_url": "https://things.example",
    "token": "env:TOKEN",
    "declaration": {"name": "Things", "probe": "/v1", "actions": [ENTRY]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Good settings with something else at one place of their first entry."""
    settings = deepcopy(GOOD)
    at = settings["declaration"]["actions"][0]
    *way, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    at[last] = value
    return settings


TWO = [ENTRY["act"][0], {"method": "POST", "path": "/v1/things"}]
WRONG = [
    ("observe.0.path", "/v1/{target.id}.json", "whole value"),
    ("observe.0.path", "/v1/{params.a}{params.b}", "whole value"),
    ("observe.0.path", "/v1/{env.SECRET}", "whole value"),
    ("observe.0.path", "/v1/{target.id.real}", "whole value"),
    ("observe.0.path", "/v1/{params.__class__.x}", "whole value"),
    ("observe.0.path", "https://elsewhere.example/", "starts with /"),
    ("observe.0.path", "//elsewhere.example/x", "empty segment"),
    ("observe.0.path", "/v1/../admin", "no .."),
    ("observe.0.path", "/v1?x={target.id}", "‘query’"),
    ("observe.0.path", "/v1/a%2Fb", "letters, digits"),
    ("observe.0.query", {"q": "id eq {target.id}"}, "whole value"),
    ("observe.0.fields", {"state": "state"}, "JSON pointer"),
    ("observe.0.fields", {}, "at least 1"),
    ("observe.0.fields", {"_state": "/state"}, "at least one field without _"),
    ("observe.0.absent", {"other": 1}, "exactly the fields"),
    ("act.0.body", {"to": "now {seen.to}"}, "whole value"),
    ("act.0.body", {"{seen.to}": 1}, "plain text without braces"),
    ("act.0.body", {"to": [{"deep": "{seen.to}!"}]}, "whole value"),
    ("act.0.body", {"to": 1.5}, "whole number"),
    ("act.0.method", "GET", "'POST', 'PUT', 'PATCH' or 'DELETE'"),
    ("act.0.script", "return 1", "not permitted"),
    ("act.0.key_header", "X: y\r\nZ", "match pattern"),
    ("act.0.statuses", {401: "done"}, "cannot be declared"),
    ("act.0.statuses", {302: "done"}, "cannot be declared"),
    ("act.0.statuses", {500: "done"}, "cannot mean that it was done"),
    ("act.0.statuses", {200: "fine"}, "'done'"),
    ("act", TWO, "must be repeatable"),
    ("act", [ENTRY["act"][0]] * 2, "‘begun’"),
    ("applied", {}, "‘equals’ or ‘changed’"),
    ("applied", {"equals": {"other": 1}}, "no reading gives"),
    ("undo", "mdm.remove", "which is not declared"),
    ("scopes", [], "at least 1"),
    ("type", "Install", "match pattern"),
]


@pytest.mark.parametrize(("path", "value", "words"), WRONG, ids=[f"{p}-{w}" for p, _, w in WRONG])
def test_what_is_wrong_is_said_with_its_key(path: str, value: Any, words: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        build("things", "http", changed(path, value))
    said = str(caught.value)
    assert words in said
    named = path.partition(".")[0]
    assert "declaration" in said and (named in said or "actions.0:" in said or "undo" in said)


def test_the_good_one_is_good() -> None:
    assert build("things", "http", GOOD).name == "things"


def test_a_company_file_is_checked_with_the_line_of_what_is_wrong() -> None:
    text = COMPANY.read_text("utf-8").replace(
        '"/v1/holders/{target.id}"', '"/v1/holders/{target.id}.json"', 1
    )
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "{target.id}.json" in row)
    company, problems = check(text.encode(), [wrong_settings])
    assert company is None
    [problem] = [one for one in problems if one.level == "error"]
    assert problem.line == line
    assert problem.path.startswith("connectors.badge.settings.declaration.actions[0].observe[0]")
    assert "whole value" in problem.text


def test_an_unknown_kind_and_a_secret_in_plain_are_found_in_the_file_too() -> None:
    text = COMPANY.read_text("utf-8").replace("    kind: http", "    kind: soap", 1)
    text = text.replace('"env:HOLDSHORT_BADGE_TOKEN"', '"hunter2"', 1)
    _, problems = check(text.encode(), [wrong_settings])
    errors = [str(one) for one in problems if one.level == "error"]
    assert any(
        "connectors.github.kind" in one and "no connector of the kind" in one for one in errors
    )
    assert any("connectors.badge.settings.token" in one for one in errors)
    assert "hunter2" not in "".join(errors)


# ------------------------------------------------------------------ what the demo declares


def demo_services() -> dict[str, Service]:
    connectors = yaml.safe_load(COMPANY.read_text("utf-8"))["connectors"]
    return {
        name: Service.model_validate(one["settings"]["declaration"])
        for name, one in connectors.items()
        if one["kind"] == "http"
    }


def test_the_demo_declares_every_type_of_its_systems_with_the_undo_of_the_catalogue() -> None:
    types = {one.connector: set() for one in catalogue.REGISTRY.values()}  # type: ignore[var-annotated]
    for kind in catalogue.REGISTRY.values():
        types[kind.connector].add(kind.id)
    services = demo_services()
    assert services
    for name, service in services.items():
        assert {one.type for one in service.actions} == types[name]
        for one in service.actions:
            kind = catalogue.find(one.type)
            # What is done for good has no undo, although others of its type have one.
            about = set(one.when) <= set(kind.params.model_fields) and one.when
            reversible = kind.inverse("", one.when) is not None if about else kind.undo_possible
            assert (one.undo != "none") is reversible
