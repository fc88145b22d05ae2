"""Files that a form brings, kept in memory while they fit: nothing is written to a disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from holdshort.core.attachments import MEGABYTE, MOST_BYTES, MOST_TOGETHER, NewFile, new_file

FIELD = "files"
READ_AT_MOST = 250 * MEGABYTE
"""So much is read to its end, so that its sender learns what is wrong with it."""


def of(request: HttpRequest) -> tuple[NewFile, ...]:
    """The files of a form; one that is too large has its size and not its bytes."""
    found = request.FILES.getlist(FIELD)
    return tuple(new_file(one.name or "", one.content, one.size) for one in found)  # type: ignore[attr-defined]


class InMemory(FileUploadHandler):
    """Keeps what fits, counts what does not, and gives up on what has no end."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._read = self._kept = 0
        self._parts: list[bytes] = []

    def new_file(self, field_name: str, *given: Any, **more: Any) -> None:
        """The next file begins; no form of ours has another field for files."""
        super().new_file(field_name, *given, **more)
        if field_name != FIELD:
            raise SkipFile
        self._parts = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it; Django counts its size, whether it is kept or not."""
        self._read += len(raw_data)
        if self._read > READ_AT_MOST:
            raise StopUpload(connection_reset=True)
        if start + len(raw_data) > MOST_BYTES or self._kept + len(raw_data) > MOST_TOGETHER:
            self._kept -= sum(map(len, self._parts))
            self._parts = []
            return
        self._kept += len(raw_data)
        self._parts.append(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """The file, as large as it was."""
        one: UploadedFile[bytes] = UploadedFile(None, self.file_name, self.content_type, file_size)
        one.content = b"".join(self._parts)  # type: ignore[attr-defined]
        return one
