"""Findings and reasons are kept small, and read back as they were."""

from __future__ import annotations

import zlib
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.records import grounds
from tests.desk import Desk

KEPT_FOR_EVER = {"grounds.txt": 4249183561, "grounds_2.txt": 2802827270}
BYTES = b'{"after":[],"beneficiary":"dana","id":"01a21737-8d9d-73f9-9895-549b46a70ec2"}'
PACKED_BEFORE = "78f9fd45654943cdf618f18aa2b81a7bb902f4582d00857218fd"
PACKED_NOW = "0243adcf314a45b4648ad5cb203701002588e156"

FINDINGS = {"context": "access"}
REASONS = [{"text": "Needs a person"}]

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
    findings=st.dictionaries(st.text(), JSON),
    reasons=st.lists(st.dictionaries(st.text(), JSON)),
    beside=st.binary(),
)
def test_what_is_packed_is_read_back(
    findings: dict[str, Any], reasons: list[dict[str, Any]], beside: bytes
) -> None:
    found = grounds.unpack(grounds.pack(findings, reasons, beside=beside), beside=beside)
    assert found == {"findings": findings, "reasons": reasons}


def test_what_was_packed_against_never_changes() -> None:
    """A new list of words needs a file and a first byte of its own."""
    found = {"grounds.txt": grounds.WORDS, "grounds_2.txt": grounds.ANSWERS}
    assert {name: zlib.adler32(text) for name, text in found.items()} == KEPT_FOR_EVER


@pytest.mark.parametrize(
    "kept",
    [
        bytes.fromhex(PACKED_BEFORE),
        bytes.fromhex(PACKED_NOW),
        b'\0{"reasons": [{"text": "Needs a person"}], "findings": {"context": "access"}}',
    ],
)
def test_whatever_was_packed_once_is_read_for_ever(kept: bytes) -> None:
    assert grounds.unpack(kept, beside=BYTES) == {"findings": FINDINGS, "reasons": REASONS}


def test_ids_of_the_bytes_cost_next_to_nothing() -> None:
    findings = {"seen": "01a21737-8d9d-73f9-9895-549b46a70ec2"}
    with_it = grounds.pack(findings, [], beside=BYTES)
    assert len(with_it) < len(grounds.pack(findings, [], beside=b"")) - 15


def read(kept: bytes, beside: bytes) -> Any:
    """What these bytes say; nothing when they are refused."""
    try:
        return grounds.unpack(kept, beside=beside)
    except (zlib.error, ValueError):
        return None


def test_damaged_grounds_are_not_read_as_something_else() -> None:
    findings = {"seen": "01a21737-8d9d-73f9-9895-549b46a70ec2", "text": "Needs a person"}
    kept = grounds.pack(findings, [], beside=BYTES)
    said = read(kept, BYTES)
    # The last bits before the checksum may fill up a byte and say nothing.
    for place, bit in product(range(len(kept)), range(8)):
        damaged = kept[:place] + bytes([kept[place] ^ 1 << bit]) + kept[place + 1 :]
        assert read(damaged, BYTES) in ((None, said) if place == len(kept) - 5 else (None,))
    assert [read(kept[:end], BYTES) for end in range(len(kept))] == [None] * len(kept)
    assert read(kept, BYTES.replace(b"0190", b"0191").replace(b"01a2", b"01a3")) is None


def test_a_staged_action_keeps_its_grounds_packed_and_tells_them_whole(desk: Desk) -> None:
    action = lonely(desk)
    told = desk.story(action).assessment
    size = desk.sql("SELECT octet_length(grounds) FROM kernel.assessment")[0][0]
    assert size < len(str(told["findings"])) / 5
    assert "aws" in str(told["findings"]["rights"]).lower()
    assert {one.rule for one in desk.story(action).reasons} >= {"raise.privilege_gained"}
