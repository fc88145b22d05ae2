"""Run a server that insists on fixed ports in a network of its own, reachable through ours.

usage: python -m tests.directories.isolated PORT,PORT… COMMAND…

Prints one free port of 127.0.0.1 for each PORT, then passes every connection on. The listening
sockets belong to the network they were opened in, so they stay outside while everything else,
the command included, is inside; two of these can run at once and neither meets a real server.
Ends the command and itself when its standard input closes.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

CLONE_NEWNET = 0x40000000


def main(ports: list[int], command: list[str]) -> None:
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in ports]
    if ctypes.CDLL(None).unshare(CLONE_NEWNET) == 0:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    else:
        # Not permitted in every container: then one after the other, on the real ports.
        lock = Path(tempfile.gettempdir()) / "holdshort-tests-fixed-ports.lock"
        fcntl.flock(os.open(lock, os.O_CREAT | os.O_RDWR), fcntl.LOCK_EX)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    for outside, port in zip(listening, ports, strict=True):
        threading.Thread(target=accept, args=(outside, port), daemon=True).start()
    print(*(outside.getsockname()[1] for outside in listening), flush=True)
    try:
        sys.stdin.read()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def accept(outside: socket.socket, port: int) -> None:
    while True:
        client, _ = outside.accept()
        try:
            server = socket.create_connection(("127.0.0.1", port), 5)
        except OSError:
            client.close()
            continue
        server.settimeout(None)
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=passed_on, args=(one, other), daemon=True).start()


def passed_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    finally:
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main([int(port) for port in sys.argv[1].split(",")], sys.argv[2:])
