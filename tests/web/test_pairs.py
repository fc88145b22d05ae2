"""Tables of names and values in a form: whatever is shown comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdshort.web.fields import fields
from holdshort.web.fields import given as posted
from holdshort.web.pairs import as_lines, from_lines

NAMES = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="="), min_size=1)
VALUES = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=40)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
@example({"a": "7", "b": 7, "c": "true", "d": True, "e": None, "f": "", "g": ' "x" ', "h": "x\ny"})
@example({"a": "-0", "b": "007", "c": "a = b", "d": '"', "e": "\x85"})
def test_what_is_shown_is_read_as_it_was(pairs: dict[str, Any]) -> None:
    assert from_lines(as_lines(pairs)) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("status = closed", {"status": "closed"}),
        ("id=7\n\n  paid = true ", {"id": 7, "paid": True}),
        ("note", {"note": None}),
        ("note =", {"note": ""}),
        ("a = b = c", {"a": "b = c"}),
        ("", {}),
    ],
)
def test_people_write_a_line_for_each(text: str, pairs: dict[str, Any]) -> None:
    assert from_lines(text) == pairs


def test_a_form_shows_and_reads_the_parameters_of_a_correction() -> None:
    params = {
        "database": "dev-db",
        "table": "orders",
        "set": {"status": "closed"},
        "where": {"id": 7},
        "rows": 1,
    }
    shown = fields("db.change", params)
    assert {one.name: one.kind for one in shown} == {
        "database": "text",
        "table": "text",
        "set": "pairs",
        "where": "pairs",
        "rows": "number",
        "emergency": "check",
    }
    form = {f"param-{one.name}": str(one.value) for one in shown if one.kind != "check"}
    assert posted("db.change", form) == {**params, "emergency": False}
