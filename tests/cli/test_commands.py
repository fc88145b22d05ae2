"""Commands that go wrong say so in one plain line, with a code that is not 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdshort.cli import safe_mode
from tests.conftest import COMPANY
from tests.running import holdshort


@pytest.mark.parametrize(
    "words",
    [
        ("ticket", "list", "--as", "dana"),
        ("review", "approve", "1", "--as", "sven"),
        ("token", "new", "--as", "dana", "--scope", "tickets:read"),
        ("doctor",),
    ],
)
def test_without_a_running_desk_it_says_what_to_do(words: tuple[str, ...], tmp_path: Path) -> None:
    done = holdshort(*words, "--data", str(tmp_path))
    assert done.returncode == 1
    assert "Start it with `holdshort up`" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_company_file_is_checked_with_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_text(COMPANY.read_text().replace("manager: helena", "manager: helna", 1))
    done = holdshort("company", "check", str(path))
    assert done.returncode == 1
    assert f"{path}:12:" in done.stdout
    assert "helena" in done.stdout


def test_a_company_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_bytes(b"\xff\xfe\x00company")
    done = holdshort("up", "--company", str(path), "--port", "0", "--data", str(tmp_path / "d"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_the_demo_company_is_fine() -> None:
    assert holdshort("company", "check", str(COMPANY)).returncode == 0


def test_an_unknown_command_prints_the_commands() -> None:
    done = holdshort("frobnicate")
    assert done.returncode == 2
    assert "ticket" in done.stderr


def test_a_bare_holdshort_prints_help() -> None:
    done = holdshort()
    assert done.returncode == 2
    assert "up" in done.stdout


def test_a_reject_needs_a_reason() -> None:
    done = holdshort("review", "reject", "1", "--as", "sven")
    assert done.returncode == 2
    assert "--reason" in done.stderr


@pytest.mark.parametrize(
    ("left", "rest"),
    [
        (0, ""),
        (1, " 1 change that was not settled is asked anew."),
        (2, " 2 changes that were not settled are asked anew."),
    ],
)
def test_the_end_of_safe_mode_says_what_is_asked_anew(left: int, rest: str) -> None:
    assert safe_mode.runs_again(left) == f"This desk runs again.{rest}"
