"""Text that others wrote, made harmless and honest: escaped, isolated, with nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from django.template import Library
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = Library()

_ODD = ("Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp")
_KEPT = "\n\t"
_WORD = re.compile(r"(\w+)")


@register.filter
def visible(text: Any) -> SafeString:
    """Untrusted text, isolated from what surrounds it, with every invisible character shown."""
    said = str(text).replace("\r\n", "\n")
    marked = "".join(_run(part) for part in _WORD.split(said))
    return format_html("<bdi>{}</bdi>", mark_safe(marked))  # noqa: S308 - every part is escaped


def _run(part: str) -> str:
    mixed = _mixed(part) if _WORD.fullmatch(part) else frozenset()
    return "".join(_character(one, mixed) for one in part)


def _character(one: str, odd_scripts: frozenset[str]) -> str:
    if unicodedata.category(one) in _ODD and one not in _KEPT:
        name = unicodedata.name(one, "control character").lower()
        return format_html('<mark class="ctl" title="{}">{}</mark>', name, f"U+{ord(one):04X}")
    if odd_scripts and _script(one) in odd_scripts:
        name = unicodedata.name(one, "").lower()
        return format_html('<mark class="odd" title="{}">{}</mark>', name, one)
    return str(conditional_escape(one))


def _mixed(text: str) -> frozenset[str]:
    """The scripts of a word beside its most frequent one: a lookalike letter hides there."""
    scripts = [found for one in text if (found := _script(one))]
    kinds = sorted(set(scripts), key=lambda kind: (-scripts.count(kind), kind != "LATIN"))
    return frozenset(kinds[1:])


@cache
def _script(one: str) -> str:
    """LATIN, CYRILLIC, GREEK … for a letter; empty for everything else."""
    return unicodedata.name(one, "").split(" ")[0] if one.isalpha() else ""


@register.filter
def plainly(text: Any) -> str:
    """The same where no markup fits, as in a title or a list to choose from."""
    return "".join(
        f"[U+{ord(one):04X}]" if unicodedata.category(one) in _ODD else one for one in str(text)
    )


@register.filter
def excerpt(text: Any, size: int = 90) -> str:
    """The first line of something, cut to a length."""
    line = " ".join(str(text or "").split())
    return line if len(line) <= size else line[: size - 1].rstrip() + "…"
