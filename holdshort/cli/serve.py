"""Serving the web process with Granian."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces

from holdshort.machine.ports import require_port

SECONDS_TO_END = 5
"""How long a worker may take to end. Granian 2.8 sometimes waits for itself while it ends."""


def serve(host: str, port: int, workers: int) -> None:
    """Serve until a signal ends it. Raises MachineError when the port cannot be had."""
    require_port(host, port)
    Granian(
        target="holdshort.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=8,
        workers_kill_timeout=SECONDS_TO_END,
        websockets=False,
        log_access=False,
    ).serve()
