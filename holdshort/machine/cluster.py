"""Making a new, empty database cluster that no interruption can leave half made."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from holdshort.machine.account import Account
from holdshort.machine.binaries import Binaries
from holdshort.machine.folders import explained, private_folder, sync_folder, write_private
from holdshort.machine.place import Place, environment
from holdshort.machine.processes import ends_with_parent

SUPERUSER = "postgres"


def create_cluster(place: Place, account: Account, binaries: Binaries) -> None:
    """Build the cluster aside and rename it; passwords are required from the first moment.

    Raises MachineError with PostgreSQL's own reason.
    """
    draft = private_folder(_emptied(place.home / "cluster.new"))
    if not place.password_file.exists():
        write_private(place.password_file, secrets.token_urlsafe(32).encode())
    account.give(draft)
    _initialise(place, draft, account, binaries)
    with explained(place.cluster):
        draft.rename(place.cluster)
        sync_folder(place.home)


def _emptied(folder: Path) -> Path:
    if folder.exists():
        with explained(folder):
            shutil.rmtree(folder)
    return folder


def _initialise(place: Place, draft: Path, account: Account, binaries: Binaries) -> None:
    """Run initdb; it reads the password from a folder that its account can reach."""
    letterbox = private_folder(_emptied(place.home / "letterbox"))
    try:
        write_private(letterbox / "password", place.password().encode())
        account.give(letterbox / "password")
        account.give(letterbox)
        with account.doors(draft, letterbox) as ((cluster, letters), descriptors):
            made = subprocess.run(
                _command(binaries, cluster, f"{letters}/password"),
                env=environment(),
                capture_output=True,
                cwd="/",
                pass_fds=descriptors,
                preexec_fn=ends_with_parent(signal.SIGKILL),
                **account.popen_options(),
            )
    finally:
        shutil.rmtree(letterbox, ignore_errors=True)
    if made.returncode:
        raise place.did_not_start(made.stderr.decode("utf-8", "replace"))


def _command(binaries: Binaries, cluster: str, password_file: str) -> list[str]:
    return [
        binaries.program("initdb"),
        f"--pgdata={cluster}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        *_locale(binaries.major),
    ]


def _locale(major: int) -> list[str]:
    """Order by code point everywhere, so that an upgrade of the system never reorders an index."""
    if major < 17:
        return ["--locale=C.UTF-8"]
    return ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
