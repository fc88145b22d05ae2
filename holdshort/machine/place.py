"""Where the database of one data folder keeps its things, and how its failures are told."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import disk_full, explained


@dataclass(frozen=True, slots=True)
class Place:
    """DATA/postgres: `cluster` (what PostgreSQL writes), `password`, `url`, `lock`, `socket`."""

    data: Path

    @property
    def home(self) -> Path:
        """The folder of everything but the log."""
        return self.data / "postgres"

    @property
    def cluster(self) -> Path:
        """The folder that belongs to PostgreSQL."""
        return self.home / "cluster"

    @property
    def password_file(self) -> Path:
        """The superuser's password; PostgreSQL knows only its hash."""
        return self.home / "password"

    @property
    def url_file(self) -> Path:
        """The superuser's address, present while the server runs."""
        return self.home / "url"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.data / "log" / "postgres.log"

    def password(self) -> str:
        """Raises MachineError when the file is gone or unreadable."""
        with explained(self.password_file):
            return self.password_file.read_text()

    def written_by(self) -> int | None:
        """The major version of the database here, or None when there is none yet.

        Raises MachineError when something else is in its place.
        """
        if not self.cluster.exists():
            return None
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            raise MachineError(
                f"{self.cluster} holds no PostgreSQL database. Restore it from a backup, or "
                "choose another folder with --data."
            ) from None

    def did_not_start(self, output: str) -> MachineError:
        """One sentence from what PostgreSQL or the system said."""
        if "No space left on device" in output:
            return MachineError(disk_full(self.data))
        reasons = [line for line in output.splitlines() if "FATAL" in line or "error:" in line]
        lines = reasons or output.split("\n")
        reason = lines[-1].strip() or "no reason was given"
        return MachineError(f"PostgreSQL did not start: {reason} (log: {self.log})")


def environment() -> dict[str, str]:
    """Variables for PostgreSQL's programs: nothing of ours.

    Ours may hold secrets, and PGDATA or PGPORT would steer the server.
    """
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}
