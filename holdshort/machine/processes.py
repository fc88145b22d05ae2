"""Child processes that end with their parent, and the search for those that did not."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_ON_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
# Loaded here because nothing may be loaded between fork and exec.
_libc = ctypes.CDLL(None) if _ON_LINUX else None


def ends_with_parent(signal: int) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `signal` when the thread that started it ends.

    So start children from the main thread. None where the kernel cannot do it (not Linux).
    """
    if _libc is None:
        return None
    prctl, parent = _libc.prctl, os.getpid()

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:  # it ended before the kernel knew
            os._exit(1)

    return prepare


def servers_in(cluster: Path) -> list[int]:
    """The ids of all PostgreSQL processes that work in `cluster`, whoever started them.

    A process id in a file may have gone to another program since; the working folder of a
    living process cannot be mistaken. Empty where there is no /proc.
    """
    wanted = cluster.stat()
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _is_server_in(process, wanted)
    ]


def _is_server_in(process: Path, wanted: os.stat_result) -> bool:
    with suppress(OSError):
        is_server = (process / "comm").read_text().strip() == "postgres"
        return is_server and os.path.samestat((process / "cwd").stat(), wanted)
    return False
