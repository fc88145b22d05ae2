"""Private files: whole or not at all, and every trouble is one sentence."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from holdshort.machine import folders
from holdshort.machine.errors import MachineError
from holdshort.machine.folders import (
    explained,
    last_lines,
    open_log,
    private_folder,
    take_lock,
    write_private,
)

from .conftest import mode


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, r"The disk that holds .* is full\. Free some space and start again\."),
        (errno.EDQUOT, r"The disk that holds .* is full"),
        (errno.EACCES, r"may not be read and written by this account\. .* --data"),
        (errno.EROFS, r"is on a read-only disk\. .* --data"),
        (errno.ENOTDIR, r"is not a folder\. .* --data"),
        (errno.EIO, r"cannot be used \(Input/output error\)\. .* --data"),
    ],
)
def test_each_trouble_with_a_file_is_told_with_the_way_out(number: int, sentence: str) -> None:
    with (
        pytest.raises(MachineError, match=f"/srv/x.*{sentence}|{sentence}"),
        explained(Path("/srv/x")),
    ):
        raise OSError(number, os.strerror(number))


def test_a_copy_that_fills_the_disk_is_told_as_a_full_disk() -> None:
    many = [("a", "b", f"[Errno 28] {os.strerror(errno.ENOSPC)}: 'b'")]
    with pytest.raises(MachineError, match="is full"), explained(Path("/srv/x")):
        raise shutil.Error(many)
    with pytest.raises(MachineError, match="copying failed"), explained(Path("/srv/x")):
        raise shutil.Error([("a", "b", "other")])


def test_an_existing_folder_is_closed_again(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert mode(private_folder(tmp_path / "open")) == 0o700


def test_a_failed_write_leaves_the_former_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    write_private(path, b"former")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MachineError, match="is full"):
        write_private(path, b"new")
    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_of_the_former_file_is_not_disturbed_by_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, b"former")
    with path.open("rb") as reader:
        write_private(path, b"new")
        assert reader.read() == b"former"
    assert path.read_bytes() == b"new"


def test_a_lock_is_held_once_and_free_when_its_holder_lets_go(tmp_path: Path) -> None:
    lock = take_lock(tmp_path / "lock")
    assert lock is not None
    assert take_lock(tmp_path / "lock") is None
    assert (tmp_path / "lock").read_text() == str(os.getpid())
    os.close(lock)
    again = take_lock(tmp_path / "lock")
    assert again is not None
    os.close(again)


def test_a_log_grows_and_is_set_aside_when_it_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOG_LIMIT", 8)
    for line in (b"one\n", b"two\n", b"three\n", b"four\n"):
        log = open_log(tmp_path, "web")
        os.write(log, line)
        os.close(log)
    assert (tmp_path / "web.log").read_bytes() == b"four\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"one\ntwo\nthree\n"


def test_the_last_lines_of_a_log_are_read_without_reading_all_of_it(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert last_lines(log) == ""
    log.write_bytes(b"\xff" * 9000 + b"\nb\nc\nd\ne\nf\n")
    assert last_lines(log) == "b\nc\nd\ne\nf"
