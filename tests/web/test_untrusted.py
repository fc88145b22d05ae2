"""Text that others wrote: harmless, isolated, and with nothing invisible in it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdshort.web.untrusted import excerpt, plainly, visible


@given(st.text())
def test_whatever_is_written_adds_no_markup_of_its_own(text: str) -> None:
    shown = visible(text)
    tags = set(re.findall(r"<(/?\w+)", shown))
    assert tags <= {"bdi", "/bdi", "mark", "/mark"}
    assert shown.startswith("<bdi>")
    assert shown.endswith("</bdi>")


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_visible_text_is_shown_as_it_is(text: str) -> None:
    without = re.sub(r"</?(bdi|mark)[^>]*>", "", visible(text))
    assert html.unescape(without) == text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("safe\u202egnp.exe", "U+202E"),
        ("IT\u200bAdmins", "U+200B"),
        ("a\u2066b", "U+2066"),
        ("a\x07b", "U+0007"),
        ("a\u00adb", "U+00AD"),
        ("tag\U000e0041", "U+E0041"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, named: str) -> None:
    assert named in visible(text)
    assert f"[{named}]" in plainly(text)


def test_a_letter_of_another_script_inside_a_word_is_marked() -> None:
    assert '<mark class="odd" title="cyrillic small letter a">а</mark>' in visible(
        "Build Tоols аdmin"
    )
    assert "<mark" not in visible("Привет мир")
    assert "<mark" not in visible("Über Straße Ωmega".replace("Ω", "O"))


def test_an_excerpt_is_one_line_of_its_length() -> None:
    assert excerpt("one\n  two") == "one two"
    assert excerpt("x" * 100, 10) == "x" * 9 + "…"
    assert excerpt(None) == ""
