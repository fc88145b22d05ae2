"""What a file is called, whether it is a picture, and how large it is in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import text

from holdshort.core.attachments import (
    BYTES_OF_A_MARK,
    MOST_OF_A_NAME,
    PICTURES,
    ending,
    in_words,
    new_file,
    picture,
    plain_name,
)

NAMES = {
    "contract.pdf": "contract.pdf",
    "../../etc/passwd": "passwd",
    "C:\\Users\\dana\\scan.png": "scan.png",
    "/tmp/": "file",
    "": "file",
    "..": "file",
    " . ": "file",
    ".htaccess": "htaccess",
    "a\nb\rc\td.txt": "a b c d.txt",
    "nul\x00.txt": "nul.txt",
    "report\u202efdp.exe": "reportfdp.exe",
    "zero\u200bwidth\u2066.txt": "zerowidth.txt",
    "lone\udc80.txt": "lone.txt",
    "A\u030angstro\u0308m.txt": "\u00c5ngstr\u00f6m.txt",
    "発注書.pdf": "発注書.pdf",
    "two  blanks.txt ": "two blanks.txt",
    '"quoted".txt': '"quoted".txt',
    "<b>bold</b>.txt": "b>.txt",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_is_its_last_part_without_what_cannot_be_seen(given_name: str) -> None:
    assert plain_name(given_name) == NAMES[given_name]


@pytest.mark.parametrize(
    "name", ["n" * 500 + ".pdf", "n" * 500, "n" * 119 + " .pdf", "a." + "b" * 300]
)
def test_a_long_name_loses_of_its_middle(name: str) -> None:
    found = plain_name(name)
    assert len(found) <= MOST_OF_A_NAME
    assert found[0] == name[0]
    assert found.endswith(".pdf") == name.endswith(".pdf")


@given(text())
def test_whatever_it_is_called_it_can_be_shown_and_kept(name: str) -> None:
    found = plain_name(name)
    assert 1 <= len(found) <= MOST_OF_A_NAME
    assert found.isprintable() and not set(found) & set("/\\")
    assert found[0] not in " ." and found == plain_name(found)


PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (PNG + b"....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a;", "image/gif"),
        (b"RIFF\n\x00\x00\x00WEBP", "image/webp"),
        (b"RIFF....WAVE", ""),
        (b" " + PNG, ""),
        (b"<svg xmlns=", ""),
        (b"<html>", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(first: bytes, kind: str) -> None:
    assert picture(first) == picture(first[:BYTES_OF_A_MARK]) == kind
    assert kind in (*PICTURES, "")


def test_what_a_name_claims_is_only_its_ending() -> None:
    claimed = [ending(one) for one in ("a.PDF", "a", "a.tar.gz", "a.<b>", "a." + "x" * 40)]
    assert claimed == ["pdf", "", "gz", "", ""]


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (812, "812 bytes"),
        (1024, "1 KB"),
        (1025, "2 KB"),
        (10 * 1024 * 1024, "10 MB"),
        (10 * 1024 * 1024 + 1, "10.1 MB"),
    ],
)
def test_a_size_in_words_is_never_smaller_than_it_is(size: int, words: str) -> None:
    assert in_words(size) == words


def test_a_file_knows_its_digest() -> None:
    one = new_file("/a/b.txt", b"abc")
    assert (one.name, one.size) == ("b.txt", 3)
    assert one.sha256.startswith("ba7816bf8f01cfea")
