"""The demo company's own systems, as a process of their own that really changes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = (
    *("mdm", "badge", "erp", "esign", "github"),
    *("patch", "sso", "mail"),
    *("files", "hosts"),
)
TOKENS = {system: f"a-token-of-{system}" for system in SYSTEMS}


@dataclass(frozen=True)
class Services:
    """The running systems, and an administrator who shares no code with the connector."""

    url: str
    state: Path
    folder: Path

    def ask(self, system: str, method: str, path: str, **how: Any) -> Any:
        """One request as the administrator; the JSON of the answer. Fails where it is refused."""
        found = self.respond(system, method, path, **how)
        assert found.is_success, f"{found.status_code} {found.text}"
        return found.json() if found.content else None

    def respond(self, system: str, method: str, path: str, **how: Any) -> httpx.Response:
        """The same, with whatever is answered."""
        headers = {"Authorization": f"Bearer {TOKENS[system]}", **how.pop("headers", {})}
        return httpx.request(
            method, f"{self.url}/{system}{path}", headers=headers, trust_env=False, **how
        )

    def events(self, system: str) -> list[dict[str, Any]]:
        """What a system did, in its order."""
        events: list[dict[str, Any]] = self.ask(system, "GET", "/v1/events")["events"]
        return events

    def settings(self, company: Path, name: str, **other: Any) -> dict[str, Any]:
        """The settings of a connected app as the company's file declares them, for here."""
        declared = _declared(company)["connectors"][name]["settings"]
        token = self.folder / f"token-{name}"
        token.write_text(TOKENS[name])
        here = {"base_url": f"{self.url}/{name}", "token": f"file:{token}"}
        return {**declared, **here, **other}


@cache
def _declared(company: Path) -> dict[str, Any]:
    """A company's file, read once: it takes a fifth of a second."""
    found: dict[str, Any] = yaml.safe_load(company.read_text("utf-8"))
    return found


@contextmanager
def running_services(folder: Path, company: Path | Mapping[str, Any]) -> Iterator[Services]:
    """The systems of a company, filled from its file or as they were left in that folder."""
    if not isinstance(company, Path):
        file = folder / "services-company.yaml"
        file.write_text(yaml.safe_dump(dict(company)))
        company = file
    tokens, state = folder / "services-tokens.json", folder / "services-state.json"
    tokens.write_text(json.dumps(TOKENS))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "demo.services", "--company", company, "--port", "0"),
            *("--token-file", tokens, "--state", state),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Services(process.stdout.readline().split()[-1], state, folder)
    finally:
        process.terminate()
        process.wait(10)
