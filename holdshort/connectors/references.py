"""How a connector gets its secrets: by reference, and never from the company's file itself."""

from __future__ import annotations

import os
from pathlib import Path

from holdshort.ports import RefusedByTarget


def checked_reference(value: str) -> str:
    """`value` if it names a secret (`env:NAME` or `file:PATH`). Raises ValueError otherwise."""
    scheme, _, rest = value.partition(":")
    if scheme not in ("env", "file") or not rest:
        raise ValueError("write a reference, env:NAME or file:PATH, and never the secret itself")
    return value


def referenced(reference: str) -> str:
    """The value behind `env:NAME` or `file:PATH`. Raises RefusedByTarget if there is none."""
    scheme, _, rest = reference.partition(":")
    try:
        value = os.environ.get(rest, "") if scheme == "env" else Path(rest).read_text()
    except (OSError, UnicodeDecodeError):
        raise RefusedByTarget(f"{reference} cannot be read. Check the file.") from None
    if not value.strip():
        raise RefusedByTarget(f"{reference} is empty or not set. Set it and try again.")
    return value.strip()


def secret(reference: str) -> str:
    """A credential fit for a header. Raises RefusedByTarget if it is missing or not one line."""
    value = referenced(reference)
    if not (value.isascii() and value.isprintable()):
        raise RefusedByTarget(f"The secret named {reference} must be one line of plain characters.")
    return value
