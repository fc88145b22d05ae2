"""Types that touch the ticket only, and answers from articles."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort import catalogue
from holdshort.catalogue import BadParams, UnknownTarget
from holdshort.core.consequence import tier
from holdshort.core.terms import Assurance, Channel, Findings, Tier
from tests.catalogue.world import World, asked

DESK = [
    ("kb.answer", {"article": "vpn-ports"}),
    ("ticket.categorise", {"label": "Password reset"}),
    ("ticket.route", {"context": "security"}),
    ("ticket.status", {"text": "We are on it."}),
    ("ticket.status", {}),
]


BY_MAIL: dict[str, Any] = {"channel": Channel.EMAIL, "assurance": Assurance.NONE}


def look(type_id: str, params: dict[str, Any], by: str = "dana", **how: Any) -> Findings:
    world = Library()
    typed = catalogue.parse(type_id, params)
    found: Findings = catalogue.find(type_id).findings(typed, asked(by, world, **how), world)
    return found


class Library(World):
    """The demo company with articles for some people only."""

    audiences = {  # noqa: RUF012
        "for-role": ["account-executive"],
        "for-department": ["Finance"],
        "for-group": ["photo-club"],
        "for-nobody": [],
        "for-all-the-world": ["public"],
    }

    def article(self, article: str) -> Any:
        if article in self.audiences:
            return {"title": article, "body": "", "audience": self.audiences[article]}
        return super().article(article)


@pytest.mark.parametrize(("type_id", "params"), DESK)
def test_desk_types_are_tier_one_and_aim_at_the_ticket(type_id: str, params: Any) -> None:
    found = look(type_id, params, ticket=42)
    assert found.consequence.vector == (0, 0, 0, 0)
    assert tier(found.consequence, raises=found.raises) is Tier.AUTOMATIC
    assert (found.target.connector, found.target.id) == ("desk", "42")
    assert found.refusals == ()
    assert catalogue.find(type_id).beneficiary(params, "dana") == "dana"


def test_a_dry_run_has_no_ticket_number() -> None:
    assert look("ticket.status", {}).target.id == ""


def test_a_route_is_one_of_the_known_contexts() -> None:
    with pytest.raises(BadParams, match="‘context’ must be one of 'security', 'access'"):
        catalogue.parse("ticket.route", {"context": "somewhere"})


def test_an_unknown_article_is_named() -> None:
    with pytest.raises(UnknownTarget, match="no knowledge article with the id ‘nothing’"):
        look("kb.answer", {"article": "nothing"})


@pytest.mark.parametrize(
    ("article", "reader", "allowed"),
    [
        ("vpn-ports", "dana", True),
        ("vpn-ports", "karl", False),
        ("for-role", "dana", True),
        ("for-role", "erik", False),
        ("for-department", "lea", True),
        ("for-department", "dana", False),
        ("for-group", "bea", True),
        ("for-group", "dana", False),
        ("for-nobody", "dana", False),
        ("for-all-the-world", "karl", True),
    ],
)
def test_an_article_is_only_for_its_audience(article: str, reader: str, allowed: bool) -> None:
    refusals = look("kb.answer", {"article": article}, by=reader).refusals
    assert [reason.rule for reason in refusals] == ([] if allowed else ["refuse.not_the_audience"])


def test_an_internal_article_is_not_sent_to_an_unproven_sender() -> None:
    found = look("kb.answer", {"article": "vpn-ports"}, **BY_MAIL)
    assert [reason.rule for reason in found.raises] == ["raise.requester_unproven"]
    assert look("kb.answer", {"article": "for-all-the-world"}, **BY_MAIL).raises == ()


def test_a_report_by_mail_is_still_routed() -> None:
    assert look("ticket.route", {"context": "security"}, **BY_MAIL).raises == ()


@pytest.mark.parametrize(("type_id", "params"), DESK)
def test_desk_types_render_their_words(type_id: str, params: Any) -> None:
    words = catalogue.find(type_id).render(params, World())
    assert words.title and words.sentence.endswith(".")


def test_an_article_that_has_gone_since_is_shown_by_its_id() -> None:
    words = catalogue.find("kb.answer").render({"article": "gone"}, World())
    assert words.title == "Answer with ‘gone’"
