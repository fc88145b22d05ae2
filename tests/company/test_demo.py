"""The demo company is a file like any other, and holds what the scenarios need."""

import json
from pathlib import Path

import pytest

from holdshort.company.differences import differences
from holdshort.company.reach import privileged, rights_through
from holdshort.company.read import check, read
from holdshort.company.schema import Company
from holdshort.core.policy import confidence_threshold
from holdshort.core.terms import Kind

DEMO = Path(__file__).parents[2] / "demo" / "company.yaml"


@pytest.fixture(scope="module")
def demo() -> Company:
    return read(DEMO)


def rights_of(company: Company, person: str) -> frozenset[str]:
    return rights_through(company, [g.id for g in company.groups if person in g.members])


def test_the_demo_company_has_no_errors_and_one_warning_about_a_privileged_template():
    company, problems = check(DEMO)
    assert company is not None
    assert [p.path for p in problems] == ["role_templates[4]"]
    assert "netsuite:administrator" in problems[0].text


def test_every_human_who_has_begun_can_be_found_in_the_directory(demo):
    for person in demo.people:
        issuers = [account.issuer for account in person.accounts]
        here = person.is_human and person.employment.status != "future"
        assert ("directory" in issuers and "local" in issuers) == here


def test_the_people_who_are_asked_for_ordinary_things_hold_nothing_privileged(demo):
    for person in ("dana", "bea", "erik", "carla", "yusuf", "mia"):
        assert privileged(demo, rights_of(demo, person)) == []


def test_omar_is_a_super_administrator(demo):
    assert "directory:super-admin" in rights_of(demo, "omar")


def test_build_tools_reaches_aws_administrator_access_through_two_levels_of_nesting(demo):
    assert "aws:AdministratorAccess" in rights_through(demo, ["build-tools"])
    by_id = {group.id: group for group in demo.groups}
    assert by_id["build-tools"].grants == by_id["ci-runners"].grants == ()


def test_photo_club_carries_no_rights_and_is_in_the_template_for_everyone(demo):
    assert rights_through(demo, ["photo-club"]) == frozenset()
    template = next(t for t in demo.role_templates if t.role == "everyone")
    assert "photo-club" in template.groups
    assert rights_through(demo, template.groups) == frozenset()


def test_engineers_have_a_template_with_github_and_contractors_have_none(demo):
    by_role = {template.role: template for template in demo.role_templates}
    assert by_role["engineer"].version == 7
    assert "github:member" in by_role["engineer"].entitlements
    assert "contractor" not in by_role


def test_a_leaver_is_locked_and_two_others_are_locked_for_different_reasons(demo):
    locked = {lock.person: lock.by for lock in demo.demo.locks}
    assert locked == {
        "yusuf": "password_attempts",
        "mia": "impossible-travel",
        "karl": "password_attempts",
    }
    karl = next(person for person in demo.people if person.id == "karl")
    assert karl.employment.status == "ended"


def test_security_can_be_decided_by_somebody_outside_it(demo):
    department = {person.id: person.department for person in demo.people}
    asked = [entry.person for entry in demo.authority if "security" in entry.contexts]
    assert any(department[person] != "IT" for person in asked)


def test_the_demo_roles_are_of_the_right_kind(demo):
    kinds = {person.id: person.kind for person in demo.people}
    roles = demo.demo.roles
    assert kinds[roles.agent] is Kind.AGENT
    assert kinds[roles.assessor] is Kind.SERVICE
    assert roles.requester == roles.requester_second_account == "dana"


def test_a_company_that_was_stored_as_json_is_the_same_company(demo):
    stored = json.dumps(demo.model_dump(mode="json", by_alias=True, exclude_unset=True))
    again = Company.model_validate(json.loads(stored))
    assert again.digest() == demo.digest()
    assert differences(demo, again) == differences(again, demo) == []


def test_the_policy_document_is_read_by_the_rules(demo):
    assert confidence_threshold(demo.policy_document(), "idp.unlock/1") == 0.9
