"""The operating-system account that runs PostgreSQL, which refuses to run as root.

An ordinary account runs its own server. Root gives it to a system account that owns only the
database's own two folders, and hands it these as open folders: so the data may lie below
/root or any other closed folder, and no permission on the way is ever widened.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from holdshort.machine.binaries import Binaries, copied
from holdshort.machine.errors import MachineError
from holdshort.machine.folders import explained

SYSTEM_ACCOUNT = "holdshort-db"
SHARED_PROGRAMS = Path("/var/lib/holdshort")

_TOOL_FOLDERS = "/usr/sbin:/sbin:/usr/bin:/bin"
_WAYS_TO_CREATE = (
    "useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /bin/false",
    "adduser -S -D -H -h /nonexistent -s /bin/false",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: ourselves (`change` is None), or another account that root chose."""

    change: tuple[int, int] | None = None

    def give(self, folder: Path) -> None:
        """Make the account the owner of `folder`."""
        if self.change:
            with explained(folder):
                os.chown(folder, *self.change)

    def popen_options(self) -> dict[str, Any]:
        """Options for subprocess so that the program runs as this account, and no more."""
        if not self.change:
            return {}
        user, group = self.change
        return {"user": user, "group": group, "extra_groups": []}

    @contextmanager
    def doors(self, *folders: Path) -> Iterator[tuple[list[str], tuple[int, ...]]]:
        """Names under which the account's process reaches `folders`, and descriptors to pass.

        An open folder needs no permission on the folders above it.
        """
        if not self.change:
            yield [str(folder) for folder in folders], ()
            return
        opened = tuple(os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders)
        try:
            yield [f"/proc/self/fd/{door}" for door in opened], opened
        finally:
            for door in opened:
                os.close(door)


def account_for(cluster: Path) -> Account:
    """The account for the database in `cluster`: its owner, else ours, else the system account.

    Raises MachineError when root finds no account to give it to.
    """
    if os.geteuid() != 0:
        return Account()
    if sys.platform != "linux":
        raise MachineError(_NOT_AS_ROOT)
    if cluster.exists():
        owner = cluster.stat()
        return Account((owner.st_uid, owner.st_gid))
    entry = _entry(SYSTEM_ACCOUNT) or _created() or _entry("postgres")
    if entry is None:
        raise MachineError(_NOT_AS_ROOT)
    return Account((entry.pw_uid, entry.pw_gid))


def runnable(binaries: Binaries, account: Account) -> Binaries:
    """The programs, from a place where `account` may run them.

    Raises MachineError when they cannot be copied to one.
    """
    if _may_run(binaries, account):
        return binaries
    if binaries.source == "wheel":
        with explained(SHARED_PROGRAMS):
            SHARED_PROGRAMS.mkdir(mode=0o755, parents=True, exist_ok=True)
        copy = copied(binaries, SHARED_PROGRAMS)
        if _may_run(copy, account):
            return copy
    raise MachineError(
        f"The account that runs PostgreSQL may not run the programs in {binaries.folder}. "
        "Install PostgreSQL with your system's packages, or set DATABASE_URL."
    )


def _may_run(binaries: Binaries, account: Account) -> bool:
    try:
        command = [binaries.program("postgres"), "--version"]
        answer = subprocess.run(command, capture_output=True, cwd="/", **account.popen_options())
    except OSError:
        return False
    return answer.returncode == 0


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _created() -> pwd.struct_passwd | None:
    """Create the system account; another process may do so at the same time."""
    for way in _WAYS_TO_CREATE:
        tool, *options = way.split()
        path = shutil.which(tool, path=_TOOL_FOLDERS)
        if path:
            subprocess.run([path, *options, SYSTEM_ACCOUNT], capture_output=True)
        if entry := _entry(SYSTEM_ACCOUNT):
            return entry
    return None


_NOT_AS_ROOT = (
    "PostgreSQL refuses to run as root and no other account could be made for it. Run Holdshort "
    "as an ordinary account, create one with: useradd --system holdshort-db, or set DATABASE_URL."
)
