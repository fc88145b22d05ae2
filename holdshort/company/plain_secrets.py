"""Secrets stay outside the file: a setting names where one is kept, `env:NAME` or `file:PATH`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from holdshort.company.problems import Finding, Path

REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*")
"""How a secret is named."""

_NAMED = re.compile(r"token|passw|pwd|secret|credential|api_?key|private_?key", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"://[^/\s]*@|[?&](token|key|secret|password|sig)[^=&]*=", re.IGNORECASE)
_SAY = (
    "holds a secret in plain. Write where it is kept instead, env:NAME or file:PATH, and replace "
    "the secret itself: it has been in a file"
)


def plain_secrets(data: dict[str, Any]) -> Iterator[Finding]:
    """Settings of connectors, mail or pager that hold a secret itself. It is never repeated."""
    for section in ("connectors", "notices"):
        yield from _within((section,), data.get(section))


def _within(path: Path, value: Any) -> Iterator[Finding]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _within((*path, key), inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _within((*path, position), inner)
    elif _is_secret(path, value):
        yield Finding(path, _SAY)


def _is_secret(path: Path, value: Any) -> bool:
    # True and false are no secrets, and a connector's name is ours to choose.
    if value is None or isinstance(value, bool):
        return False
    text = str(value)
    named = any(isinstance(part, str) and _NAMED.search(part) for part in path[2:])
    return _IN_ADDRESS.search(text) is not None or (named and not REFERENCE.fullmatch(text))
