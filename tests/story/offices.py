"""The companies that stories are told in, with their people by what they are in it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import COMPANY
from tests.desk import Server

SMALL = COMPANY.with_name("small.yaml")


@dataclass(frozen=True)
class Office:
    """A company. Groups and ordinary people have the same ids in all of them."""

    name: str
    file: Path
    administrator: str
    """Holds privileged rights."""
    security_reviewer: str
    """Decides what ordinary people ask for, where security is touched."""
    other_reviewer: str
    """Decides what the security reviewer has a part in."""
    owner: str
    budget_owner: str
    """Decides what costs more than the owner may spend."""
    asker: str = "dana"
    colleague: str = "mia"
    register: Path | None = None
    """The file whose authority register counts here instead of its own."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Who decides here what somebody decides in the team."""

    @property
    def template(self) -> str:
        """The name of its template database."""
        return "template_of_tests" if self == TEAM else f"template_of_{self.name}"

    def made(self, server: Server) -> str:
        """Its template database, made when it is first needed."""
        if not server.admin(f"SELECT 1 FROM pg_database WHERE datname = '{self.template}'"):
            with tempfile.TemporaryDirectory() as folder:
                server.make_template(self._company(Path(folder)), self.template)
        return self.template

    def _company(self, folder: Path) -> Path:
        return overlaid(folder, authority=self.authority()) if self.register else self.file

    def authority(self) -> Any:
        """Who may decide what here."""
        return _read(self.register or self.file)["authority"]

    def who(self, decider: str) -> str:
        """Who decides here what this person of the team decides."""
        return self.instead.get(decider, decider)


def overlaid(folder: Path, **other: Any) -> Path:
    """The demo company's file with other sections."""
    file = folder / "company.yaml"
    file.write_text(json.dumps({**_read(COMPANY), **other}, default=str))
    return file


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return found


TEAM = Office("team", COMPANY, "omar", "sven", "nadia", "ines", "frieda")
COUPLE = Office("couple", SMALL, "ines", "ines", "helena", "ines", "helena")
"""One person for IT, and one approver outside it, with a directory and nothing else."""

PAIR = Office(
    *("pair", COMPANY, "ines", "ines", "helena", "ines", "helena"),
    register=SMALL,
    instead={
        **dict.fromkeys(("sven", "lukas", "leo", "petra", "olga", "frieda"), "ines"),
        "nadia": "helena",
    },
)
"""The same two over all systems of the demo company: everybody else of the staff decides nothing.

What one of them may not decide or spend is the other's.
"""

OFFICES = (TEAM, COUPLE)


in_both = pytest.mark.parametrize(
    "company", [TEAM, PAIR], indirect=True, ids=lambda company: company.name
)
"""A story over the demo company's systems, with its team and with two people."""
