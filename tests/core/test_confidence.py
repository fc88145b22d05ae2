"""How sure the agent must be, and which types may run alone in phase 2."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given

from holdshort.core.policy import SHORT_LIST, confidence_threshold

from .examples import documents


def test_the_threshold_is_that_of_the_category_else_the_companys_else_ninety_percent() -> None:
    settings = {"threshold": 0.8, "categories": {"idp.add_to_group/2": 0.95}}
    assert confidence_threshold({"confidence": settings}, "idp.add_to_group/2") == 0.95
    assert confidence_threshold({"confidence": settings}, "idp.unlock/1") == 0.8
    assert confidence_threshold({"confidence": {}}, "idp.unlock/1") == 0.9
    assert confidence_threshold({}, "idp.unlock/1") == 0.9
    assert confidence_threshold({"confidence": {"threshold": 1}}, "idp.unlock/1") == 1.0


@pytest.mark.parametrize(
    "settings",
    [
        None,
        0.9,
        {"threshold": 0},
        {"threshold": -1},
        {"threshold": 90},
        {"threshold": True},
        {"threshold": "0.9"},
        {"threshold": None},
        {"threshold": math.nan},
        {"categories": []},
        {"categories": {"idp.unlock/1": None}},
        {"categories": {"idp.unlock/1": 1.1}},
    ],
)
def test_a_threshold_that_cannot_be_read_is_reached_by_nothing(settings: Any) -> None:
    assert confidence_threshold({"confidence": settings}, "idp.unlock/1") > 1


@given(documents)
def test_whatever_the_document_says_the_threshold_is_above_zero(document: Any) -> None:
    assert confidence_threshold(document, "idp.unlock/1") > 0
    assert confidence_threshold({"confidence": document}, "idp.unlock/1") > 0


def test_the_short_list_is_the_sources_own() -> None:
    assert sorted(SHORT_LIST) == [
        "idp.reset_password",
        "idp.unlock",
        "kb.answer",
        "mdm.install",
        "ticket.categorise",
        "ticket.route",
    ]
