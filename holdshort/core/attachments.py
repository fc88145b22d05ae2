"""Files that come with words: how many fit, what they are called, and which are pictures.

Nothing here looks into a file further than its first bytes.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

MEGABYTE = 1024 * 1024
MOST_FILES = 10
MOST_BYTES = 10 * MEGABYTE
MOST_TOGETHER = 25 * MEGABYTE
MOST_OF_A_NAME = 120
FITS = "Up to 10 files, 10 MB each and 25 MB together."

MOST_OF_AN_ENDING = 20
NAMELESS = "file"

PICTURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
BYTES_OF_A_MARK = 12
"""The first bytes that tell which picture it is."""

ANYTHING = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as somebody hands it in; `size` may say more than was kept of a file too large."""

    name: str
    content: bytes
    size: int

    @property
    def sha256(self) -> str:
        """The digest of its bytes, as the database computes it again."""
        return hashlib.sha256(self.content).hexdigest()


def new_file(name: str, content: bytes, size: int | None = None) -> NewFile:
    """A file under a name that is harmless to show, to log and to save."""
    return NewFile(plain_name(name), content, len(content) if size is None else size)


def plain_name(given: str) -> str:
    """The last part of a path, without what cannot be seen, turns the reading or hides a file."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    seen = "".join(one for one in " ".join(last.split()) if one.isprintable())
    return _cut(seen.strip(" .")) or NAMELESS


def _cut(name: str) -> str:
    """A name that is too long loses of its middle: what it ends in stays."""
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending) <= MOST_OF_AN_ENDING else ""
    stem = name[: len(name) - len(ending)]
    return stem[: MOST_OF_A_NAME - len(ending)].rstrip(" .") + ending


def picture(first: bytes) -> str:
    """The type of a picture by its first bytes, whatever it is called; empty for all else."""
    return next((kind for kind, mark in PICTURES.items() if mark.match(first)), "")


def ending(name: str) -> str:
    """What a file claims to be by its name, as `pdf`; empty where it claims nothing."""
    found = PurePosixPath(name).suffix[1:]
    return found.lower() if found.isalnum() and len(found) < MOST_OF_AN_ENDING else ""


def in_words(size: int) -> str:
    """A size for people: 812 bytes, 14 KB, 2.4 MB; never rounded to what would fit."""
    if size < 1024:
        return "1 byte" if size == 1 else f"{size} bytes"
    if size < MEGABYTE:
        return f"{-(-size // 1024)} KB"
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths // 10}.{tenths % 10} MB" if tenths % 10 else f"{tenths // 10} MB"
