"""What `up` leaves in its data folder for the commands that are run beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from holdshort.machine.folders import write_private

USUAL_ADDRESS = "http://127.0.0.1:8000"


def keep_address(data: Path, url: str) -> None:
    """Where people reach this desk."""
    write_private(data / "address", url.encode())


def address(data: Path) -> str:
    """Where the desk of this folder is reached, or was when it ran last."""
    with suppress(OSError):
        return (data / "address").read_text().strip()
    return USUAL_ADDRESS


def keep_named(data: Path, named: Mapping[str, str]) -> None:
    """What the settings of the demo's systems refer to as env:NAME."""
    write_private(_named(data), json.dumps(dict(named)).encode())


def name_the_systems(data: Path) -> None:
    """Let env:NAME mean the demo's systems, where nothing else was set."""
    with suppress(OSError):
        for name, value in json.loads(_named(data).read_bytes()).items():
            os.environ.setdefault(name, value)


def _named(data: Path) -> Path:
    return data / "named.json"
