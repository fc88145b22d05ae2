"""Work by hand against its recommendation: the target first, else the person's own word."""

from __future__ import annotations

from typing import Any

import pytest

from holdshort.core.matching import Expected, by_word, match

SEEN = {"account": "a1", "active": True, "_version": "1"}
SUSPENDED = Expected({"active": False})
ISSUED = Expected({"zones": ("hall",), "_active": True}, frozenset({"badge"}))
BADGE = {"badge": "b1", "zones": []}


@pytest.mark.parametrize(
    ("did", "shown", "now", "matched", "outcome"),
    [
        ("as_approved", True, {"active": False}, "as_recommended", "verified"),
        ("differently", True, {"active": False}, "differently", "verified"),
        ("as_approved", True, {"active": False, "account": "a2"}, "differently", "verified"),
        ("not_done", True, {"active": False}, "as_recommended", "mismatch"),
        ("as_approved", False, {}, "not_done", "mismatch"),
        ("as_approved", False, {"_version": "2"}, "not_done", "mismatch"),
        ("differently", False, {"account": "a2"}, "differently", "mismatch"),
        ("not_done", False, {}, "not_done", "not_applied"),
        ("not_done", False, {"account": "a2"}, "differently", "mismatch"),
    ],
)
def test_what_the_target_shows_counts_before_what_is_said(
    did: str, shown: bool, now: dict[str, Any], matched: str, outcome: str
) -> None:
    found = match(did, shown, SUSPENDED, SEEN, {**SEEN, **now})
    assert (found.matched, found.outcome, found.observed) == (matched, outcome, True)


@pytest.mark.parametrize(
    ("did", "matched", "outcome"),
    [
        ("as_approved", "as_recommended", "recorded"),
        ("differently", "differently", "recorded"),
        ("not_done", "not_done", "not_applied"),
    ],
)
def test_where_the_target_cannot_tell_the_word_stands_as_a_word(
    did: str, matched: str, outcome: str
) -> None:
    for found in (by_word(did), match(did, None, None, SEEN, SEEN | {"active": False})):
        assert (found.matched, found.outcome, found.observed) == (matched, outcome, False)


def test_what_differs_is_named_with_what_was_recommended() -> None:
    now = {"badge": "b2", "zones": ["hall", "vault"], "_active": True}
    found = match("as_approved", False, ISSUED, BADGE, now)
    assert [(one.field, one.recommended, one.found) for one in found.differs] == [
        ("zones", ("hall",), ["hall", "vault"])
    ]


def test_what_has_to_be_another_than_before_is_no_difference() -> None:
    now = {"badge": "b2", "zones": ["hall"], "_active": True}
    assert match("as_approved", True, ISSUED, BADGE, now).differs == ()


def test_a_part_that_the_target_shows_is_not_taken_for_a_word() -> None:
    half = {"badge": "b1", "zones": ["hall"], "_active": False}
    found = match("as_approved", None, ISSUED, BADGE, half)
    assert (found.matched, found.outcome) == ("differently", "mismatch")


def test_a_part_that_only_informs_counts_where_it_is_what_changes() -> None:
    wanted, before = Expected({"_iban": "DE2"}), {"vendor": "v1", "_iban": "DE1"}
    found = match("as_approved", False, wanted, before, {"vendor": "v1", "_iban": "DE3"})
    assert found.matched == "differently"
