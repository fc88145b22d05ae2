"""One file that holds a whole desk: parts in a ZIP, and a manifest with the digest of each.

The manifest is written last, so a file that was cut short has none. Digests find accidents, not
an attacker: whoever can write the file can write new digests into it too.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from holdshort.machine.errors import MachineError
from holdshort.machine.folders import explained, sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_OTHERWISE = "Choose another place for the backup."
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError)


@dataclass
class Writer:
    """An archive that is being written."""

    _zip: zipfile.ZipFile
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    fingerprint: str = ""

    def add(self, name: str, chunks: Iterable[bytes], **about: Any) -> None:
        """Add a part; `about` is kept with its digest and size in the manifest."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                part.write(chunk)
        self.parts[name] = {"sha256": digest.hexdigest(), "bytes": size, **about}

    def finish(self, about: Mapping[str, Any]) -> str:
        """Write the manifest; gives its SHA-256, the fingerprint of the whole."""
        manifest = {"format": FORMAT, **about, "parts": self.parts}
        content = json.dumps(manifest, indent=1).encode()
        self._zip.writestr(MANIFEST, content)
        self.fingerprint = hashlib.sha256(content).hexdigest()
        return self.fingerprint


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive to `path` in one step (0600): it is there whole, or not at all.

    Raises MachineError when there is such a file already, or when it cannot be written.
    """
    if path.exists():
        raise MachineError(f"{path} is there already. A backup never replaces another file.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with explained(path, _OTHERWISE):
        try:
            with open(draft, "xb", opener=_private) as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    yield Writer(archive)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole archive: what its manifest says, and its fingerprint."""

    path: Path
    about: Mapping[str, Any]
    fingerprint: str

    @property
    def parts(self) -> Mapping[str, Mapping[str, Any]]:
        """Each part with its digest, its size and what else the manifest says of it."""
        found: Mapping[str, Mapping[str, Any]] = self.about["parts"]
        return found

    def read(self, name: str) -> Iterator[bytes]:
        """The content of one part, piece by piece."""
        with zipfile.ZipFile(self.path) as archive, archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                yield chunk


def opened(path: Path, say: Callable[[str], None] = lambda line: None) -> Archive:
    """Read an archive to its end and check every part, before anything is done with it.

    Raises MachineError when it is no archive of ours, was cut short or changed, or is of a
    format that this program does not know.
    """
    with explained(path, "Name the file that `holdshort backup` wrote."):
        size = path.stat().st_size
    say(f"Checking {path} ({size:,} bytes) …")
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(MANIFEST)
            about = json.loads(content)
            if about["format"] != FORMAT:
                raise MachineError(
                    f"{path} was written by a newer Holdshort ({about['program']}) in a format "
                    "that this one does not know. Install that version, then restore."
                )
            _check(archive, about["parts"])
    except _BROKEN as error:
        raise MachineError(
            f"{path} is not a whole backup: it was cut short or changed since it was written. "
            "Nothing was restored."
        ) from error
    return Archive(path, about, hashlib.sha256(content).hexdigest())


def _check(archive: zipfile.ZipFile, parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises ValueError for the first part that is not as the manifest says."""
    if sorted(archive.namelist()) != sorted([MANIFEST, *parts]):
        raise ValueError("other parts than the manifest lists")
    for name, expected in parts.items():
        digest = hashlib.sha256()
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != expected["sha256"]:
            raise ValueError(f"{name} differs")
