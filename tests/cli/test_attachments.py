"""`holdshort ticket … --attach`: files from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.within import command
from tests.desk import Desk


@pytest.fixture
def quote(tmp_path: Path) -> Path:
    path = tmp_path / "quote.pdf"
    path.write_bytes(b"%PDF of mine")
    return path


def new(desk: Desk, *options: str, person: str = "dana") -> int:
    done = command(desk, "ticket", "new", "Please", "--as", person, "--json", *options)
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["number"])


def test_a_ticket_and_a_later_message_bring_files(desk: Desk, quote: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("x")
    number = new(desk, "--attach", str(quote), "--attach", str(other))
    told = command(
        desk, "ticket", "reply", str(number), "More", "--as", "sven", "--attach", str(quote)
    )
    assert told.stdout == f"That is on ticket {number} now.\n"
    shown = command(desk, "ticket", "show", str(number)).stdout
    assert "Please\n  attached: quote.pdf (12 bytes)\n  attached: other.txt (1 byte)" in shown
    assert "More\n  attached: quote.pdf (12 bytes)" in shown
    data = json.loads(command(desk, "ticket", "show", str(number), "--json").stdout)
    assert [one["name"] for one in data["attachments"]] == ["quote.pdf", "other.txt", "quote.pdf"]


def test_what_does_not_fit_is_one_plain_line(desk: Desk, tmp_path: Path) -> None:
    large, empty = tmp_path / "film.mp4", tmp_path / "empty.txt"
    with large.open("wb") as file:
        file.truncate(10 * 1024 * 1024 + 1)
    empty.touch()
    wrong = {
        large: "‘film.mp4’ has 10.1 MB; 10 MB fit in one file.",
        empty: "‘empty.txt’ is empty.",
        tmp_path: "is not a file",
        tmp_path / "gone": "cannot be read: No such file or directory",
    }
    for path, says in wrong.items():
        done = command(desk, "ticket", "new", "Please", "--as", "dana", "--attach", str(path))
        assert done.returncode == 1
        assert says in done.stderr and done.stderr.count("\n") == 1
    assert desk.sql("SELECT count(*) FROM ticket") == [(0,)]


def test_a_stranger_writes_on_no_ticket_of_others(desk: Desk) -> None:
    number = new(desk)
    answers = [
        command(desk, "ticket", "reply", str(one), "Hi", "--as", "bea") for one in (number, 99)
    ]
    assert [one.returncode for one in answers] == [1, 1]
    assert answers[0].stderr.replace(str(number), "N") == answers[1].stderr.replace("99", "N")
