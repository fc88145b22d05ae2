"""Private folders and files, and locks between processes.

Whatever goes wrong with a file becomes one sentence that names the path and the way out.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdshort.machine.errors import MachineError

LOG_LIMIT = 10_000_000
_ELSEWHERE = "Change its permissions, or choose another folder with --data."
_PUT_BACK = "Put it back, or choose another folder with --data."


def private_folder(path: Path) -> Path:
    """Create `path` if needed and close it to everybody but its owner (0700).

    Raises MachineError when it cannot be created or belongs to somebody else.
    """
    with explained(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return path


def data_folder(path: Path) -> Path:
    """The folder that holds everything, absolute; created private, never changed if it exists."""
    folder = path.expanduser().absolute()
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step: readers see all of it or the former file (0600)."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with explained(path):
        try:
            _write_through(draft, content)
            draft.replace(path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in `path` survive a power cut; a rename alone does not."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_through(path: Path, content: bytes) -> None:
    with open(path, "wb", opener=_private_opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def open_log(logs: Path, name: str) -> int:
    """A descriptor that appends to `logs`/`name`.log (0600); a long log is set aside first."""
    path = private_folder(logs) / f"{name}.log"
    with explained(path):
        if path.exists() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def last_lines(path: Path, count: int = 5, *, since: int = 0) -> str:
    """The last `count` lines of a log behind its first `since` bytes, or nothing without a log."""
    with suppress(OSError):
        text = path.read_bytes()[since:][-8192:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-count:])
    return ""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` alone; waits while another process holds it."""
    with explained(path), open(path, "ab", opener=_private_opener) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take_lock(path: Path) -> int | None:
    """The descriptor of a lock held until it is closed, or None when another process holds it.

    The kernel frees the lock when its holder ends, however it ends.
    """
    with explained(path):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        os.ftruncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
    return lock


@contextmanager
def explained(path: Path, way_out: str = "") -> Iterator[None]:
    """Turn an OSError about `path` into a sentence that ends with the way out."""
    try:
        yield
    except OSError as error:
        raise MachineError(_sentence(error, path, way_out)) from error


def _sentence(error: OSError, path: Path, way_out: str) -> str:
    """A copied tree fails with many errors in one, which has no number of its own."""
    if os.strerror(errno.ENOSPC) in str(error):
        return disk_full(path)
    match error.errno:
        case errno.EDQUOT:
            return disk_full(path)
        case errno.EACCES | errno.EPERM:
            return f"{path} may not be read and written by this account. {way_out or _ELSEWHERE}"
        case errno.EROFS:
            return f"{path} is on a read-only disk. {way_out or _ELSEWHERE}"
        case errno.ENOENT:
            return f"{path} is not there. {way_out or _PUT_BACK}"
        case errno.EEXIST | errno.ENOTDIR:
            return f"{path} is not a folder. {way_out or _ELSEWHERE}"
    why = error.strerror or "copying failed"
    return f"{path} cannot be used ({why}). {way_out or _ELSEWHERE}"


def disk_full(path: Path) -> str:
    """The sentence for a full disk."""
    return f"The disk that holds {path} is full. Free some space and start again."


def _private_opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
