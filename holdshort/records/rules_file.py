"""Whether the company's file could be read the last time; until it can, the rules in force stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from holdshort.company.problems import ERROR, CompanyErrors
from holdshort.company.schema import Company
from holdshort.records import audit, db
from holdshort.records.people import DESK


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The desk was started with a file that cannot be used, and goes on with older rules."""

    at: datetime
    problems: int
    line: int
    """Of the first problem, from 1."""

    version: int
    """Of the rules in force."""

    @property
    def text(self) -> str:
        """What is wrong and what ends it, in a sentence or two."""
        many = "1 problem" if self.problems == 1 else f"{self.problems} problems"
        return (
            f"The company's file could not be read ({many}, the first on line {self.line}); "
            f"version {self.version} of the rules stays in force. "
            "`holdshort company check FILE` names every problem."
        )


def last_good() -> Company | None:
    """The company as the file behind the rules in force has it; None where none are."""
    found = db.row("file_in_force")
    return Company.model_validate(found["file"]) if found else None


def cannot_be_read(errors: CompanyErrors) -> None:
    """Keep that the desk started although its file cannot be used."""
    lines = [problem.line for problem in errors.problems if problem.level == ERROR]
    with db.transaction():
        audit.event("policy.unreadable", actor=DESK, problems=len(lines), line=min(lines))


def can_be_read() -> None:
    """Keep that a good file came, if the last one was none."""
    if unreadable() is not None:
        audit.event("policy.read", actor=DESK)


def unreadable() -> Unreadable | None:
    """The file that could not be read, where no good one came since."""
    found = db.row("rules_unreadable")
    return Unreadable(**found) if found else None
