"""TCP ports on this machine: pick a free one, or say why a wanted one cannot be had."""

from __future__ import annotations

import errno
import socket

from holdshort.machine.errors import MachineError


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port on `host` that nobody listens on now; somebody else may still take it."""
    with _listener(host, 0) as listener:
        return int(listener.getsockname()[1])


def require_port(host: str, port: int) -> None:
    """Return if `port` on `host` can be listened on.

    Raises MachineError with the reason and the option to use instead.
    """
    if not 1 <= port <= 65535:
        raise MachineError(f"Port {port} does not exist; choose one from 1 to 65535 with --port.")
    _listener(host, port).close()


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise MachineError(_no_such_host(host)) from error
    try:
        # Without this, connections of a server that just ended would count as "in use".
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise MachineError(_sentence(error, host, port)) from error
    return listener


def _sentence(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} on {host} is in use by another program; choose another with --port."
            )
        case errno.EACCES | errno.EPERM:
            return (
                f"Port {port} on {host} needs administrator rights; "
                "choose one above 1023 with --port."
            )
        case errno.EADDRNOTAVAIL:
            return _no_such_host(host)
    return f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."


def _no_such_host(host: str) -> str:
    return f"{host} is not an address of this machine; choose another with --host."
