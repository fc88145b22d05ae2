"""The rules as data: what is in force, what is wrong with a file, and what it would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from holdshort.company.read import read
from holdshort.company.rules import as_yaml
from holdshort.company.schema import POLICY_SECTIONS
from tests.cli.within import command
from tests.conftest import COMPANY
from tests.desk import Desk
from tests.running import holdshort


def spoiled(tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    """The demo company with pieces replaced, each of which must be there."""
    text = COMPANY.read_text("utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "company.yaml"
    path.write_text(text, "utf-8")
    return path


def versions(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.sql("SELECT number FROM kernel.policy_version")


def test_show_names_the_version_and_who_adopted_it_when(desk: Desk) -> None:
    done = command(desk, "policy", "show")
    head, _, rules = done.stdout.partition("\n")
    assert head.startswith("# Version 1, written by Holdshort, adopted by Ines ")
    assert " UTC." in head
    assert yaml.safe_load(rules)["budgets"]["people_per_hour"] == 5


def test_show_as_json_has_the_document_that_rules_are_computed_from(desk: Desk) -> None:
    found = json.loads(command(desk, "policy", "show", "--json").stdout)
    assert (found["number"], found["author"], found["adopted_by"]) == (1, "holdshort", "ines")
    assert found["document"] == json.loads(json.dumps(read(COMPANY).policy_document()))


def test_what_is_shown_can_be_written_into_a_file_and_means_the_same() -> None:
    company = read(COMPANY)
    data = yaml.safe_load(COMPANY.read_text("utf-8"))
    others = {name: rows for name, rows in data.items() if name not in POLICY_SECTIONS}
    again = read((yaml.safe_dump(others) + as_yaml(company)).encode())
    assert again.policy_document() == company.policy_document()


def test_check_names_the_line_of_a_wrong_rule(tmp_path: Path) -> None:
    path = spoiled(tmp_path, ("people_per_hour: 5", "people_per_hour: many"))
    done = holdshort("policy", "check", str(path))
    line = 1 + path.read_text().split("people_per_hour: many")[0].count("\n")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{path}:{line}: budgets.people_per_hour: ")


def test_check_leaves_other_sections_to_the_other_command_but_is_not_content(
    tmp_path: Path,
) -> None:
    path = spoiled(tmp_path, ("manager: helena", "manager: helna"))
    done = holdshort("policy", "check", str(path))
    assert done.returncode == 1 and "manager" not in done.stdout
    assert f"`holdshort company check {path}` names them" in done.stderr


def test_the_rules_of_the_demo_company_are_fine() -> None:
    done = holdshort("policy", "check", str(COMPANY))
    assert done.returncode == 0
    assert "are fine." in done.stdout


def test_the_file_in_force_differs_in_nothing(desk: Desk) -> None:
    done = command(desk, "policy", "diff", str(COMPANY))
    assert (done.returncode, done.stdout) == (0, "It changes nothing.\n")


def test_diff_marks_each_change_with_its_reason(desk: Desk, tmp_path: Path) -> None:
    path = spoiled(
        tmp_path,
        ("people_per_hour: 5", "people_per_hour: 9"),
        ("threshold: 0.9", "threshold: 0.95"),
        ("name: Zoom", "name: Zoom meetings"),
    )
    done = command(desk, "policy", "diff", str(path), "--json")
    assert done.returncode == 1
    found = {one["effect"]: (one["change"], one["why"]) for one in json.loads(done.stdout)}
    assert found == {
        "neither": (
            "changes name of software ‘zoom’ from ‘Zoom’ to ‘Zoom meetings’",
            "no control rests on it",
        ),
        "loosens": (
            "changes people per hour of the budget from ‘5’ to ‘9’",
            "it goes further than before",
        ),
        "tightens": (
            "changes threshold of confidence from ‘0.9’ to ‘0.95’",
            "more is demanded than before",
        ),
    }
    assert versions(desk) == [(1,)]


def test_diff_of_a_broken_file_names_its_line(desk: Desk, tmp_path: Path) -> None:
    path = spoiled(tmp_path, ("people_per_hour: 5", "people_per_hour: many"))
    done = command(desk, "policy", "diff", str(path))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr and "budgets.people_per_hour" in done.stderr


def test_without_a_desk_diff_fails_with_the_code_of_trouble(tmp_path: Path) -> None:
    done = holdshort("policy", "diff", str(COMPANY), "--data", str(tmp_path))
    assert done.returncode == 2
    assert "Start it with `holdshort up`" in done.stderr


@pytest.mark.parametrize("spoil", ["people_per_hour: many", "people_per_hour: [", "people_pr: 5"])
def test_a_broken_file_never_replaces_the_rules_in_force(
    desk: Desk, tmp_path: Path, spoil: str
) -> None:
    path = spoiled(tmp_path, ("people_per_hour: 5", spoil))
    done = holdshort("company", "apply", str(path), more={"DATABASE_URL": desk.url()})
    assert done.returncode == 1
    assert "line " in done.stderr and "Traceback" not in done.stderr
    assert versions(desk) == [(1,)]
    with desk.role("desk"):
        from holdshort.records.world import World

        assert World().policy()["budgets"]["people_per_hour"] == 5
