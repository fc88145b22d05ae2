"""Findings and reasons are kept small, and read back as they were."""

from __future__ import annotations

import zlib
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from holdshort.records import grounds
from tests.desk import Desk

ADLER = 4249183561

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def lonely(desk: Desk) -> str:
    """An action that waits for a person."""
    desk.agent.will("idp.add_to_group", person="dana", group="build-tools")
    return str(desk.action(desk.ask("dana", "please")).action.id)


@given(
    findings=st.dictionaries(st.text(), JSON), reasons=st.lists(st.dictionaries(st.text(), JSON))
)
def test_what_is_packed_is_read_back(
    findings: dict[str, Any], reasons: list[dict[str, Any]]
) -> None:
    found = grounds.unpack(grounds.pack(findings, reasons))
    assert found == {"findings": findings, "reasons": reasons}


def test_the_words_that_were_packed_against_never_change() -> None:
    """The number is in every packed value; a new list of words needs a file of its own."""
    assert zlib.adler32(grounds.WORDS) == ADLER
    assert grounds.pack({}, [])[2:6] == ADLER.to_bytes(4, "big")


def test_damaged_grounds_are_not_read_as_something_else() -> None:
    kept = grounds.pack({"tier": 3, "text": "Needs a person"}, [])
    for place in range(len(kept)):
        with pytest.raises(zlib.error):
            grounds.unpack(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
    for end in range(len(kept)):
        with pytest.raises(zlib.error):
            grounds.unpack(kept[:end])


def test_a_staged_action_keeps_its_grounds_packed_and_tells_them_whole(desk: Desk) -> None:
    action = lonely(desk)
    told = desk.story(action).assessment
    size = desk.sql("SELECT octet_length(grounds), findings, reasons FROM kernel.assessment")[0]
    assert size[1:] == (None, None)
    assert size[0] < len(str(told["findings"])) / 3
    assert "aws" in str(told["findings"]["rights"]).lower()
    assert {one.rule for one in desk.story(action).reasons} >= {"raise.privilege_gained"}


def test_an_assessment_of_before_is_told_as_it_was_written(desk: Desk) -> None:
    action = lonely(desk)
    before = desk.story(action).assessment
    found = grounds.unpack(desk.sql("SELECT grounds FROM kernel.assessment")[0][0])
    with psycopg.connect(desk.url(), autocommit=True) as admin:
        admin.execute(
            "UPDATE kernel.assessment SET grounds = NULL, findings = %s, reasons = %s",
            [Jsonb(found["findings"]), Jsonb(found["reasons"])],
        )
    after = desk.story(action).assessment
    assert (after["findings"], after["reasons"]) == (before["findings"], before["reasons"])
