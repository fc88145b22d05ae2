"""Policy rules about things: what passes, what does not, and that nothing unreadable passes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from holdshort.core import standards
from holdshort.core.listed import people_budget, software_named, spending_limit
from holdshort.core.terms import Employment, Kind, Person, PolicyResult, PolicyVerdict

PASSES, FAILS, NONE = PolicyVerdict.PASSES, PolicyVerdict.FAILS, PolicyVerdict.NONE
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DANA = Person(
    "dana",
    Kind.HUMAN,
    "Dana Fischer",
    roles=("account-executive",),
    employment=Employment("active", date(2020, 1, 1)),
)
ZOOM = {"id": "zoom", "name": "Zoom", "package": "us.zoom.Zoom", "publisher": "Zoom"}
ZOOM = {**ZOOM, "approved_for": ["everyone"], "cost": 0}
FIGMA = {**ZOOM, "id": "figma", "package": "com.figma", "approved_for": ["engineer"]}
PAPER = {"id": "nda", "sha256": "a" * 64}
LIMIT = {"flow": "mdm.install", "per": "item", "limit": 2000}
DOCUMENT: dict[str, Any] = {
    "software": [ZOOM, FIGMA],
    "field_lists": [{"flow": "erp.update_vendor", "fields": ["contact_name"]}],
    "documents": [PAPER],
    "budgets": {"people_per_hour": 3},
    "thresholds": [LIMIT],
}


def catalogue(
    software: str = "zoom",
    person: Person | None = DANA,
    cost: int | None = 0,
    *,
    document: Any = DOCUMENT,
    version: int | None = 4,
) -> PolicyResult:
    return standards.software_catalogue(document, version, person, software, cost, AT)


def said(result: PolicyResult) -> str:
    assert result.reason is not None
    return result.reason.text


# ------------------------------------------------------------------ software


def test_software_that_is_listed_for_the_role_passes_with_the_signed_package_as_ground() -> None:
    result = catalogue()
    assert result.verdict is PASSES
    assert result.reason is not None
    assert result.reason.observed == "us.zoom.Zoom"
    assert result.reason.policy_version == 4
    assert "signed by Zoom (policy version 4)" in said(result)
    assert catalogue("us.zoom.Zoom").verdict is PASSES


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"software": "anydesk"}, "‘anydesk’ is not in the software catalogue"),
        ({"software": "figma"}, "not approved for account-executive"),
        ({"person": None}, "one person at a time"),
        ({"cost": None}, "no limit in force covers it"),
        ({"cost": 2001}, "no limit in force covers it"),
        ({"cost": 1, "document": {**DOCUMENT, "thresholds": []}}, "no limit in force covers it"),
        ({"document": {**DOCUMENT, "company": {"timezone": "Nowhere"}}}, "cannot be read"),
    ],
)
def test_software_that_does_not_pass_says_why(asked: dict[str, Any], words: str) -> None:
    result = catalogue(**asked)
    assert result.verdict is FAILS
    assert words in said(result) and result.reason is not None and result.reason.would_pass


def test_a_cost_up_to_the_limit_passes() -> None:
    assert catalogue(cost=2000).verdict is PASSES


def test_whoever_does_not_work_here_gets_no_software() -> None:
    gone = Person("dana", Kind.HUMAN, "Dana Fischer", roles=DANA.roles)
    assert "works here now" in said(catalogue(person=gone))


@pytest.mark.parametrize(
    "software",
    [
        None,
        "zoom",
        ["zoom"],
        [{**ZOOM, "package": None}],
        [{**ZOOM, "publisher": 7}],
        [{**ZOOM, "cost": None}],
        [{**ZOOM, "cost": True}],
        [{**ZOOM, "approved_for": "everyone"}],
        [{**ZOOM, "approved_for": None}],
    ],
)
def test_a_catalogue_that_cannot_be_read_allows_nothing(software: Any) -> None:
    assert catalogue(document={"software": software}).verdict is FAILS


@pytest.mark.parametrize("document", [None, [], "x", {}])
def test_a_document_that_is_none_allows_nothing(document: Any) -> None:
    assert catalogue(document=document).verdict is FAILS
    assert standards.field_list(document, 4, "erp.update_vendor", "contact_name").verdict is FAILS
    assert standards.template_hash(document, 4, "nda", "a" * 64, screened=True).verdict is FAILS
    assert software_named(document, "zoom") is None
    assert spending_limit(document, "mdm.install") is None


def test_without_a_policy_in_force_no_rule_says_anything() -> None:
    results = [
        catalogue(version=None),
        standards.same_zones(None, ["a"], ["a"], own=True),
        standards.field_list(DOCUMENT, None, "erp.update_vendor", "contact_name"),
        standards.template_hash(DOCUMENT, None, "nda", "a" * 64, screened=True),
    ]
    assert [one.verdict for one in results] == [NONE] * 4
    assert all("no policy is in force" in said(one) for one in results)


# ------------------------------------------------------------------ limits and budgets


@pytest.mark.parametrize(
    ("budgets", "people"),
    [({"people_per_hour": 3}, 3), ({}, 5), (None, 0), ("x", 0), ({"people_per_hour": "9"}, 0)],
)
def test_a_budget_that_cannot_be_read_is_none_at_all(budgets: Any, people: int) -> None:
    assert people_budget({"budgets": budgets}) == people


def test_of_several_limits_the_lowest_counts() -> None:
    rows = [LIMIT, {**LIMIT, "limit": 500}, {**LIMIT, "limit": 1, "flow": "saas.renew"}]
    assert spending_limit({"thresholds": rows}, "mdm.install") == 500
    assert spending_limit({"thresholds": [{**LIMIT, "per": "vendor"}]}, "mdm.install") is None


# ------------------------------------------------------------------ zones, fields, papers


@pytest.mark.parametrize(
    ("held", "asked", "own", "verdict", "words"),
    [
        (["a", "b"], ["b", "a"], True, PASSES, "the zones stay the same: a, b"),
        (["a"], ["a", "b"], True, FAILS, "b would be added"),
        (["a", "b"], ["a"], True, FAILS, "b would be taken away"),
        (["a"], ["b"], True, FAILS, "b would be added, and a would be taken away"),
        (["a"], ["a"], False, FAILS, "only its holder"),
    ],
)
def test_a_badge_passes_with_exactly_the_same_zones(
    held: list[str], asked: list[str], own: bool, verdict: PolicyVerdict, words: str
) -> None:
    result = standards.same_zones(4, held, asked, own=own)
    assert result.verdict is verdict
    assert words in said(result)


def test_a_field_passes_where_the_list_of_that_flow_names_it() -> None:
    ask = standards.field_list
    assert ask(DOCUMENT, 4, "erp.update_vendor", "contact_name").verdict is PASSES
    assert "not on the list" in said(ask(DOCUMENT, 4, "erp.update_vendor", "bank_account"))
    assert ask(DOCUMENT, 4, "hris.update", "contact_name").verdict is FAILS
    unreadable = {"field_lists": [{"flow": "erp.update_vendor", "fields": "contact_name"}]}
    assert ask(unreadable, 4, "erp.update_vendor", "contact_name").verdict is FAILS


@pytest.mark.parametrize(
    ("documents", "paper", "sha256", "screened", "verdict"),
    [
        ([PAPER], "nda", "a" * 64, True, PASSES),
        ([PAPER], "nda", "b" * 64, True, FAILS),
        ([PAPER], "nda", "a" * 64, False, FAILS),
        ([PAPER], "msa", "a" * 64, True, FAILS),
        ([PAPER, PAPER], "nda", "a" * 64, True, FAILS),
        ([{"id": "nda"}], "nda", "a" * 64, True, FAILS),
    ],
)
def test_a_paper_passes_unchanged_and_to_a_screened_party(
    documents: Any, paper: str, sha256: str, screened: bool, verdict: PolicyVerdict
) -> None:
    found = standards.template_hash({"documents": documents}, 4, paper, sha256, screened=screened)
    assert found.verdict is verdict
