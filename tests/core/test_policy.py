"""What the policy document allows, and that nothing unreadable allows anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.core.policy import group_template, role_template
from holdshort.core.terms import Employment, Kind, Person, PolicyResult, PolicyVerdict, Reason

from .examples import NOON, documents, person

VERSION = 7
ENGINEER: dict[str, Any] = {
    "id": "engineer",
    "version": 7,
    "role": "Engineer",
    "entitlements": ["github:member", "jira:member"],
    "groups": ["engineers"],
    "approved_by": "priya",
    "valid_until": "2026-12-31",
}
EVERYONE: dict[str, Any] = {
    "id": "everyone",
    "version": 1,
    "role": "everyone",
    "entitlements": [],
    "groups": ["photo-club"],
    "approved_by": "priya",
}
DOCUMENT: dict[str, Any] = {"role_templates": [ENGINEER, EVERYONE]}

ENG = person("eve", roles=("Engineer",), department="Engineering")
CONTRACTOR = person("cleo", roles=("contractor",), department="Engineering")


def ask(
    who: Person, *entitlements: str, document: Any = DOCUMENT, version: int | None = VERSION
) -> PolicyResult:
    return role_template(document, version, who, entitlements, NOON)


def ask_group(who: Person, groups: Sequence[str], document: Any = DOCUMENT) -> PolicyResult:
    return group_template(document, VERSION, who, groups, NOON)


def why(result: PolicyResult, verdict: PolicyVerdict) -> Reason:
    assert result.verdict is verdict
    assert result.reason is not None
    return result.reason


def failing(result: PolicyResult) -> Reason:
    reason = why(result, PolicyVerdict.FAILS)
    assert reason.text.startswith("Needs a person: ")
    assert reason.policy_version == VERSION
    assert reason.would_pass
    return reason


def test_an_engineer_gets_what_the_engineers_template_holds_and_the_record_says_by_whom() -> None:
    reason = why(ask(ENG, "github:member"), PolicyVerdict.PASSES)
    assert reason.text == (
        "Allowed by role template engineer v7, approved by priya (policy version 7)."
    )
    assert reason.policy_version == VERSION
    assert (reason.observed, reason.limit) == ("github:member", "github:member")


def test_reasons_say_rights_and_people_as_people_call_them() -> None:
    names = {"github:owner": "GitHub owner", "priya": "Priya Nair"}

    def called(id: str) -> str:
        return names.get(id, id)

    passes = role_template(DOCUMENT, VERSION, ENG, ["github:member"], NOON, called)
    assert "approved by Priya Nair" in why(passes, PolicyVerdict.PASSES).text
    reason = failing(role_template(DOCUMENT, VERSION, ENG, ["github:owner"], NOON, called))
    assert "for GitHub owner" in reason.text and "GitHub owner in engineer v7" in reason.would_pass
    assert reason.observed == "github:owner"


def test_a_contractor_whom_no_template_matches_waits_and_learns_what_would_have_passed() -> None:
    reason = failing(ask(CONTRACTOR, "github:member"))
    assert "no role template matches contractor/Engineering for github:member" in reason.text
    assert reason.would_pass == ("github:member in a role template for contractor/Engineering")


def test_an_entitlement_outside_ones_template_waits_and_names_only_what_is_missing() -> None:
    reason = failing(ask(ENG, "github:member", "github:owner"))
    assert reason.would_pass == "github:owner in engineer v7"
    assert reason.observed == "github:member, github:owner"


@pytest.mark.parametrize("near", ["github", "github:*", "GitHub:Member", "github:member "])
def test_only_the_exact_entitlement_passes(near: str) -> None:
    failing(ask(ENG, near))


def test_a_template_counts_on_its_last_day_and_not_after() -> None:
    day = NOON.date()
    for until, verdict in ((day, PolicyVerdict.PASSES), (day - timedelta(1), PolicyVerdict.FAILS)):
        for written in (until, until.isoformat()):
            document = {"role_templates": [ENGINEER | {"valid_until": written}]}
            assert ask(ENG, "github:member", document=document).verdict is verdict
    reason = failing(
        ask(
            ENG,
            "jira:member",
            document={"role_templates": [ENGINEER | {"valid_until": "2026-11-30"}]},
        )
    )
    assert "role template engineer v7 ended on 2026-11-30" in reason.text
    assert reason.would_pass == "priya renewing engineer v7"


def test_a_template_counts_from_its_first_day_on_and_names_who_answers_for_it() -> None:
    day = NOON.date()
    for first, verdict in ((day, PolicyVerdict.PASSES), (day + timedelta(1), PolicyVerdict.FAILS)):
        document = {"role_templates": [ENGINEER | {"valid_from": first.isoformat()}]}
        assert ask(ENG, "github:member", document=document).verdict is verdict
    later = ENGINEER | {"valid_from": "2026-12-30", "owner": "quinn"}
    reason = failing(ask(ENG, "jira:member", document={"role_templates": [later]}))
    assert "role template engineer v7 begins on 2026-12-30" in reason.text
    assert reason.would_pass == "quinn letting it begin sooner"


def test_days_begin_and_end_on_the_companys_own_clock() -> None:
    document = {"role_templates": [ENGINEER], "company": {"timezone": "Asia/Tokyo"}}
    for hour, verdict in ((14, PolicyVerdict.PASSES), (15, PolicyVerdict.FAILS)):
        at = datetime(2026, 12, 31, hour, 30, tzinfo=UTC)
        assert role_template(document, VERSION, ENG, ["jira:member"], at).verdict is verdict


@pytest.mark.parametrize(
    "company", [{"timezone": "Atlantis"}, {"timezone": 1}, {"timezone": "../etc"}, ["x"], "x"]
)
def test_an_unknown_clock_lets_nothing_pass(company: Any) -> None:
    document = {"role_templates": [ENGINEER], "company": company}
    assert "company.timezone" in failing(ask(ENG, "jira:member", document=document)).text


@pytest.mark.parametrize("order", [1, -1])
def test_what_a_later_version_took_away_does_not_live_on_in_an_earlier_one(order: int) -> None:
    older = ENGINEER | {"version": 6, "entitlements": ["jira:member", "aws:admin"]}
    document = {"role_templates": [older, ENGINEER][::order]}
    failing(ask(ENG, "aws:admin", document=document))
    assert ask(ENG, "jira:member", document=document).verdict is PolicyVerdict.PASSES


def test_the_same_version_of_a_template_twice_lets_nothing_pass() -> None:
    document = {"role_templates": [ENGINEER, ENGINEER | {"entitlements": ["aws:admin"]}]}
    assert "engineer v7 twice" in failing(ask(ENG, "jira:member", document=document)).text


def test_several_templates_of_one_person_add_up_and_are_all_named() -> None:
    lead = ENGINEER | {"id": "lead", "role": "Lead", "entitlements": ["aws:reader"]}
    document = {"role_templates": [ENGINEER, lead]}
    both = person("eve", roles=("Engineer", "Lead"))
    reason = why(ask(both, "github:member", "aws:reader", document=document), PolicyVerdict.PASSES)
    assert "engineer v7" in reason.text
    assert "lead v7" in reason.text


def test_harmless_groups_are_for_everyone_who_works_here() -> None:
    for who in (ENG, CONTRACTOR, person("dana")):
        reason = why(ask_group(who, ["photo-club"]), PolicyVerdict.PASSES)
        assert "everyone v1, approved by priya" in reason.text


def test_a_group_is_no_entitlement_and_an_entitlement_no_group() -> None:
    failing(ask(ENG, "photo-club"))
    failing(ask_group(ENG, ["github:member"]))


def test_a_group_that_no_template_names_waits() -> None:
    assert "for build-tools" in failing(ask_group(ENG, ["photo-club", "build-tools"])).text


@pytest.mark.parametrize(
    "who",
    [
        person("agent", kind=Kind.AGENT, roles=("Engineer",)),
        person("sync", kind=Kind.SERVICE, roles=("Engineer",)),
        person("eve", roles=("Engineer",), employment=Employment()),
        person("eve", roles=("Engineer",), employment=Employment("ended")),
        person("eve", roles=("Engineer",), employment=Employment("active", end=date(2026, 11, 30))),
        person("eve", roles=("Engineer",), employment=Employment("active", date(2026, 12, 2))),
    ],
)
def test_templates_are_for_humans_who_are_known_to_work_here_now(who: Person) -> None:
    assert "works here now" in failing(ask(who, "github:member")).text
    failing(ask_group(who, ["photo-club"]))


def test_without_a_policy_or_a_question_there_is_no_answer() -> None:
    assert (
        "no policy is in force"
        in why(ask(ENG, "github:member", version=None), PolicyVerdict.NONE).text
    )
    assert why(ask(ENG), PolicyVerdict.NONE)
    assert why(ask_group(ENG, []), PolicyVerdict.NONE)


def test_an_empty_policy_allows_nothing() -> None:
    failing(ask(ENG, "github:member", document={}))
    failing(ask_group(ENG, ["photo-club"], document={"role_templates": []}))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": ""}, "role_templates[1].id"),
        ({"version": "7"}, "role_templates[1].version"),
        ({"version": True}, "role_templates[1].version"),
        ({"version": 0}, "role_templates[1].version"),
        ({"role": None}, "role_templates[1].role"),
        ({"entitlements": "github:member"}, "role_templates[1].entitlements"),
        ({"entitlements": [7]}, "role_templates[1].entitlements"),
        ({"groups": {"photo-club": True}}, "role_templates[1].groups"),
        ({"approved_by": ""}, "role_templates[1].approved_by"),
        ({"valid_until": "soon"}, "role_templates[1].valid_until"),
        ({"valid_until": NOON}, "role_templates[1].valid_until"),
        ({"valid_from": "soon"}, "role_templates[1].valid_from"),
        ({"owner": 7}, "role_templates[1].owner"),
    ],
)
def test_one_unreadable_template_lets_nothing_pass_and_is_named(
    change: dict[str, Any], place: str
) -> None:
    document = {"role_templates": [ENGINEER, EVERYONE | change]}
    assert (
        f"the policy cannot be read: {place}"
        in failing(ask(ENG, "github:member", document=document)).text
    )


@pytest.mark.parametrize(
    "document", [None, [], "x", {"role_templates": "x"}, {"role_templates": [1]}]
)
def test_a_document_of_another_shape_lets_nothing_pass(document: Any) -> None:
    assert "the policy cannot be read" in failing(ask(ENG, "a", document=document)).text


@given(documents, st.sampled_from([ENGINEER, EVERYONE]), st.sampled_from(sorted(ENGINEER)))
def test_no_document_raises_and_none_passes_without_an_approver(
    noise: Any, template: dict[str, Any], field: str
) -> None:
    for document in (
        noise,
        {"role_templates": noise},
        {"role_templates": [template | {field: noise}]},
    ):
        result = ask(ENG, "github:member", document=document)
        assert result.reason is not None
        if result.verdict is PolicyVerdict.PASSES:
            assert "approved by" in result.reason.text
