"""Which groups a ticket is about, or what must be asked first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from holdshort.agent.names import APPLICATION, GROUP, Directory, Mention, listed, quoted
from holdshort.ports import Named

AND_BETWEEN = re.compile(
    r"^[\s\"'“”,;&+/]*(?:(?:and|und|as well as|,|&|\+|/)\s*)?(?:also |to |the |group |groups )*"
    r"[\"'“”\s]*$",
    re.IGNORECASE,
)
AFTER_NAME_OF_KIND = re.compile(
    r"(?:group|list|gruppe|verteiler)\s+[\"“„']?([\w-]*\w)|[\"“„]([^\"”“]{2,60})[\"”“]|"
    r"\b(\w+(?:-\w+)+)\b",
    re.IGNORECASE,
)
UNKNOWN_GROUP = re.compile(
    r"\b(?:to|into|in|from|and|und|group|list|join|gruppe|verteiler)(?: the| die| der)? "
    r"[\"“„']?(\w+(?:-\w+)+)\b",
    re.IGNORECASE,
)
LISTED_AFTER = re.compile(
    r"^[\"”“']?\s*(?:,|and|und|&|\+)\s+(?:to |the |also |group )*[\"“„']?(\w[\w-]*)[\"”“']?"
    r"\s*(?:[.!?\n]|$|groups?\b|too\b|as well\b|please\b|bitte\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that are named, each one certain, or a question, or a hand-over."""

    mentions: tuple[Mention, ...] = ()
    question: str = ""
    hand_over: str = ""

    @property
    def entries(self) -> tuple[Named, ...]:
        """Their entries in the directory."""
        return tuple(mention.candidates[0] for mention in self.mentions)

    @property
    def because(self) -> str:
        """Sentences that say how each name was read."""
        return " ".join(
            f"{quoted(m.written)} {'looks like a slip for' if m.slip else 'is'} "
            f"the group {m.candidates[0].name}."
            for m in self.mentions
        )

    def blanked_out_of(self, text: str) -> str:
        """The text without these names, so that no part of them passes for a person."""
        for mention in self.mentions:
            blank = "x" * (mention.end - mention.start)
            text = text[: mention.start] + blank + text[mention.end :]
        return text


def named_groups(text: str, directory: Directory) -> Groups:
    """The groups that the text names. Nothing is chosen and nothing is done by halves."""
    found = directory.find(text, GROUP) or directory.find_slips(text, GROUP)
    if not found:
        return _no_group(text, directory)
    for mention in found:
        if len(mention.candidates) > 1:
            names = listed(mention.candidates)
            return Groups(
                question=f"Which group do you mean by {quoted(mention.written)}: {names}?"
            )
    distinct = tuple({m.candidates[0].id: m for m in found}.values())
    if not _one_list(text, distinct):
        names = listed(m.candidates[0] for m in distinct)
        return Groups(question=f"You name several groups: {names}. Which of them is it about?")
    unknown = _unknown_beside(text, directory, found)
    if unknown:
        return Groups(question=f"I find no group called {quoted(unknown)}. Which group is it?")
    return Groups(distinct)


def _unknown_beside(text: str, directory: Directory, found: list[Mention]) -> str:
    """Something named like a group next to the known ones: nothing is done by halves."""
    after = ((g.end, LISTED_AFTER.match(text[g.end :])) for g in found)
    places = [(m.start(1) + shift, m.end(1) + shift) for shift, m in after if m]
    places += [m.span(1) for m in UNKNOWN_GROUP.finditer(text)]
    for start, end in places:
        inside = any(g.start <= start < g.end for g in found)
        if not inside and not directory.covers(text, start, end):
            return text[start:end]
    return ""


def _one_list(text: str, groups: tuple[Mention, ...]) -> bool:
    """Whether nothing but "and" stands between the groups."""
    return all(
        AND_BETWEEN.match(text[first.end : second.start]) for first, second in pairwise(groups)
    )


def _no_group(text: str, directory: Directory) -> Groups:
    near = directory.near(text, GROUP)[:5]
    if near:
        return Groups(question=f"Which group do you mean? Perhaps {listed(near)}?")
    named = directory.find(text, APPLICATION)
    if named:
        application = listed(named[0].candidates)
        return Groups(
            hand_over=f"This asks for {application}, and I cannot tell which group gives access."
        )
    unknown = AFTER_NAME_OF_KIND.search(text)
    if unknown:
        written = next(part for part in unknown.groups() if part)
        return Groups(question=f"I find no group called {quoted(written)}. Which group is it?")
    return Groups(question="Which group is it about? Please write its name.")
