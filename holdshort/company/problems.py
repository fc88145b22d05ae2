"""What can be wrong with a company.yaml, as lines a person can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

ERROR = "error"
WARNING = "warning"

Path = tuple[str | int, ...]
"""Where in the file: ("people", 3, "manager"). Positions in a list count from 0."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place in the data, before its line is known."""

    path: Path
    text: str
    level: str = ERROR


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong on a line of the file; `level` is `error` or `warning`."""

    line: int
    path: str
    text: str
    level: str = ERROR

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        word = "" if self.level == ERROR else f"{self.level}: "
        return f"line {self.line}: {word}{place}{self.text}"


class CompanyErrors(ValueError):
    """A company.yaml that cannot be used; `problems` names every line that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """A path as a person reads it: people[3].manager."""
    text = ""
    for part in path:
        dot = "." if text else ""
        text += f"[{part}]" if isinstance(part, int) else dot + _plain(part)
    return text


def shown(value: str) -> str:
    """A value between quotation marks, short, and unable to play tricks on a terminal."""
    return f"‘{_plain(value)}’"


def _plain(value: str) -> str:
    short = value if len(value) <= 60 else value[:57] + "..."
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A hint that names the closest known word, or nothing."""
    close = get_close_matches(wrong, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean ‘{close[0]}’?" if close else ""
