"""What a new file changes is said in plain words, and no weakened control goes unmarked."""

from pathlib import Path

import pytest

from holdshort.company import loosening, reasons
from holdshort.company.compared import SECTIONS
from holdshort.company.differences import Difference, Effect, differences
from holdshort.company.read import read
from holdshort.company.schema import Company
from tests.company.small import changed

MORE = """\
windows:
  - {id: patches, name: P, kind: maintenance, timezone: UTC, days: [tue],
     from: "20:00", to: "22:00", targets: [aws]}
  - {id: freeze, name: F, kind: blackout, timezone: UTC, days: [fri],
     from: "08:00", to: "22:00", targets: [aws]}
assets: [{id: db, name: DB, kind: database, environment: production, criticality: high}]
software: [{id: zoom, name: Zoom, package: z, publisher: Z, approved_for: [engineer], cost: 0}]
vendors:
  - {id: z, name: Z, contracts: [{id: c, item: I, amount: 480, currency: EUR, period: year,
     renews: 2027-01-01}]}
budgets: {people_per_hour: 5, grave_hours: 720, longest_hours: {aws: 3}}
holds: [{id: h, name: H, people: [ben], owner: ana, since: 2025-01-01, reason: R}]
conflicts: [{id: k, name: K, entitlements: ["aws:read", "aws:admin"], reason: R}]
confidence: {threshold: 0.9, categories: {idp.unlock/1: 0.95}}
standing: [{category: idp.unlock/1, phase: 2, basis: demo}]
connectors: {d: {kind: scim, settings: {base_url: "env:URL"}}, l: {kind: ldap}}
units: [{id: sales, name: Sales, connector: l, place: "ou=Sales,dc=x", rules: [Screens lock.]}]
knowledge: [{id: k1, title: T, body: B, audience: [engineer], review_by: 2027-01-01}]
notices: {console: "https://desk.example", pager: {url: "https://p.example", secret: "env:P"}}
"""


def company(*replacements: tuple[str, str]) -> Company:
    scoped = ("access], backup: cleo", "access], backup: cleo, scope: [aws]")
    text = changed(scoped, more=MORE)
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return read(text.encode())


def after(*replacements: tuple[str, str]) -> list[Difference]:
    return differences(company(), company(*replacements))


