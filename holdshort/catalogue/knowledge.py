"""Answers from knowledge articles, only to people the article is meant for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from holdshort.catalogue import facts
from holdshort.catalogue.desk import CONNECTOR, harmless, this_ticket
from holdshort.catalogue.kind import ActionType, Params, Rendering, UnknownTarget
from holdshort.core.terms import Circumstances, Findings, Person, Reason
from holdshort.ports import Knows

PUBLIC = "public"
EVERYONE = "everyone"


class Answer(Params):
    """Which article."""

    article: str = Field(min_length=1, max_length=100, description="The id of the article.")


def _answer(params: Answer, asked: Circumstances, knows: Knows) -> Findings:
    article = knows.article(params.article)
    if article is None:
        raise UnknownTarget(f"There is no knowledge article with the id ‘{params.article}’.")
    title, audience = str(article["title"]), tuple(article.get("audience") or ())
    unproven = None if PUBLIC in audience else facts.sender_unproven(asked)
    return Findings(
        target=this_ticket(asked),
        consequence=harmless(f"{asked.requester.name} reads ‘{title}’."),
        context="general",
        seen={},
        before=(),
        after=(f"The ticket is answered with ‘{title}’.",),
        read_at=None,
        raises=facts.present(unproven),
        refusals=facts.present(_not_for(asked, title, audience, knows)),
    )


def _not_for(
    asked: Circumstances, title: str, audience: tuple[str, ...], knows: Knows
) -> Reason | None:
    """Refusal: the asker is not among the readers; an article without readers has none."""
    if PUBLIC in audience or _among(asked.requester, audience, asked, knows):
        return None
    return Reason(
        rule="refuse.not_the_audience",
        text=f"‘{title}’ is not meant for {asked.requester.name}.",
        observed=facts.listing([*asked.requester.roles, asked.requester.department or "nobody's"]),
        limit=facts.listing(audience),
        would_pass="The article's audience is widened, or a person answers.",
    )


def _among(person: Person, audience: tuple[str, ...], asked: Circumstances, knows: Knows) -> bool:
    """By being employed here at all, by role, by department, or by direct group membership."""
    if facts.has_left(person, asked):
        return False
    own = {EVERYONE, person.department, *person.roles}
    return any(one in own or knows.is_member(person.id, one) for one in audience)


def _render(params: Mapping[str, Any], knows: Knows) -> Rendering:
    article = knows.article(str(params["article"]))
    name = article["title"] if article else params["article"]
    title = f"Answer with ‘{name}’"
    return Rendering(title, f"The requester will read the article ‘{name}’.", title)


KB_ANSWER = ActionType(
    id="kb.answer",
    title="Answer from a knowledge article",
    domain="knowledge",
    context="general",
    doc="Answers the ticket with one article that its requester may read.",
    params=Answer,
    findings=_answer,
    render=_render,
    facts=("the article's audience", "who asks and how they proved it"),
    undo_words="What was read stays read; a correction can follow.",
    connector=CONNECTOR,
    hold_seconds=0,
)

TYPES = (KB_ANSWER,)
