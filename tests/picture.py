"""Making a screenshot small: the same PNG with a palette of the 256 commonest colours."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

MARK = b"\x89PNG\r\n\x1a\n"
Colour = tuple[int, int, int]


def shrink(source: Path, target: Path) -> None:
    """Write `source` (8-bit RGB, as Chromium makes it) to `target` with a palette."""
    width, height, rows = _rgb(source.read_bytes())
    lines = [list(zip(row[::3], row[1::3], row[2::3], strict=True)) for row in rows]
    common = Counter(colour for line in lines for colour in line)
    palette = [colour for colour, _ in common.most_common(256)]
    index = {colour: _nearest(colour, palette) for colour in common}
    data = b"".join(b"\0" + bytes(index[colour] for colour in line) for line in lines)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    flat = bytes(part for colour in palette for part in colour)
    parts = ((b"IHDR", header), (b"PLTE", flat), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    target.write_bytes(MARK + b"".join(_chunk(*part) for part in parts))


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    def distance(place: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(colour, palette[place], strict=True))

    return min(range(len(palette)), key=distance)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rgb(data: bytes) -> tuple[int, int, list[bytes]]:
    parts = list(_parts(data))
    width, height, depth, kind = struct.unpack(">IIBB", parts[0][1][:10])
    if (depth, kind) != (8, 2):
        raise ValueError("only 8-bit RGB without transparency is read")
    raw = zlib.decompress(b"".join(part for name, part in parts if name == b"IDAT"))
    return width, height, _unfiltered(raw, height, width * 3)


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(MARK)
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


def _unfiltered(raw: bytes, height: int, size: int) -> list[bytes]:
    """The five filters of PNG (RFC 2083, section 6), taken back row by row."""
    rows, above = [], bytes(size)
    for start in range(0, height * (size + 1), size + 1):
        row = bytearray(raw[start + 1 : start + 1 + size])
        for at in range(size):
            left, corner = (row[at - 3], above[at - 3]) if at >= 3 else (0, 0)
            row[at] = (row[at] + _predicted(raw[start], left, above[at], corner)) & 255
        above = bytes(row)
        rows.append(above)
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2)[kind]
