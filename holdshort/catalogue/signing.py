"""Papers sent for signature: the company's own, unchanged, to somebody who was screened."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core import standards
from holdshort.core.terms import (
    Circumstances,
    Consequence,
    Findings,
    Level,
    Reason,
    Target,
    Tier,
)
from holdshort.ports import Knows

CONNECTOR = "esign"
PAPERS = "the list of papers"
PARTIES = "the list of screened parties"


class Send(Params):
    """Which paper, to whom, and its hash where it is not the company's own."""

    document: str = Field(min_length=1, max_length=64, description="The id of our template.")
    party: str = Field(min_length=1, max_length=64, description="The id of who is to sign.")
    sha256: str = Field(
        default="",
        min_length=64,
        max_length=64,
        description="The hash of the paper, where it is another one than our template.",
    )
    text: str = Field(
        default="",
        max_length=20_000,
        description="The words of that paper, so that whoever decides sees what differs.",
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """What is to be signed, and by whom."""

    document: Mapping[str, Any]
    party: Mapping[str, Any]
    sha256: str
    screened: bool
    text: str

    @property
    def is_ours(self) -> bool:
        """Whether it is our template, unchanged."""
        return bool(self.sha256 == self.document["sha256"])

    @property
    def differs(self) -> tuple[str, ...]:
        """Line by line what is not as in our template; why not, where a text is missing."""
        if self.is_ours:
            return ()
        if not (self.text and self.document.get("text")):
            return ("The words of both are not here, so nobody can see what differs.",)
        # All of them: a line that nobody reads is where somebody would put what matters.
        lines = tuple(_differences(str(self.document["text"]), self.text))
        return lines or ("The same words, with other ends of lines.",)


def _differences(ours: str, theirs: str) -> Iterator[str]:
    """`- ` what our template says there, `+ ` what they say instead."""
    before, after = ours.splitlines(), theirs.splitlines()
    for same, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if same != "equal":
            yield from (f"- {line}" for line in before[a:b])
            yield from (f"+ {line}" for line in after[c:d])


def _paper(params: Send, asked: Circumstances, knows: Knows) -> Paper:
    document = _row("documents", params.document, knows, "No paper here has the id")
    party = _row("parties", params.party, knows, "Nobody is listed to sign as")
    until = str(party.get("screened_until", ""))
    screened = until >= asked.at.date().isoformat()
    return Paper(document, party, _hash(params, document), screened, params.text)


def _hash(params: Send, document: Mapping[str, Any]) -> str:
    """The hash of what is to be signed. Raises UnknownTarget where its words have another."""
    of_words = hashlib.sha256(params.text.encode()).hexdigest() if params.text else ""
    if of_words and params.sha256 not in ("", of_words):
        raise UnknownTarget("The words are not those of the paper with that hash.")
    return of_words or params.sha256 or str(document["sha256"])


def _row(section: str, id: str, knows: Knows, nobody: str) -> Mapping[str, Any]:
    for row in knows.registered(section):
        if row.get("id") == id:
            return row
    raise UnknownTarget(f"{nobody} ‘{id}’.")


# ------------------------------------------------------------------ what it does


def _send(params: Send, asked: Circumstances, knows: Knows) -> Findings:
    paper = _paper(params, asked, knows)
    name, party = str(paper.document["name"]), str(paper.party["name"])
    own = f"our template ‘{name}’, unchanged" if paper.is_ours else "a paper that is not ours"
    return Findings(
        # What is not our template is in no system of ours; a person sends it.
        target=Target(CONNECTOR if paper.is_ours else "manual", params.document, name),
        consequence=Consequence(
            facts.level(1, f"One agreement with {party}.", facts.TYPE),
            _way_back(paper),
            facts.level(0, "No access and no personal data of others.", facts.TYPE),
            facts.no_cost(),
        ),
        context="legal",
        seen={
            "document": params.document,
            "sha256": paper.sha256,
            "_recipient": str(paper.party["email"]),
        },
        before=(f"The template ‘{name}’ has the hash {paper.document['sha256'][:12]}….",),
        after=(
            f"{party} ({paper.party['email']}) is asked to sign {own}.",
            f"The paper has the hash {paper.sha256[:12]}….",
            *paper.differs,
        ),
        read_at=None,
        policy=standards.template_hash(
            knows.policy(),
            knows.policy_version(),
            params.document,
            paper.sha256,
            screened=paper.screened,
        ),
        raises=_raises(paper, asked),
        refusals=facts.present(facts.leaver(asked.requester, asked)),
    )


def _raises(paper: Paper, asked: Circumstances) -> tuple[Reason, ...]:
    return facts.present(
        facts.sender_unproven(asked),
        facts.employment_unconfirmed(asked.requester, asked),
        facts.emergency(asked),
        _not_ours(paper),
        _not_screened(paper),
    )


def _way_back(paper: Paper) -> Level:
    if not paper.is_ours:
        return facts.level(3, "Nobody confirmed what that paper binds us to.", PAPERS)
    if not paper.screened:
        return facts.level(3, f"{paper.party['name']} was not screened.", PARTIES)
    return facts.level(1, "It can be withdrawn until it is signed.", facts.TYPE)


def _not_ours(paper: Paper) -> Reason | None:
    """Raise: it is not the template that Legal approved."""
    if paper.is_ours:
        return None
    return Reason(
        rule="raise.not_our_paper",
        text=f"This is not our template ‘{paper.document['name']}’: its hash is another one.",
        observed=paper.sha256,
        limit=str(paper.document["sha256"]),
        would_pass="Send our template unchanged.",
    )


def _not_screened(paper: Paper) -> Reason | None:
    """Raise: nobody checked lately who that is."""
    if paper.screened:
        return None
    return Reason(
        rule="raise.party_not_screened",
        text=f"{paper.party['name']} was not screened, or that has run out.",
        observed=str(paper.party.get("screened_until", "never")),
        limit="screened",
        would_pass="Legal screens them.",
    )


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    names = {
        row.get("id"): str(row.get("name"))
        for section in ("documents", "parties")
        for row in knows.registered(section)
    }
    document, party = (names.get(params[k], f"‘{params[k]}’") for k in ("document", "party"))
    title = f"Send {document} to {party} for signature"
    changed = params.get("sha256") or params.get("text")
    which = "a changed paper" if changed else "our template, unchanged"
    return Rendering(title, f"{party} will be asked to sign {document}: {which}.", title)


SEND = ActionType(
    id="esign.send",
    title="Send a paper for signature",
    domain="legal",
    context="legal",
    doc="Sends one paper to one party for signature.",
    params=Send,
    findings=_send,
    render=_render,
    facts=(
        "the hash of the paper and of the template, and line by line what differs",
        "whether the party was screened",
    ),
    undo_words="Nothing undoes it: it can be withdrawn by hand until it is signed.",
    connector=CONNECTOR,
    min_tier=(Tier.POLICY, "A signature."),
    policy_rule="template_hash",
    budget="parties",
    outside="party",
)

TYPES = (SEND,)
