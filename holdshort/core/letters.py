"""What people are told outside the console: short letters with one link, made of rows alone.

Nothing that a requester wrote is in them, and whoever opens the link decides nothing by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

LISTED = 50
"""How many things a letter names; the console has the others."""

LONGEST_SUBJECT = 120
LONGEST_LINE = 500
GATHER = timedelta(minutes=1)
"""What is not urgent waits so long for more, so that many things at once are one letter."""

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""What every mail server takes as an address; nothing in it means anything in a header."""

_LINK = re.compile(r"://|www\.|[\w-]\.[a-z]{2,}[/?#:]", re.IGNORECASE)
"""What a mail program makes a link of: an address, or a name of a host and what follows it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing somebody is told: in a line, and the page of the console that it is on."""

    kind: str
    key: str
    line: str
    path: str
    urgent: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out at once; `id` stays the same however often it is tried. `to` are addresses."""

    id: str
    to: tuple[str, ...]
    about: tuple[Told, ...]
    url: str

    @property
    def urgent(self) -> bool:
        """Whether somebody should look at once."""
        return any(one.urgent for one in self.about)

    @property
    def subject(self) -> str:
        """The one thing that it is about, or how many these are."""
        many = len(self.about)
        said = self.about[0].line.rstrip(".") if many == 1 else f"{many} things for you to look at"
        return cut(f"{'Urgent: ' if self.urgent else ''}{said}", LONGEST_SUBJECT)

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each thing."""
        named = [one.line for one in self.about[:LISTED]]
        if len(self.about) > LISTED:
            named.append(f"And {len(self.about) - LISTED} more.")
        return tuple(named)


class NotSent(Exception):
    """Why a letter did not go out, in a sentence without any secret.

    `certain`: it was not taken, rather than perhaps taken; `final`: trying again helps nobody;
    `down`: nothing else goes out on this channel now.
    """

    def __init__(
        self, text: str, *, certain: bool = True, final: bool = False, down: bool = False
    ) -> None:
        super().__init__(text)
        self.certain, self.final, self.down = certain, final, down


class Speaks(Protocol):
    """A channel: mail, a pager. `to_each` says whether it reaches each person separately."""

    name: str
    to_each: bool

    def send(self, letter: Letter) -> None:
        """Hand a letter over once. Raises NotSent."""


def pause(tries: int, *, urgent: bool) -> timedelta:
    """How long to wait after so many tries: from a minute to an hour, or from 15 seconds to ten
    minutes.
    """
    first, longest = (15, 600) if urgent else (60, 3600)
    return timedelta(seconds=min(longest, first * 2 ** min(tries - 1, 12)))


def letter(id: str, about: Sequence[Told], *, to: Sequence[str], console: str) -> Letter:
    """A letter about these things, with the link that leads to them."""
    paths = {one.path for one in about}
    if len(paths) > 1:
        paths = {"/" + path.split("/")[1] for path in paths}
    path = paths.pop() if len(paths) == 1 else "/"
    return Letter(id, tuple(to), tuple(about), f"{console}{path}")


# ------------------------------------------------------------------ in words


def told(row: Mapping[str, Any], *, title: str, scope: str, zone: ZoneInfo) -> Told:
    """A delivery in words. `title` names its change, `scope` what a switch is over, `zone` where
    its readers work.
    """
    ends = row.get("expires_at")
    row = {**row, "expires_at": ends.astimezone(zone) if ends else None}
    shown = "" if row["private"] or _LINK.search(title) else plain(title)
    what = f"‘{shown}’" if shown else "a change"
    by = row.get("by")
    row = {**row, "by": plain(by) if by and not _LINK.search(by) else "somebody"}
    line = _LINES[row["kind"]](row, what, scope)
    path = _PATHS[row["kind"]].format(**row)
    line = cut(plain(line[:1].upper() + line[1:]), LONGEST_LINE)
    return Told(row["kind"], row["key"], line, path, row["urgent"], row["found_at"])


def plain(text: str) -> str:
    """A text on one line, without anything invisible."""
    seen = (" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join("".join(seen).split())


def cut(text: str, size: int) -> str:
    """A text at most so long."""
    return text if len(text) <= size else f"{text[: size - 1].rstrip()}…"


def _on(row: Mapping[str, Any]) -> str:
    return f" (ticket {row['ticket']})" if row["ticket"] is not None else ""


def _notice(row: Mapping[str, Any], _what: str, _scope: str) -> str:
    if row["private"] or _LINK.search(row["text"]):
        return f"there is something for you to know{_on(row)}."
    return str(row["text"])


def _reminder(row: Mapping[str, Any], what: str, _scope: str) -> str:
    ends = row["expires_at"]
    until = f"{ends:%H:%M %Z} on {ends:%A}, {ends.day} {ends:%B},"
    return f"{what} still waits for your answer{_on(row)}; at {until} it closes as not approved."


_LINES: Mapping[str, Any] = {
    "review": lambda row, what, _: f"{what} waits for your answer{_on(row)}.",
    "reminder": _reminder,
    "fault": lambda row, what, _: f"{what} waits, and too few people may decide it{_on(row)}.",
    "notice": _notice,
    "override": lambda row, what, _: (
        f"{row['by']} permitted {what} alone, as an emergency override{_on(row)}."
    ),
    "made": lambda row, what, _: (
        f"{row['by']} made {what} by hand before anybody permitted it{_on(row)}."
    ),
    "switch": lambda row, _, scope: (
        f"{row['by']} let {scope} go on." if row["is_on"] else f"{row['by']} stopped {scope}."
    ),
    "older": lambda *_: (
        "an older state of this desk came back, so nothing runs until somebody has looked."
    ),
    "by_hand": lambda row, what, _: f"{what} is yours to carry out{_on(row)}.",
    "unclear": lambda row, what, _: f"{what} ran, and nobody knows the result{_on(row)}.",
    "password": lambda row, *_: f"a new password waits for you to read it once{_on(row)}.",
    "question": lambda row, *_: f"there is a question for you on ticket {row['ticket']}.",
    "closed": lambda row, *_: f"ticket {row['ticket']} has its answer and is closed.",
    "test": lambda *_: "this is a test, and nothing needs you.",
}
"""What each kind of delivery says, within a sentence."""

_PATHS: Mapping[str, str] = {
    **dict.fromkeys(("review", "reminder", "fault"), "/reviews/{review}"),
    **dict.fromkeys(("question", "closed", "password"), "/tickets/{ticket}"),
    **dict.fromkeys(("by_hand", "unclear"), "/by-hand"),
    **dict.fromkeys(("notice", "test"), "/"),
    **dict.fromkeys(("override", "made"), "/overrides"),
    "switch": "/switches",
    "older": "/safe-mode",
}
"""The page of the console that shows it."""
