"""What the gate's answer rests on, as it is kept: findings and reasons, packed.

They are most of what a waiting action weighs, and most of their text recurs from one action to the
next: names of fields, and what lies between the names in a sentence. So they are kept as JSON,
deflated (RFC 1950) against `grounds.txt`, which holds what recurs. Any zlib reads them with it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WORDS = (Path(__file__).resolve().parent / "grounds.txt").read_bytes()
"""Never to be changed: what was packed against it can be read with nothing else."""


def pack(findings: Mapping[str, Any], reasons: list[dict[str, Any]]) -> bytes:
    """The bytes to keep; times become ISO 8601 text."""
    data = json.dumps(
        {"findings": findings, "reasons": reasons},
        default=_plain,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    packer = zlib.compressobj(level=9, zdict=WORDS)
    return packer.compress(data.encode()) + packer.flush()


def unpack(kept: bytes) -> dict[str, Any]:
    """`findings` and `reasons`. Raises zlib.error for bytes that were not packed like this."""
    unpacker = zlib.decompressobj(zdict=WORDS)
    data = unpacker.decompress(kept) + unpacker.flush()
    if not unpacker.eof:
        raise zlib.error("the end is missing")
    found: dict[str, Any] = json.loads(data)
    return found


def _plain(item: Any) -> str:
    return item.isoformat() if hasattr(item, "isoformat") else str(item)
