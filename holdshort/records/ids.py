"""Identifiers of rows: random, and in the order of time so that indexes stay compact."""

from __future__ import annotations

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row at all."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
