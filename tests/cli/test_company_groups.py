"""Groups that the directory has and the company's file does not list: told, and printed for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from holdshort.company.read import read
from holdshort.company.unlisted import as_yaml
from holdshort.records import health
from tests.cli.within import command
from tests.conftest import COMPANY
from tests.desk import Desk

COMES_NEXT = "\nassets:\n"
"""What stands below the groups of the demo company's file."""


def unlisted(desk: Desk, name: str, *, accounts: tuple[str, ...] = (), within: str = "") -> None:
    """A group of the directory as an Active Directory has them, with blanks in its name."""
    desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name) "
        f"VALUES ('directory', 'g-{name}', '{name}', '{name}')"
    )
    for account in accounts:
        desk.sql(
            "INSERT INTO membership (connector, group_id, member_id, member_kind) "
            f"SELECT 'directory', 'g-{name}', external_id, 'account' FROM directory_account "
            f"WHERE user_name = '{account}'"
        )
    if within:
        desk.sql(
            "INSERT INTO membership (connector, group_id, member_id, member_kind) "
            f"VALUES ('directory', 'g-{within}', 'g-{name}', 'group')"
        )


def told(desk: Desk) -> health.Check:
    with desk.role("web"):
        return next(one for one in health.checks() if one.name == "groups")


def pasted(text: str) -> bytes:
    file = COMPANY.read_text("utf-8")
    assert file.count(COMES_NEXT) == 1
    return file.replace(COMES_NEXT, f"\n{text}\n{COMES_NEXT}").encode()


def test_all_is_well_where_every_group_with_people_is_listed(desk: Desk) -> None:
    unlisted(desk, "Empty Handed")
    assert told(desk).well


def test_groups_with_people_that_nobody_listed_are_counted_and_named(desk: Desk) -> None:
    unlisted(desk, "Domain Admins")
    unlisted(desk, "Server Team", accounts=("dana", "erik"), within="Domain Admins")
    found = told(desk)
    assert not found.well
    assert "2 (‘Domain Admins’, ‘Server Team’)" in found.text
    assert "`holdshort company groups`" in found.text


def test_of_many_only_the_first_few_are_named(desk: Desk) -> None:
    for number in range(5):
        unlisted(desk, f"List {number}", accounts=("dana",))
    assert "5 (‘List 0’, ‘List 1’, ‘List 2’ and 2 more)" in told(desk).text


def test_what_is_printed_loads_where_it_is_pasted_and_claims_no_right(desk: Desk) -> None:
    unlisted(desk, "Domain Admins")
    unlisted(desk, "Büro: @Nord #2", accounts=("dana", "erik"), within="Domain Admins")
    unlisted(desk, "123", accounts=("dana",))
    done = command(desk, "company", "groups")
    assert done.returncode == 0
    assert done.stdout.count("# 2 people. Say what it gives") == 2
    assert done.stdout.count("# 1 person. Say what it gives") == 1
    groups = {group.id: group for group in read(pasted(done.stdout)).groups}
    for name in ("Domain Admins", "Büro: @Nord #2", "123"):
        assert (groups[name].name, groups[name].system, groups[name].grants) == (
            (name, "directory", ())
        )


def test_they_are_data_too(desk: Desk) -> None:
    unlisted(desk, "Domain Admins", accounts=("dana",))
    assert json.loads(command(desk, "company", "groups", "--json").stdout) == [
        {"connector": "directory", "slug": "Domain Admins", "name": "Domain Admins", "people": 1}
    ]


def test_where_all_are_listed_it_says_so_and_may_be_pasted_too(desk: Desk) -> None:
    text = command(desk, "company", "groups").stdout
    assert text == "# The company's file lists every group of the directory.\n"
    read(pasted(text))


@pytest.mark.parametrize("slug", ["two\nlines", "hid\u200bden", "x" * 201, " blank "])
def test_a_name_that_no_file_can_hold_stays_a_comment(slug: str) -> None:
    group: dict[str, Any] = {"connector": "directory", "slug": slug, "name": "A", "people": 1}
    text = as_yaml([group], [])
    assert all(line.lstrip().startswith("#") for line in text.splitlines())
    assert "rename it in the directory" in text
    read(pasted(text))