LOOSENS = [
    (
        "cleo, contexts: [security]",
        "cleo, contexts: [security, access]",
        "adds ‘access’ to contexts",
    ),
    (
        "  - {person: cleo",
        "  - {person: ben, contexts: [hr]}\n  - {person: cleo",
        "authority of ‘ben’",
    ),
    ("scope: [aws]", "scope: [aws, db]", "adds ‘db’ to scope of the authority of ‘ana’"),
    ("scope: [aws]", "scope: []", "removes ‘aws’ from scope of the authority of ‘ana’"),
    ("cost_limit: 2000", "cost_limit: 3000", "changes cost limit of the authority of ‘cleo’ from"),
    ("backup: cleo", "backup: ben", "changes backup of"),
    (
        "{id: cleo, name: Cleo Park",
        "{id: cleo, name: Cleo Park, accounts: [{issuer: slack, subject: U1}]",
        "account",
    ),
    ("subject: ana}", "subject: ana2}", "adds the account ‘ana2’ at ‘local’ as ‘ana’"),
    ("roles: [engineer]", "roles: [engineer, owner]", "adds ‘owner’ to roles of person ‘ben’"),
    ("manager: ana", "manager: cleo", "changes manager of person ‘ben’ from ‘ana’ to ‘cleo’"),
    ("kind: agent", "kind: service", "changes kind of person ‘agent’"),
    (
        "privileged: true",
        "privileged: false",
        "changes privileged of entitlement ‘aws:admin’ from true to false",
    ),
    (', grants: ["aws:read"]}', "}", "removes ‘aws:read’ from grants of entitlement"),
    ("environment: production", "environment: office", "changes environment of system ‘aws’"),
    ("environment: production", "environment: test", "changes environment"),
    ("data_class: confidential", "data_class: public", "changes data class"),
    ("connector: desk", "connector: d", "changes connector of system"),
    (', grants: ["aws:admin"]', "", "removes ‘aws:admin’ from grants of group ‘admins’"),
    (", includes: [builders]", "", "removes ‘builders’ from includes of group ‘admins’"),
    (
        "name: Builders,",
        "name: Builders, members: [cleo],",
        "adds the membership of ‘cleo’ in ‘builders’",
    ),
    (
        'entitlements: ["aws:read"]',
        'entitlements: ["aws:read", "aws:admin"]',
        "adds ‘aws:admin’ to entitlements of role template",
    ),
    ("valid_until: 2030-01-31", "valid_until: 2031-01-31", "changes valid until"),
    ("valid_from: 2025-02-01", "valid_from: 2025-01-31", "changes valid from"),
    ("valid_from: 2025-02-01, ", "", "changes valid from"),
    ("owner: ana, valid_from", "owner: cleo, valid_from", "changes owner of role template"),
    ("approved_by: ana", "approved_by: cleo", "changes approved by"),
    (
        "engineer, version: 1, role: engineer",
        "engineer, version: 2, role: everyone",
        "adds role template",
    ),
    ("limit: 1000", "limit: 1001", "changes limit of the limit for ‘saas.renew’ per item"),
    ("flow: saas.renew", "flow: bundle.onboard", "adds the limit for ‘bundle.onboard’"),
    ("owner: cleo", "owner: ana", "changes owner of the limit"),
    ("people_per_hour: 5", "people_per_hour: 6", "changes people per hour of the budget"),
    ("grave_hours: 720", "grave_hours: 721", "changes grave hours of the budget"),
    ("{aws: 3}", "{aws: 4}", "changes longest hours of the budget"),
    ("{aws: 3}", "{}", "changes longest hours of the budget"),
    ("people: [ben]", "assets: [db]", "removes ‘ben’ from people of hold"),
    ("holds: [{id: h,", "holds: [{id: h2,", "removes hold ‘h’"),
    ("conflicts: [{id: k,", "conflicts: [{id: k2,", "removes conflict ‘k’"),
    ("threshold: 0.9,", "threshold: 0.8,", "changes threshold of confidence from ‘0.9’ to ‘0.8’"),
    ("idp.unlock/1: 0.95", "idp.unlock/1: 0.91", "changes share of the confidence of"),
    (
        "categories: {idp.unlock/1: 0.95}",
        "categories: {kb.answer/1: 0.5}",
        "adds the confidence of ‘kb.answer/1’",
    ),
    ("categories: {idp.unlock/1: 0.95}", "categories: {}", "removes the confidence of"),
    ("phase: 2", "phase: 3", "changes phase of the demo standing"),
    ("base_url: ", "url: ", "changes settings of connector ‘d’"),
    ("{id: freeze,", "{id: freeze2,", "removes window ‘freeze’"),
    ("{id: patches,", "{id: patches2,", "adds window ‘patches2’"),
    ('to: "22:00"', 'to: "23:00"', "changes closes of window ‘patches’"),
    ("criticality: high", "criticality: low", "changes criticality"),
    ("{id: zoom,", "{id: zoom2,", "adds software ‘zoom2’ (Zoom)"),
    ("approved_for: [engineer]", "approved_for: [everyone]", "adds ‘everyone’ to approved for"),
    ("amount: 480", "amount: 900", "changes amount of contract ‘c’ with ‘z’"),
    ("rules: [Screens lock.]", "rules: []", "removes ‘Screens lock.’ from rules of unit ‘sales’"),
    ("ou=Sales,", "ou=Support,", "changes place of unit ‘sales’ from ‘ou=Sales,dc=x’"),
    ("units: [{id: sales,", "units: [{id: sales2,", "adds unit ‘sales2’ (Sales)"),
    ("audience: [engineer]", "audience: [everyone]", "adds ‘everyone’ to audience of article"),
    ("timezone: Europe/Berlin", "timezone: Asia/Tokyo", "changes timezone of the company"),
    ("https://p.example", "https://q.example", "changes pager of mail and pager"),
    ('pager: {url: "https://p.example", secret: "env:P"}', "", "changes pager of mail and pager"),
]


