"""Idle guests: long unused and agreed by their owner, or a person decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from holdshort.core.guests import idle_guest
from holdshort.core.terms import PolicyVerdict
from tests.core.examples import documents

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
CONSENT = {"person": "viktor", "given": "2026-04-20", "until": "2026-05-04"}
GUEST: dict[str, Any] = {
    "person": "wanda",
    "owner": "viktor",
    "last_seen": "2026-02-03",
    "consent": CONSENT,
}


def verdict(guest: Any = GUEST, at: datetime = AT, document: Any = None) -> PolicyVerdict:
    return idle_guest(document or {}, 3, "Wanda", guest, at).verdict


def test_ninety_days_unused_and_agreed_passes_on_the_last_day_of_the_consent() -> None:
    result = idle_guest({}, 3, "Wanda", GUEST, AT)
    assert result.verdict is PolicyVerdict.PASSES and result.reason is not None
    assert (result.reason.rule, result.reason.policy_version) == ("policy.idle_guest", 3)
    assert result.reason.observed == "90 days"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"last_seen": "2026-02-04"}, "signed in 89 days ago"),
        ({"last_seen": None}, "nobody knows when Wanda last signed in"),
        ({"last_seen": "soon"}, "nobody knows"),
        ({"consent": None}, "no consent of ‘viktor’"),
        ({"consent": {**CONSENT, "person": "dana"}}, "no consent of ‘viktor’"),
        ({"consent": {**CONSENT, "until": "2026-05-03"}}, "no consent of ‘viktor’"),
        ({"consent": {**CONSENT, "given": "2026-05-05", "until": "2026-06-01"}}, "no consent"),
        # They signed in after their owner had agreed.
        ({"consent": {**CONSENT, "given": "2026-02-03"}}, "no consent of ‘viktor’"),
        ({"consent": {**CONSENT, "given": True}}, "no consent of ‘viktor’"),
        ({"owner": None, "consent": {**CONSENT, "person": None}}, "no consent of its owner"),
    ],
    ids=str,
)
def test_anything_less_needs_a_person_and_says_what_is_missing(
    wrong: dict[str, Any], words: str
) -> None:
    result = idle_guest({}, 3, "Wanda", {**GUEST, **wrong}, AT)
    assert result.verdict is PolicyVerdict.FAILS and result.reason is not None
    assert words in result.reason.text and result.reason.would_pass


def test_somebody_who_is_no_guest_is_never_suspended_by_this_rule() -> None:
    assert verdict(None) is PolicyVerdict.FAILS
    assert idle_guest({}, None, "Wanda", GUEST, AT).verdict is PolicyVerdict.NONE


def test_days_begin_on_the_companys_own_clock() -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    assert verdict(at=late) is PolicyVerdict.PASSES
    berlin = {"company": {"timezone": "Europe/Berlin"}}
    assert verdict(at=late, document=berlin) is PolicyVerdict.FAILS
    nowhere = {"company": {"timezone": "Nowhere"}}
    assert verdict(document=nowhere) is PolicyVerdict.FAILS


@given(documents, documents)
def test_no_row_whatever_breaks_the_rule(consent: Any, last_seen: Any) -> None:
    guest = {**GUEST, "consent": consent, "last_seen": last_seen}
    assert verdict(guest) is PolicyVerdict.FAILS
