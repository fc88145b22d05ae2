"""What the gate's answer rests on, as it is kept: findings and reasons, packed.

They are most of what the gate's answer weighs, and most of their text recurs: names of fields and
what lies between the names in a sentence from one action to the next, ids from the action's own
bytes. So they are kept as JSON, deflated (RFC 1951) against `grounds.txt`, which holds words that
recur, `grounds_2.txt`, which holds whole answers without their names, and those bytes.

The first byte says how they were packed, and every way is read for ever.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
WORDS = (_HERE / "grounds.txt").read_bytes()
ANSWERS = (_HERE / "grounds_2.txt").read_bytes()
"""Neither is ever changed: what was packed against them can be read with nothing else."""

PLAIN = b"\x00"
WITH_WORDS = b"\x78"
"""The first byte of a zlib stream (RFC 1950), which names its words by their checksum."""
WITH_BYTES = b"\x02"
_OF_THE_BYTES = 8192
"""So much of an action's bytes that the rest of the window is left for what recurs."""


def pack(findings: Mapping[str, Any], reasons: list[dict[str, Any]], *, beside: bytes) -> bytes:
    """The bytes to keep beside an action's own; times become ISO 8601 text."""
    data = _text({"findings": findings, "reasons": reasons}).encode()
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS, zdict=_dictionary(beside))
    checked = zlib.crc32(data).to_bytes(4, "big")
    return WITH_BYTES + packer.compress(data) + packer.flush() + checked


def unpack(kept: bytes, *, beside: bytes) -> dict[str, Any]:
    """`findings` and `reasons`. Raises zlib.error for bytes that were not packed like this."""
    form = kept[:1]
    if form == PLAIN:
        data = kept[1:]
    elif form == WITH_WORDS:
        data = _inflated(kept, zlib.decompressobj(zdict=WORDS))
    elif form == WITH_BYTES:
        unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=_dictionary(beside))
        data = _inflated(kept[1:-4], unpacker)
        if zlib.crc32(data).to_bytes(4, "big") != kept[-4:]:
            raise zlib.error("the checksum is that of something else")
    else:
        raise zlib.error(f"nobody packs like this: {form.hex()}")
    found: dict[str, Any] = json.loads(data)
    return found


def as_kept(findings: Mapping[str, Any]) -> dict[str, Any]:
    """Findings as they come back after they were kept, to be compared with such."""
    found: dict[str, Any] = json.loads(_text(findings))
    return found


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(
        data, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _dictionary(beside: bytes) -> bytes:
    return WORDS + ANSWERS + beside[:_OF_THE_BYTES]


def _inflated(kept: bytes, unpacker: Any) -> bytes:
    data: bytes = unpacker.decompress(kept) + unpacker.flush()
    if not unpacker.eof or unpacker.unused_data:
        raise zlib.error("the end is somewhere else")
    return data


def _plain(item: Any) -> str:
    return item.isoformat() if hasattr(item, "isoformat") else str(item)