@pytest.mark.parametrize(("old", "new", "words"), LOOSENS)
def test_a_weakened_control_is_marked(old, new, words):
    assert [str(d) for d in after((old, new)) if words in str(d) and d.loosens]


HARMLESS = [
    (
        "name: Ben Stone",
        "name: Ben Rock",
        "changes name of person ‘ben’ from ‘Ben Stone’ to ‘Ben Rock’",
    ),
    ("cost_limit: 2000", "cost_limit: 1000", "changes cost limit"),
    ("contexts: [security, access]", "contexts: [security]", "removes ‘access’ from contexts"),
    ("privileged: false", "privileged: true", "changes privileged"),
    ("environment: production", "environment: unknown", "changes environment"),
    ("data_class: confidential", "data_class: restricted", "changes data class"),
    ("limit: 1000", "limit: 999", "changes limit"),
    ("threshold: 0.9,", "threshold: 0.93,", "changes threshold"),
    ("people_per_hour: 5", "people_per_hour: 4", "changes people per hour"),
    ("valid_until: 2030-01-31", "valid_until: 2029-01-31", "changes valid until"),
    ("valid_from: 2025-02-01", "valid_from: 2025-03-01", "changes valid from"),
    (
        "id: engineer, version: 1",
        "id: engineer, version: 2",
        "adds role template ‘engineer’ version 2",
    ),
    ("people: [ben]", "people: [ben, cleo]", "adds ‘cleo’ to people of hold"),
    ("  - {id: cleo,", "  - {id: dan, name: Dan}\n  - {id: cleo,", "adds person ‘dan’ (Dan)"),
    ("phase: 2", "phase: 1", "changes phase"),
    ("body: B", "body: C", "changes body of article"),
]


@pytest.mark.parametrize(("old", "new", "words"), HARMLESS)
def test_a_change_that_weakens_nothing_is_not_marked(old, new, words):
    found = after((old, new))
    assert any(words in str(difference) for difference in found)
    assert not [str(difference) for difference in found if difference.loosens]


@pytest.mark.parametrize(
    ("old", "new", "words", "why"),
    [
        ("limit: 1000", "limit: 999", "changes limit", "it goes less far than before"),
        ("threshold: 0.9,", "threshold: 0.93,", "changes threshold", "more is demanded"),
        ("people: [ben]", "people: [ben, cleo]", "adds ‘cleo’", "more is looked at"),
        ("{id: freeze,", "{id: freeze2,", "adds window", "it stops what passed before"),
        ("{id: patches,", "{id: patches2,", "removes window", "no longer pass at that time"),
        ("conflicts: [{id: k,", "conflicts: [{id: k2,", "adds conflict", "it stops what passed"),
        ("scope: [aws]", "scope: [db]", "adds ‘db’", "it reaches further"),
        ("scope: [aws, db]", "scope: [db]", "removes ‘aws’", "it reaches less far"),
    ],
)
def test_what_makes_a_control_stricter_says_why(old, new, words, why):
    scope = "scope: [aws]" if "scope" in old else old
    found = differences(company((scope, old)), company((scope, new)))
    [found] = [one for one in found if words in str(one)]
    assert why in found.why
    assert found.effect is (Effect.LOOSENS if "further" in why else Effect.TIGHTENS)


def test_what_touches_no_control_says_so():
    [found] = after(("name: Ben Stone", "name: Ben Rock"))
    assert (found.effect, found.why) == (Effect.NEITHER, "no control rests on it")


def test_every_rule_says_why_in_words():
    rules = [(r, reasons.CHANGED) for section in SECTIONS for r in section.fields.values()]
    rules += [(section.added, reasons.ADDED) for section in SECTIONS]
    rules += [(section.removed, reasons.REMOVED) for section in SECTIONS]
    silent = {loosening.never, loosening.no}
    assert [rule for rule, words in rules if not words[rule][0] and rule not in silent] == []


