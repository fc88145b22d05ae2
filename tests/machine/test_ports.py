"""Ports: the sentence says which, where, why, and which option helps."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from holdshort.machine.errors import MachineError
from holdshort.machine.ports import free_port, require_port


def test_a_free_port_can_be_had() -> None:
    require_port("127.0.0.1", free_port())


def test_a_port_in_use_is_told_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MachineError) as refused:
            require_port("127.0.0.1", port)
    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 is in use by another program; choose another with --port."
    )


def test_a_port_that_a_server_has_just_left_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    require_port("127.0.0.1", port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_told(port: int) -> None:
    with pytest.raises(MachineError, match="choose one from 1 to 65535"):
        require_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a" * 300, "\x00"])
def test_an_address_of_another_machine_is_told(host: str) -> None:
    with pytest.raises(MachineError, match=r"not an address of this machine; .* --host"):
        require_port(host, 8000)


def test_a_port_for_administrators_is_told() -> None:
    first_open = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if os.geteuid() == 0 or first_open <= 1:
        pytest.skip("this account may use every port")
    with pytest.raises(MachineError, match="needs administrator rights"):
        require_port("127.0.0.1", 1)
