"""The two companies that every story is told in, with their people by what they are in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.conftest import COMPANY


@dataclass(frozen=True)
class Office:
    """A company. Groups and ordinary people have the same ids in both."""

    name: str
    file: Path
    administrator: str
    """Holds privileged rights."""
    security_reviewer: str
    """Decides what ordinary people ask for, where security is touched."""
    other_reviewer: str
    """Decides what the security reviewer has a part in."""
    owner: str
    asker: str = "dana"
    colleague: str = "mia"

    @property
    def template(self) -> str:
        """The name of its template database."""
        return "template_of_tests" if self.file == COMPANY else f"template_of_{self.name}"


TEAM = Office("team", COMPANY, "omar", "sven", "nadia", "ines")
COUPLE = Office("couple", COMPANY.with_name("small.yaml"), "ines", "ines", "helena", "ines")
"""One person for IT, and one approver outside it."""

OFFICES = (TEAM, COUPLE)