def test_employment_that_counts_again_loosens_and_one_that_ends_does_not():
    ended = company(("manager: ana", "employment: {status: ended, end: 2025-01-31}"))
    active = company(("manager: ana", "employment: {status: active}"))
    assert [d.loosens for d in differences(ended, active)] == [True]
    assert [d.loosens for d in differences(active, ended)] == [False]


def test_removing_a_maintenance_window_and_adding_a_blackout_loosen_nothing():
    fewer = company(("{id: patches,", "{id: patches2,"))
    removed = [d for d in differences(company(), fewer) if d.kind == "removes"]
    added = [d for d in after(("{id: freeze,", "{id: freeze2,")) if d.kind == "adds"]
    assert [d.loosens for d in removed + added] == [False, False]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: admins,", "id: chiefs,", "removes group ‘admins’"),
        (
            "  - {id: agent, kind: agent, name: Agent}\n",
            "  - {id: bot, kind: agent, name: B}\n",
            "‘bot’",
        ),
        ("cleo, name: Cleo Park}", "cleo, name: Cleo Park, roles: [owner]}", "‘owner’ to roles"),
        ("connectors: {d:", "connectors: {e: {kind: scim}, d:", "adds connector ‘e’"),
        # Whatever no file lists counts as the gravest, and listing it as harmless ends that.
        ("groups:\n", "groups:\n  - {id: chiefs, name: C, system: aws}\n", "adds group ‘chiefs’"),
        (
            "assets: [",
            "assets: [{id: db2, name: Test DB, kind: database, environment: test, "
            "criticality: low, connector: d}, ",
            "adds asset ‘db2’",
        ),
    ],
)
def test_what_hides_or_adds_power_as_a_whole_row_is_found(old, new, words):
    assert [d for d in after((old, new)) if words in str(d) and d.loosens]


def test_a_privileged_right_that_is_no_longer_listed_loosens():
    renamed = company(*[("aws:admin", "aws:chief")] * 3)
    removed = [d for d in differences(company(), renamed) if d.kind == "removes"]
    assert "removes entitlement ‘aws:admin’ (AWS admin) (loosens a control)" in map(str, removed)


def test_a_renamed_asset_loosens_nothing():
    found = after(("[{id: db,", "[{id: db2,"))
    assert [d.loosens for d in found] == [False, False]


def test_the_same_company_has_no_differences():
    assert differences(company(), company()) == []


def test_the_first_company_is_all_additions():
    found = differences(None, company())
    assert {difference.kind for difference in found} == {"adds"}
    assert "adds person ‘ben’ (Ben Stone)" in [str(difference) for difference in found]
    assert any(d.loosens for d in found if "authority" in d.what)


def test_every_change_of_the_demo_company_is_found_in_both_directions():
    demo = read(Path(__file__).parents[2] / "demo" / "company.yaml")
    there = differences(company(), demo)
    back = differences(demo, company())
    assert sum(d.kind == "adds" for d in there) == sum(d.kind == "removes" for d in back)


def test_a_setting_is_never_repeated():
    found = after(('"env:URL"', '"env:OTHER_URL"'))
    assert "URL" not in "".join(str(difference) for difference in found)


def test_no_field_of_any_section_is_left_without_a_rule():
    demo = read(Path(__file__).parents[2] / "demo" / "company.yaml")
    for section in SECTIONS:
        for source in (company(), demo):
            for row in section.rows(source).values():
                known = {*section.fields, *section.apart}
                fields = getattr(type(row), "model_fields", None)
                assert fields is None or set(fields) == known, section.noun


def test_no_section_of_the_file_is_left_out():
    compared = {section.noun for section in SECTIONS}
    assert len(SECTIONS) == len(compared)
    demo = read(Path(__file__).parents[2] / "demo" / "company.yaml")
    for name in Company.model_fields:
        full = demo if getattr(demo, name) else company()
        emptied = full.model_copy(update={name: Company.model_fields[name].get_default()})
        if name not in ("company", "people", "budgets", "confidence", "routing"):
            assert differences(full, emptied), name
