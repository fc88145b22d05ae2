"""What a process has seen of the log, kept outside the database.

A database that is put back to an earlier moment cannot know it; a file beside it can.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import explained, private_folder, write_private


@dataclass(frozen=True, slots=True)
class Seen:
    """The log ended at `position` (-1: empty), given at `sequenced_at`, when it was looked at."""

    position: int
    sequenced_at: datetime | None
    seen_at: datetime


def read(path: Path) -> Seen | None:
    """What was seen, or None when nobody looked yet. Raises MachineError when it is damaged."""
    with explained(path):
        try:
            text = path.read_text()
        except FileNotFoundError:
            return None
    try:
        found = json.loads(text)
        at = found["sequenced_at"]
        return Seen(
            int(found["position"]),
            datetime.fromisoformat(at) if at else None,
            datetime.fromisoformat(found["seen_at"]),
        )
    except (ValueError, KeyError, TypeError):
        raise MachineError(
            f"{path} is damaged, so nobody can say whether this database is an older one. If you "
            "know that it is not, delete the file and start again."
        ) from None


def write(path: Path, seen: Seen) -> None:
    """Keep what was seen. Raises MachineError when it cannot be kept."""
    private_folder(path.parent)
    write_private(path, json.dumps(asdict(seen), default=datetime.isoformat).encode())
