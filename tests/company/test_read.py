"""Every mistake in a company.yaml is named with its line, all of them in one go."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from holdshort.company import lines
from holdshort.company.problems import WARNING
from holdshort.company.read import CompanyErrors, check, read
from tests.company.small import SMALL, changed, errors, line_with, problems, warnings

DEMO = (Path(__file__).parents[2] / "demo" / "company.yaml").read_bytes()


def test_the_small_company_has_nothing_wrong_with_it():
    assert problems(SMALL) == ()


# ------------------------------------------------------------------ the text itself


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "the file is empty"),
        (b"# only a comment\n", 1, "the file is empty"),
        (b"- a\n- b\n", 1, "named sections"),
        (b"just words", 1, "named sections"),
        (b"company: {}\npeople: [\n", 2, "not valid YAML"),
        (b"company:\n  name: A\n\ttimezone: UTC\n", 3, "a tab is used"),
        (b"company:\n  name: \xff\n", 2, "UTF-8"),
        ("company: {}\n".encode("utf-16"), 1, "UTF-8"),
        (b"company: {}\npeople: \x00\n", 2, "control character"),
        (b"a: &x [1]\nb: *x\n", 1, "anchors and aliases"),
        (b"a: 1\nb: *x\n", 2, "anchors and aliases"),
        (b"a: 1\nb: !!python/object:os.system x\n", 2, "the tag"),
        (b"a: 1\n---\nb: 2\n", 2, "second document"),
        (b"a: 1\n? [b]\n: 2\n", 2, "must be a word"),
        (b"a: " + b"[" * 5000, 1, "nested deeper"),
        (b"a:\n" + b"x" * (5 * 1024 * 1024), 1, "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(data, line, words):
    with pytest.raises(CompanyErrors) as caught:
        read(data)
    (problem,) = (p for p in caught.value.problems if words in p.text)
    assert problem.line == line


def test_a_billion_laughs_is_refused_before_it_grows():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(n)}: &{chr(n)} [*{chr(n - 1)}, *{chr(n - 1)}]\n" for n in range(98, 123)
    )
    assert "anchors" in errors(bomb)[0].text


@pytest.mark.parametrize("text", [SMALL, DEMO.decode(), SMALL.replace("name: Ben", "nam: Ben")])
def test_the_slower_parser_reads_the_same_file_with_the_same_lines(monkeypatch, text):
    quick = check(text.encode())
    monkeypatch.setattr(lines, "_LOADER", yaml.SafeLoader)
    assert check(text.encode()) == quick


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    assert "there is no file" in check(tmp_path / "none.yaml")[1][0].text
    assert "is a folder" in check(tmp_path)[1][0].text


def test_a_file_may_begin_with_a_byte_order_mark():
    assert check(b"\xef\xbb\xbf" + SMALL.encode())[1] == ()


def test_a_field_written_twice_names_both_lines():
    text = changed(("people:\n", "people: []\npeople:\n"))
    assert any(p.line == 3 and "the first is on line 2" in p.text for p in errors(text))


def test_country_codes_and_times_stay_text():
    text = changed(
        ("department: Engineering", "department: NO"), ("name: Ben Stone", "name: 12:30")
    )
    company = read(text.encode())
    assert (company.people[1].department, company.people[1].name) == ("NO", "12:30")


def test_a_section_left_empty_is_a_section_without_entries():
    assert read(changed(more="holds:\nwindows:\n").encode()).holds == ()


def test_a_name_cannot_send_codes_to_a_terminal():
    text = changed(more='"\\e[31mred": 1\n')
    assert "\x1b" not in str(CompanyErrors(errors(text)))


# ------------------------------------------------------------------ the shape


SHAPE = [
    ("name: Ben Stone, ", "", "people[1].name", "is missing"),
    ("name: Ben Stone", "nam: Ben Stone", "people[1].nam", "Did you mean ‘name’?"),
    ("name: Ben Stone", "name: 12", "people[1].name", "put it in quotes"),
    ("name: Ben Stone", "name: [Ben]", "people[1].name", "must be text, not a list"),
    ("name: Ben Stone", 'name: "Ben\\u202eStone"', "people[1].name", "invisible character"),
    ("id: ben", "id: ben stone", "people[1].id", "cannot be an id"),
    ("kind: agent", "kind: robot", "people[3].kind", "must be one of: human, agent, service"),
    ("Europe/Berlin", "Europe/Berlyn", "company.timezone", "is not a time zone"),
    ("Europe/Berlin", "../../etc/passwd", "company.timezone", "is not a time zone"),
    ("currency: EUR}", "currency: Euro}", "company.currency", "is not a currency"),
    ("contexts: [security]", "contexts: [secruity]", "authority[1].contexts[0]", "‘security’?"),
    ("contexts: [security]", "contexts: []", "authority[1].contexts", "at least 1"),
    ("contexts: [security]", "contexts: security", "authority[1].contexts", "must be a list"),
    ("cost_limit: 2000", "cost_limit: a lot", "authority[1].cost_limit", "amount of money"),
    ("cost_limit: 2000", "cost_limit: -1", "authority[1].cost_limit", "amount of money"),
    ("cost_limit: 2000", "cost_limit: 1.999", "authority[1].cost_limit", "two digits"),
    ("privileged: false", "privileged: no", "entitlements[1].privileged", "true or false"),
    (", privileged: false", "", "entitlements[1].privileged", "is missing"),
    ("environment: production", "environment: prod", "environment", "must be one of"),
    ('id: "aws:read"', "id: read", "entitlements[1].id", "write system:name"),
    ("version: 1", "version: 0", "role_templates[0].version", "at least 1"),
    ("version: 1", "version: true", "role_templates[0].version", "whole number"),
    ("2030-01-31", "2030-02-31", "valid_until", "not in the calendar"),
    ("2030-01-31", "1900000000", "valid_until", "must be a date"),
    ("flow: saas.renew", "flow: renew", "thresholds[0].flow", "action type"),
    ("per: item", "per: vendor", "thresholds[0]", "‘period’"),
    ("manager: ana", "employment: {status: ended}", "people[1].employment", "must say when"),
    (
        "manager: ana",
        "employment: {start: 2024-02-01, end: 2024-01-01}",
        "people[1].employment",
        "before ‘start’",
    ),
    ("manager: ana", "email: nobody", "people[1].email", "is not an e-mail address"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), SHAPE)
def test_a_wrong_value_is_named_with_its_line(old, new, path, words):
    found = [p for p in errors(changed((old, new))) if path in p.path and words in p.text]
    assert [problem.line for problem in found] == [line_with(SMALL, old.strip(", "))]


MAIL = 'notices: {{console: "https://d.example", mail: {{{}, sender: d@d.example}}}}'
PAGER = 'notices: {{console: "https://d.example", pager: {{url: "{}", secret: "env:P"}}}}'
EXTRA = [
    ("confidence: {threshold: 90}", "confidence.threshold", "at most 1"),
    ("confidence: {threshold: 0}", "confidence.threshold", "above 0"),
    ("confidence: {categories: {idp.unlock: 0.9}}", "confidence.categories.idp.unlock", "category"),
    ("budgets: {people_per_hour: -5}", "budgets.people_per_hour", "at least 0"),
    ("budgets: {privileged_hours: 5}", "budgets.privileged_hours", "at most 4"),
    ("budgets: {grave_hours: 8761}", "budgets.grave_hours", "at most 8760"),
    ("budgets: {longest_hours: {nowhere: 2}}", "budgets.longest_hours", "no system, group, asset"),
    ("standing:\n- {category: fw.change/4, phase: 3, basis: demo}", "standing", "not a category"),
    ("standing:\n- {category: idp.unlock/1, phase: 3, basis: earned}", "standing", "demo"),
    (
        "windows:\n- {id: w, name: W, kind: blackout, timezone: UTC, targets: [aws]}",
        "windows[0]",
        "give ‘days’",
    ),
    (
        "windows:\n- {id: w, name: W, kind: maintenance, timezone: UTC, days: [tue], "
        'from: "22:00", to: "02:00", targets: [aws]}',
        "windows[0]",
        "two windows across midnight",
    ),
    (
        "windows:\n- {id: w, name: W, kind: blackout, timezone: UTC, targets: [aws], "
        "start: 2026-01-01, end: 2026-01-02}",
        "windows[0].start",
        "with its offset",
    ),
    (
        "conflicts:\n- {id: c, name: C, entitlements: ['aws:read', 'aws:read'], reason: R}",
        "conflicts[0]",
        "cannot conflict with itself",
    ),
    (
        "conflicts:\n- {id: c, name: C, entitlements: ['aws:read'], reason: R}",
        "conflicts[0].entitlements",
        "is missing",
    ),
    ("holds:\n- {id: h, name: H, owner: ana, since: 2025-01-01, reason: R}", "holds[0]", "names"),
    (
        "connectors: {d: {kind: scim}}\nunits:\n- {id: u, name: U, connector: d, place: ou=U}",
        "units[0].connector",
        "a directory of the kind ‘scim’ cannot move accounts",
    ),
    ("units:\n- {id: u, name: U, connector: d, place: ou=U}", "units[0].connector", "no connector"),
    ("units:\n- {id: u, name: U, connector: desk}", "units[0].place", "is missing"),
    ("connectors: {d: {kind: scim, settings: {wait: 1.5}}}", "connectors.d.settings.wait", "text"),
    ("connectors: {d d: {kind: scim}}", "connectors.d d", "cannot be an id"),
    ("machines: []", "machines", "there is no field of this name"),
    (MAIL.format("host: m.example, tls: none"), "notices.mail", "is for a server on this machine"),
    (MAIL.format("host: m.example, user: u"), "notices.mail", "write both or neither"),
    (MAIL.format("host: m.example, port: 0"), "notices.mail.port", "1"),
    (MAIL.format("host: a b"), "notices.mail.host", "the name of a server alone"),
    (PAGER.format("http://p.example"), "notices.pager.url", "must begin with https://"),
    (PAGER.format("https://u:p@p.example"), "notices.pager.url", "must hold no user name"),
    (PAGER.format("https://p.example/?token=hunter2"), "notices.pager.url", "a secret in plain"),
]


@pytest.mark.parametrize(("more", "path", "words"), EXTRA)
def test_a_wrong_value_in_a_further_section_is_named_with_its_line(more, path, words):
    text = changed(more=more + "\n")
    found = [problem for problem in errors(text) if problem.path.startswith(path)]
    assert found
    assert any(words in problem.text for problem in found)
    assert all(problem.line >= line_with(text, more.partition(":")[0] + ":") for problem in found)


# ------------------------------------------------------------------ what names what


REFERENCES = [
    ("manager: ana", "manager: anna", "people[1].manager", "Did you mean ‘ana’?"),
    ("manager: ana", "manager: agent", "people[1].manager", "is not a human"),
    ("manager: ana", "manager: ben", "people[1].manager", "their own manager"),
    ("{person: cleo", "{person: agent", "authority[1].person", "is not a human"),
    ("{person: cleo", "{person: cloe", "authority[1].person", "‘cleo’"),
    ("{person: cleo", "{person: ana", "authority[1]", "already used"),
    ("backup: cleo", "backup: ana", "authority[0].backup", "their own backup"),
    ("backup: cleo", "backup: nobody", "authority[0].backup", "nobody has the id"),
    ("connector: desk", "connector: scim", "systems[0].connector", "there is no connector"),
    ("includes: [builders]", "includes: [builder]", "groups[1].includes[0]", "‘builders’?"),
    ('grants: ["aws:admin"]', 'grants: ["aws:root"]', "groups[1].grants[0]", "no system has"),
    ('grants: ["aws:read"]', 'grants: ["aws:raed"]', "entitlements[0].grants[0]", "‘aws:read’?"),
    ("Builders, system: aws", "Builders, system: gcp", "groups[0].system", "there is no system"),
    ("approved_by: ana", "approved_by: ann", "role_templates[0].approved_by", "‘ana’?"),
    ("approved_by: ana", "approved_by: agent", "role_templates[0].approved_by", "not a human"),
    ("approved_by: ana", "approved_by: ben", "role_templates[0].approved_by", "the only one"),
    ("owner: cleo", "owner: clea", "thresholds[0].owner", "‘cleo’?"),
    ("{id: cleo", "{id: ANA", "people[2].id", "already used"),
    ("id: admins", "id: builders", "groups[1].id", "already used"),
    ('id: "aws:read"', 'id: "gcp:read"', "entitlements[1].id", "begins with ‘aws:’"),
    (
        "name: Cleo Park",
        "name: Cleo Park, accounts: [{issuer: local, subject: ana}]",
        "people[2].accounts[0]",
        "is also ‘ana’",
    ),
    (
        "kind: agent,",
        "kind: agent, accounts: [{issuer: local, subject: bot}],",
        "people[3].accounts",
        "cannot sign in",
    ),
    ("name: Builders,", "name: Builders, members: [agent],", "groups[0].members[0]", "no group"),
    (
        "name: Cleo Park",
        "name: Cleo Park, employment: {status: ended, end: 2024-01-31}",
        "authority[1].person",
        "has left",
    ),
    ("roles: [owner], ", "", "people", "role ‘owner’"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), REFERENCES)
def test_a_wrong_reference_is_named_with_its_line(old, new, path, words):
    text = changed((old, new))
    found = [p for p in errors(text) if path in p.path and words in p.text]
    assert len(found) == 1
    # Two mistakes show elsewhere than where the text was changed.
    elsewhere = {"has left": "{person: cleo", "role ‘owner’": "people:"}
    assert found[0].line == line_with(SMALL, elsewhere.get(words, old))


def test_an_unknown_manager_is_reported_on_the_managers_own_line():
    text = "company: {name: A, timezone: UTC, currency: EUR}\npeople:\n" + (
        "  - id: ana\n    name: Ana\n    roles: [owner]\n    manager: anna\n"
    )
    (problem,) = errors(text)
    assert str(problem) == (
        "line 6: people[0].manager: nobody has the id ‘anna’. Did you mean ‘ana’?"
    )


def test_all_problems_are_named_at_once_even_when_some_entries_have_the_wrong_shape():
    text = changed(
        ("name: Ben Stone", "nmae: Ben Stone"),
        ("backup: cleo", "backup: chloe"),
        ("approved_by: ana", "approved_by: anna"),
        ("limit: 1000", "limit: much"),
    )
    assert {p.path for p in errors(text)} == {
        "people[1].name",
        "people[1].nmae",
        "authority[0].backup",
        "role_templates[0].approved_by",
        "thresholds[0].limit",
    }


def test_a_reference_to_an_entry_with_a_mistake_is_not_a_second_mistake():
    text = changed(("name: Ana Lopez", "name: 7"))
    assert [p.path for p in errors(text)] == ["people[0].name"]


def test_an_entry_after_a_broken_one_keeps_its_own_place():
    text = changed(("name: Ana Lopez", "name: 7"), ("manager: ana", "manager: anna"))
    found = {p.path: p.line for p in errors(text)}
    assert found == {"people[0].name": 3, "people[1].manager": 4}


def test_a_file_with_thousands_of_errors_is_answered_with_the_first_ones():
    text = "company: {name: A, timezone: UTC, currency: EUR}\npeople:\n" + "".join(
        f"  - {{id: p{n}, name: P, manager: q{n}}}\n" for n in range(2000)
    )
    found = errors(text)
    assert len(found) == 201
    assert "more than 200 errors" in found[0].text
    assert "more than 200" in errors("people:\n" + "- 1\n" * 2000)[0].text


def test_many_warnings_never_hide_an_error():
    roles = "".join(
        f"  - {{id: t{n}, version: 1, role: none, approved_by: ana, valid_until: 2030-01-01}}\n"
        for n in range(300)
    )
    text = changed(("role_templates:\n", "role_templates:\n" + roles), ("owner: cleo", "owner: x"))
    assert [problem.path for problem in errors(text)] == ["thresholds[0].owner"]


# ------------------------------------------------------------------ secrets


@pytest.mark.parametrize(
    "setting",
    [
        "token: hunter2",
        "API_KEY: hunter2",
        "client_secret: hunter2",
        'password: "hunter2"',
        "passwords: [hunter2]",
        "token: env:hunter2-x",
        'base_url: "https://ana:hunter2@directory.example"',
        'base_url: "https://directory.example/?token=hunter2"',
    ],
)
def test_a_secret_written_in_plain_is_refused_and_not_repeated(setting):
    text = changed(more=f"connectors:\n  d:\n    kind: scim\n    settings: {{{setting}}}\n")
    found = [p for p in errors(text) if "secret in plain" in p.text]
    assert len(found) == 1
    assert found[0].line == text.count("\n")
    assert "hunter2" not in str(CompanyErrors(problems(text)))


def test_a_plain_secret_is_found_even_where_the_settings_have_the_wrong_shape():
    text = changed(more="connectors: {d: {settings: {token: hunter2, wait: 1.5}}}\n")
    assert any("secret in plain" in p.text for p in errors(text))


def test_the_password_of_mail_is_never_in_the_file_and_is_not_repeated():
    text = changed(more=MAIL.format("host: m.example, user: u, password: hunter2"))
    assert {p.path for p in errors(text)} == {"notices.mail.password"}
    assert "hunter2" not in str(CompanyErrors(problems(text)))
    assert errors(changed(more=MAIL.format("host: m.example, user: u, password: env:M"))) == []


def test_a_secret_by_reference_is_accepted():
    text = changed(
        more="connectors:\n  d: {kind: scim, settings: {token: 'env:T', password: 'file:/run/p'}}\n"
    )
    assert errors(text) == []


# ------------------------------------------------------------------ warnings


@pytest.mark.parametrize(
    ("replacements", "more", "words"),
    [
        (
            [
                (", backup: cleo", ""),
                (
                    "{person: cleo, contexts: [security]",
                    "{person: ben, contexts: [hr]}\n  - {person: cleo, contexts: [hr]",
                ),
            ],
            "",
            "only ‘ana’",
        ),
        ([("  - {person: cleo, contexts: [security], cost_limit: 2000}\n", "")], "", "only ‘ana’"),
        (
            [
                ("{person: cleo, contexts: [security]", "{person: cleo, contexts: [hr]"),
                ("[security, access]", "[access]"),
            ],
            "",
            "will wait for a person to be named",
        ),
        ([("name: Builders,", "name: Builders, includes: [admins],")], "", "contains itself"),
        ([('["aws:read"], approved', '["aws:admin"], approved')], "", "aws:admin: privileged"),
        ([("valid_until", "groups: [builders], valid_until")], "", "aws:admin: privileged"),
        ([("backup: cleo", "backup: ben")], "", "has no entry here"),
        ([], MAIL.format("host: m.example") + "\n", "‘cleo’ has no e-mail address"),
        ([("role: engineer,", "role: enginer,")], "", "nobody has the role ‘enginer’"),
        ([], "standing: [{category: idp.unlock/1, phase: 3, basis: demo}]\n", "only in a demon"),
        (
            [("role: engineer,", "role: everyone, groups: [builders],")],
            "",
            "only groups without rights",
        ),
        (
            [("roles: [owner]", "roles: [owner, engineer]")],
            "",
            "gains from it",
        ),
        (
            [("roles: [owner]", "roles: [owner], manager: ben")],
            "",
            "further up, their own manager",
        ),
    ],
)
def test_what_is_allowed_but_unwise_is_a_warning(replacements, more, words):
    text = changed(*replacements, more=more)
    assert errors(text) == []
    assert any(words in problem.text for problem in warnings(text))
    assert all(problem.line > 0 for problem in warnings(text))


def test_a_warning_says_that_it_is_one():
    text = changed(("role: engineer,", "role: enginer,"))
    assert all(p.level == WARNING and "warning" in str(p) for p in problems(text))


# ------------------------------------------------------------------ whatever the bytes


def only_problems(data: bytes) -> None:
    try:
        read(data)
    except CompanyErrors as error:
        assert error.problems
        last = data.count(b"\n") + data.count(b"\r") + 1 + data.count(b"\xe2\x80")
        for problem in error.problems:
            assert 1 <= problem.line <= last + data.count(b"\xc2\x85")
            assert problem.text


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"\xc2\x85---")
@example(b"company: {name: \xe2\x80\xa8}")
def test_no_bytes_give_anything_but_problems(data):
    only_problems(data)


@settings(deadline=None)
@example("---")
@given(st.text(alphabet=" \n\t:-[]{}&*!|>'\"#%@,?aé1.<~yn0=", max_size=80))
def test_no_yaml_like_text_gives_anything_but_problems(text):
    only_problems(text.encode())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "person", "kind", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)
SECTIONS = [
    "company",
    "people",
    "authority",
    "systems",
    "groups",
    "assets",
    "software",
    "vendors",
    "role_templates",
    "units",
    "windows",
    "thresholds",
    "budgets",
    "holds",
    "conflicts",
    "confidence",
    "standing",
    "connectors",
    "knowledge",
    "notices",
    "demo",
]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(SECTIONS), PLAIN, max_size=4))
def test_no_data_in_any_section_gives_anything_but_problems(data):
    sections = "".join(f"{name}: {json.dumps(value)}\n" for name, value in data.items())
    only_problems(sections.encode())
    only_problems((SMALL + sections).encode())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DEMO) - 1), st.integers(0, 255))
def test_a_flipped_byte_in_a_real_file_gives_problems_or_a_company(position, byte):
    only_problems(DEMO[:position] + bytes([byte]) + DEMO[position + 1 :])


@pytest.mark.parametrize(
    ("backup", "more"),
    [("", ""), (", backup: cleo", "\n  - {person: ben, contexts: [finance]}")],
    ids=["two decide", "a backup decides"],
)
def test_one_for_security_is_enough_where_somebody_else_can_decide(backup: str, more: str) -> None:
    text = changed(
        (", backup: cleo", backup),
        (
            "{person: cleo, contexts: [security], cost_limit: 2000}",
            "{person: cleo, contexts: [hr]}" + more,
        ),
    )
    assert [problem.text for problem in problems(text)] == []
