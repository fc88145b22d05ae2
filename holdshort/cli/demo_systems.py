"""What the demo company runs: real services on loopback, each in a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from holdshort.machine import keys
from holdshort.machine.folders import data_folder, write_private
from holdshort.machine.ports import free_port
from holdshort.machine.supervisor import Supervisor

SYSTEMS = (
    *("mdm", "badge", "erp", "esign", "github"),
    *("patch", "sso", "mail"),
    *("files", "hosts"),
)
"""The systems that `demo.services` plays, each with a token of its own."""


def demo_systems(
    supervisor: Supervisor, data: Path, file: Path, env: Mapping[str, str]
) -> dict[str, str]:
    """Start them with the next start. Gives the environment that reaches them, for the executor."""
    return {
        **_directory(supervisor, data, file, env),
        **_services(supervisor, data, file, env),
    }


def _directory(
    supervisor: Supervisor, data: Path, file: Path, env: Mapping[str, str]
) -> dict[str, str]:
    """The demo company's directory: a real SCIM server."""
    folder = data_folder(data / "directory")
    token_file = folder / "token"
    if not token_file.exists():
        write_private(token_file, keys.new_token().encode())
    port = _add(supervisor, "directory", file, token_file, env)
    return {
        "HOLDSHORT_DIRECTORY_URL": f"http://127.0.0.1:{port}/v2",
        "HOLDSHORT_DIRECTORY_TOKEN": token_file.read_text().strip(),
    }


def _services(
    supervisor: Supervisor, data: Path, file: Path, env: Mapping[str, str]
) -> dict[str, str]:
    """The demo company's own systems: one HTTP service."""
    folder = data_folder(data / "services")
    token_file = folder / "tokens.json"
    tokens = json.loads(token_file.read_text()) if token_file.exists() else {}
    if missing := [system for system in SYSTEMS if system not in tokens]:
        tokens |= {system: keys.new_token() for system in missing}
        write_private(token_file, json.dumps(tokens).encode())
    port = _add(supervisor, "services", file, token_file, env)
    reached = {}
    for system, token in tokens.items():
        reached[f"HOLDSHORT_{system.upper()}_URL"] = f"http://127.0.0.1:{port}/{system}"
        reached[f"HOLDSHORT_{system.upper()}_TOKEN"] = token
    return reached


def _add(
    supervisor: Supervisor, name: str, file: Path, token_file: Path, env: Mapping[str, str]
) -> int:
    port = free_port()
    supervisor.add(
        name,
        [
            *(sys.executable, "-m", f"demo.{name}", "--company", str(file.resolve())),
            *("--port", str(port), "--token-file", str(token_file)),
            *("--state", str(token_file.with_name("state.json"))),
        ],
        dict(env),
    )
    return port
